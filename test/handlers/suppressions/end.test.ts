import type { AutomationRulesFindingFilters, AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FindingId } from "../../../handlers/alert/ports";
import { type EndPorts, endSuppressions } from "../../../handlers/suppressions/end";
import { suppressionsOfSecurityHub } from "../../../handlers/suppressions/securityHub";
import { control, finding } from "../../sandbox/doubles/findings";
import { AUDIT, HOME, LINKED, RunningPlane } from "../../sandbox/doubles/plane";

const EXPIRES = "2027-03-31T14:59:59.999Z";
const AFTER = "2027-04-01T00:30:00.000Z";
const equals = (Value: string) => [{ Value, Comparison: "EQUALS" as const }];
const until = (End: string) => [{ Start: "2000-01-01T00:00:00.000Z", End }];

let running: RunningPlane;
let handed: FindingId[];
beforeEach(async () => {
  running = await new RunningPlane().start();
  running.clock.set("2026-11-22T00:00:00Z");
  await running.deploySecurityHub();
  await running.securityHub(AUDIT, LINKED).enableSecurityHub({ EnableDefaultStandards: false });
  handed = [];
});
afterEach(() => running.close());

const audit = (region = HOME) => running.securityHub(AUDIT, region);
/** As components/detection/Suppressions makes it. */
async function suppression(name: string, Criteria: AutomationRulesFindingFilters, region = HOME) {
  const note = { Text: `risk_accepted: ${name} (team, until ${EXPIRES})`, UpdatedBy: `hakken-${name}` };
  const { RuleArn = "" } = await audit(region).createAutomationRule({
    RuleName: `hakken-${name}`,
    Description: note.Text,
    RuleOrder: 501,
    Criteria,
    Actions: [
      {
        Type: "FINDING_FIELDS_UPDATE",
        FindingFieldsUpdate: { Workflow: { Status: "SUPPRESSED" }, Note: note },
      },
    ],
  });
  return RuleArn;
}
const report = async (one: AwsSecurityFinding) => {
  await running.plane.importAsService({ Region: HOME, ...one });
  return one;
};
const stored = async ({ Id = "" }: AwsSecurityFinding) =>
  (await audit().getFindings({ Filters: { Id: equals(Id) } })).Findings?.[0];
const stateOf = async (one: AwsSecurityFinding) => (await stored(one))?.Workflow?.Status;

/** What a person sets. */
const say = (one: AwsSecurityFinding | undefined, change: object) =>
  audit().batchUpdateFindings({ FindingIdentifiers: [{ Id: one?.Id, ProductArn: one?.ProductArn }], ...change });

/** A run, at a time when the double's clock stands there. `changes` happen to the ports. */
function run(at: string, changes: (ports: EndPorts) => Partial<EndPorts> = () => ({})) {
  running.clock.pass(Math.max(0, Date.parse(at) - running.clock.now()));
  const ports: EndPorts = {
    ...suppressionsOfSecurityHub(audit(), audit),
    later: async (one, seconds) => void (seconds === 120 && handed.push(one)),
    severities: ["HIGH", "CRITICAL"],
    now: () => new Date(running.clock.now()).toISOString(),
    pause: async (milliseconds) => running.clock.pass(milliseconds),
    budgetMs: 780_000,
  };
  return endSuppressions({ ...ports, ...changes(ports) });
}

