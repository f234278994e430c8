import * as pulumi from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import type { ReconcilerArgs } from "../../components/detection/Reconciler";
import { PLANS } from "../../handlers/guardDutyPlans";
import { securityHub } from "../../settings/securityHub";
import { organization } from "../../stacks/organization";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// The reconciler has tests of its own, on the compiled program, since its handler can't be serialized from what vitest makes.
const made = vi.hoisted(() => ({
  reconcilers: [] as unknown[][],
  invocations: [] as string[],
  refused: [] as string[],
  lacking: [] as string[],
}));
vi.mock("../../components/detection/Reconciler", () => ({
  Reconciler: class {
    warnings = made.refused;
    lacking = made.lacking;
    constructor(...args: unknown[]) {
      made.reconcilers.push(args);
    }
    invocation(name: string) {
      made.invocations.push(name);
    }
  },
}));

const stacks = {
  "organization/hakken/audit": auditOutputs,
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: [] as string[] },
};

const answersOf = (of: Parameters<typeof outputs>[0]) => ({ ...aws, ...organizationAnswers(), ...outputs(of) });

it("configures GuardDuty in every region and Security Hub from the home region, as the administrator", async () => {
  const settings = plainSettings("organization", "444455556666");

  const { resources } = await recorded(() => organization(settings), { answers: answersOf(stacks) });

  const guardDuty = (region: string, detectorId: string) => [
    [`guardduty-${region}`, region, detectorId],
    ...[...PLANS].sort().map((plan) => [`guardduty-${region}-${plan}`, region, detectorId]),
  ];
  const ofAws = resources.filter(({ type }) => type.startsWith("aws:"));
  expect(ofAws.map(({ name, inputs }) => [name, inputs.region, inputs.detectorId ?? inputs.targetId])).toEqual([
    ["config", "ap-northeast-1", undefined],
    ["config-policy", undefined, undefined],
    ["config-role", undefined, undefined],
    ...guardDuty("ap-northeast-1", "d1"),
    ...guardDuty("ap-northeast-3", "d2"),
    ...guardDuty("us-east-1", "d3"),
    ["securityhub-aggregator", "ap-northeast-1", undefined],
    ["securityhub-association-111122223333", "ap-northeast-1", "111122223333"],
    ["securityhub-central", "ap-northeast-1", undefined],
    ["securityhub-policy-hakken", "ap-northeast-1", undefined],
  ]);
  expect(new Set(ofAws.map(({ provider }) => provider))).toEqual(new Set(["account"]));
  expect(new Set(ofAws.map(({ protect }) => protect))).toEqual(new Set([true]));
});

it("warns of what the reconciler could not cover, and gives it with the accounts that lack a region", async () => {
  const settings = plainSettings("organization", "444455556666");
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  made.refused = ["account 1 is not covered"];
  made.lacking = ["account 2 lacks the region"];

  const { result } = await recorded(async () => valuesOf(await organization(settings)), { answers: answersOf(stacks) });

  expect(result.uncovered).toEqual(["account 1 is not covered", "account 2 lacks the region"]);
  expect(warn.mock.calls.map(([words]) => String(words).split("\n").slice(1))).toEqual([
    ["  account 1 is not covered"],
  ]);
  made.refused = [];
  made.lacking = [];
  warn.mockRestore();
});

it("refuses an account that is not the administrator", async () => {
  const settings = plainSettings("organization", "111122223333");

  const attempt = recorded(() => organization(settings), { answers: answersOf(stacks) });

  await expect(attempt).rejects.toThrow('hakken:account: "111122223333" is not the delegated administrator');
});

it("refuses a region in which the stack audit has no detector", async () => {
  const settings = plainSettings("organization", "444455556666");
  const audit = { ...auditOutputs, detectorIds: { "ap-northeast-1": "d1" } };

  const attempt = recorded(() => organization(settings), {
    answers: answersOf({ ...stacks, "organization/hakken/audit": audit }),
  });

  await expect(attempt).rejects.toThrow("the stack audit has no detector in ap-northeast-3, us-east-1");
});

it("leaves out what the audit account calls absent", async () => {
  const settings = plainSettings("organization", "444455556666");
  const audit = {
    ...auditOutputs,
    detectorIds: { "ap-northeast-1": "d1", "us-east-1": "d3" },
    absentRegions: ["ap-northeast-3"],
  };

  const { resources } = await recorded(() => organization(settings), {
    answers: answersOf({ ...stacks, "organization/hakken/audit": audit }),
  });

  const guardDuty = resources.filter(
    ({ type }) => type.endsWith(":OrganizationConfiguration") && /guardduty/.test(type),
  );
  expect(guardDuty.map(({ inputs }) => inputs.region)).toEqual(["ap-northeast-1", "us-east-1"]);
  const aggregator = resources.find(({ name }) => name === "securityhub-aggregator");
  expect(aggregator?.inputs.specifiedRegions).toEqual(["us-east-1"]);
});

it("configures no GuardDuty where the management account could designate nobody, but gathers what is found there", async () => {
  const settings = plainSettings("organization", "444455556666");
  const management = { ...stacks["organization/hakken/management"], absentRegions: ["ap-northeast-3"] };
  const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();

  const { resources } = await recorded(() => organization(settings), {
    answers: answersOf({ ...stacks, "organization/hakken/management": management }),
  });

  const guardDuty = resources.filter(({ name }) => name.startsWith("guardduty-"));
  expect([...new Set(guardDuty.map(({ inputs }) => inputs.region))]).toEqual(["ap-northeast-1", "us-east-1"]);
  const aggregator = resources.find(({ name }) => name === "securityhub-aggregator");
  expect(aggregator?.inputs.specifiedRegions).toEqual(["ap-northeast-3", "us-east-1"]);
  expect(info).toHaveBeenCalledExactlyOnceWith(
    "hakken: GuardDuty is not set for the organization in ap-northeast-3, which the management account does not have, so that nobody administers it there.",
  );
  info.mockRestore();
});

