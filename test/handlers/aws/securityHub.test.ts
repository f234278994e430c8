import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FindingId, Findings } from "../../../handlers/alert/ports";
import type { Finding, FindingSource } from "../../../handlers/alert/types";
import { securityHubFindings } from "../../../handlers/aws/securityHub";
import { control } from "../../sandbox/doubles/findings";
import { AUDIT, HOME, LINKED, PROD, RunningPlane } from "../../sandbox/doubles/plane";

const PRODUCT = `arn:aws:securityhub:${LINKED}::product/aws/securityhub`;
const SINCE = "2026-11-01T00:00:00.000Z";
const UNTIL = "2026-11-22T00:00:00.000Z";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  await running.securityHub(PROD).describeHub({});
  for (const [account, region] of [
    [AUDIT, HOME],
    [PROD, LINKED],
  ] as const)
    await running.securityHub(account, region).enableSecurityHubV2({});
  await running
    .securityHub(AUDIT)
    .createAggregatorV2({ RegionLinkingMode: "SPECIFIED_REGIONS", LinkedRegions: [LINKED] });
});
afterEach(() => running.close());

/** Findings of a source, asked for at leisure. */
const findingsOf = (source: FindingSource, spoilt?: string): Findings => {
  const client = new SecurityHubClient({
    region: HOME,
    endpoint: running.endpoint("securityhub"),
    credentials: { accessKeyId: AUDIT, secretAccessKey: "any" },
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      running.clock.pass(1_000);
      const answer = await next(args);
      if (spoilt) spoil(answer.output, spoilt);
      return answer;
    },
    { step: "initialize" },
  );
  return securityHubFindings(client, source);
};

/** Takes its severity from a finding of an answer, in either form: without it none is readable. */
function spoil(output: object, id: string): void {
  const { Findings = [] } = output as { Findings?: Record<string, unknown>[] };
  for (const finding of Findings.filter((one) => JSON.stringify(one).includes(`"${id}"`))) {
    for (const name of ["Severity", "FindingProviderFields", "severity", "severity_id", "vendor_attributes"])
      delete finding[name];
  }
}

const idOf = (n: number) => `arn:aws:securityhub:${LINKED}:${PROD}:security-control/S3.8/finding/${n}`;
const report = (n: number, change: Parameters<typeof control>[0] = {}) =>
  running.plane.importAsService(control({ Id: idOf(n), ...change }));
const named = (id: string): FindingId & Pick<Finding, "accountId"> => ({
  format: "asff",
  product: PRODUCT,
  id,
  accountId: PROD,
});

