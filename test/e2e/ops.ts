import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { type Checkout, checkoutOf, type Ended, languageHost, ops, plain, tag } from "./checkout";
import { fault } from "./faults";
import type { Stage } from "./stage";

const STACKS = ["audit", "management", "organization", "partner", "prod"];

/** The ops script as a person starts it, and beside it the plain CLI. Each test changes the tags of the stack management. */
export function operations(stage: () => Stage): void {
  let second: Checkout;

  it("goes on after a stack in the middle failed: those that need it wait for the next run", async () => {
    tag(stage().places.work, "failing");
    // Each of three detectors, asked three times.
    await fault(stage(), "guardduty", "TagResource", { kind: "error", status: 500 }, 9);

    const failed = await ops(stage(), ["up", "--yes", "--json"]).ended;
    const again = await ops(stage(), ["up", "--yes", "--json", "--stack", ...STACKS.slice(1)]).ended;

    expect(failed.code).toBe(1);
    expect(outcomes(failed)).toEqual(["succeeded", "failed", "not started", "not started", "not started"]);
    expect(failed.stderr).toMatch(
      /management: aws:guardduty\/detector:Detector "detectors-[\w-]+" in [\w-]+: .*InternalException[\s\S]*prod: not started: needs management\n→ .*npm run ops -- up --cwd/,
    );
    expect(again.code).toBe(0);
    expect(outcomes(again)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded"]);
    // What else the first run came to before the detectors failed is left to the engine; none of it is done twice.
    expect(names(again)).toEqual(expect.arrayContaining(DETECTORS));
    const done = names(failed, "management");
    expect(names(again, "management").filter((name) => done.includes(name))).toEqual([]);
  });

  it.each([
    ["Ctrl-C, once what runs is done", 1],
    ["a second Ctrl-C, at once", 2],
  ])("ends at %s, leaves no lock, and goes on the next time", async (what, signals) => {
    tag(stage().places.work, what.replaceAll(/\W+/g, " "));
    await fault(stage(), "guardduty", "TagResource", { kind: "slow", milliseconds: 5_000 }, 3);
    const stacks = ["--stack", "management", "organization", "prod"];

    const running = ops(stage(), ["up", "--yes", "--json", ...stacks]);
    // What else a tag changes is done; only the detectors are slow.
    await running.says(/recorder-role[\s\S]*recorder-bucket|recorder-bucket[\s\S]*recorder-role/);
    await sleep(2_000);
    for (let sent = 0; sent < signals; sent++) {
      running.child.kill("SIGINT");
      await sleep(sent + 1 < signals ? 700 : 0);
    }
    const cut = await running.ended;
    const left = locks(stage());
    const again = await ops(stage(), ["up", "--yes", "--json", ...stacks]).ended;

    expect(cut.code).toBe(130);
    expect(outcomes(cut)).toEqual(["interrupted", "not started", "not started"]);
    expect(left).toEqual([]);
    expect(again.code).toBe(0);
    // Each once: by the first run, which waited for it, or by the second, which is told that nobody knows how it ended.
    expect([...names(cut), ...names(again)].filter((name) => DETECTORS.includes(name)).sort()).toEqual(DETECTORS);
    expect(again.stderr.includes("3 pending operations")).toBe(signals === 2);
  });

  it("shows no change from another checkout at another path", async () => {
    second = checkoutOf(stage());

    const preview = await ops(stage(), ["preview", "--expect-no-changes", "--json"], second).ended;

    expect(preview.code).toBe(0);
    expect(outcomes(preview)).toEqual(STACKS.map(() => "succeeded"));
  });

  const host = languageHost();
  if (!host) console.warn(WITHOUT_HOST);
  it.skipIf(!host)("makes no difference to the plain CLI, nor that to it", async () => {
    const previews: Ended[] = [];
    for (const stack of STACKS) {
      previews.push(
        await plain(stage(), second, host ?? "", ["preview", "--expect-no-changes", "--stack", stack]).ended,
      );
    }
    tag(second.folder, "by the plain CLI");
    const up = await plain(stage(), second, host ?? "", ["up", "--yes", "--stack", "management"]).ended;
    const after = await ops(stage(), ["preview", "--expect-no-changes"], second).ended;

    expect(previews.map(({ code, stdout }) => [code, code ? stdout : ""])).toEqual(STACKS.map(() => [0, ""]));
    expect(up.stdout).toMatch(/[1-9]\d* updated/);
    expect([up.code, after.code]).toEqual([0, 0]);
  });
}

const WITHOUT_HOST =
  "SKIPPED: the plain Pulumi CLI against the ops script. There is no pulumi-language-nodejs beside the CLI, nor in PATH; Pulumi's own downloads have it, a CLI built from Go modules does not.";

const DETECTORS = ["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => `update detectors-${region}`);

interface Report {
  stacks: { stack: string; outcome: string; changes: { operation: string; name: string }[] }[];
}

const outcomes = ({ stdout }: Ended) => (JSON.parse(stdout) as Report).stacks.map(({ outcome }) => outcome);

const names = ({ stdout }: Ended, ...of: string[]) =>
  (JSON.parse(stdout) as Report).stacks
    .filter(({ stack }) => of.length === 0 || of.includes(stack))
    .flatMap(({ changes }) => changes.map(({ operation, name }) => `${operation} ${name}`))
    .sort();

const locks = ({ places }: Stage): string[] => {
  const folder = join(places.state, ".pulumi", "locks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
};