it("refuses regions of which the audit account has the home region alone, since Security Hub needs one to link", async () => {
  const settings = {
    ...plainSettings("organization", "444455556666"),
    regions: ["ap-northeast-1", "ap-northeast-3"],
    linkedRegions: ["ap-northeast-3"],
  };
  const audit = { ...auditOutputs, absentRegions: ["ap-northeast-3"] };

  const attempt = recorded(() => organization(settings), {
    answers: answersOf({ ...stacks, "organization/hakken/audit": audit }),
  });

  await expect(attempt).rejects.toThrow(
    "hakken:regions: the audit account has ap-northeast-1 alone of them, since its own hakken:absentRegions names ap-northeast-3: add another that it has, since Security Hub's central configuration needs one to link.",
  );
});

it("suppresses in every region that it administers, once Security Hub is configured, and guards no suppression", async () => {
  const settings = {
    ...plainSettings("organization", "444455556666"),
    suppressions: [
      { name: "known", control: ["S3.8"], reason: "no_fix" as const, owner: "platform team", note: "SEC-123" },
    ],
  };
  const audit = { ...auditOutputs, absentRegions: ["ap-northeast-3"] };

  const { resources, result } = await recorded(() => organization(settings), {
    answers: answersOf({ ...stacks, "organization/hakken/audit": audit }),
  });

  const rules = resources.filter(({ type }) => type.endsWith(":AutomationRule"));
  expect(rules.map(({ name, inputs, provider, protect }) => [name, inputs.region, provider, protect])).toEqual([
    ["suppressions-known-ap-northeast-1", "ap-northeast-1", "account", undefined],
    ["suppressions-known-us-east-1", "us-east-1", "account", undefined],
  ]);
  expect(rules[0]?.after).toContain("securityhub-association-111122223333");
  expect(result).toMatchObject({ suppressionExpiries: [] });
});

it("refuses declarative policies of Security Hub, which would undo what it configures", async () => {
  const settings = plainSettings("organization", "444455556666");
  const getPolicies = ({ filter }: Record<string, unknown>) => ({
    ids: filter === "SECURITYHUB_CSPM_POLICY" ? ["p-2", "p-1"] : [],
  });

  const attempt = recorded(() => organization(settings), {
    answers: { ...answersOf(stacks), "aws:organizations/getPolicies:getPolicies": getPolicies },
  });

  await expect(attempt).rejects.toThrow(
    "hakken: the organization has declarative policies of Security Hub CSPM (p-1, p-2), which switch off whatever they don't list",
  );
});

it("releases each policy of Security Hub before it goes", async () => {
  made.invocations.length = 0;
  const policies = [{ name: "workloads", targets: ["111122223333"] }, { name: "everyone" }];
  const settings = {
    ...plainSettings("organization", "444455556666"),
    securityHub: securityHub.parse({ policies }),
  };

  await recorded(() => organization(settings), { answers: answersOf(stacks) });

  expect(made.invocations).toEqual(["securityhub-release-workloads", "securityhub-release-everyone"]);
});

it("has Inspector's duty in each region that is scanned, and in none once the setting is gone, with what a release takes", async () => {
  const settings = plainSettings("organization", "444455556666");
  const inspector = { scan: ["LAMBDA_CODE" as const, "LAMBDA" as const], absentTypes: { LAMBDA: ["us-east-1"] } };
  const dutyOf = async (given: typeof settings) => {
    made.reconcilers.length = 0;
    await recorded(() => organization(given), { answers: answersOf(stacks) });
    const [, { duties }] = made.reconcilers[0] as [string, ReconcilerArgs];
    return duties.find(({ kind }) => kind === "inspector");
  };

  const on = await dutyOf({ ...settings, inspector });
  const off = await dutyOf(settings);

  expect(Object.keys(on?.regions ?? {})).toEqual(["ap-northeast-1", "ap-northeast-3", "us-east-1"]);
  expect(on?.settings).toEqual({ adminAccountId: "444455556666", ...inspector });
  expect(on?.after).toHaveLength(3);
  expect([off?.regions, off?.after]).toEqual([{}, []]);
  expect(off?.settings).toEqual({ adminAccountId: "444455556666", scan: [], absentTypes: {} });
  expect(off?.statements).toEqual(on?.statements);
});

it("has the reconciler say how controls are reported in each of the administrator's regions, on its own hubs alone", async () => {
  const settings = plainSettings("organization", "444455556666");
  made.reconcilers.length = 0;

  await recorded(() => organization(settings), { answers: answersOf(stacks) });

  const [, { duties }] = made.reconcilers[0] as [string, ReconcilerArgs];
  const duty = duties.find(({ kind }) => kind === "securityHub");
  const everywhere = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
  expect(duty?.settings).toEqual({
    homeRegion: "ap-northeast-1",
    regions: everywhere,
    controlFindings: "SECURITY_CONTROL",
  });
  expect(duty?.statements.find(({ Sid }) => Sid === "ReportControls")).toEqual({
    Sid: "ReportControls",
    Action: ["securityhub:DescribeHub", "securityhub:UpdateSecurityHubConfiguration"],
    Resource: everywhere.map((region) => `arn:aws:securityhub:${region}:444455556666:hub/default`),
  });
});
