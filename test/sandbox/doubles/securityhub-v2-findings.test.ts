import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findingOf } from "../../../handlers/alert/normalise";
import { control, finding, later } from "./findings";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

const V2 = "Findings Imported V2";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  await running.securityHub(PROD).describeHub({});
  for (const [account, region] of [
    [AUDIT, HOME],
    [AUDIT, LINKED],
    [PROD, LINKED],
  ] as const)
    await running.securityHub(account, region).enableSecurityHubV2({});
  await running
    .securityHub(AUDIT)
    .createAggregatorV2({ RegionLinkingMode: "SPECIFIED_REGIONS", LinkedRegions: [LINKED] });
});
afterEach(() => running.close());

const audit = () => running.securityHub(AUDIT);
const report = (change: Partial<AwsSecurityFinding> = {}) => running.plane.importAsService(control(change));
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
const seen = async (account = AUDIT, region = HOME): Promise<any[]> =>
  (await running.securityHub(account, region).getFindingsV2({})).Findings ?? [];
const uidNow = async () => (await seen())[0]?.metadata.uid as string;
const told = () => running.heard.filter(({ DetailType }) => DetailType === V2);

describe("a finding that a product of AWS reports", () => {
  it("is in V2 too, in OCSF, and read there as it is in CSPM, but for V2's own id", async () => {
    await report({ Severity: { Label: "HIGH" } });

    const [ours] = (await seen()).map((ocsf) => findingOf(ocsf));
    const [theirs] = ((await audit().getFindings({})).Findings ?? []).map((asff) => findingOf(asff));

    const { format, uid, title, resources, ...rest } = ours ?? {};
    expect([format, uid]).toEqual(["ocsf", expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(rest).toMatchObject({
      product: theirs?.product,
      id: theirs?.id,
      accountId: PROD,
      region: LINKED,
      severity: "HIGH",
      control: "S3.8",
      compliance: "FAILED",
      workflow: "NEW",
      record: "ACTIVE",
      updatedAt: theirs?.updatedAt,
    });
  });

  it("is told where it was found, to the administrator there, and in the home region, one finding an event", async () => {
    await report();
    await running.plane.drained();

    expect(told().map(({ account, region }) => [account, region])).toEqual([
      [PROD, LINKED],
      [AUDIT, LINKED],
      [AUDIT, HOME],
    ]);
    const [event] = told();
    const { findings } = JSON.parse(event?.Detail ?? "");
    expect(findings).toHaveLength(1);
    expect(event?.Resources).toEqual([findings[0].metadata.uid]);
  });

  it("is in V2 neither where V2 is off, nor of a product that is not AWS's", async () => {
    await report({ Region: HOME, ProductArn: `arn:aws:securityhub:${HOME}::product/aws/securityhub` });
    await running.plane.importAsService(finding({ Region: LINKED }));
    await running.plane.drained();

    expect(await seen()).toEqual([]);
    expect(told()).toEqual([]);
    expect((await audit().getFindings({})).Findings).toHaveLength(2);
  });

  it("is updated and closed as its provider says, and keeps what customers said of it", async () => {
    await report();
    const created = (await seen())[0];
    await audit().batchUpdateFindingsV2({ MetadataUids: [await uidNow()], StatusId: 2, Comment: "told" });
    await report({ UpdatedAt: later, RecordState: "ARCHIVED", Compliance: { Status: "PASSED" } });

    const [closed] = await seen();
    expect([created.activity_name, created.status, created.compliance.status]).toEqual(["Create", "New", "Fail"]);
    expect([closed.activity_name, closed.status_id, closed.comment]).toEqual(["Close", 2, "told"]);
    expect([closed.compliance.status, closed.finding_info.modified_time_dt]).toEqual(["Pass", later]);
  });

  it("is seen by its own account in its region, by the administrator from home, and by nobody else", async () => {
    await report();
    await running.securityHub(MANAGEMENT, LINKED).enableSecurityHubV2({});

    expect(await seen(PROD, LINKED)).toHaveLength(1);
    expect(await seen(AUDIT, LINKED)).toHaveLength(1);
    expect(await seen(MANAGEMENT, LINKED)).toEqual([]);
    expect(await errorOf(running.securityHub(PROD).getFindingsV2({}))).toMatchObject({ name: "ConflictException" });
  });
});

describe("what a customer says of a finding in V2", () => {
  it("is told at once, shown after a while, and moves no time of the provider's; CSPM hears nothing of it", async () => {
    await report();
    running.plane.timing.updateLag = 60_000;
    const { ProcessedFindings, UnprocessedFindings } = await audit().batchUpdateFindingsV2({
      FindingIdentifiers: [
        {
          CloudAccountUid: PROD,
          FindingInfoUid: control().Id,
          MetadataProductUid: "arn:aws:securityhub:us-east-1::productv2/aws/securityhub",
        },
      ],
      StatusId: 3,
      SeverityId: 5,
    });
    await running.plane.drained();
    const [early] = await seen();
    running.clock.pass(60_000);
    const [now] = await seen();

    expect(ProcessedFindings).toMatchObject([{ MetadataUid: now.metadata.uid }]);
    expect(UnprocessedFindings).toEqual([]);
    expect(JSON.parse(told().at(-1)?.Detail ?? "").findings[0]).toMatchObject({ status: "Suppressed" });
    expect([early.status, now.status, now.severity, now.vendor_attributes.severity]).toEqual([
      "New",
      "Suppressed",
      "Critical",
      "High",
    ]);
    expect(now.finding_info.modified_time).toBe(early.finding_info.modified_time);
    const [theirs] = (await audit().getFindings({})).Findings ?? [];
    expect([theirs?.Workflow?.Status, theirs?.Severity?.Label]).toEqual(["NEW", "HIGH"]);
  });

  it("is refused, finding by finding or as a whole, as AWS does", async () => {
    await report();
    const uid = await uidNow();
    const unknown = "0".repeat(64);
    const identifier = { CloudAccountUid: PROD, FindingInfoUid: "x", MetadataProductUid: "y" };
    const update = (input: object) => audit().batchUpdateFindingsV2(input);

    const { ProcessedFindings, UnprocessedFindings } = await update({ MetadataUids: [uid, unknown], StatusId: 2 });
    const errors = await Promise.all(
      [
        { MetadataUids: [uid] },
        { StatusId: 2 },
        { MetadataUids: [uid], FindingIdentifiers: [identifier], StatusId: 2 },
        { MetadataUids: ["test-finding-005"], StatusId: 2 },
        { MetadataUids: Array.from({ length: 101 }, () => uid), StatusId: 2 },
        { MetadataUids: [uid], StatusId: 6 },
        { MetadataUids: [uid], SeverityId: 7 },
        { MetadataUids: [uid], Comment: "x".repeat(513) },
      ].map((input) => errorOf(update(input))),
    );

    expect(ProcessedFindings?.map(({ MetadataUid }) => MetadataUid)).toEqual([uid]);
    expect(UnprocessedFindings).toEqual([
      { MetadataUid: unknown, ErrorCode: "ResourceNotFoundException", ErrorMessage: "Finding not found" },
    ]);
    expect(errors.map(({ name }) => name)).toEqual(errors.map(() => "ValidationException"));
  });
});

describe("GetFindingsV2", () => {
  const ids = async (Filters: object) => {
    const { Findings = [] } = await audit().getFindingsV2({ Filters });
    // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
    return Findings.map((one: any) => one.compliance.control);
  };
  const all = (...filters: object[]) => ({ CompositeFilters: [Object.assign({ Operator: "AND" }, ...filters)] });
  const text = (FieldName: string, Value: string, Comparison = "EQUALS") => ({
    StringFilters: [{ FieldName, Filter: { Value, Comparison } }],
  });
  const number = (FieldName: string, Filter: object) => ({ NumberFilters: [{ FieldName, Filter }] });

  beforeEach(async () => {
    const named = (name: string, Label: "HIGH" | "LOW") => ({
      Id: `arn:aws:securityhub:us-east-1:${PROD}:security-control/${name}/finding/1`,
      Severity: { Label },
      Compliance: { Status: "FAILED" as const, SecurityControlId: name },
    });
    await report(named("S3.8", "HIGH"));
    await report({ ...named("IAM.6", "LOW"), UpdatedAt: later });
  });

  it.each<[string, object, string[]]>([
    ["a text", all(text("compliance.control", "S3.8")), ["S3.8"]],
    ["another text", all(text("compliance.control", "S3.8", "NOT_EQUALS")), ["IAM.6"]],
    ["the beginning of a text", all(text("finding_info.uid", "arn:aws:securityhub", "PREFIX")), ["S3.8", "IAM.6"]],
    ["a number", all(number("severity_id", { Eq: 4 })), ["S3.8"]],
    ["a range", all(number("severity_id", { Gte: 2, Lt: 4 })), ["IAM.6"]],
    [
      "a time",
      all({ DateFilters: [{ FieldName: "finding_info.modified_time_dt", Filter: { Start: later, End: later } }] }),
      ["IAM.6"],
    ],
    ["two that must both hold", all(text("status", "New"), number("severity_id", { Eq: 2 })), ["IAM.6"]],
    [
      "any of two",
      {
        CompositeFilters: [
          { ...text("compliance.control", "S3.8"), ...number("severity_id", { Eq: 2 }), Operator: "OR" },
        ],
      },
      ["S3.8", "IAM.6"],
    ],
    [
      "two composites",
      {
        CompositeOperator: "AND",
        CompositeFilters: [text("status", "New"), number("severity_id", { Eq: 4 })],
      },
      ["S3.8"],
    ],
  ])("filters by %s", async (_what, filters, expected) => {
    expect(await ids(filters)).toEqual(expected);
  });

  it("gives pages, and refuses a token of another question", async () => {
    const first = await audit().getFindingsV2({ MaxResults: 1 });
    const second = await audit().getFindingsV2({ MaxResults: 1, NextToken: first.NextToken });
    const stranger = await errorOf(
      audit().getFindingsV2({ Filters: all(text("status", "New")), NextToken: first.NextToken }),
    );

    expect([first.Findings?.length, second.Findings?.length, second.NextToken]).toEqual([1, 1, undefined]);
    expect(stranger.name).toBe("ValidationException");
  });

  it("refuses too many filters, fields that it lacks, and several conditions without a word how they go together", async () => {
    const many = Array.from({ length: 21 }, () => text("status", "New").StringFilters[0]);
    const errors = await Promise.all(
      [
        { CompositeFilters: [{ StringFilters: many, Operator: "OR" }] },
        { CompositeFilters: Array.from({ length: 11 }, () => text("status", "New")), CompositeOperator: "OR" },
        all(text("finding_info.product", "x")),
        { CompositeFilters: [{ StringFilters: many.slice(0, 2) }] },
      ].map((Filters) => errorOf(audit().getFindingsV2({ Filters: Filters as object }))),
    );

    expect(errors.map(({ name }) => name)).toEqual(errors.map(() => "ValidationException"));
  });

  it("is throttled as GetFindings is, in V2's words", async () => {
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => audit().getFindingsV2({})));

    const refused = answers.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ name: "ThrottlingException", $metadata: { httpStatusCode: 429 } });
  });
});
