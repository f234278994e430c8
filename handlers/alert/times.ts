/**
 * A time in ISO 8601, UTC, with milliseconds: of one width, so that two of them compare as text.
 * Takes what products really send: ISO with up to nine digits of fraction, with a space for the T, with an offset or
 * none (then UTC); a date alone; RFC 2822; numbers since 1970 in s, ms, µs or ns. Undefined for all else.
 */
export function isoTime(value: unknown): string | undefined {
  if (typeof value === "number") return isoOf(milliseconds(value));
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d{9,19}(\.\d+)?$/.test(text)) return isoOf(milliseconds(Number(text)));
  const parts = isoShape.exec(text);
  if (parts) return isoOf(fromParts(parts));
  // Date.parse takes a time without a zone as local time, so only what names a zone is left to it.
  return /(GMT|UTC|Z|[+-]\d{4})$/.test(text) ? isoOf(Date.parse(text)) : undefined;
}

/** The first that can be read as a time. */
export function firstTime(...values: unknown[]): string | undefined {
  for (const value of values) {
    const time = isoTime(value);
    if (time !== undefined) return time;
  }
  return undefined;
}

const isoShape =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;

function fromParts(parts: RegExpExecArray): number {
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = parts;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // The 31st of February would become a day in March, and 25 o'clock one of tomorrow.
  if (new Date(date).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return Number.NaN;
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) return Number.NaN;
  const ofDay = (Number(hour ?? 0) * 60 + Number(minute ?? 0)) * 60_000 + Number(second ?? 0) * 1000;
  return date + ofDay + Number(fraction.slice(0, 3).padEnd(3, "0")) - offset(zone);
}

function offset(zone: string): number {
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!parts) return 0;
  return (parts[1] === "-" ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * 60_000;
}

/** The unit goes by size: seconds until the year 5138, milliseconds until that year too, and so on. */
function milliseconds(since1970: number): number {
  if (since1970 < 1e11) return since1970 * 1000;
  if (since1970 < 1e14) return since1970;
  return since1970 < 1e17 ? since1970 / 1e3 : since1970 / 1e6;
}

function isoOf(ms: number): string | undefined {
  // Zero is a field that was never filled in; past the year 9999 the text grows wider.
  return ms > 0 && ms < Date.UTC(9999, 11, 31) ? new Date(Math.floor(ms)).toISOString() : undefined;
}

/** The day in a time zone, as yyyy-MM-dd, a number of days after the day of a time (ISO 8601). */
export function dayAfter(iso: string, days: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
  }).formatToParts(new Date(iso));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return new Date(Date.UTC(part("year"), part("month") - 1, part("day") + days)).toISOString().slice(0, 10);
}

/** The day of a time in a zone, "2026-12-01", once that day's time of day ("09:00") has come; undefined before it. */
export function dayOnceAfter(iso: string, at: string, timeZone: string): string | undefined {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    ...{ year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  }).formatToParts(new Date(iso));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? "";
  if (`${of("hour")}:${of("minute")}` < at) return undefined;
  return `${of("year")}-${of("month")}-${of("day")}`;
}
