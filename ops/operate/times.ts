import { isoTime } from "../../handlers/alert/times";
import { Misuse } from "../failure";

const MILLISECONDS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A span of time as a person writes it, "90m", "6h" or "2d", in milliseconds. Undefined for anything else. */
const spanOf = (text: string): number | undefined => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text.trim()) ?? [];
  const span = Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  return span > 0 ? span : undefined;
};

/** A moment: ISO 8601 (UTC where it names no zone), or a span before `now`. Throws Misuse, which names the option. */
export const momentBefore = (option: string, text: string, now: number): string => {
  const span = spanOf(text);
  const time = span === undefined ? isoTime(text) : new Date(now - span).toISOString();
  if (!time) throw new Misuse(`${option} "${text}" is no time: write 90m, 6h or 2d, or 2026-11-22T09:00Z.`);
  return time;
};

/** A moment to come: ISO 8601, or a span after `now`. Throws Misuse, which names the option. */
export const momentAfter = (option: string, text: string, now: number): string => {
  const span = spanOf(text);
  const time = span === undefined ? isoTime(text) : new Date(now + span).toISOString();
  if (!time) throw new Misuse(`${option} "${text}" is no span of time: write 90m, 6h or 2d, or 2026-11-22T09:00Z.`);
  if (Date.parse(time) <= now) throw new Misuse(`${option} "${text}" is over: ${time}.`);
  return time;
};

/** How long ago, in its largest unit: "5 m", "3 h", "2 d". */
export const ageInWords = (since: string, now: number): string => {
  const minutes = Math.max(0, Math.round((now - Date.parse(since)) / 60_000));
  if (minutes < 60) return `${minutes} m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
};
