import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { control, finding, identifier, later, own } from "./findings";
import { AUDIT, errorOf, HOME, MANAGEMENT, PROD, RunningPlane } from "./plane";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  // The policy's association falls due at the next call.
  await running.securityHub(PROD).describeHub({});
});
afterEach(() => running.close());

const importOwn = (...Findings: AwsSecurityFinding[]) => running.securityHub(PROD).batchImportFindings({ Findings });
const seen = async () => (await running.securityHub(AUDIT).getFindings({})).Findings ?? [];
const setWorkflow = (one: AwsSecurityFinding, Status: "NOTIFIED" | "RESOLVED" | "SUPPRESSED" | "NEW") =>
  running.securityHub(AUDIT).batchUpdateFindings({ FindingIdentifiers: [identifier(one)], Workflow: { Status } });
const workflowNow = async () => (await seen())[0]?.Workflow?.Status;

describe("import", () => {
  it("fills in what the service fills in", async () => {
    await importOwn(finding({ Workflow: { Status: "SUPPRESSED" } }));

    const [stored] = await seen();

    expect(stored).toMatchObject({
      Workflow: { Status: "NEW" },
      RecordState: "ACTIVE",
      Severity: { Label: "HIGH", Normalized: 70 },
      FindingProviderFields: { Severity: { Label: "HIGH" }, Types: ["Software and Configuration Checks"] },
      ProductName: "Default",
      CompanyName: "Personal",
      AwsAccountName: "prod",
      Region: HOME,
      ProductFields: { "aws/securityhub/FindingId": `${own(PROD)}/scan-1` },
    });
  });

  it.each([
    [{ Normalized: 0 }, "INFORMATIONAL"],
    [{ Normalized: 39 }, "LOW"],
    [{ Normalized: 69 }, "MEDIUM"],
    [{ Normalized: 70 }, "HIGH"],
    [{ Normalized: 90 }, "CRITICAL"],
    [{ Label: "LOW" as const, Normalized: 90 }, "LOW"],
  ])("derives the label of %j", async (Severity, label) => {
    await importOwn(finding({ Severity }));

    const [stored] = await seen();

    expect(stored?.Severity?.Label).toBe(label);
  });

  it("judges each finding by itself, and says what is wrong", async () => {
    const { Title: _title, ...untitled } = finding({ Id: "untitled" });
    const answer = await importOwn(
      finding({ Id: "good" }),
      untitled as AwsSecurityFinding,
      finding({ Id: "severe", Severity: { Label: "SEVERE" as "HIGH" } }),
      finding({ Id: "none", Severity: {} }),
      finding({ Id: "late", UpdatedAt: "yesterday" }),
      finding({ Id: "large", ProductFields: { text: "x".repeat(240 * 1024) } }),
      finding({ Id: "foreign", AwsAccountId: AUDIT }),
    );

    expect([answer.SuccessCount, answer.FailedCount]).toEqual([1, 6]);
    expect(answer.FailedFindings?.map(({ Id, ErrorCode }) => `${Id} ${ErrorCode}`)).toEqual([
      "untitled InvalidInput",
      "severe InvalidInput",
      "none InvalidInput",
      "late InvalidInput",
      "large LimitExceeded",
      "foreign InvalidAccess",
    ]);
    expect(answer.FailedFindings?.[0]?.ErrorMessage).toContain("should have required property 'Title'");
    expect((await seen()).map(({ Id }) => Id)).toEqual(["good"]);
  });

  it("names properties that the format does not know", async () => {
    const answer = await fetch(`${running.endpoint("securityhub")}/findings/import`, {
      method: "POST",
      body: JSON.stringify({
        Findings: [{ ...finding(), Sevrity: 1, Resources: [{ Type: "Other", Id: "a", Typo: 1 }] }],
      }),
      headers: { "x-sandbox-account": PROD, "x-sandbox-region": HOME, "content-type": "application/json" },
    });
    const { FailedFindings } = (await answer.json()) as { FailedFindings: { ErrorMessage: string }[] };

    expect(FailedFindings[0]?.ErrorMessage).toContain("data should NOT have additional properties: Sevrity");
    expect(FailedFindings[0]?.ErrorMessage).toContain("data.Resources[0] should NOT have additional properties: Typo");
  });

  it("takes 100 findings a call, of the account's own product, where Security Hub is on", async () => {
    const many = Array.from({ length: 101 }, (_, n) => finding({ Id: `scan-${n}` }));

    const tooMany = await errorOf(importOwn(...many));
    const foreign = await errorOf(importOwn(finding({ ProductArn: control().ProductArn })));
    const off = await running.securityHub(MANAGEMENT).batchImportFindings({
      Findings: [finding({ AwsAccountId: MANAGEMENT, ProductArn: own(MANAGEMENT) })],
    });

    expect([tooMany.name, foreign.name]).toEqual(["InvalidInputException", "AccessDeniedException"]);
    expect(off.FailedFindings?.[0]?.ErrorCode).toBe("InvalidAccess");
  });

  it("leaves to the customer what the customer owns, and what the customer has set", async () => {
    await importOwn(finding({ Confidence: 10, Criticality: 10 }));
    await running.securityHub(AUDIT).batchUpdateFindings({
      FindingIdentifiers: [identifier(finding())],
      Workflow: { Status: "SUPPRESSED" },
      Note: { Text: "known", UpdatedBy: "soc" },
      VerificationState: "BENIGN_POSITIVE",
      UserDefinedFields: { ticket: "SOC-1" },
      Confidence: 90,
    });

    await importOwn(
      finding({
        UpdatedAt: later,
        Title: "Open ports",
        Confidence: 20,
        Criticality: 20,
        Workflow: { Status: "NEW" },
        VerificationState: "UNKNOWN",
        UserDefinedFields: {},
      }),
    );
    const [stored] = await seen();

    expect(stored).toMatchObject({
      Title: "Open ports",
      UpdatedAt: later,
      Workflow: { Status: "SUPPRESSED" },
      Note: { Text: "known", UpdatedBy: "soc", UpdatedAt: new Date(running.clock.now()).toISOString() },
      VerificationState: "BENIGN_POSITIVE",
      UserDefinedFields: { ticket: "SOC-1" },
      Confidence: 90,
      Criticality: 20,
    });
  });

  it("ignores a report that is not later than the stored one, and sends no event for it", async () => {
    await importOwn(finding({ UpdatedAt: later }));
    await running.plane.drained();
    const events = running.heard.length;

    const same = await importOwn(finding({ UpdatedAt: later, Title: "Same time" }));
    await importOwn(finding({ Title: "Older" }));
    await running.plane.drained();

    expect(same.SuccessCount).toBe(1);
    expect((await seen())[0]?.Title).toBe("Open port");
    expect(running.heard).toHaveLength(events);
  });
});

