import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { audit, problemsOf, secrets } from "./configs";

const V2 = { "hakken:findingSource": "v2" };
const everywhere = { "hakken:securityHubV2": "{}" };
const given = (v2: object) => ({ ...audit, ...V2, "hakken:securityHubV2": JSON.stringify(v2) });

describe("hakken:findingSource", () => {
  it("is CSPM unless V2 is asked for, which must be on", () => {
    const sources = [audit, { ...audit, ...everywhere }, { ...audit, ...V2, ...everywhere }].map((config) => {
      const settings = parseSettings(config, secrets);
      return settings.role === "audit" && settings.findingSource;
    });

    expect(sources).toEqual(["cspm", "cspm", "v2"]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    [
      "any other",
      { ...audit, "hakken:findingSource": "both" },
      ['hakken:findingSource: "both" is wrong: it must be one of cspm, v2.'],
    ],
    [
      "V2 where nobody switches it on",
      { ...audit, ...V2 },
      [
        'hakken:findingSource: "v2" has no findings to tell: set hakken:securityHubV2, by which V2 is switched on, or set hakken:findingSource to cspm.',
      ],
    ],
    [
      "V2 where it is switched off",
      given({ enabled: false }),
      [
        'hakken:findingSource: "v2" has no findings to tell, since hakken:securityHubV2.enabled is false: set it to true, or set hakken:findingSource to cspm.',
      ],
    ],
    [
      "V2 where it is on for some alone",
      given({ targets: ["ou-abcd-12345678"], disabledIn: ["777788889999"], absentRegions: ["us-east-1"] }),
      [
        "hakken:securityHubV2.targets lacks root, so that nobody would hear of what is found elsewhere: add it, or set hakken:findingSource to cspm.",
        'hakken:securityHubV2.disabledIn[0]: "777788889999" has no findings of V2, so that nobody would hear of what is found there: take it out, or set hakken:findingSource to cspm.',
        'hakken:securityHubV2.absentRegions[0]: "us-east-1" has no findings of V2, so that nobody would hear of what is found there: take it out, or set hakken:findingSource to cspm.',
      ],
    ],
    [
      "V2 beside an account that no policy of the organization reaches",
      {
        ...audit,
        ...V2,
        ...everywhere,
        "hakken:invitedAccounts": '[{"account":"999900001111","email":"aws@example.com"}]',
      },
      [
        'hakken:invitedAccounts[0].account: "999900001111" has no findings of V2, so that nobody would hear of what is found in it: take it out, or set hakken:findingSource to cspm.',
      ],
    ],
    [
      "V2 beside suppressions, which it does not know",
      {
        ...audit,
        ...V2,
        ...everywhere,
        "hakken:suppressions": JSON.stringify([
          {
            name: "own-scanner",
            product: "GuardDuty",
            title: "Port scan *",
            reason: "false_positive",
            owner: "CSIRT",
            note: "Our own port scanner",
          },
        ]),
      },
      [
        "hakken:suppressions sets findings of CSPM aside, not those of V2, which would be told: take it out and make automation rules in V2, or set hakken:findingSource to cspm.",
      ],
    ],
  ])("refuses %s", (_what, config, problems) => {
    expect(problemsOf(config)).toEqual(problems);
  });
});
