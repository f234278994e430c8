import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../handlers/alert/types";
import { alike, control, expectAsInSecurityHub, isLive, next, steps } from "./history";
import { AUDIT, aFinding, createWorld, type World } from "./world";

const ACCOUNT = aFinding().accountId;
const kindsTold = (world: World, channel = "slack") =>
  world.messages.filter((message) => message.channel === channel).map(({ notice }) => notice.kind);
const outcomes = (world: World) => world.messages.flatMap(({ notice: { outcome } }) => outcome ?? []);

/** A world in which these were told. */
async function aWorld(findings: Finding[], options: Partial<Parameters<typeof createWorld>[0]> = {}) {
  const world = createWorld({ crashAt: new Set(), ...options });
  for (const finding of findings) world.report(finding);
  await world.drain();
  return world;
}

/** A day's comparison, and what comes of it. */
async function aDay(world: World) {
  const checked = await world.checkLater();
  await world.drain();
  return checked;
}

const aHealthEvent = (changes: Partial<Finding> = {}, endTime?: string) =>
  aFinding({
    ...{ format: "health", product: "aws.health", id: `event-1#${ACCOUNT}`, productName: "Health", severity: "MEDIUM" },
    health: { communicationId: "event-1", category: "issue", service: "EC2", typeCode: "AWS_EC2_ISSUE", endTime },
    ...changes,
  });

