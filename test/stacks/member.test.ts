import { expect, it } from "vitest";
import { member } from "../../stacks/member";
import { recorded } from "../pulumi/recorded";
import { aws, plainSettings } from "./settings";

it("records the account in every region, and nothing else", async () => {
  const settings = plainSettings("member", "777788889999");

  const { resources } = await recorded(() => member(settings), { answers: aws });

  const parts = resources.filter(({ type }) => !/^aws:(s3|cfg)/.test(type));
  expect(parts.map(({ name }) => name)).toEqual(["account", "recorder", "recorder-role"]);
  expect(
    resources.filter(({ type }) => type === "aws:cfg/recorder:Recorder").map(({ inputs }) => inputs.region),
  ).toEqual(["ap-northeast-1", "ap-northeast-3", "us-east-1"]);
});
