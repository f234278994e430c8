import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectRoot } from "../../../ops/root";
import { ACCOUNTS, type Cloud } from "../../sandbox/provider/cloud";
import { detectionDefaults } from "../../settings/configs";
import { type Steps, startAtTerminal } from "../atTerminal";
import { environmentOf, HOME, startAccounts } from "./accounts";

let cloud: Cloud;
let close: () => Promise<void>;
let folder: string;

beforeAll(async () => {
  ({ cloud, close } = await startAccounts());
  const guardduty = (account: string) => new GuardDuty(cloud.as(account, HOME));
  const { DetectorId = "" } = await guardduty(ACCOUNTS.audit).createDetector({ Enable: true });
  await guardduty(ACCOUNTS.management).createDetector({ Enable: true });
  await guardduty(ACCOUNTS.management).enableOrganizationAdminAccount({ AdminAccountId: ACCOUNTS.audit });
  const AccountDetails = [{ AccountId: ACCOUNTS.prod, Email: "prod@example.com" }];
  await guardduty(ACCOUNTS.audit).createMembers({ DetectorId, AccountDetails });
  await guardduty(ACCOUNTS.audit).updateMemberDetectors({
    ...{ DetectorId, AccountIds: [ACCOUNTS.prod] },
    Features: [{ Name: "RUNTIME_MONITORING", Status: "ENABLED" }],
  });
  folder = mkdtempSync(join(tmpdir(), "hakken-adopt-members-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: sample\nruntime: nodejs\n");
  writeFileSync(join(folder, "Pulumi.organization.yaml"), "config: {}\n");
  writeFileSync(join(folder, "ops.cjs"), programWith(DetectorId));
  symlinkSync(join(projectRoot(), "node_modules"), join(folder, "node_modules"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await close?.();
});

/** A run of the reconciler as the stack `organization` makes it, and nothing else that could be there. */
const programWith = (detectorId: string) => {
  const NEW = { autoEnable: "NEW", enabledIn: [], disabledIn: [] };
  const { RUNTIME_MONITORING, ...others } = detectionDefaults.guardDuty.plans;
  const plans = { ...Object.fromEntries(Object.keys(others).map((plan) => [plan, NEW])), RUNTIME_MONITORING };
  const settings = { adminAccountId: ACCOUNTS.audit, invited: [], plans, absentPlans: {} };
  const input = JSON.stringify({ duty: { kind: "guardDuty", region: HOME, data: { detectorId } }, settings });
  return `
const aws = require("@pulumi/aws");
const { endWith, ops } = require(${JSON.stringify(join(projectRoot(), "bin", "ops", "commands", "ops.js"))});
ops(process.argv.slice(2), async () => {
  const provider = new aws.Provider("account", { region: "${HOME}", profile: "audit", allowedAccountIds: ["${ACCOUNTS.audit}"] });
  new aws.lambda.Invocation("reconciler-guardDuty-${HOME}", { functionName: "reconciler", input: ${JSON.stringify(input)}, lifecycleScope: "CRUD", region: "${HOME}" }, { provider });
}).then(endWith);
`;
};

const adopt = (steps: Steps) =>
  startAtTerminal(
    steps,
    [process.execPath, join(folder, "ops.cjs"), "adopt", "--create", "--cwd", folder],
    environmentOf(cloud, folder),
  ).ended;

it("asks about what changes in members, and takes a no for one", async () => {
  const no = await adopt([["[y/N]", "n\r"]]);
  const yes = await adopt([["[y/N]", "y\r"]]);

  expect(no.code).toBe(8);
  expect(no.plain).toMatch(
    new RegExp(
      `organization: with the next up the reconciler, or AWS, changes GuardDuty RUNTIME_MONITORING: ENABLED → DISABLED\\s+1 account in ${HOME}: ${ACCOUNTS.prod}\\s+Is that wanted\\? \\[y/N\\]`,
    ),
  );
  expect(yes.code).toBe(0);
  expect(yes.plain).toMatch(/organization: nothing to take over/);
}, 120_000);
