import { expect, it } from "vitest";
import { SecurityHubV2Policy } from "../../../components/detection/SecurityHubV2Policy";
import { recorded } from "../../pulumi/recorded";

const args = {
  policyName: "hakken-security-hub-v2",
  enabled: true,
  regions: ["us-east-1", "ap-northeast-1"],
  targetIds: ["r-abcd", "444455556666"],
};

it("is one policy of every region, attached to one target after the other", async () => {
  const { resources } = await recorded(() => new SecurityHubV2Policy("v2", args));

  expect(resources).toEqual([
    { type: "hakken:detection:SecurityHubV2Policy", name: "v2", inputs: {} },
    {
      type: "aws:organizations/policyAttachment:PolicyAttachment",
      name: "v2-444455556666",
      inputs: { policyId: "v2-policy-id", targetId: "444455556666" },
      after: ["v2-policy", "v2-r-abcd"],
    },
    {
      type: "aws:organizations/policy:Policy",
      name: "v2-policy",
      inputs: {
        name: "hakken-security-hub-v2",
        description: "Switches Security Hub V2 on. Made by hakken.",
        type: "SECURITYHUB_POLICY",
        content:
          '{"securityhub":{"enable_in_regions":{"@@assign":["ap-northeast-1","us-east-1"]},"disable_in_regions":{"@@assign":[]}}}',
      },
    },
    {
      type: "aws:organizations/policyAttachment:PolicyAttachment",
      name: "v2-r-abcd",
      inputs: { policyId: "v2-policy-id", targetId: "r-abcd" },
      after: ["v2-policy"],
    },
  ]);
});

it("says off as explicitly as on, since AWS leaves V2 on where no policy speaks of it", async () => {
  const { resources } = await recorded(() => new SecurityHubV2Policy("v2", { ...args, enabled: false }));

  const policy = resources.find(({ name }) => name === "v2-policy");
  expect(policy?.inputs).toMatchObject({
    description: "Switches Security Hub V2 off. Made by hakken.",
    content:
      '{"securityhub":{"enable_in_regions":{"@@assign":[]},"disable_in_regions":{"@@assign":["ap-northeast-1","us-east-1"]}}}',
  });
});
