import { expect, it } from "vitest";
import { organization } from "../../stacks/organization";
import { recorded } from "../pulumi/recorded";
import { outputs, plainSettings } from "./settings";

const detectorIds = { "ap-northeast-1": "d1", "ap-northeast-3": "d2", "us-east-1": "d3" };
const stacks = {
  "organization/hakken/audit": { accountId: "444455556666", detectorIds },
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd" },
};

it("configures GuardDuty in every region and Security Hub from the home region, as the administrator", async () => {
  const settings = plainSettings("organization", "444455556666");

  const { resources } = await recorded(() => organization(settings), { answers: outputs(stacks) });

  const ofAws = resources.filter(({ type }) => type.startsWith("aws:"));
  expect(ofAws.map(({ name, inputs }) => [name, inputs.region, inputs.detectorId ?? inputs.targetId])).toEqual([
    ["guardduty-ap-northeast-1", "ap-northeast-1", "d1"],
    ["guardduty-ap-northeast-1-S3_DATA_EVENTS", "ap-northeast-1", "d1"],
    ["guardduty-ap-northeast-3", "ap-northeast-3", "d2"],
    ["guardduty-ap-northeast-3-S3_DATA_EVENTS", "ap-northeast-3", "d2"],
    ["guardduty-us-east-1", "us-east-1", "d3"],
    ["guardduty-us-east-1-S3_DATA_EVENTS", "us-east-1", "d3"],
    ["securityhub-aggregator", "ap-northeast-1", undefined],
    ["securityhub-association", "ap-northeast-1", "r-abcd"],
    ["securityhub-central", "ap-northeast-1", undefined],
    ["securityhub-policy", "ap-northeast-1", undefined],
  ]);
  expect(new Set(ofAws.map(({ provider }) => provider))).toEqual(new Set(["account"]));
});

it("refuses an account that is not the administrator", async () => {
  const settings = plainSettings("organization", "111122223333");

  const attempt = recorded(() => organization(settings), { answers: outputs(stacks) });

  await expect(attempt).rejects.toThrow('hakken:account: "111122223333" is not the delegated administrator');
});

it("refuses a region in which the stack audit has no detector", async () => {
  const settings = plainSettings("organization", "444455556666");
  const audit = { detectorIds: { "ap-northeast-1": "d1" } };

  const attempt = recorded(() => organization(settings), {
    answers: outputs({ ...stacks, "organization/hakken/audit": audit }),
  });

  await expect(attempt).rejects.toThrow("the stack audit has no detector in ap-northeast-3, us-east-1");
});
