import { expect, it } from "vitest";
import { management } from "../../stacks/management";
import { recorded, valuesOf } from "../pulumi/recorded";
import { aws, outputs, plainSettings } from "./settings";

const audit = { "organization/hakken/audit": { accountId: "444455556666", detectorIds: {} } };

it("watches the management account by itself, without what the administrator decides, and designates the audit account", async () => {
  const settings = plainSettings("management", "111122223333");

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  const detection = resources.filter(({ type }) => /guardduty|securityhub/.test(type));
  expect(detection.map(({ after, provider, ...rest }) => rest)).toEqual([
    ...["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => ({
      type: "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount",
      name: `admin-guardduty-${region}`,
      inputs: { adminAccountId: "444455556666", region },
    })),
    {
      type: "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount",
      name: "admin-securityhub",
      inputs: { adminAccountId: "444455556666", region: "ap-northeast-1" },
    },
    ...["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => ({
      type: "aws:guardduty/detector:Detector",
      name: `detectors-${region}`,
      inputs: { enable: true, region },
    })),
    {
      type: "aws:securityhub/account:Account",
      name: "securityhub",
      inputs: { enableDefaultStandards: false, region: "ap-northeast-1" },
    },
  ]);
  expect(new Set(detection.map(({ provider }) => provider))).toEqual(new Set(["account"]));
});

it("designates in each region after this account's own detector there, and Security Hub after its own hub", async () => {
  const settings = plainSettings("management", "111122223333");

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  const after = (name: string) => resources.find((resource) => resource.name === name)?.after;
  expect(after("admin-guardduty-ap-northeast-1")).toContain("detectors-ap-northeast-1");
  expect(after("admin-guardduty-us-east-1")).toContain("detectors-us-east-1");
  expect(after("admin-securityhub")).toContain("securityhub");
});

it("gives the administrator and the root to the stack organization", async () => {
  const settings = plainSettings("management", "111122223333");
  const answers = { ...aws, ...outputs(audit) };

  const { result } = await recorded(async () => valuesOf(await management(settings)), { answers });

  expect(result).toMatchObject({ adminAccountId: "444455556666", rootId: "r-abcd" });
});

it("says which command to run first while the stack audit isn't up", async () => {
  const settings = plainSettings("management", "111122223333");

  const attempt = recorded(() => management(settings), { answers: { ...aws, ...outputs({}) } });

  await expect(attempt).rejects.toThrow(
    'hakken: the stack "organization/hakken/audit" has no output "accountId" yet: run pulumi up --stack audit first.',
  );
});

it("reads the stack that the settings name", async () => {
  const settings = { ...plainSettings("management", "111122223333"), stacks: { audit: "acme/security/audit" } };
  const named = { "acme/security/audit": { accountId: "555566667777" } };

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(named) } });

  expect(resources.find(({ name }) => name === "admin-securityhub")?.inputs.adminAccountId).toBe("555566667777");
});