describe.each(["cspm", "v2"] as const)("findings of %s", (source) => {
  it("are read in the order asked for, more than one call takes, by the names that CSPM has for them", async () => {
    for (let n = 0; n < 45; n++) await report(n);
    const ids = [...Array.from({ length: 45 }, (_, n) => idOf(44 - n)), idOf(99)].map(named);

    const found = await findingsOf(source).get(ids);

    expect(found.map((one) => one?.id)).toEqual([...ids.slice(0, 45).map(({ id }) => id), undefined]);
    expect(new Set(found.slice(0, 45).map((one) => one?.format))).toEqual(new Set([source === "v2" ? "ocsf" : "asff"]));
  });

  it("are not taken for those of another product with the same id", async () => {
    await report(1);

    expect(await findingsOf(source).get([{ ...named(idOf(1)), product: `${PRODUCT}-other` }])).toEqual([undefined]);
  });

  it.each(["NOTIFIED", "RESOLVED", "SUPPRESSED", "NEW"] as const)("are set %s, with a note", async (status) => {
    await report(1);
    const findings = findingsOf(source);
    await findings.setWorkflow([named(idOf(1))], status === "NEW" ? "NOTIFIED" : "NEW");

    const refusals = await findings.setWorkflow([named(idOf(1))], status, `Closed in SEC-1 ${"x".repeat(600)}`);

    expect(refusals).toEqual([undefined]);
    expect((await findings.get([named(idOf(1))]))[0]?.workflow).toBe(status);
    const audit = running.securityHub(AUDIT);
    const [asff] = (await audit.getFindings({})).Findings ?? [];
    // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
    const [ocsf] = ((await audit.getFindingsV2({})).Findings ?? []) as any[];
    const note = source === "v2" ? ocsf.comment : asff?.Note?.Text;
    expect(note).toMatch(/^Closed in SEC-1 x+…$/);
    expect(note).toHaveLength(512);
  });

  it("are set without a note, and each that is refused says why, of more than one call takes", async () => {
    for (let n = 0; n < 101; n++) await report(n);
    const ids = [
      idOf(99),
      idOf(500),
      ...Array.from({ length: 101 }, (_, n) => idOf(n)).filter((id) => id !== idOf(99)),
    ];

    const refusals = await findingsOf(source).setWorkflow(ids.map(named), "NOTIFIED");

    expect(refusals).toEqual(ids.map((id) => (id === idOf(500) ? expect.stringMatching(/Not ?Found/i) : undefined)));
  });

  it("are all refused where Security Hub does not process them", async () => {
    await report(1);
    const operation = source === "v2" ? "BatchUpdateFindingsV2" : "BatchUpdateFindings";
    const code = source === "v2" ? "ConflictException" : "ConcurrentUpdateError";
    running.plane.faults.securityhub.next(operation, { kind: "unprocessed", code });

    expect(await findingsOf(source).setWorkflow([named(idOf(1))], "NOTIFIED")).toEqual([expect.stringContaining(code)]);
  });

  it("that are NEW come page by page: active, of the severities and the time that are wanted", async () => {
    for (let n = 0; n < 103; n++) await report(n);
    await report(200, { Severity: { Label: "MEDIUM" } });
    await report(201, { RecordState: "ARCHIVED" });
    await report(202, { UpdatedAt: "2026-10-31T00:00:00.000Z" });
    await report(203, { Severity: { Label: "CRITICAL" } });
    await report(204);
    const findings = findingsOf(source);
    await findings.setWorkflow([named(idOf(204))], "NOTIFIED");

    const pages: string[][] = [];
    await findings.eachPageOfNew({ severities: ["HIGH", "CRITICAL"], since: SINCE, until: UNTIL }, async (page) => {
      pages.push(page.map(({ id }) => id));
    });

    expect(pages.map(({ length }) => length)).toEqual([100, 4]);
    expect(pages.flat()).toEqual([...Array.from({ length: 103 }, (_, n) => idOf(n)), idOf(203)]);
  });

  it("that are NEW come without one that can't be read, which is named at the end; asked for by name, it is not gone", async () => {
    for (let n = 0; n < 103; n++) await report(n);
    const findings = findingsOf(source, idOf(1));
    const read: string[] = [];

    const unreadable = await findings.eachPageOfNew(
      { severities: ["HIGH"], since: SINCE, until: UNTIL },
      async (page) => {
        read.push(...page.map(({ id }) => id));
      },
    );

    expect(read).toHaveLength(102);
    expect(unreadable).toEqual([
      {
        product: expect.stringContaining("aws/securityhub"),
        id: expect.stringMatching(/finding.1$|^[0-9a-z]{64}$/),
        reason: expect.stringMatching(/./),
      },
    ]);
    await expect(findings.get([named(idOf(1))])).rejects.toThrow("1 findings of Security Hub can't be read");
  });
});

describe("findings of v2", () => {
  it("are read and set by V2's own id, where that is their name", async () => {
    await report(1, { Id: "0a1b2c3d", ProductArn: `arn:aws:securityhub:${LINKED}::product/aws/macie` });
    const findings = findingsOf("v2");
    // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
    const [ocsf] = ((await running.securityHub(AUDIT).getFindingsV2({})).Findings ?? []) as any[];
    const name = { ...named(ocsf.metadata.uid), product: `arn:aws:securityhub:${LINKED}::product/aws/macie` };

    const refusals = await findings.setWorkflow([name, named(idOf(1))], "NOTIFIED");

    expect(refusals).toEqual([undefined, expect.stringContaining("ResourceNotFoundException")]);
    expect((await findings.get([name]))[0]).toMatchObject({ id: ocsf.metadata.uid, workflow: "NOTIFIED" });
  });
});
