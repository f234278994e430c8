import { expect, it } from "vitest";
import { management, problemsOf } from "./configs";

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
    "a mistyped key",
    [{ ...partner, mail: "aws@example.com" }],
    ["hakken:invitedAccounts[0].mail is not a setting: did you mean hakken:invitedAccounts.email?"],
  ],
])("refuses %s", (_what, invitedAccounts, problems) => {
  const config = { ...management, "hakken:invitedAccounts": JSON.stringify(invitedAccounts) };

  expect(problemsOf(config)).toEqual(problems);
});
