import { z } from "zod";
import { routeMatch } from "./grouping";
import { oneOf, text } from "./shapes";

const budget = (what: string) =>
  z
    .int("it must be a whole number from 1 to 3600")
    .min(1, "it must be a whole number from 1 to 3600")
    .max(3600, "it must be a whole number from 1 to 3600")
    .default(100)
    .meta({ description: `${what} an hour.` });

const time = () =>
  z.iso
    .datetime({ offset: true, error: "it must be a time with its zone, such as 2026-12-01T22:00:00+09:00" })
    .transform((value) => new Date(value).toISOString());

/** What keeps a flood from being told message by message. */
export const floods = {
  hourlyBudget: z
    .strictObject(
      { slack: budget("Messages, replies counted,"), mail: budget("Mails") },
      "it must be an object with the keys slack and mail",
    )
    .prefault({})
    .meta({
      description:
        "How much a channel tells by itself. Past it, one message says so, and the rest comes in the next digest; CRITICAL alerts, and what a person asks for by a custom action, have as much again. Backlog has no budget: it takes one issue a second.",
      defaultMeaning: "100 in each",
      example: { slack: 60, mail: 30 },
    }),
  start: oneOf(["quiet", "loud"]).default("quiet").meta({
    description:
      "quiet: what existed before hakken was started, or before a region or a standard was added, is told in one overview a day later; what failed in the first 24 hours counts as having existed. loud: all of it is told one by one.",
  }),
  vulnerabilities: oneOf(["exploitable", "all"]).default("exploitable").meta({
    description:
      "Which vulnerabilities found by Inspector are told by themselves: those with a known exploit and CRITICAL ones, the rest in the digest; or all.",
  }),
  digest: z
    .strictObject(
      {
        at: text(/^([01]\d|2[0-3]):[0-5]\d$/, "it must be a time of day, such as 09:00")
          .default("09:00")
          .meta({ description: "When it is sent." }),
        timeZone: z
          .string("it must be a time zone, such as Asia/Tokyo")
          .refine((zone) => isTimeZone(zone), "it must be a time zone, such as Asia/Tokyo")
          .default("Asia/Tokyo")
          .meta({ description: "Where that time is." }),
      },
      "it must be an object with the keys at and timeZone",
    )
    .prefault({})
    .meta({
      description:
        "The daily message in Slack and by mail of what is open, new, closed and waiting. It comes also when there is no news, as a sign of life.",
      defaultMeaning: "at 09:00 in Asia/Tokyo",
      example: { at: "08:30", timeZone: "Europe/Berlin" },
    }),
  mute: z
    .array(
      z
        .strictObject(
          {
            from: time().meta({ description: "When it begins, with its zone." }),
            until: time().meta({ description: "When it ends, later than `from`: what waited is told then." }),
            match: routeMatch.optional().meta({ description: "Which findings' alerts wait.", defaultMeaning: "all" }),
          },
          "it must be an object with the keys from, until and match",
        )
        // Both in UTC and of one width by now.
        .refine(({ from, until }) => from < until, { path: ["until"], message: "it must be later than from" }),
      "it must be a list of times",
    )
    .default([])
    .meta({
      description:
        "Times of maintenance, in which alerts wait. Nothing is dropped: they are told after it. The digest waits as well where all alerts do; else it leaves them out, and a later one tells them.",
      defaultMeaning: "none",
      example: [
        {
          from: "2026-12-01T22:00:00+09:00",
          until: "2026-12-02T02:00:00+09:00",
          match: { accounts: ["333333333333"] },
        },
      ],
    }),
};

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
