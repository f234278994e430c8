import { expect, it } from "vitest";
import { management } from "../../stacks/management";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, aws, outputs, plainSettings } from "./settings";

const audit = { "organization/hakken/audit": auditOutputs };

it("watches the management account by itself, without what the administrator decides, and designates the audit account", async () => {
  const settings = plainSettings("management", "111122223333");

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  const detection = resources.filter(({ type }) => /guardduty|securityhub/.test(type));
  expect(detection.map(({ after, provider, protect, ...rest }) => rest)).toEqual([
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
  expect(new Set(detection.map(({ protect }) => protect))).toEqual(new Set([true]));
});

it("designates in each region after this account's own detector there, and Security Hub after its own hub", async () => {
  const settings = plainSettings("management", "111122223333");

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  const after = (name: string) => resources.find((resource) => resource.name === name)?.after;
  expect(after("admin-guardduty-ap-northeast-1")).toContain("detectors-ap-northeast-1");
  expect(after("admin-guardduty-us-east-1")).toContain("detectors-us-east-1");
  expect(after("admin-securityhub")).toContain("securityhub");
});

it("forwards calls that switch detection off from each region, and global ones, to the audit account's bus", async () => {
  const settings = { ...plainSettings("management", "111122223333"), namePrefix: "acme" };

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  const rules = resources.filter(({ type, name }) => /eventRule/.test(type) && /watch-forward/.test(name));
  const regions = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
  expect(rules.map(({ name }) => name).sort()).toEqual([
    "acme-watch-forward-admins-us-east-1",
    ...regions.map((region) => `acme-watch-forward-rules-${region}`),
    ...regions.map((region) => `acme-watch-forward-silenced-${region}`),
  ]);
  const patternOf = (what: string) =>
    String(rules.find(({ name }) => name === `acme-watch-forward-${what}-us-east-1`)?.inputs.eventPattern);
  // Each watches the other, and no call is taken twice.
  expect(patternOf("silenced")).toContain('{"prefix":"acme-watch-forward-rules-"}');
  expect(patternOf("silenced")).not.toContain("acme-watch-forward-silenced-");
  expect(patternOf("rules")).toContain('"name":[{"prefix":"acme-watch-forward-silenced-"}]');
  const targets = resources.filter(({ type, name }) => /eventTarget/.test(type) && /watch-forward/.test(name));
  expect(new Set(targets.map(({ inputs }) => inputs.arn))).toEqual(
    new Set([audit["organization/hakken/audit"].silencedBus]),
  );
  expect(targets.length).toBe(rules.length);
});

it("leaves its own calls to the audit account's rules where it is that account", async () => {
  const settings = plainSettings("management", "111122223333");
  const { silencedBus: _, ...own } = { ...auditOutputs, accountId: "111122223333" };

  const { resources } = await recorded(() => management(settings), {
    answers: { ...aws, ...outputs({ "organization/hakken/audit": own }) },
  });

  expect(resources.filter(({ name }) => /watch-forward/.test(name))).toEqual([]);
});

it("gives the administrator and the root to the stack organization", async () => {
  const settings = plainSettings("management", "111122223333");
  const answers = { ...aws, ...outputs(audit) };

  const { result } = await recorded(async () => valuesOf(await management(settings)), { answers });

  expect(result).toMatchObject({ adminAccountId: "444455556666", rootId: "r-abcd" });
});

it("guards nothing where protection is off", async () => {
  const settings = { ...plainSettings("management", "111122223333"), protect: false };

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  expect(resources.filter(({ protect }) => protect)).toEqual([]);
});

it("makes nothing in a region that it lacks, and designates nobody where the audit account has nothing", async () => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    regions: ["ap-northeast-1", "us-east-1", "ap-east-1"],
    linkedRegions: ["us-east-1", "ap-east-1"],
    absentRegions: ["ap-northeast-3"],
  };
  const elsewhere = { ...auditOutputs, absentRegions: ["ap-east-1"] };
  const answers = { ...aws, ...outputs({ "organization/hakken/audit": elsewhere }) };

  const { resources, result } = await recorded(async () => valuesOf(await management(settings)), { answers });

  const regionsOf = (type: RegExp) =>
    resources.filter((resource) => type.test(resource.type)).map(({ inputs }) => inputs.region);
  expect(regionsOf(/detector:Detector$/)).toEqual(["ap-east-1", "ap-northeast-1", "us-east-1"]);
  expect(regionsOf(/recorder:Recorder$/)).toEqual(["ap-east-1", "ap-northeast-1", "us-east-1"]);
  expect(regionsOf(/guardduty.organizationAdminAccount/)).toEqual(["ap-northeast-1", "us-east-1"]);
  expect(result).toMatchObject({ absentRegions: ["ap-northeast-3"] });
});

it("refuses another home region than the stack audit's", async () => {
  const settings = plainSettings("management", "111122223333");
  const elsewhere = { "organization/hakken/audit": { ...auditOutputs, homeRegion: "us-east-1" } };

  const attempt = recorded(() => management(settings), { answers: { ...aws, ...outputs(elsewhere) } });

  await expect(attempt).rejects.toThrow(
    'hakken:homeRegion: "ap-northeast-1" is not that of the stack audit, us-east-1: set the same in both, best in Pulumi.yaml.',
  );
});

it("refuses an account that does not manage the organization, before anything is made there", async () => {
  const settings = plainSettings("management", "777788889999");

  const attempt = recorded(() => management(settings), { answers: { ...aws, ...outputs(audit) } });

  await expect(attempt).rejects.toThrow(
    'hakken:account: "777788889999" is not the organization\'s management account: that is 111122223333. Set it to that account.',
  );
});

it("reads the stack that the settings name", async () => {
  const settings = { ...plainSettings("management", "111122223333"), stacks: { audit: "acme/security/audit" } };
  const named = { "acme/security/audit": { ...auditOutputs, accountId: "555566667777" } };

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...outputs(named) } });

  expect(resources.find(({ name }) => name === "admin-securityhub")?.inputs.adminAccountId).toBe("555566667777");
});

it("refuses declarative policies of Security Hub before anything is made", async () => {
  const settings = plainSettings("management", "111122223333");
  const answers = {
    ...aws,
    ...outputs(audit),
    "aws:organizations/getPolicies:getPolicies": () => ({ ids: ["p-1"] }),
  };

  const attempt = recorded(() => management(settings), { answers });

  await expect(attempt).rejects.toThrow(
    "hakken: the organization has declarative policies of Security Hub CSPM (p-1), which switch off whatever they don't list",
  );
});

it("refuses another administrator than it designated, with what would be lost, until nothing is designated any more", async () => {
  const settings = plainSettings("management", "111122223333");
  const designated = (adminAccountId?: string) => ({
    answers: { ...aws, ...outputs({ ...audit, "organization/hakken/management": { adminAccountId } }) },
    stack: "management",
  });

  const switched = recorded(() => management(settings), designated("555566667777"));
  await expect(switched).rejects.toThrow(
    /the stack audit is that of account 444455556666, and this stack designated 555566667777\. .*every account's membership .* Set it back to 555566667777; or,/,
  );
  const same = await recorded(() => management(settings), designated("444455556666"));
  const destroyed = await recorded(() => management(settings), designated());

  expect(destroyed.resources).toEqual(same.resources);
});