describe("workflow resets", () => {
  const report = (change: Partial<AwsSecurityFinding>) => running.plane.importAsService(control(change));

  it.each(["NOTIFIED", "RESOLVED"] as const)(
    "sets %s to NEW when an archived finding is active again",
    async (status) => {
      await report({ RecordState: "ARCHIVED" });
      await setWorkflow(control(), status);

      await report({ RecordState: "ACTIVE", UpdatedAt: later });

      expect(await workflowNow()).toBe("NEW");
    },
  );

  it.each(["FAILED", "WARNING", "NOT_AVAILABLE"] as const)("sets NOTIFIED to NEW on PASSED to %s", async (Status) => {
    await report({ Compliance: { Status: "PASSED" } });
    await setWorkflow(control(), "NOTIFIED");

    await report({ Compliance: { Status }, UpdatedAt: later });

    expect(await workflowNow()).toBe("NEW");
  });

  it("never touches SUPPRESSED, nor NOTIFIED on a mere repetition", async () => {
    await report({ RecordState: "ARCHIVED" });
    await setWorkflow(control(), "SUPPRESSED");
    await report({ RecordState: "ACTIVE", UpdatedAt: later });
    const suppressed = await workflowNow();
    await setWorkflow(control(), "NOTIFIED");
    await report({ UpdatedAt: later, Severity: { Label: "CRITICAL" } });

    expect([suppressed, await workflowNow()]).toEqual(["SUPPRESSED", "NOTIFIED"]);
  });

  it("resolves a control's finding when its check passes", async () => {
    await report({});
    await report({ Compliance: { Status: "PASSED" }, UpdatedAt: later });

    expect(await workflowNow()).toBe("RESOLVED");
  });
});
