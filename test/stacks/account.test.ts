import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, it, vi } from "vitest";
import type { PlainSettings } from "../../settings";
import { accountProvider } from "../../stacks/account";
import { recorded, refusal } from "../pulumi/recorded";
import { plainSettings } from "./settings";

const organization = (answer: () => Record<string, unknown>) => ({
  "aws:organizations/getOrganization:getOrganization": ({ returnOrganizationOnly }: Record<string, unknown>) => {
    // All that a member account may ask for.
    if (!returnOrganizationOnly) throw refusal("AccessDeniedException");
    return answer();
  },
});

const provider = (changed: Partial<PlainSettings>, answers = {}) =>
  recorded(() => accountProvider({ ...plainSettings("member", "777788889999"), ...changed }), { answers });

afterEach(() => void vi.restoreAllMocks());

it("takes the credentials at hand, for this account alone", async () => {
  const { resources } = await provider({});

  expect(resources.map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({ region: "ap-northeast-1", allowedAccountIds: '["777788889999"]' }),
  ]);
  for (const key of ["profile", "assumeRoles", "defaultTags"]) expect(resources[0]?.inputs).not.toHaveProperty(key);
});

it("assumes the role with the profile's credentials, under a name that CloudTrail shows", async () => {
  const roleArn = "arn:aws:iam::777788889999:role/hakken-deploy";

  const { resources } = await provider({ profile: "ops", deployRoleArn: roleArn });

  expect(resources[0]?.inputs).toMatchObject({
    profile: "ops",
    assumeRoles: JSON.stringify([{ roleArn, sessionName: "hakken" }]),
    allowedAccountIds: '["777788889999"]',
  });
});

it("puts the tags on everything", async () => {
  const { resources } = await provider({ tags: { Owner: "security" } });

  expect(resources[0]?.inputs.defaultTags).toBe('{"tags":{"Owner":"security"}}');
});

it("goes on in the organization that it must be in", async () => {
  const { resources } = await provider(
    { organizationId: "o-a1b2c3d4e5" },
    organization(() => ({ id: "o-a1b2c3d4e5" })),
  );

  expect(resources).toHaveLength(1);
});

it("stops in another organization before anything is made", async () => {
  const answers = organization(() => ({ id: "o-otherother1" }));

  await expect(provider({ organizationId: "o-a1b2c3d4e5" }, answers)).rejects.toThrow(
    "hakken:organizationId: account 777788889999 belongs to o-otherother1, not to o-a1b2c3d4e5. Nothing was made: correct hakken:account or hakken:organizationId.",
  );
});

it("stops where the account is in no organization, or may not ask, with what AWS says", async () => {
  const answers = organization(() => {
    throw refusal("AWSOrganizationsNotInUseException: Your account is not a member of an organization.");
  });

  await expect(provider({ organizationId: "o-a1b2c3d4e5" }, answers)).rejects.toThrow(
    /^hakken:organizationId: account 777788889999 can't be asked .* takes organizations:DescribeOrganization. AWS says: .*not a member/,
  );
});

it("says once which regions are left out, and nothing where none is", async () => {
  const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();

  await provider({ absentRegions: ["ap-east-1", "me-south-1"] });
  await provider({});

  expect(info).toHaveBeenCalledExactlyOnceWith(
    "hakken:absentRegions: nothing is made for account 777788889999 in ap-east-1, me-south-1, which it does not have.",
  );
});
