import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../../../ops/adopt/differences";
import { criterion } from "../../../ops/adopt/finders/automationRules";
import type { Found } from "../../../ops/adopt/finding";
import { projectRoot } from "../../../ops/root";
import { AUDIT, HOME, LINKED, policy, RunningPlane } from "../../sandbox/doubles/plane";
import { finding } from "./inDoubles";

const plane = new RunningPlane();
const find = finding(plane);
beforeAll(async () => {
  await plane.start();
  await plane.deploySecurityHub();
});
afterAll(() => plane.close());

const equals = (Value: string) => [{ Value, Comparison: "EQUALS" as const }];

describe("an automation rule of our name", () => {
  const RULE = "aws:securityhub/automationRule:AutomationRule";

  it("is compared by what it matches and does, also where ours says nothing of it", async () => {
    const { RuleArn } = await plane.securityHub(AUDIT).createAutomationRule({
      RuleName: "hakken-known",
      Description: "by hand",
      RuleOrder: 7,
      Criteria: {
        Title: equals("Open port"),
        SeverityLabel: equals("LOW"),
        ResourceTags: [{ ...equals("x")[0], Key: "k" }],
      },
      Actions: [{ Type: "FINDING_FIELDS_UPDATE", FindingFieldsUpdate: { Workflow: { Status: "NOTIFIED" } } }],
      Tags: { madeBy: "hand" },
    });
    const note = { text: "why", updatedBy: "hakken-known" };
    const suppress = {
      type: "FINDING_FIELDS_UPDATE",
      findingFieldsUpdate: { workflow: { status: "SUPPRESSED" }, note },
    };
    const notified = { type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: { workflow: { status: "NOTIFIED" } } };
    const criteria = {
      titles: [{ comparison: "EQUALS", value: "Open port", __defaults: [] }],
      productNames: [{ comparison: "EQUALS", value: "GuardDuty" }],
      __defaults: [],
    };

    const found = (await find(RULE, { region: HOME, ruleName: "hakken-known" })) as Found;
    const other = await find(RULE, { region: HOME, ruleName: "hakken-other" });
    const off = await find(RULE, { region: LINKED, ruleName: "hakken-known" });

    expect(found.id).toBe(RuleArn);
    expect(differences(found.now, { ruleOrder: 7, criteria, actions: [suppress], isTerminal: false })).toEqual([
      { setting: "criteria.severityLabels", now: [{ comparison: "EQUALS", value: "LOW" }] },
      { setting: "criteria.resourceTags", now: [{ comparison: "EQUALS", key: "k", value: "x" }] },
      { setting: "criteria.productNames", ours: criteria.productNames },
      { setting: "actions", now: [notified], ours: [suppress] },
      { setting: "tags.madeBy", now: "hand" },
    ]);
    expect(other).toBeUndefined();
    expect(off).toBeUndefined();
  });

  it("has each criterion of AWS's under the program's name for it", () => {
    const declared = (file: string, type: string) => {
      const text = readFileSync(join(projectRoot(), "node_modules", file), "utf8");
      const body = new RegExp(`interface ${type} \\{([\\s\\S]*?)\\n *\\}`).exec(text)?.[1] ?? "";
      return [...body.matchAll(/^ *([a-zA-Z]+)\?:/gm)].map(([, name]) => name ?? "");
    };
    const models = ["models_0.d.ts", "models_1.d.ts", "models_2.d.ts"].map(
      (file) => `@aws-sdk/client-securityhub/dist-types/models/${file}`,
    );

    const theirs = models.flatMap((file) => declared(file, "AutomationRulesFindingFilters"));
    const ours = declared("@pulumi/aws/types/input.d.ts", "AutomationRuleCriteria");

    expect(theirs.length).toBeGreaterThan(30);
    // The SDK may know of some that the provider lacks.
    expect(theirs.map(criterion)).toEqual(expect.arrayContaining(ours));
    expect(ours.length).toBeGreaterThan(30);
  });
});

