import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { control, finding, later } from "./findings";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
});
afterEach(() => running.close());

const guardDuty = "arn:aws:securityhub:us-east-1::product/aws/guardduty";
const hand = (given: unknown) => running.plane.importAsService(given);
const refusal = (given: unknown) => hand(given).then(String, (error: Error) => error.message);
const seenByAudit = async () => (await running.securityHub(AUDIT).getFindings({})).Findings ?? [];
const buses = () => running.heard.map(({ account, region }) => `${account} ${region}`).sort();

/** Every finding of the fixtures, with the file it stands in. */
const fixtures = join(__dirname, "../../fixtures/events");
const samples = readdirSync(fixtures)
  .filter((file) => file.endsWith(".json"))
  .flatMap((file) => {
    const given = JSON.parse(readFileSync(join(fixtures, file), "utf8"));
    const findings = given.detail?.findings ?? given.Findings ?? [given];
    return findings.map((one: { SchemaVersion?: string }, index: number) => [`${file} ${index}`, one] as const);
  })
  .filter(([, one]) => one.SchemaVersion !== undefined);

describe("a service's finding", () => {
  it.each(samples)("is taken in every shape seen, and told in the home region: %s", async (_name, given) => {
    const { state, events, finding: stored } = await hand(given);

    const heard = running.heard.find(({ account, region }) => account === AUDIT && region === HOME);
    const told = JSON.parse(heard?.Detail ?? "{}").findings?.[0];

    expect(state).toBe("created");
    expect(events).toHaveLength(running.heard.length);
    expect(told).toEqual(stored);
    expect(told).toMatchObject({
      Id: given.Id,
      Workflow: { Status: given.Workflow?.Status ?? "NEW" },
      RecordState: given.RecordState ?? "ACTIVE",
      Severity: { Label: expect.stringMatching(/^(INFORMATIONAL|LOW|MEDIUM|HIGH|CRITICAL)$/) },
    });
    expect(await seenByAudit()).toEqual([stored]);
  });

  it("is heard only where the sandbox has an account and a region", async () => {
    await hand(
      finding({ AwsAccountId: "123456789012", ProductArn: "arn:aws:securityhub:eu-west-1::product/aws/inspector" }),
    );
    const strangers = buses();
    running.heard.length = 0;
    await hand(control());

    expect(strangers).toEqual([`${AUDIT} ${HOME}`]);
    expect(buses()).toEqual([`${AUDIT} ${HOME}`, `${AUDIT} ${LINKED}`, `${PROD} ${HOME}`, `${PROD} ${LINKED}`]);
  });

  it("is updated by a later report or one of the same time, each with its event, and not by an older one", async () => {
    const one = finding({ AwsAccountId: MANAGEMENT, ProductArn: guardDuty, UpdatedAt: later, AwsAccountName: "other" });
    await hand(one);

    const same = await hand({ ...one, Title: "Same time" });
    const older = await hand({ ...one, UpdatedAt: finding().UpdatedAt, Title: "Older" });
    const [stored] = await seenByAudit();

    expect([same.state, same.events.length]).toEqual(["updated", 4]);
    expect([older.state, older.events]).toEqual(["ignored", []]);
    expect(stored).toMatchObject({ Title: "Same time", AwsAccountName: "management", ProductName: "GuardDuty" });
  });

  it("keeps the label that its normalized severity stands for, whatever its provider's label", async () => {
    const provided = { Severity: { Label: "LOW" as const }, Types: ["Effects"] };

    const both = await hand(finding({ Severity: { Normalized: 80 }, FindingProviderFields: provided }));
    const only = await hand(finding({ Id: "scan-2", Severity: undefined, FindingProviderFields: provided }));

    expect(both.finding.Severity).toEqual({ Normalized: 80, Label: "HIGH" });
    expect(only.finding.Severity).toEqual({ Normalized: 1, Label: "LOW" });
  });
});

describe("what is no finding", () => {
  it.each([
    ["text", "oops", "an object in the AWS Security Finding Format"],
    ["an event of another kind", { source: "aws.health", detail: {} }, "required property 'Id'"],
    ["an empty id", finding({ Id: "" }), "data.Id should NOT be empty"],
    ["an account that is none", finding({ AwsAccountId: "prod" }), "data.AwsAccountId should match pattern"],
    ["no severity at all", finding({ Severity: undefined }), "data should have Severity.Label"],
    ["an unknown severity", finding({ Severity: { Label: "SEVERE" as "HIGH" } }), "data.Severity.Label should be"],
    ["a time that is none", finding({ UpdatedAt: "soon" }), "data.UpdatedAt should be an ISO 8601 time"],
    ["resources that are no list", { ...finding(), Resources: {} }, "data.Resources should be array"],
    ["no resources", finding({ Resources: [] }), "data.Resources should have 1 to 32 items"],
    ["a product that is none", finding({ ProductArn: "arn:aws:s3:::bucket" }), "names no product"],
  ])("is refused with all that is wrong: %s", async (_name, given, expected) => {
    const message = await refusal(given);

    expect(message).toContain("Security Hub would not take this finding");
    expect(message).toContain(expected);
    expect(running.heard).toEqual([]);
  });
});
