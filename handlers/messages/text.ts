/** Turning text that anyone may have written into text that is safe to show: no markup here, that is each channel's. */

import { cut } from "../alert/fields";
import type { Finding, FindingResource, Notice, Severity } from "../alert/types";
import type { Words } from "./words";

/**
 * Text with real line breaks and without what breaks a display: literal backslash-n (AWS Health), U+2028 and U+2029,
 * control characters, characters that turn the direction of text, halves of surrogate pairs.
 */
export function plain(text: string): string {
  return withLineBreaks(text.replace(/\p{Cs}/gu, "\ufffd").replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n"))
    .replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}|\ufeff/gu, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** The same in one line, single-spaced. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

/** One or more backslashes and n are a line break, unless they stand in a Windows path such as C:\new or \\host\new. */
function withLineBreaks(text: string): string {
  if (!text.includes("\\n")) return text;
  return text.replace(/\S+/g, (word) => (windowsPath.test(word) ? word : word.replace(/\\+n/g, "\n")));
}

const windowsPath = /^["'(]*([A-Za-z]:\\|\\\\[\w.-]+\\[\w$])/;

/** The control and the title in one line. */
export function titleOf(finding: Finding, words: Words): string {
  return withControl(oneLine(finding.control ?? ""), oneLine(finding.title) || words.untitled);
}

/**
 * Puts the control before the title, without saying it twice: titles of old findings begin with it ("S3.6 ..."), those
 * of CIS with its number ("1.22 ...").
 */
export function withControl(control: string, title: string): string {
  if (control === "") return title;
  const said = [control, control.replace(/^CIS\./, "")].find((start) => title.startsWith(`${start} `));
  return `${control} ${said ? title.slice(said.length + 1) : title}`.trim();
}

/**
 * Text whose "*", "_", "~" and backticks format nothing, neither in Slack nor in Markdown: those at the edge of a word,
 * where they would, become their look-alikes. Neither service has an escape that is never shown.
 */
export function withoutFormatting(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, (mark) => lookalikes[mark] ?? mark);
}

const lookalikes: Record<string, string> = { "*": "∗", _: "＿", "~": "∼", "`": "ˋ" };

/** "prod (333333333333)", or the id alone. */
export function accountOf({ id, name = "" }: Notice["accounts"][number]): string {
  const named = oneLine(name);
  const number = oneLine(id);
  return named === "" ? number : `${named} (${number})`;
}

/** The worst finding's account and region in a few words, and how many there are beside them: "prod (333333333333) +4". */
export function placeOf({ finding, accounts, regions }: Notice, words: Words): { account: string; region: string } {
  const beside = (all: readonly unknown[]) => (all.length > 1 ? ` +${all.length - 1}` : "");
  const account = accountOf({ id: finding.accountId, name: finding.accountName });
  return {
    account: `${cut(account, 80)}${beside(accounts)}`,
    region: `${cut(oneLine(finding.region) || words.unknown, 40)}${beside(regions)}`,
  };
}

/** "2025-10-04 05:49:21 JST", in the zone of the language. */
export function timeOf(iso: string | undefined, words: Words): string {
  const at = iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(at)) return words.unknown;
  const there = new Date(at + words.zone.hoursAhead * 3_600_000).toISOString();
  return `${there.slice(0, 10)} ${there.slice(11, 19)} ${words.zone.name}`;
}

/** Mark of a severity, beside its word: colours alone don't reach everyone. */
export const marks: Record<Severity, string> = {
  CRITICAL: "🔴",
  HIGH: "🟠",
  MEDIUM: "🟡",
  LOW: "🔵",
  INFORMATIONAL: "⚪",
};

/** Mark of how an alert ended: in green where the cause is gone, else in grey. */
export const outcomeMark = ({ outcome }: Notice): string =>
  outcome === "resolved" || outcome === "passed" || outcome === undefined ? "✅" : "☑️";

/** How long it was open, or undefined where that can't be told. */
export function openFor({ openedAt, closedAt }: Notice, words: Words): string | undefined {
  const ms = Date.parse(closedAt ?? "") - Date.parse(openedAt);
  return Number.isNaN(ms) ? undefined : words.duration(durationOf(Math.max(0, ms)));
}

/** A duration by its two largest units, the smaller one left out where it is none. */
export interface Duration {
  days: number;
  hours: number;
  minutes: number;
}

function durationOf(ms: number): Duration {
  const minutes = Math.floor(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  return { days, hours, minutes: days > 0 ? 0 : minutes % 60 };
}

/** Ids and types of the first `max` resources in one line each, and how many there are beyond them. */
export function resourcesOf(
  { resources, count }: { resources: readonly FindingResource[]; count: number },
  max: number,
): { shown: { id: string; type: string }[]; beyond: number } {
  const shown = resources.slice(0, max).map(({ id, type }) => ({ id: oneLine(id) || "-", type: oneLine(type) }));
  return { shown, beyond: Math.max(0, count - shown.length) };
}

/** The finding's resources, in the shape of a notice's `added`. */
export const allResources = ({ resources, resourceCount }: Finding) => ({ resources, count: resourceCount });
