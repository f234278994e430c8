import type { AwsSecurityFinding, AwsSecurityFindingFilters } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finding, identifier, later, own } from "./findings";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  // The policy's association falls due at the next call.
  await running.securityHub(PROD).describeHub({});
});
afterEach(() => running.close());

const importOwn = (...Findings: AwsSecurityFinding[]) => running.securityHub(PROD).batchImportFindings({ Findings });
const seen = async (Filters: AwsSecurityFindingFilters = {}, account = AUDIT, region = HOME) =>
  (await running.securityHub(account, region).getFindings({ Filters })).Findings ?? [];
const setWorkflow = (one: AwsSecurityFinding, Status: "NOTIFIED" | "RESOLVED" | "SUPPRESSED" | "NEW") =>
  running.securityHub(AUDIT).batchUpdateFindings({ FindingIdentifiers: [identifier(one)], Workflow: { Status } });
const workflowNow = async () => (await seen())[0]?.Workflow?.Status;
const buses = () => running.heard.map(({ account, region }) => `${account} ${region}`).sort();

describe("update", () => {
  it("never moves UpdatedAt, and answers finding by finding", async () => {
    await importOwn(finding());
    const known = identifier(finding());

    const answer = await running.securityHub(AUDIT).batchUpdateFindings({
      FindingIdentifiers: [known, known, { ...known, Id: "unknown" }],
      Workflow: { Status: "NOTIFIED" },
      Severity: { Label: "CRITICAL" },
    });
    const [stored] = await seen();

    expect(answer.ProcessedFindings).toEqual([known]);
    expect(answer.UnprocessedFindings?.map(({ ErrorCode, ErrorMessage }) => `${ErrorCode}: ${ErrorMessage}`)).toEqual([
      "DuplicatedFindingIdentifier: Finding Identifier is duplicated",
      "FindingNotFound: Finding Not Found",
    ]);
    expect(stored).toMatchObject({
      UpdatedAt: finding().UpdatedAt,
      Workflow: { Status: "NOTIFIED" },
      Severity: { Label: "CRITICAL", Normalized: 90 },
      FindingProviderFields: { Severity: { Label: "HIGH" } },
    });
  });

  it("does not find what another account owns", async () => {
    await running.plane.importAsService(
      finding({ AwsAccountId: AUDIT, ProductArn: "arn:aws:securityhub:ap-northeast-1::product/aws/guardduty" }),
    );

    const { UnprocessedFindings } = await running.securityHub(PROD).batchUpdateFindings({
      FindingIdentifiers: [{ Id: "scan-1", ProductArn: "arn:aws:securityhub:ap-northeast-1::product/aws/guardduty" }],
      Workflow: { Status: "RESOLVED" },
    });

    expect(UnprocessedFindings?.map(({ ErrorCode }) => ErrorCode)).toEqual(["FindingNotFound"]);
  });

  it("refuses nothing to change, unknown words, and 101 findings", async () => {
    const FindingIdentifiers = [identifier(finding())];
    const update = (input: object) =>
      errorOf(running.securityHub(AUDIT).batchUpdateFindings({ FindingIdentifiers, ...input }));

    const errors = await Promise.all([
      update({}),
      update({ Workflow: { Status: "DONE" } }),
      update({ Workflow: {} }),
      update({ VerificationState: "MAYBE", Workflow: { Status: "NEW" } }),
      update({ Note: { Text: "x".repeat(513), UpdatedBy: "soc" } }),
      update({ FindingIdentifiers: [], Workflow: { Status: "NEW" } }),
      update({
        FindingIdentifiers: Array.from({ length: 101 }, (_, n) => ({ Id: `${n}`, ProductArn: own(PROD) })),
        Workflow: { Status: "NEW" },
      }),
    ]);

    expect(errors.map(({ name }) => name)).toEqual(Array(7).fill("InvalidInputException"));
  });

  it("shows late in GetFindings, while its event goes out at once", async () => {
    await importOwn(finding());
    running.plane.timing.updateLag = 60_000;

    await setWorkflow(finding(), "NOTIFIED");
    running.clock.pass(30_000);
    await setWorkflow(finding(), "RESOLVED");
    await running.plane.drained();
    const told = JSON.parse(running.heard.at(-1)?.Detail ?? "{}").findings[0].Workflow.Status;
    const shown = [await workflowNow()];
    running.clock.pass(31_000);
    shown.push(await workflowNow());
    running.clock.pass(30_000);
    shown.push(await workflowNow());

    expect(told).toBe("RESOLVED");
    expect(shown).toEqual(["NEW", "NOTIFIED", "RESOLVED"]);
  });
});

