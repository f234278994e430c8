import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import type { Choice } from "../../sandbox/project";
import { sendablesIn } from "../../sandbox/sendables";
import { cloudOf } from "./cloud";
import { DEFAULTS } from "./estate";
import { everythingThere } from "./leftovers";
import type { Stage } from "./stage";
import { minutesAgo, ONCE, Tale } from "./tale";

const WITH_MEDIUM: Choice = { ...DEFAULTS, severities: ["MEDIUM", "HIGH", "CRITICAL"] };

/** Other settings for what is deployed. */
export function redeployment(stage: () => Stage): void {
  it("takes other severities by an update of what goes by them alone", async () => {
    const results = await stage().deploy("up", WITH_MEDIUM);

    const changes = results.flatMap(({ stack, changes }) =>
      changes.map(({ operation, name }) => `${stack} ${operation} ${name}`),
    );
    expect(changes.sort()).toEqual([
      "audit update alerts-check",
      "audit update alerts-intake",
      "audit update alerts-opening",
      "audit update alerts-suppression-end",
      "audit update alerts-sweeper",
    ]);
  });

  it("then tells a finding of AWS Health, which is MEDIUM", async () => {
    const tale = Tale.from(stage(), health());

    await tale.report();
    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("then tells a rise to HIGH, with the issue's priority", async () => {
    const tale = Tale.of(stage(), "Risen from MEDIUM", { Severity: { Label: "MEDIUM", Normalized: 40 } });
    await tale.report();
    await tale.settled();

    await tale.report({ Severity: { Label: "HIGH", Normalized: 70 }, UpdatedAt: minutesAgo(10) });
    await tale.becomes("told twice", ({ settled, running }) => settled === 2 && !running);
    await stage().rest();

    expect((await tale.told()).backlog).toEqual(["message", "update", "comment"]);
    const [, update] = await tale.pieces("backlog");
    expect(update?.text).toMatch(/^priority: 中 → 高\nlimitDate: - → \d{4}-\d\d-\d\d$/);
  });

  it("changes nothing when the same is deployed again, but for protection, and shows so before", async () => {
    const shown = await stage().deploy("preview", WITH_MEDIUM);
    const done = await stage().deploy("up", { ...WITH_MEDIUM, protect: true });

    const unchanged = ["audit", "management", "organization", "partner", "prod"].map((stack) => ({
      stack,
      changes: [],
    }));
    expect(shown).toMatchObject(unchanged);
    expect(done).toMatchObject(unchanged);
  });

  it("then stays as it is when it is to be destroyed, until protection is off", async () => {
    const before = await everythingThere(stage().endpoint);

    const destroyed = stage().deploy("destroy", WITH_MEDIUM);

    await expect(destroyed).rejects.toThrow(/nothing was destroyed, since the stack is protected: recorder/);
    expect(await everythingThere(stage().endpoint)).toEqual(before);
    await stage().deploy("up", { ...WITH_MEDIUM, protect: false });
  });
}

/** The end of it all. */
export function destruction(stage: () => Stage): void {
  it("leaves, when destroyed, only what is meant to outlive it", async () => {
    // Longer than the reconciler's function takes to start, so that it meets what the provider has begun to take away.
    await stage().timing({ association: 5_000 });
    await stage().deploy("destroy", WITH_MEDIUM);
    await stage().timing({ association: 100 });

    // docs/decisions/what-a-destroy-leaves.md
    expect(await everythingThere(stage().endpoint)).toEqual([
      "audit ap-northeast-1 bucket guardduty-export-bucket",
      "audit ap-northeast-1 bucket member-recorders-bucket",
      "audit ap-northeast-1 bucket recorder-bucket",
      "audit ap-northeast-1 hub of V2",
      "audit ap-northeast-1 key hakken: alarms: PendingDeletion",
      "audit ap-northeast-1 key hakken: exported findings of GuardDuty: Enabled",
      "audit ap-northeast-1 key hakken: queues, secrets, mails: PendingDeletion",
      "audit ap-northeast-1 secret alerts-backlog-api-key: deleted",
      "audit ap-northeast-1 secret alerts-slack-token: deleted",
      "audit ap-northeast-1 table alerts-table",
      "audit ap-northeast-3 hub default",
      "audit ap-northeast-3 hub of V2",
      "audit us-east-1 hub default",
      "audit us-east-1 hub of V2",
      "dev ap-northeast-1 detector",
      "dev ap-northeast-1 hub default",
      "dev ap-northeast-1 role /aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
      "dev ap-northeast-3 detector",
      "dev ap-northeast-3 hub default",
      "dev us-east-1 detector",
      "dev us-east-1 hub default",
      "management ap-northeast-1 bucket recorder-bucket",
      "management ap-northeast-1 bucket trail-bucket",
      "management ap-northeast-1 hub of V2",
      "management ap-northeast-1 key hakken: trail of the organization: Enabled",
      "management ap-northeast-3 hub default",
      "management ap-northeast-3 hub of V2",
      "management us-east-1 hub default",
      "management us-east-1 hub of V2",
      "partner ap-northeast-1 bucket recorder-bucket",
      "prod ap-northeast-1 bucket recorder-bucket",
      "prod ap-northeast-1 detector",
      "prod ap-northeast-1 hub default",
      "prod ap-northeast-1 hub of V2",
      "prod ap-northeast-3 detector",
      "prod ap-northeast-3 hub default",
      "prod ap-northeast-3 hub of V2",
      "prod us-east-1 detector",
      "prod us-east-1 hub default",
      "prod us-east-1 hub of V2",
    ]);
  });
}

/** A new beginning. */
export function rebirth(stage: () => Stage): void {
  it("is deployed again, in another language, and tells a finding", async () => {
    await stage().deploy("up", { ...DEFAULTS, language: "en" });
    const anew = { ...stage(), cloud: await cloudOf(stage().endpoint) };
    const tale = Tale.of(anew, "After a destroy");

    await tale.report();
    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(ONCE);
    const [message] = await tale.pieces("slack");
    expect(message?.text).toContain("Account");
    expect(await tale.workflow()).toBe("NOTIFIED");
  });
}

function health(): AwsSecurityFinding {
  const text = readFileSync(join(__dirname, "../fixtures/events/health-medium.json"), "utf8");
  const [what] = sendablesIn(text);
  if (!what || !("finding" in what)) throw new Error("health-medium.json holds no finding");
  return what.finding as unknown as AwsSecurityFinding;
}
