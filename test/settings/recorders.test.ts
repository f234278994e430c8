import { expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { hasStackSets } from "../../settings/betweenRecorders";
import { management, problemsOf } from "./configs";

const member = { "hakken:role": "member", "hakken:account": "777788889999" };
const json = (value: unknown) => JSON.stringify(value);

it("records member accounts everywhere unless it is told otherwise", () => {
  const settings = parseSettings(management, () => false);

  expect(settings.memberRecorders).toEqual({ excludedAccounts: [] });
  expect(hasStackSets(settings)).toBe(true);
  expect([settings.recorder, settings.recorderHistoryDays]).toEqual([undefined, undefined]);
});

it.each([
  [{ "hakken:recorder": "mine" }, 'hakken:recorder: "mine" is wrong: it must be one of managed, existing.'],
  [
    { "hakken:memberRecorders": json({ units: ["workloads"] }) },
    'hakken:memberRecorders.units[0]: "workloads" is wrong: it must be the id of an organizational unit or of the root, such as ou-abcd-12345678.',
  ],
  [
    { "hakken:memberRecorders": json({ units: [] }) },
    "hakken:memberRecorders.units: [] is wrong: it must be a list of organizational units, one at least.",
  ],
  [
    { "hakken:memberRecorders": json({ excludedAccounts: ["7777"] }) },
    'hakken:memberRecorders.excludedAccounts[0]: "7777" is wrong: it must be the 12 digits of an account id, in quotes.',
  ],
  [
    { "hakken:memberRecorders": json({ excluded: [] }) },
    "hakken:memberRecorders.excluded is not a setting: remove it, or take one of enabled, units, excludedAccounts.",
  ],
  [
    { "hakken:recorderHistoryDays": "7" },
    'hakken:recorderHistoryDays: "7" is wrong: it must be a whole number from 30 to 36500.',
  ],
])("says of %j what it must be", (given, problem) => {
  expect(problemsOf({ ...management, ...given })).toEqual([problem]);
});

it("refuses a recorder of hakken's in an account where the StackSets make one", () => {
  const own = { ...member, "hakken:recorder": "managed" };

  expect(problemsOf(own)).toEqual([
    'hakken:recorder is managed, but hakken:memberRecorders makes this account\'s recorder: add "777788889999" to hakken:memberRecorders.excludedAccounts (and run pulumi up --stack management first), or take hakken:recorder out.',
  ]);
  expect(problemsOf({ ...own, "hakken:memberRecorders": json({ excludedAccounts: ["777788889999"] }) })).toEqual([]);
  expect(problemsOf({ ...own, "hakken:memberRecorders": json({ enabled: false }) })).toEqual([]);
  expect(problemsOf({ ...own, "hakken:memberRecorders": json({ units: ["ou-abcd-12345678"] }) })).toEqual([]);
});
