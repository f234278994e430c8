import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { management, problemsOf, secrets } from "./configs";

const policy = (value: object) => ({ ...management, "hakken:serviceControlPolicy": JSON.stringify(value) });
const ROLE = "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_HakkenDeploy_*";

describe("hakken:serviceControlPolicy", () => {
  it("is none unless it is asked for", () => {
    expect(parseSettings(management, secrets).serviceControlPolicy).toBeUndefined();
  });

  it("takes the root, units and accounts, and exempts by pattern", () => {
    const given = { targets: ["root", "ou-abcd-12345678", "777788889999"], exempt: [ROLE] };

    expect(parseSettings(policy(given), secrets).serviceControlPolicy).toEqual(given);
  });

  it.each<[string, object, string]>([
    [
      "no target",
      { targets: [], exempt: [ROLE] },
      "hakken:serviceControlPolicy.targets: [] is wrong: it must be a list of root, organizational units and accounts, one at least.",
    ],
    [
      "a target twice",
      { targets: ["root", "root"], exempt: [ROLE] },
      'hakken:serviceControlPolicy.targets: ["root","root"] is wrong: it must be a list that names each target once.',
    ],
    [
      "a target by its name",
      { targets: ["Production"], exempt: [ROLE] },
      'hakken:serviceControlPolicy.targets[0]: "Production" is wrong: it must be root (the whole organization), the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes.',
    ],
    [
      "an exemption by its name",
      { targets: ["root"], exempt: ["admin"] },
      'hakken:serviceControlPolicy.exempt[0]: "admin" is wrong: it must be the ARN of a role or of root, with * for any account or any part of a name, such as arn:aws:iam::*:role/security-admin.',
    ],
    [
      "nobody exempt who deploys",
      { targets: ["root"] },
      `hakken:serviceControlPolicy exempts nobody who deploys hakken in the member accounts: set hakken:deployRoleArn, whose role is exempt by its name in every account, or name who deploys in hakken:serviceControlPolicy.exempt, such as ${ROLE}.`,
    ],
  ])("says what is wrong with %s", (_what, given, problem) => {
    expect(problemsOf(policy(given))).toEqual([problem]);
  });

  it("needs no exemption where a role deploys", () => {
    const deployed = {
      ...policy({ targets: ["root"] }),
      "hakken:deployRoleArn": "arn:aws:iam::111122223333:role/hakken-deploy",
    };

    expect(problemsOf(deployed)).toEqual([]);
  });
});
