import type { Hop } from "../hops";
import { type Html, html } from "./html";

/** The way that a message took, in one line. */
export const wayLine = (hops: readonly Hop[]): Html | undefined =>
  hops.length === 0
    ? undefined
    : html`<ol class="way" aria-label="Its way, in seconds after the finding was reported">${hops.map(
        ({ name, ms }) => html`<li><b>${name}</b> ${seconds(ms)} s</li>`,
      )}</ol>`;

/** The same as a table: when each step was reached, how long after the one before, and through what. */
export const wayTable = (hops: readonly Hop[]): Html | undefined =>
  hops.length === 0
    ? undefined
    : html`<table><caption>Way</caption><thead><tr><th scope="col">Step</th><th scope="col">Time</th><th scope="col">After</th><th scope="col">Through</th></tr></thead><tbody>${hops.map(
        ({ name, at, ms, through }) =>
          html`<tr><th scope="row">${name}</th><td>${clock(at, true)}</td><td>${seconds(ms)} s</td><td class="id">${through}</td></tr>`,
      )}</tbody></table>`;

/** A time as a clock of this machine shows it; whole and in UTC on asking. */
export const time = (at: string): Html =>
  html`<time datetime="${at}" title="${at.replace("T", " ").replace("Z", " UTC")}">${clock(at)}</time>`;

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

const clock = (at: string, fraction = false): string =>
  new Date(at).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(fraction ? { fractionalSecondDigits: 1 } : { day: "numeric", month: "short" }),
  });