describe("a configuration policy of our name", () => {
  const POLICY = "aws:securityhub/configurationPolicy:ConfigurationPolicy";
  const { ConfigurationPolicy: before } = policy("tuned");
  const custom = (name: string, days: number) => ({
    securityControlId: name,
    parameters: [{ name: "daysToExpiration", valueType: "CUSTOM", int: { value: days } }],
  });
  const ours = (...blocks: object[]) => ({
    configurationPolicy: {
      serviceEnabled: true,
      enabledStandardArns: before.SecurityHub.EnabledStandardIdentifiers,
      securityControlsConfiguration: {
        disabledControlIdentifiers: [],
        ...(blocks.length > 0 && { securityControlCustomParameters: blocks }),
      },
    },
  });

  it("is compared by its controls' parameters: kept, changed, and those that go", async () => {
    const Parameters = { daysToExpiration: { ValueType: "CUSTOM" as const, Value: { Integer: 60 } } };
    await plane.securityHub(AUDIT).createConfigurationPolicy({
      Name: "tuned",
      ConfigurationPolicy: {
        SecurityHub: {
          ...before.SecurityHub,
          SecurityControlsConfiguration: {
            DisabledSecurityControlIdentifiers: [],
            SecurityControlCustomParameters: [{ SecurityControlId: "ACM.1", Parameters }],
          },
        },
      },
    });
    const setting = "configurationPolicy.securityControlsConfiguration.securityControlCustomParameters";

    const { now } = (await find(POLICY, { region: HOME, name: "tuned" })) as Found;

    expect(differences(now, ours(custom("ACM.1", 60)))).toEqual([]);
    expect(differences(now, ours(custom("ACM.1", 30)))).toEqual([
      { setting, now: [custom("ACM.1", 60)], ours: [custom("ACM.1", 30)] },
    ]);
    expect(differences(now, ours())).toEqual([{ setting, now: [custom("ACM.1", 60)] }]);
    expect(differences(now, { configurationPolicy: { serviceEnabled: false } })).toContainEqual({
      setting: "configurationPolicy.enabledStandardArns",
      now: before.SecurityHub.EnabledStandardIdentifiers,
    });
  });
});

describe("an account's own standards", () => {
  const SUBSCRIPTION = "aws:securityhub/standardsSubscription:StandardsSubscription";
  const CONTROL = "aws:securityhub/standardsControlAssociation:StandardsControlAssociation";

  it("are taken over with their controls, which ours overwrites; nothing where Security Hub or the standard is off", async () => {
    const standardsArn = `arn:aws:securityhub:${LINKED}::standards/aws-foundational-security-best-practices/v/1.0.0`;
    const inputs = { region: LINKED, standardsArn };
    const control = { ...inputs, securityControlId: "IAM.6" };
    const off = [await find(SUBSCRIPTION, inputs), await find(CONTROL, control)];
    const hub = plane.securityHub(AUDIT, LINKED);
    await hub.enableSecurityHub({ EnableDefaultStandards: false });
    const bare = [await find(SUBSCRIPTION, inputs), await find(CONTROL, control)];
    const { StandardsSubscriptions: [on] = [] } = await hub.batchEnableStandards({
      StandardsSubscriptionRequests: [{ StandardsArn: standardsArn }],
    });

    const subscription = await find(SUBSCRIPTION, inputs);
    const enabled = (await find(CONTROL, control)) as Found;

    expect([...off, ...bare]).toEqual([undefined, undefined, undefined, undefined]);
    expect(subscription).toEqual({ id: on?.StandardsSubscriptionArn, now: { standardsArn } });
    expect(enabled.id).toBe(`IAM.6,${standardsArn}`);
    expect(differences(enabled.now, { ...control, associationStatus: "DISABLED", updatedReason: "no" })).toEqual([
      { setting: "associationStatus", now: "ENABLED", ours: "DISABLED" },
      { setting: "updatedReason", ours: "no" },
    ]);
  });
});
