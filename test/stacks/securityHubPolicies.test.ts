import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { securityHub } from "../../settings/securityHub";
import { policiesWithTargets } from "../../stacks/securityHubPolicies";
import { recorded } from "../pulumi/recorded";
import { organizationAnswers, plainSettings } from "./settings";

const units = {
  "r-abcd": { accounts: { "111122223333": "ACTIVE" } },
  "ou-abcd-security0": { accounts: { "444455556666": "ACTIVE" } },
  "ou-abcd-workloads": { accounts: { "333344445555": "ACTIVE" } },
  "ou-abcd-deeper000": { parent: "ou-abcd-workloads" },
  "ou-abcd-suspended": { accounts: { "555566667777": "SUSPENDED" } },
};

const info = vi.spyOn(pulumi.log, "info");
const warn = vi.spyOn(pulumi.log, "warn");
beforeEach(() => {
  info.mockResolvedValue();
  warn.mockResolvedValue();
});
afterEach(() => vi.clearAllMocks());

const resolved = async (policies: object[] | undefined, of: Parameters<typeof organizationAnswers>[0] = units) => {
  const settings = {
    ...plainSettings("organization", "444455556666"),
    securityHub: securityHub.parse({ ...(policies && { policies }) }),
  };
  const { result } = await recorded(() => policiesWithTargets(settings, "r-abcd", new aws.Provider("account", {})), {
    answers: organizationAnswers(of),
  });
  return result.map(({ name, targets }) => [name, targets]);
};

it("applies one policy to everyone where the settings have none, leaving out units of suspended accounts", async () => {
  expect(await resolved(undefined)).toEqual([["hakken", ["ou-abcd-security0", "ou-abcd-workloads", "111122223333"]]]);
  expect(info).toHaveBeenCalledExactlyOnceWith(
    "hakken: Security Hub's configuration policy for everyone leaves out unit ou-abcd-suspended (ou-abcd-suspended): all accounts there are suspended.",
  );
  expect(warn).not.toHaveBeenCalled();
});

it("leaves targets of other policies out of the one for everyone", async () => {
  const policies = [
    { name: "workloads", targets: ["ou-abcd-workloads", "111122223333"] },
    { name: "deeper", targets: ["ou-abcd-deeper000", "444455556666"] },
    { name: "everyone" },
  ];

  expect(await resolved(policies)).toEqual([
    ["workloads", ["ou-abcd-workloads", "111122223333"]],
    ["deeper", ["ou-abcd-deeper000", "444455556666"]],
    ["everyone", ["ou-abcd-security0"]],
  ]);
});

it("takes the root by name, and warns of what AWS may report as failed then", async () => {
  expect(await resolved([{ name: "all", targets: ["root"] }])).toEqual([["all", ["r-abcd"]]]);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    "hakken: where suspended accounts stand among others, AWS may fail to apply a policy of Security Hub: unit ou-abcd-suspended (ou-abcd-suspended): 555566667777. Move them into an organizational unit of their own, which hakken leaves out.",
  );
});

it("warns of a suspended account among others", async () => {
  await resolved(undefined, {
    "ou-abcd-workloads": { accounts: { "333344445555": "ACTIVE", "555566667777": "SUSPENDED" } },
  });

  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining("unit ou-abcd-workloads (ou-abcd-workloads): 555566667777"),
  );
});

it("says that nobody configures the rest, where no policy is for everyone", async () => {
  await resolved([{ name: "workloads", targets: ["ou-abcd-workloads"] }]);

  expect(warn).toHaveBeenCalledExactlyOnceWith(
    "hakken:securityHub.policies: none is for everyone, so that accounts which no target holds decide by themselves about Security Hub. Add a policy without targets for them.",
  );
});

it("refuses targets that the organization does not have, all at once", async () => {
  const targets = ["ou-abcd-elsewhere", "999900001111", "555566667777", "r-wxyz"];

  await expect(resolved([{ name: "workloads", targets }])).rejects.toThrow(
    [
      'hakken:securityHub.policies[0].targets: "ou-abcd-elsewhere" is no organizational unit of the organization: correct or remove it. There are ou-abcd-deeper000, ou-abcd-security0, ou-abcd-suspended, ou-abcd-workloads.',
      'hakken:securityHub.policies[0].targets: "999900001111" is no account of the organization: correct or remove it.',
      'hakken:securityHub.policies[0].targets: "555566667777" is suspended, so that no policy can be applied there: remove it.',
      'hakken:securityHub.policies[0].targets: "r-wxyz" is not the root of the organization, which is r-abcd: write root.',
    ].join("\n"),
  );
});
