import { SecurityHub } from "@aws-sdk/client-securityhub";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CustomAction } from "../../../components/notification/CustomAction";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";

const HOME = "ap-northeast-1";
let cloud: OrganizationCloud;

beforeAll(async () => {
  cloud = await startOrganization({ regions: [HOME] });
});
afterAll(() => cloud?.close());

const program = (language: "ja" | "en") => async () => {
  const provider = new aws.Provider("audit", { region: HOME, profile: "audit", allowedAccountIds: [ACCOUNTS.audit] });
  const hub = new aws.securityhub.Account("hub", { enableDefaultStandards: false, region: HOME }, { provider });
  new CustomAction("custom-action", { region: HOME, language, hub }, { provider });
};

it("is made once Security Hub is on, stays as it is, is named anew in place, and goes", async () => {
  const hub = new SecurityHub({ ...cloud.as(ACCOUNTS.audit), region: HOME });
  const stack = await cloud.stack("action", program("ja"));

  await stack.up();
  await stack.refresh();
  const { changeSummary } = await stack.preview();
  const { ActionTargets: [made] = [] } = await hub.describeActionTargets({});
  const { summary } = await stack.up({ program: program("en") });
  const { ActionTargets: [renamed] = [] } = await hub.describeActionTargets({});
  await stack.destroy();
  await hub.enableSecurityHub({ EnableDefaultStandards: false });
  const { ActionTargets: left } = await hub.describeActionTargets({});

  const ActionTargetArn = `arn:aws:securityhub:${HOME}:${ACCOUNTS.audit}:action/custom/TellByHakken`;
  expect(made).toMatchObject({ ActionTargetArn, Name: "hakken で知らせる" });
  expect(Object.keys(changeSummary)).toEqual(["same"]);
  expect(summary.resourceChanges).toMatchObject({ update: 1 });
  expect(renamed).toMatchObject({ ActionTargetArn, Name: "Tell by hakken" });
  expect(left).toEqual([]);
}, 120_000);
