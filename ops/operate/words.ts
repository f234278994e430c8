import { columns } from "../table";
import type { Depth } from "./queues";
import { HIDDEN_SECONDS } from "./queues";
import type { Redriven } from "./redrive";
import { ageInWords } from "./times";

/** So many messages are listed; all of them are in the JSON. */
const ROWS = 50;

/** What waits for a person: a table, and what is hidden just now. */
export const waitingInWords = (
  letters: readonly Redriven[],
  depths: Readonly<Record<string, Depth>>,
  now = Date.now(),
): string[] => {
  const rows = letters
    .slice(0, ROWS)
    .map(({ queue, since, about, reason, to, why }) => [
      queue,
      ageInWords(since, now),
      plain(about, 60),
      plain(reason, 80),
      to === "stays" ? plain(`stays: ${why}`, 60) : to,
    ]);
  const more = letters.length - rows.length;
  const hidden = Object.entries(depths).filter(([, depth]) => depth.hidden > 0);
  return [
    ...(rows.length ? columns(["queue", "for", "about", "reason", "goes to"], rows) : ["Nothing waits."]),
    ...(more > 0 ? [`and ${more} more: --json lists all of them`] : []),
    ...hidden.map(
      ([queue, depth]) =>
        `${queue}: about ${depth.hidden} more that somebody is reading; they show again within ${HIDDEN_SECONDS / 60} minutes`,
    ),
  ];
};

/** What became of the messages: counts, and each that failed. */
export const redrivenInWords = (letters: readonly Redriven[]): string[] => {
  const went = letters.filter(({ outcome }) => outcome === "redriven");
  const stayed = letters.filter(({ outcome }) => outcome === "stays");
  const places = new Map<string, number>();
  for (const { to } of went) places.set(to, (places.get(to) ?? 0) + 1);
  const where = [...places].map(([to, count]) => `${count} to ${to}`).join(", ");
  return [
    went.length ? `${went.length} redriven: ${where}` : "Nothing was redriven.",
    ...(stayed.length
      ? [`${stayed.length} ${stayed.length === 1 ? "stays" : "stay"}: ${plain(reasonsOf(stayed), 200)}`]
      : []),
    ...letters
      .filter(({ outcome }) => outcome === "failed")
      .map(({ queue, id, about, why }) => `${queue}: ${plain(about, 60)} (message ${id}): ${plain(why ?? "", 300)}`),
  ];
};

const reasonsOf = (letters: readonly Redriven[]): string => [...new Set(letters.map(({ why }) => why))].join("; ");

/** Text of others on one line of a terminal, which it must not command; cut. */
export const plain = (text: string, length: number): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal acts upon
  const characters = [...text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, " ").trim()];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : characters.join("");
};
