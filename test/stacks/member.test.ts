import { expect, it } from "vitest";
import { member } from "../../stacks/member";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, aws, outputs, plainSettings } from "./settings";

const answers = { ...aws, ...outputs({ "organization/hakken/audit": auditOutputs }) };

it("records the account in every region, and nothing else", async () => {
  const settings = plainSettings("member", "777788889999");

  const { resources } = await recorded(() => member(settings), { answers });

  const parts = resources.filter(({ type }) => !/^aws:(s3|cfg)/.test(type));
  expect(parts.map(({ name }) => name)).toEqual(["account", "recorder", "recorder-bucket", "recorder-role"]);
  expect(
    resources.filter(({ type }) => type === "aws:cfg/recorder:Recorder").map(({ inputs }) => inputs.region),
  ).toEqual(["ap-northeast-1", "ap-northeast-3", "us-east-1"]);
});

it("protects its recorders, and says which regions it leaves out", async () => {
  const settings = {
    ...plainSettings("member", "777788889999"),
    regions: ["ap-northeast-1", "us-east-1"],
    linkedRegions: ["us-east-1"],
    absentRegions: ["ap-northeast-3"],
  };

  const { resources, result } = await recorded(async () => valuesOf(await member(settings)), { answers });

  const recorders = resources.filter(({ type }) => type === "aws:cfg/recorder:Recorder");
  expect(recorders.map(({ inputs, protect }) => [inputs.region, protect])).toEqual([
    ["ap-northeast-1", true],
    ["us-east-1", true],
  ]);
  expect(result).toMatchObject({ absentRegions: ["ap-northeast-3"] });
});

it("refuses the audit account, which has a stack of its own", async () => {
  const attempt = recorded(() => member(plainSettings("member", "444455556666")), { answers });

  await expect(attempt).rejects.toThrow('hakken:account: "444455556666" is the audit account');
});

it("says which command to run first while nobody is there to gather its findings", async () => {
  const attempt = recorded(() => member(plainSettings("member", "777788889999")), {
    answers: { ...aws, ...outputs({}) },
  });

  await expect(attempt).rejects.toThrow("run pulumi stack init audit, then run pulumi up --stack audit first");
});