describe("the daily comparison of open alerts with Security Hub", () => {
  it("makes good within a day whatever was lost: closings, rises, findings that aged out; killed after any call", async () => {
    const lost = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }).map((at) => new Set(at));
    const crashes = fc.uniqueArray(fc.nat(250), { maxLength: 6 }).map((at) => new Set(at));
    await fc.assert(
      fc.asyncProperty(alike, steps, lost, crashes, fc.nat(3), async (start, history, lostEvents, crashAt, aged) => {
        const world = await aWorld(start, { lostEvents, crashAt });
        for (const { step, nth } of history) {
          const findings = [...world.hub.values()];
          const changed = next(findings[nth % findings.length] as Finding, step, world.now());
          if (!changed) continue;
          world.report(changed);
          await world.drain();
        }
        const old = [...world.hub.values()][aged];
        if (old) world.remove(old);
        for (let day = 0; day < 2; day++) {
          for (let hour = 0; hour < 2; hour++) {
            await world.sweepLater(1);
            await world.drain();
          }
          await aDay(world);
        }

        expectAsInSecurityHub(world);
        for (const finding of world.hub.values()) {
          if (isLive(finding)) expect(world.alertOf(finding)?.state).toBe("open");
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("hands over nothing, and is not due again, while all is as it was told", async () => {
    const world = await aWorld([control("a", "one"), aFinding()]);

    const first = await aDay(world);
    const soon = await world.checkLater(1);

    expect(first).toEqual({ alerts: 2, findings: 2, differing: 0, left: 0 });
    expect(soon.alerts).toBe(0);
    expect(kindsTold(world)).toEqual(["opened", "opened"]);
  });

  it("closes as gone what Security Hub no longer has", async () => {
    const world = await aWorld([aFinding()]);
    world.remove(aFinding());

    await aDay(world);

    expect(kindsTold(world)).toEqual(["opened", "closed"]);
    expect(outcomes(world)).toContain("gone");
  });

  it("takes no alert for gone whose finding Security Hub may not show yet", async () => {
    const world = await aWorld([control("a", "one")]);
    await world.checkLater(23.9);
    world.report(control("b", "two"));
    await world.drain();
    world.remove(control("b", "two"));

    await world.checkLater(0.2);

    expect(world.queue).toEqual([]);
  });

  it("opens again what goes on after RESOLVED, though its event was lost", async () => {
    const start = aFinding({ activity: 1, lastSeen: "2026-01-01T00:00:00.000Z" });
    const world = await aWorld([start], { lostEvents: new Set([3]) });
    world.report({ ...start, workflow: "RESOLVED" });
    await world.drain();
    const at = world.now();
    world.report({ ...start, workflow: "RESOLVED", activity: 2, lastSeen: at, updatedAt: at });
    await world.drain();
    expect(kindsTold(world)).toEqual(["opened", "closed"]);

    await aDay(world);

    expect(kindsTold(world)).toEqual(["opened", "closed", "reopened"]);
    expect([...world.hub.values()][0]?.workflow).toBe("NOTIFIED");
  });

  it("reads the longest unchecked first, and the rest in the next run", async () => {
    const many = Array.from({ length: 45 }, (_, n) => aFinding({ id: `finding-${n}` }));
    const world = await aWorld(many, { checkBudgetMs: 1000 });

    const first = await world.checkLater();
    const second = await world.checkLater(1);

    expect(first.alerts).toBeGreaterThanOrEqual(20);
    expect(first.alerts).toBeLessThan(45);
    expect(first.alerts + second.alerts).toBe(45);
  });

  it("fails where alerts have waited for two days, so that an alarm tells it", async () => {
    const many = Array.from({ length: 45 }, (_, n) => aFinding({ id: `finding-${n}` }));
    const world = await aWorld(many, { checkBudgetMs: 1000 });

    await expect(world.checkLater(49)).rejects.toThrow(/open alerts wait to be compared with Security Hub, since 2026/);
  });

  it("ends an event of AWS Health a week after its end, or 90 days after its last word", async () => {
    const ended = aHealthEvent({}, "2026-01-02T00:00:00.000Z");
    const endless = aHealthEvent({
      id: "event-2",
      health: { communicationId: "event-2", category: "issue", service: "S3", typeCode: "AWS_S3_ISSUE" },
    });
    const world = await aWorld([ended, endless]);

    await world.checkLater(7 * 24);
    await world.drain();
    const early = [world.alertOf(ended)?.state, world.alertOf(endless)?.state];
    await world.checkLater(2 * 24);
    await world.drain();
    const weekLater = [world.alertOf(ended)?.state, world.alertOf(endless)?.state];
    await world.checkLater(90 * 24);
    await world.drain();

    expect(early).toEqual(["open", "open"]);
    expect(weekLater).toEqual(["closed", "open"]);
    expect(world.alertOf(endless)).toMatchObject({ state: "closed", outcome: "gone" });
  });

  it("ends no event that AWS Health goes on telling in the same words, and knows each one's newest end", async () => {
    const end = (endTime?: string, updatedAt = aFinding().updatedAt) => aHealthEvent({ updatedAt }, endTime);
    const world = await aWorld([end("2026-01-02T00:00:00.000Z")]);
    await world.checkLater(6 * 24);
    world.report(end("2026-01-02T00:00:00.000Z", world.now()));
    await world.drain();

    await world.checkLater(3 * 24);
    await world.drain();
    const told = world.alertOf(end())?.state;
    world.report(end(undefined, world.now()));
    await world.drain();
    await world.checkLater(30 * 24);
    await world.drain();
    const put = world.alertOf(end())?.state;
    for (let day = 0; day < 120; day += 20) {
      world.report(end(undefined, world.now()));
      await world.drain();
      await world.checkLater(20 * 24);
      await world.drain();
    }

    expect([told, put, world.alertOf(end())?.state]).toEqual(["open", "open", "open"]);
    expect(kindsTold(world)).toEqual(["opened", "risen"]);
  });
});

describe("alerts of accounts that left", () => {
  it("close when an account is suspended or being closed, are told, and stay so though Security Hub has them as NEW", async () => {
    const world = await aWorld([aFinding()]);
    world.accounts.set(ACCOUNT, { id: ACCOUNT, active: false });

    const checked = await aDay(world);
    const finding = [...world.hub.values()][0] as Finding;
    world.report({ ...finding, workflow: "NEW" });
    await world.drain();
    await world.sweepLater();
    await world.drain();

    expect(checked.left).toBe(1);
    expect(kindsTold(world)).toEqual(["opened", "closed"]);
    expect(outcomes(world)).toContain("left");
    expect(world.alertOf(finding)?.outcome).toBe("left");
  });

  it("open again with a newer report, when an account has come back", async () => {
    const world = await aWorld([aFinding()]);
    world.accounts.set(ACCOUNT, { id: ACCOUNT, active: false });
    await aDay(world);
    world.accounts.set(ACCOUNT, { id: ACCOUNT, active: true });

    world.report(aFinding({ updatedAt: world.now() }));
    await world.drain();

    expect(kindsTold(world)).toEqual(["opened", "closed", "reopened"]);
  });

  it("close when an account is neither of the organization nor a member of Security Hub, and not while it was invited", async () => {
    const stranger = aFinding({ id: "finding-2", accountId: "999999999999" });
    const world = await aWorld([aFinding(), stranger, aHealthEvent({ accountId: "999999999999" })]);
    world.accounts.delete(stranger.accountId);
    world.members.add(stranger.accountId);

    const invited = await aDay(world);
    world.members.delete(stranger.accountId);
    const alone = await aDay(world);

    expect([invited.left, alone.left]).toEqual([0, 1]);
    expect([...world.alerts.values()].filter(({ state }) => state === "closed")).toHaveLength(1);
    expect(world.alertOf(stranger)?.state).toBe("closed");
  });

  it("stay open, and the run fails, where the list of accounts can't be right; all else is compared all the same", async () => {
    const world = await aWorld([aFinding(), aFinding({ id: "finding-2" })]);
    world.remove(aFinding());
    world.accounts.clear();

    await expect(world.checkLater()).rejects.toThrow(
      `Which accounts have left is not known: Error: AWS Organizations was asked by account ${AUDIT}, and does not name it among 0 accounts`,
    );
    await world.drain();

    expect(outcomes(world)).not.toContain("left");
    expect(world.alertOf(aFinding({ id: "finding-2" }))?.state).toBe("open");
    expect(outcomes(world)).toContain("gone");
  });

  it("don't ask who is in the organization where all that is open is the audit account's own", async () => {
    const world = await aWorld([aFinding({ accountId: AUDIT })]);
    world.accounts.clear();

    await expect(aDay(world)).resolves.toMatchObject({ alerts: 1, left: 0 });
  });

  it("outweighs an older word that its account had left", async () => {
    const world = await aWorld([aFinding()]);
    const old = { outcome: "left" as const, at: "2025-12-31T00:00:00.000Z" };
    world.queue.push({ recheck: { format: "asff", product: aFinding().product, id: aFinding().id, over: old }, at: 0 });
    await world.drain();

    expect(world.alertOf(aFinding())?.state).toBe("open");
  });
});
