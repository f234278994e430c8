import type { AutomationRulesFindingFilters, CreateAutomationRuleCommandInput } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { control, finding, identifier, later } from "./findings";
import { AUDIT, errorOf, HOME, LINKED, PROD, RunningPlane } from "./plane";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  // The policy is the workloads' alone.
  await running.securityHub(AUDIT, LINKED).enableSecurityHub({ EnableDefaultStandards: false });
});
afterEach(() => running.close());

const equals = (Value: string) => [{ Value, Comparison: "EQUALS" as const }];
const rule = (change: Partial<CreateAutomationRuleCommandInput> = {}): CreateAutomationRuleCommandInput => ({
  RuleName: "known",
  Description: "known",
  RuleOrder: 500,
  Criteria: { Title: equals("Open port") },
  Actions: [
    {
      Type: "FINDING_FIELDS_UPDATE",
      FindingFieldsUpdate: { Workflow: { Status: "SUPPRESSED" }, Note: { Text: "SEC-123", UpdatedBy: "hakken" } },
    },
  ],
  ...change,
});
const create = (change: Partial<CreateAutomationRuleCommandInput> = {}, region = HOME) =>
  running.securityHub(AUDIT, region).createAutomationRule(rule(change));
const stored = async (one: { Id?: string }) => {
  const { Findings = [] } = await running.securityHub(AUDIT).getFindings({ Filters: { Id: equals(one.Id ?? "") } });
  return Findings[0];
};
const workflowOf = async (given: object, region = HOME) => {
  const one = { ...finding(), ...given };
  await running.plane.importAsService({ ...one, Region: region });
  return (await stored(one))?.Workflow?.Status;
};

