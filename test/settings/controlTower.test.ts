import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { hasStackSets } from "../../settings/betweenRecorders";
import { management, problemsOf, secrets } from "./configs";

const REASON = "closed by the region deny control";
const tower = (value: object, more: Record<string, string> = {}) => ({
  ...management,
  "hakken:regions": '["ap-northeast-1","ap-northeast-3","us-east-1"]',
  "hakken:controlTower": JSON.stringify(value),
  ...more,
});
const skipping = (...regions: string[]) => ({
  skippedRegions: regions.map((region) => ({ region, reason: REASON })),
});

describe("hakken:controlTower", () => {
  it("is none unless it is said", () => {
    expect(parseSettings(management, secrets).controlTower).toBeUndefined();
  });

  it("leaves out the regions that it skips, in each stack", () => {
    const settings = parseSettings(tower(skipping("ap-northeast-3")), secrets);

    expect(settings.regions).toEqual(["ap-northeast-1", "us-east-1"]);
    expect(settings.linkedRegions).toEqual(["us-east-1"]);
    expect(settings.absentRegions).toEqual([]);
  });

  it("takes a skipped region that is being left", () => {
    const leaving = tower(skipping("ap-northeast-3"), { "hakken:removeRegions": '["ap-northeast-3"]' });

    expect(problemsOf(leaving)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "a region without a reason",
      tower({ skippedRegions: [{ region: "us-east-1" }] }),
      "hakken:controlTower.skippedRegions[0].reason is missing: it must be text that says why.",
    ],
    [
      "a region twice",
      tower(skipping("us-east-1", "us-east-1")),
      'hakken:controlTower.skippedRegions: [{"region":"us-east-1","reason":"closed by the region deny control"},{"region":"us-east-1","reason":"closed by the region deny control"}] is wrong: it must be a list that names each region once.',
    ],
    [
      "the home region",
      tower(skipping("ap-northeast-1")),
      'hakken:controlTower.skippedRegions[0].region: "ap-northeast-1" is the home region, where findings are gathered: remove it here, or set hakken:homeRegion to another one.',
    ],
    [
      "a region that is not watched",
      tower(skipping("eu-west-1")),
      'hakken:controlTower.skippedRegions[0].region: "eu-west-1" is not among hakken:regions, so nothing is made there anyway: remove it here.',
    ],
    [
      "every region but the home region",
      tower(skipping("ap-northeast-3", "us-east-1")),
      "hakken:controlTower.skippedRegions leaves ap-northeast-1 alone: add a region to hakken:regions, since Security Hub's central configuration needs one to link.",
    ],
    [
      "recorders in accounts that it records",
      tower({}, { "hakken:memberRecorders": '{"enabled":true}' }),
      "hakken:memberRecorders reaches every account of the organization, and with hakken:controlTower those have recorders: take its enabled out, or name in its units those that Control Tower does not govern.",
    ],
  ])("says what is wrong with %s", (_what, given, problem) => {
    expect(problemsOf(given)).toEqual([problem]);
  });

  it("has StackSets make recorders in units alone, which it does not govern", () => {
    const some = parseSettings(tower({}, { "hakken:memberRecorders": '{"units":["ou-abcd-12345678"]}' }), secrets);
    const none = parseSettings(tower({}), secrets);

    expect([hasStackSets(some), hasStackSets(none)]).toEqual([true, false]);
  });
});
