import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningPipeline, startPipeline } from "./running";

let running: RunningPipeline;
beforeAll(async () => {
  running = await startPipeline();
}, 60_000);
afterAll(() => running.stop());

/** More than a page of alerts that failed. */
const alerts = (prefix: string, length = 11) => Array.from({ length }, (_, n) => `${prefix}-${n}`.padEnd(32, "0"));
const putAll = (keys: readonly string[]) =>
  Promise.all(keys.map((alertKey) => running.put(running.kept.failed, { alertKey, title: "any", failures: [] })));
const redriven = async () =>
  (await running.bodies(running.queues.opening)).map((body) => JSON.parse(body).detail.alertKey as string).sort();

describe("a redrive that is cut short", () => {
  // Of two pages: receive, send, delete, receive, send, delete; and one more that finds nothing.
  it.each([1, 2, 3, 4, 5, 6, 7])(
    "has lost nothing where it was killed after its call %i",
    async (call) => {
      const keys = alerts(`k${call}`);
      await putAll(keys);
      const redrive = ["redrive", "--queue", "failed", "--yes"];

      const killed = running.ops(redrive, {
        NODE_OPTIONS: `--require ${join(__dirname, "crash.cjs")}`,
        CRASH_AFTER: String(call),
      });
      const { code } = await killed.ended;
      await running.elapse(120);
      const again = await running.ops(redrive).ended;

      expect([code, killed.child.signalCode, again.code]).toEqual([null, "SIGKILL", 0]);
      const told = await redriven();
      expect(new Set(told)).toEqual(new Set(keys));
      // What was sent and not yet deleted goes twice.
      expect(told).toHaveLength({ 2: 21, 5: 12 }[call] ?? 11);
      expect(await running.bodies(running.kept.failed)).toEqual([]);
    },
    60_000,
  );

  it("ends what it is at after Ctrl-C, shows the rest again at once, and says so", async () => {
    // So many that it is not through before it hears of the signal.
    const keys = alerts("c", 81);
    await putAll(keys);

    const run = running.ops(["redrive", "--queue", "failed", "--yes", "--json"]);
    while (!run.stderr().includes("failed: redrive")) await new Promise((next) => setTimeout(next, 20));
    run.child.kill("SIGINT");
    const { code, stdout } = await run.ended;

    expect(code).toBe(130);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ outcome: "interrupted", exitCode: 130 });
    const left = (await running.bodies(running.kept.failed)).map((body) => JSON.parse(body).alertKey as string);
    expect(report.redrive.letters).toHaveLength(keys.length - left.length);
    expect([...(await redriven()), ...left].sort()).toEqual([...keys].sort());
    expect(left.length).toBeGreaterThan(0);
  }, 60_000);
});