describe("automation rules", () => {
  it("are made, read, listed, changed and deleted by the administrator, with their tags", async () => {
    const audit = running.securityHub(AUDIT);
    const { RuleArn = "" } = await create({ Tags: { Owner: "security" } });

    const { Rules } = await audit.batchGetAutomationRules({ AutomationRulesArns: [RuleArn] });
    running.clock.pass(1000);
    const changed = await audit.batchUpdateAutomationRules({
      UpdateAutomationRulesRequestItems: [
        { RuleArn, RuleOrder: 7 },
        { RuleArn: `${RuleArn}x`, RuleOrder: 7 },
      ],
    });
    const { AutomationRulesMetadata } = await audit.listAutomationRules({});
    const { Tags } = await audit.listTagsForResource({ ResourceArn: RuleArn });
    const deleted = await audit.batchDeleteAutomationRules({ AutomationRulesArns: [RuleArn, `${RuleArn}x`] });
    const gone = await audit.batchGetAutomationRules({ AutomationRulesArns: [RuleArn] });

    expect(RuleArn).toMatch(new RegExp(`^arn:aws:securityhub:${HOME}:${AUDIT}:automation-rule/[0-9a-f-]{36}$`));
    expect(Rules).toMatchObject([{ ...rule(), RuleArn, RuleStatus: "ENABLED", IsTerminal: false }]);
    expect([changed.ProcessedAutomationRules, changed.UnprocessedAutomationRules?.length]).toEqual([[RuleArn], 1]);
    expect(AutomationRulesMetadata).toMatchObject([{ RuleArn, RuleOrder: 7, RuleName: "known" }]);
    expect(AutomationRulesMetadata?.[0]).not.toHaveProperty("Criteria");
    expect(Tags).toEqual({ Owner: "security" });
    expect([deleted.ProcessedAutomationRules, deleted.UnprocessedAutomationRules?.length]).toEqual([[RuleArn], 1]);
    expect(gone.Rules).toEqual([]);
  });

  it("are refused to a member account, where Security Hub is off, and beyond a hundred in a region", async () => {
    const member = await errorOf(running.securityHub(PROD).createAutomationRule(rule()));
    const off = await errorOf(create({}, "ap-northeast-2"));
    for (let index = 0; index < 100; index++) await create();
    const full = await errorOf(create());
    await create({}, LINKED);

    expect(member.name).toBe("AccessDeniedException");
    expect(off.name).toBe("InvalidAccessException");
    expect(full.name).toBe("LimitExceededException");
  });

  it.each<[string, object]>([
    ["without a name", { RuleName: " " }],
    ["without a description", { Description: "" }],
    ["before all", { RuleOrder: 0 }],
    ["after all", { RuleOrder: 1001 }],
    ["without criteria", { Criteria: {} }],
    ["with an empty criterion", { Criteria: { Title: [] } }],
    ["with 21 controls", { Criteria: { ComplianceSecurityControlId: Array(21).fill(equals("S3.1")[0]) } }],
    ["with 101 titles", { Criteria: { Title: Array(101).fill(equals("t")[0]) } }],
    ["with an end and no start", { Criteria: { UpdatedAt: [{ End: later }] } }],
    ["with a finding's Region, which criteria don't have", { Criteria: { Region: equals(HOME) } }],
    ["without an action", { Actions: [] }],
    ["with two actions", { Actions: [...(rule().Actions ?? []), ...(rule().Actions ?? [])] }],
    ["that changes nothing", { Actions: [{ Type: "FINDING_FIELDS_UPDATE", FindingFieldsUpdate: {} }] }],
    [
      "with a note too long",
      {
        Actions: [
          {
            Type: "FINDING_FIELDS_UPDATE",
            FindingFieldsUpdate: { Note: { Text: "x".repeat(513), UpdatedBy: "hakken" } },
          },
        ],
      },
    ],
  ])("are refused %s", async (_case, change) => {
    // By hand: the SDK itself drops a member that it does not know.
    const answer = await fetch(`${running.endpoint("securityhub")}/automationrules/create`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `AWS4-HMAC-SHA256 Credential=${AUDIT}/20261122/${HOME}/securityhub/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ ...rule(), ...change }),
    });

    expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([400, "InvalidInputException"]);
  });

  it("take a hundred accounts, titles and resources", async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => equals(`a${index}`)[0]) as [];

    const { RuleArn } = await create({ Criteria: { AwsAccountId: hundred, Title: hundred, ResourceId: hundred } });

    expect(RuleArn).toMatch(/automation-rule/);
  });
});

describe("a finding that a rule takes", () => {
  it("is suppressed as it comes in, with the rule's note, and announced so once", async () => {
    await create();

    await running.plane.importAsService({ ...finding(), Region: HOME });

    const one = await stored(finding());
    expect(one).toMatchObject({
      Workflow: { Status: "SUPPRESSED" },
      Note: { Text: "SEC-123", UpdatedBy: "hakken" },
      UpdatedAt: finding().UpdatedAt,
    });
    const told = running.heard.filter(({ account }) => account === AUDIT).map(({ Detail }) => JSON.parse(Detail));
    expect(told.map(({ findings }) => findings[0].Workflow.Status)).toEqual(["SUPPRESSED"]);
  });

  it("is suppressed when it is reported anew, whatever it was; not when a person writes to it", async () => {
    const audit = running.securityHub(AUDIT);
    await workflowOf({});
    await create();
    const set = (Status: "NEW" | "NOTIFIED") =>
      audit.batchUpdateFindings({ FindingIdentifiers: [identifier(finding())], Workflow: { Status } });

    await set("NOTIFIED");
    const written = (await stored(finding()))?.Workflow?.Status;
    const reported = await workflowOf({ UpdatedAt: later });
    await set("NEW");

    expect([written, reported, (await stored(finding()))?.Workflow?.Status]).toEqual(["NOTIFIED", "SUPPRESSED", "NEW"]);
  });

  it("is suppressed too where its own account imports it", async () => {
    await create();
    await running.securityHub(PROD).batchImportFindings({ Findings: [finding()] });

    expect((await stored(finding()))?.Workflow?.Status).toBe("SUPPRESSED");
  });

  it("is one of the rule's own region alone", async () => {
    await create({}, LINKED);
    await create({ Criteria: { Title: equals("Here") } }, HOME);

    const there = await workflowOf({ Id: "there" }, LINKED);
    const here = await workflowOf({ Id: "here" }, HOME);
    const hereButThere = await workflowOf({ Id: "both", Title: "Here" }, LINKED);

    expect([there, here, hereButThere]).toEqual(["SUPPRESSED", "NEW", "NEW"]);
  });

  it.each<[string, AutomationRulesFindingFilters, object, object]>([
    [
      "a control",
      { ComplianceSecurityControlId: equals("S3.8") },
      control(),
      control({ Compliance: { SecurityControlId: "S3.80" } }),
    ],
    ["an account", { AwsAccountId: equals(PROD) }, {}, { AwsAccountId: AUDIT }],
    [
      "a resource by its beginning",
      { ResourceId: [{ Value: "arn:aws:s3:::dev-", Comparison: "PREFIX" }] },
      { Resources: [{ Type: "AwsS3Bucket", Id: "arn:aws:s3:::dev-1" }] },
      {},
    ],
    ["a product", { ProductName: equals("GuardDuty") }, { ProductName: "GuardDuty" }, {}],
    ["a severity", { SeverityLabel: equals("LOW") }, { Severity: { Label: "LOW" } }, { Severity: { Label: "HIGH" } }],
    [
      "a tag of the resource",
      { ResourceTags: [{ Key: "Env", Value: "dev", Comparison: "EQUALS" }] },
      { Resources: [{ Type: "AwsS3Bucket", Id: "a", Tags: { Env: "dev", Team: "x" } }] },
      { Resources: [{ Type: "AwsS3Bucket", Id: "a", Tags: { Team: "dev" } }] },
    ],
    [
      "a time of the last update",
      { UpdatedAt: [{ Start: "2000-01-01T00:00:00Z", End: "2026-11-20T12:00:00Z" }] },
      { UpdatedAt: "2026-11-20T12:00:00Z" },
      { UpdatedAt: "2026-11-20T12:00:00.001Z" },
    ],
    ["two things at once", { Title: equals("Open port"), SeverityLabel: equals("HIGH") }, {}, { Title: "Another" }],
  ])("has %s", async (_case, Criteria, taken, left) => {
    await create({ Criteria });

    const [first, second] = [await workflowOf({ ...taken, Id: "1" }), await workflowOf({ ...left, Id: "2" })];

    expect([first, second]).toEqual(["SUPPRESSED", "NEW"]);
  });

  it("meets rules in their order, and none after a terminal one", async () => {
    const notes = (Text: string) => [
      { Type: "FINDING_FIELDS_UPDATE" as const, FindingFieldsUpdate: { Note: { Text, UpdatedBy: "x" } } },
    ];
    await create({ RuleOrder: 3, Actions: notes("never") });
    await create({ RuleOrder: 1, Actions: notes("first") });
    await create({ RuleOrder: 2, Actions: notes("second"), IsTerminal: true });
    await create({ RuleOrder: 2, Actions: notes("off"), RuleStatus: "DISABLED" });

    await workflowOf({});

    expect((await stored(finding()))?.Note?.Text).toBe("second");
  });

  it("stays suppressed when the rule goes, and is left alone by it from then on", async () => {
    const { RuleArn = "" } = await create();
    await workflowOf({});
    await running.securityHub(AUDIT).batchDeleteAutomationRules({ AutomationRulesArns: [RuleArn] });

    const reported = await workflowOf({ UpdatedAt: later });
    const another = await workflowOf({ Id: "another" });

    expect([reported, another]).toEqual(["SUPPRESSED", "NEW"]);
  });
});