describe("what a suppression held", () => {
  it("is set back to NEW once it has expired, with a note of it, and told: its event goes out, and intake reads it again", async () => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    const one = await report(finding());
    const before = [await run("2027-03-31T14:00:00.000Z"), await stateOf(one)];
    const heard = running.heard.length;

    const ended = await run(AFTER);

    expect(before).toEqual([{ suppressed: 1, reset: 0 }, "SUPPRESSED"]);
    expect(ended).toEqual({ suppressed: 1, reset: 1 });
    expect(await stored(one)).toMatchObject({
      Workflow: { Status: "NEW" },
      Note: {
        UpdatedBy: "hakken",
        Text: `No suppression holds this any more: set back to NEW at 2027-04-01T00:30Z. hakken-open-port had noted: risk_accepted: open-port (team, until ${EXPIRES})`,
      },
    });
    expect(running.heard.length).toBeGreaterThan(heard);
    expect(handed.map(({ id }) => id)).toEqual([one.Id]);
  });

  it("of a linked region goes by the rules of that region", async () => {
    await suppression("buckets", { ComplianceSecurityControlId: equals("S3.8"), UpdatedAt: until(EXPIRES) }, LINKED);
    const one = await report(control());
    await suppression("buckets", { ComplianceSecurityControlId: equals("S3.8") });

    await run(AFTER);

    expect(await stateOf(one)).toBe("NEW");
  });

  it("stays where the suppression was prolonged, though the note names the old end", async () => {
    const RuleArn = await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    const one = await report(finding());
    const Criteria = { Title: equals("Open port"), UpdatedAt: until("2027-12-31T00:00:00.000Z") };
    await audit().batchUpdateAutomationRules({ UpdateAutomationRulesRequestItems: [{ RuleArn, Criteria }] });

    const ended = await run(AFTER);

    expect([ended.reset, await stateOf(one)]).toEqual([0, "SUPPRESSED"]);
  });

  it("stays where another rule holds it by now: the suppression has a new name", async () => {
    const RuleArn = await suppression("old", { Title: equals("Open port") });
    const one = await report(finding());
    await audit().batchDeleteAutomationRules({ AutomationRulesArns: [RuleArn] });
    await suppression("new", { Title: equals("Open port") });

    expect([(await run(AFTER)).reset, await stateOf(one)]).toEqual([0, "SUPPRESSED"]);
  });

  it("is set back where the rule was taken out, before its end too", async () => {
    const RuleArn = await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    const one = await report(finding());
    await audit().batchDeleteAutomationRules({ AutomationRulesArns: [RuleArn] });

    expect([(await run("2027-01-01T00:00:00.000Z")).reset, await stateOf(one)]).toEqual([1, "NEW"]);
  });

  it("is set back where the rule is switched off, or asks for something else by now", async () => {
    const off = await suppression("off", { Title: equals("Open port") });
    const narrower = await suppression("narrower", { ComplianceSecurityControlId: equals("S3.8") });
    const [one, two] = [await report(finding()), await report(control({ Region: HOME }))];
    const Criteria = { ComplianceSecurityControlId: equals("S3.8"), AwsAccountId: equals("444444444444") };
    const items = [
      { RuleArn: off, RuleStatus: "DISABLED" as const },
      { RuleArn: narrower, Criteria },
    ];
    await audit().batchUpdateAutomationRules({ UpdateAutomationRulesRequestItems: items });

    await run(AFTER);

    expect([await stateOf(one), await stateOf(two)]).toEqual(["NEW", "NEW"]);
  });

  it("stays where somebody else has had a word since: a person's note, state, or a person's suppression after hakken's end", async () => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    const [noted, resolved, again] = await Promise.all(["1", "2", "3"].map((Id) => report(finding({ Id }))));
    await say(noted, { Note: { Text: "We live with it.", UpdatedBy: "sato" } });
    await say(resolved, { Workflow: { Status: "RESOLVED" } });
    await run(AFTER);
    await say(again, { Workflow: { Status: "SUPPRESSED" } });

    const second = await run("2027-04-01T02:00:00.000Z");

    expect(second).toEqual({ suppressed: 0, reset: 0 });
    expect(await Promise.all([noted, resolved, again].map((one) => stateOf(one as AwsSecurityFinding)))).toEqual([
      "SUPPRESSED",
      "RESOLVED",
      "SUPPRESSED",
    ]);
  });

  it.each<[string, (one: AwsSecurityFinding) => Promise<unknown>]>([
    ["a person resolves it", (one) => say(one, { Workflow: { Status: "RESOLVED" } })],
    ["a person notes that it may stay", (one) => say(one, { Note: { Text: "We live with it.", UpdatedBy: "sato" } })],
    ["it is archived", (one) => report({ ...one, RecordState: "ARCHIVED", UpdatedAt: AFTER })],
  ])("stays where, between the list and the write, %s", async (_what, happens) => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    const one = await report(finding());

    const ended = await run(AFTER, ({ read }) => ({
      read: async (findings) => {
        await happens(one);
        return read(findings);
      },
    }));

    expect([ended.reset, await stateOf(one)]).toEqual([0, expect.not.stringContaining("NEW")]);
  });

  it("stays while it is archived or passes: nobody has to act on it", async () => {
    await suppression("all", { AwsAccountId: equals(finding().AwsAccountId ?? ""), UpdatedAt: until(EXPIRES) });
    const archived = await report(finding({ RecordState: "ARCHIVED" }));
    const passed = await report(control({ Region: HOME, Compliance: { Status: "PASSED", SecurityControlId: "S3.8" } }));

    expect(await run(AFTER)).toMatchObject({ reset: 0 });
    expect([await stateOf(archived), await stateOf(passed)]).not.toContain("NEW");
  });

  it("is set back too where it is not bad enough to be told, without asking intake", async () => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    const one = await report(finding({ Severity: { Label: "LOW" } }));

    await run(AFTER);

    expect([await stateOf(one), handed]).toEqual(["NEW", []]);
  });

  it("stays, and the run fails, in a region whose rules can't be read; the others are gone through", async () => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    await suppression("buckets", { ComplianceSecurityControlId: equals("S3.8"), UpdatedAt: until(EXPIRES) }, LINKED);
    const [one, two] = [await report(finding()), await report(control())];

    const ended = run(AFTER, ({ rulesIn }) => ({
      rulesIn: async (region) => {
        if (region === LINKED) throw new Error("AccessDeniedException");
        return rulesIn(region);
      },
    }));

    await expect(ended).rejects.toThrow(`The rules of ${LINKED} can't be read: Error: AccessDeniedException`);
    expect([await stateOf(one), await stateOf(two)]).toEqual(["NEW", "SUPPRESSED"]);
  });

  it("says which finding Security Hub did not set back", async () => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    await report(finding());

    const ended = run(AFTER, () => ({ reset: async () => ["ConcurrentUpdateError: Concurrent finding updates"] }));

    await expect(ended).rejects.toThrow("scan-1 was not set back to NEW: ConcurrentUpdateError");
  });

  it("is gone through by portions, many findings of one rule in few calls", async () => {
    await suppression("open-port", { Title: equals("Open port"), UpdatedAt: until(EXPIRES) });
    for (let n = 0; n < 130; n++) await report(finding({ Id: `scan-${n}` }));
    let calls = 0;

    const ended = await run(AFTER, ({ reset }) => ({
      reset: (findings, note) => {
        calls++;
        return reset(findings, note);
      },
    }));

    expect([ended, calls]).toEqual([{ suppressed: 130, reset: 130 }, 7]);
  });
});
