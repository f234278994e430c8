import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findingOf, observationsOf } from "../../handlers/alert/normalise";
import type { Finding, Notice } from "../../handlers/alert/types";

export const eventsFolder = join(__dirname, "../fixtures/events");

// biome-ignore lint/suspicious/noExplicitAny: tests bend these on purpose
export type Loose = any;

/** A fixture of test/fixtures/events, parsed anew each time, so that a test may change it. */
export function fixture(name: string): Loose {
  return JSON.parse(readFileSync(join(eventsFolder, `${name}.json`), "utf8"));
}

/** Names of all fixtures, without ".json". */
export function fixtureNames(): string[] {
  return readdirSync(eventsFolder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/** The findings of an event, or the bare finding; a bare detail of AWS Health, which names no account, in an envelope. */
export function findingsIn(json: Loose): Finding[] {
  if (json.eventTypeCode)
    return findingsIn({ "detail-type": "AWS Health Event", account: "111122223333", detail: json });
  return json["detail-type"] === undefined
    ? [findingOf(json)]
    : observationsOf(json).map((observation) => observation.finding);
}

/** The (first) finding of a fixture. */
export function findingIn(name: string): Finding {
  const [finding] = findingsIn(fixture(name));
  if (!finding) throw new Error(`no finding in fixture ${name}`);
  return finding;
}

/** First word on a finding; the rest as told. */
export function noticeOf<Kind extends Notice["kind"] = "opened">(
  finding: Finding,
  changes: Partial<Notice> & { kind?: Kind } = {},
): Notice & { kind: Kind } {
  const notice: Notice = {
    alertKey: "0123456789abcdef0123456789abcdef",
    occurrence: 1,
    version: 1,
    kind: "opened",
    openedAt: "2026-11-21T15:30:00.000Z",
    finding,
    findings: 1,
    regions: [finding.region],
    accounts: [{ id: finding.accountId, name: finding.accountName }],
    ...changes,
  };
  return notice as Notice & { kind: Kind };
}