describe("GetFindings", () => {
  it("filters, sorts and pages", async () => {
    await importOwn(
      finding({ Id: "a", Severity: { Label: "LOW" } }),
      finding({ Id: "b", Severity: { Label: "HIGH" }, UpdatedAt: later }),
      finding({ Id: "c", Severity: { Label: "HIGH" }, RecordState: "ARCHIVED" }),
    );
    const equals = (...values: string[]) => values.map((Value) => ({ Value, Comparison: "EQUALS" as const }));
    const ids = async (filters: AwsSecurityFindingFilters) => (await seen(filters)).map(({ Id }) => Id);

    const byId = await ids({ Id: equals("a", "c"), ProductArn: equals(own(PROD)) });
    const open = await ids({
      SeverityLabel: equals("HIGH", "CRITICAL"),
      RecordState: [{ Value: "ARCHIVED", Comparison: "NOT_EQUALS" }],
      WorkflowStatus: equals("NEW"),
      AwsAccountId: equals(PROD),
    });
    const recent = await ids({ UpdatedAt: [{ Start: "2026-11-21T00:00:00Z", End: "2026-11-22T00:00:00Z" }] });
    running.clock.pass(10_000);
    const audit = running.securityHub(AUDIT);
    const SortCriteria = [{ Field: "Id", SortOrder: "desc" as const }];
    const first = await audit.getFindings({ MaxResults: 2, SortCriteria });
    const second = await audit.getFindings({ MaxResults: 2, SortCriteria, NextToken: first.NextToken });
    const otherQuestion = await errorOf(audit.getFindings({ MaxResults: 2, NextToken: first.NextToken }));

    expect([byId, open, recent]).toEqual([["a", "c"], ["b"], ["b"]]);
    expect([first, second].map(({ Findings = [] }) => Findings.map(({ Id }) => Id))).toEqual([["c", "b"], ["a"]]);
    expect(second.NextToken).toBeUndefined();
    expect(otherQuestion.name).toBe("InvalidInputException");
  });

  it("takes 20 values an attribute, 100 findings a page, and whole periods", async () => {
    const Id = Array.from({ length: 21 }, (_, n) => ({ Value: `${n}`, Comparison: "EQUALS" as const }));

    const errors = [
      await errorOf(seen({ Id })),
      await errorOf(running.securityHub(AUDIT).getFindings({ MaxResults: 101 })),
      await errorOf(seen({ UpdatedAt: [{ Start: later }] })),
    ];

    expect(errors.map(({ name }) => name)).toEqual(Array(3).fill("InvalidInputException"));
  });

  it("needs Security Hub in the caller's account", async () => {
    const error = await errorOf(seen({}, MANAGEMENT));

    expect(error.name).toBe("InvalidAccessException");
  });

  it("is limited to 3 a second after a burst of 6, BatchUpdateFindings to 10 after 30", async () => {
    await importOwn(finding());
    const gets = async (times: number) => {
      const calls = await Promise.all(Array.from({ length: times }, () => errorOf(seen())));
      return calls.filter(({ name }) => name === "TooManyRequestsException").length;
    };
    const updates = Array.from({ length: 31 }, () => errorOf(setWorkflow(finding(), "NOTIFIED")));

    const burst = await gets(7);
    running.clock.pass(1_000);
    const aSecondLater = await gets(4);
    const refused = (await Promise.all(updates)).filter(({ name }) => name === "TooManyRequestsException");

    expect([burst, aSecondLater, refused.length]).toEqual([1, 1, 1]);
    expect(refused[0]?.status).toBe(429);
  });
});

describe("aggregation", () => {
  it("shows a linked region's finding there and in the home region, to its account and to the administrator", async () => {
    await running
      .securityHub(PROD, LINKED)
      .batchImportFindings({ Findings: [finding({ ProductArn: own(PROD, LINKED) })] });

    const where = await Promise.all([
      seen({}, PROD, LINKED),
      seen({}, PROD, HOME),
      seen({}, AUDIT, HOME),
      seen({}, PROD, "ap-northeast-3"),
    ]);

    expect(where.map((found) => found.length)).toEqual([1, 1, 1, 0]);
  });

  it("writes an update of the home region back to the linked one", async () => {
    const linked = finding({ ProductArn: own(PROD, LINKED) });
    await running.securityHub(PROD, LINKED).batchImportFindings({ Findings: [linked] });

    await setWorkflow(linked, "NOTIFIED");
    const [there] = await seen({}, PROD, LINKED);

    expect(there?.Workflow?.Status).toBe("NOTIFIED");
  });

  it("gives one event a finding on each bus: where it happened, the home region, the administrator in both", async () => {
    const linked = (Id: string) => finding({ Id, ProductArn: own(PROD, LINKED) });
    await running.securityHub(PROD, LINKED).batchImportFindings({ Findings: [linked("a"), linked("b")] });
    await running.plane.drained();
    const imported = buses();
    running.heard.length = 0;
    await setWorkflow(linked("a"), "NOTIFIED");
    await running.plane.drained();
    const [event] = running.heard;

    const once = [`${AUDIT} ${HOME}`, `${AUDIT} ${LINKED}`, `${PROD} ${HOME}`, `${PROD} ${LINKED}`];
    expect(imported).toEqual(once.flatMap((bus) => [bus, bus]));
    expect(buses()).toEqual(once);
    expect(event).toMatchObject({
      Source: "aws.securityhub",
      DetailType: "Security Hub Findings - Imported",
      Resources: [`${own(PROD, LINKED)}/a`],
      Time: new Date(running.clock.now()),
    });
    expect(JSON.parse(event?.Detail ?? "").findings).toHaveLength(1);
  });
});
