import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { management, problemsOf, secrets } from "./configs";

const trail = (value: unknown, more: Record<string, string> = {}) => ({
  ...management,
  "hakken:trail": typeof value === "string" ? value : JSON.stringify(value),
  ...more,
});

describe("hakken:trail", () => {
  it.each([
    ["it is not asked for", management, undefined],
    ["false", trail("false"), undefined],
    ["true", trail("true"), { retentionDays: 365 }],
    ["an empty object", trail({}), { retentionDays: 365 }],
    ["a time to keep", trail({ retentionDays: 2555 }), { retentionDays: 2555 }],
  ])("takes that %s", (_what, given, wanted) => {
    expect(parseSettings(given, secrets).trail).toEqual(wanted);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "another word",
      trail("yes"),
      'hakken:trail: "yes" is wrong: it must be true or false, or an object with the key retentionDays.',
    ],
    [
      "too short a time",
      trail({ retentionDays: 30 }),
      "hakken:trail.retentionDays: 30 is wrong: it must be a whole number of days from 90 to 36500 (CloudTrail itself shows calls for 90).",
    ],
    [
      "Control Tower beside it",
      trail("true", { "hakken:controlTower": "{}" }),
      "hakken:trail makes a trail of the organization, and with hakken:controlTower there is one: take hakken:trail out, or set it to false.",
    ],
  ])("says what is wrong with %s", (_what, given, problem) => {
    expect(problemsOf(given)).toEqual([problem]);
  });

  it("is no matter beside Control Tower where it is off", () => {
    expect(problemsOf(trail("false", { "hakken:controlTower": "{}" }))).toEqual([]);
  });
});
