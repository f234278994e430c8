import { expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { management, problemsOf, secrets } from "./configs";

const partner = { account: "999900001111", email: "aws@example.com" };

it.each<[string, object, string[]]>([
  [
    "an account twice",
    [partner, { ...partner, email: "other@example.com" }],
    ['hakken:invitedAccounts[1]: "999900001111" stands there twice: remove one.'],
  ],
  [
    "a stack's own account",
    [{ ...partner, account: "111122223333" }],
    [
      'hakken:invitedAccounts[0]: "111122223333" is the account of this stack, which is of the organization: remove it here.',
    ],
  ],
  [
    "no address",
    [{ account: "999900001111" }],
    ["hakken:invitedAccounts[0].email is missing: it must be an e-mail address, such as aws@example.com."],
  ],
  [
    "no service",
    [{ ...partner, services: [] }],
    ["hakken:invitedAccounts[0].services: [] is wrong: it must be a list of guardDuty, securityHub, one at least."],
  ],
  [
    "a service twice",
    [{ ...partner, services: ["securityHub", "securityHub"] }],
    [
      'hakken:invitedAccounts[0].services: ["securityHub","securityHub"] is wrong: it must be a list of guardDuty, securityHub, each once.',
    ],
  ],
  [
    "another service",
    [{ ...partner, services: ["macie"] }],
    ['hakken:invitedAccounts[0].services[0]: "macie" is wrong: it must be one of guardDuty, securityHub.'],
  ],
  [
    "a mistyped key",
    [{ ...partner, mail: "aws@example.com" }],
    ["hakken:invitedAccounts[0].mail is not a setting: did you mean hakken:invitedAccounts.email?"],
  ],
])("refuses %s", (_what, invitedAccounts, problems) => {
  const config = { ...management, "hakken:invitedAccounts": JSON.stringify(invitedAccounts) };

  expect(problemsOf(config)).toEqual(problems);
});

it("invites to both services where none is named", () => {
  const { invitedAccounts } = parseSettings(
    { ...management, "hakken:invitedAccounts": JSON.stringify([partner]) },
    secrets,
  );

  expect(invitedAccounts).toEqual([{ ...partner, services: ["guardDuty", "securityHub"] }]);
});
