import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { audit, management, problemsOf, secrets } from "./configs";

const given = (value: object, role = management) => ({ ...role, "hakken:securityHubV2": JSON.stringify(value) });

describe("hakken:securityHubV2", () => {
  it("is nothing of hakken's unless it is asked for, and then on everywhere", () => {
    expect(parseSettings(management, secrets).securityHubV2).toBeUndefined();
    expect(parseSettings(given({}), secrets).securityHubV2).toEqual({
      enabled: true,
      targets: ["root"],
      disabledIn: [],
      absentRegions: [],
    });
  });

  it.each<[string, object, string[]]>([
    [
      "a target by its name",
      { targets: ["Production"] },
      [
        'hakken:securityHubV2.targets[0]: "Production" is wrong: it must be root (the whole organization), the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes.',
      ],
    ],
    [
      "a target twice, and no target",
      { targets: ["root", "root"], disabledIn: ["root"] },
      [
        'hakken:securityHubV2.targets: ["root","root"] is wrong: it must be a list that names each target once.',
        'hakken:securityHubV2.disabledIn[0]: "root" is wrong: it must be the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes.',
      ],
    ],
    [
      "a unit that is a target and an exception",
      { targets: ["ou-abcd-12345678"], disabledIn: ["ou-abcd-12345678"] },
      [
        'hakken:securityHubV2.disabledIn[0]: "ou-abcd-12345678" stands in hakken:securityHubV2.targets too: remove it in one of them.',
      ],
    ],
    [
      "exceptions to nothing",
      { enabled: false, disabledIn: ["ou-abcd-12345678"] },
      [
        "hakken:securityHubV2.disabledIn names exceptions to what hakken:securityHubV2.enabled false switches off anyway: remove one.",
      ],
    ],
    [
      "the home region without it, and a region that is not watched",
      { absentRegions: ["ap-northeast-1", "ap-east-1"] },
      [
        'hakken:securityHubV2.absentRegions[0]: "ap-northeast-1" is the home region, where V2\'s findings are gathered: remove it, or take the setting out.',
        'hakken:securityHubV2.absentRegions[1]: "ap-east-1" is not among hakken:regions: remove it.',
      ],
    ],
  ])("refuses %s", (_what, value, problems) => {
    expect(problemsOf(given(value))).toEqual(problems);
  });

  it("refuses to leave the home region alone, with nothing to gather from", () => {
    const two = { ...given({ absentRegions: ["us-east-1"] }), "hakken:regions": '["ap-northeast-1","us-east-1"]' };

    expect(problemsOf(two)).toEqual([
      "hakken:securityHubV2.absentRegions leaves ap-northeast-1 alone: take one out, or hakken:securityHubV2 as a whole, since AWS gathers from one other region at least.",
    ]);
  });

  it("refuses the audit account as an exception, in its own stacks", () => {
    expect(problemsOf(given({ disabledIn: ["444455556666"] }, audit))).toEqual([
      'hakken:securityHubV2.disabledIn[0]: "444455556666" is the audit account, which gathers V2\'s findings: remove it.',
    ]);
  });
});
