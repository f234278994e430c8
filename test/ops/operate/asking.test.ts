import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningPipeline, startPipeline } from "./running";

let running: RunningPipeline;
beforeAll(async () => {
  running = await startPipeline();
}, 60_000);
afterAll(() => running.stop());

const failed = (alertKey: string) => ({ alertKey, title: `Alert ${alertKey}`, failures: [] });
const keysIn = async (queue: { url: string }) =>
  (await running.bodies(queue))
    .map((body) => JSON.parse(body))
    .map(({ alertKey, detail }) => alertKey ?? detail.alertKey);

describe("ops redrive at a terminal", { timeout: 60_000 }, () => {
  it("moves after a yes what it has shown, and nothing that came later; nothing after a no", async () => {
    const { put, kept, queues, atTerminal } = running;
    await put(kept.failed, failed("shown"));

    const no = await atTerminal([["[y/N]", "n\r"]], ["redrive"]).ended;
    const run = atTerminal([["[y/N]", null]], ["redrive"]);
    await run.says("[y/N]");
    await put(kept.failed, failed("later"));
    run.type("y\r");
    const yes = await run.ended;

    expect([no.code, yes.code]).toEqual([8, 0]);
    expect(no.plain).toMatch(/failed +0 m +Alert shown[\s\S]*Redrive 1 of 1\? \[y\/N\] n[\s\S]*Nothing was redriven/);
    expect(yes.plain).toMatch(/1 redriven: 1 to opening/);
    expect(await keysIn(queues.opening)).toEqual(["shown"]);
    expect(await keysIn(kept.failed)).toEqual(["later"]);
  });

  it("wants --yes where there is no terminal", async () => {
    const { code, stderr } = await running.ops(["redrive"]).ended;

    expect(code).toBe(2);
    expect(stderr).toMatch(/there is nobody to ask: add --yes, or --dry-run/);
  });
});

describe("ops redrive without a right", { timeout: 60_000 }, () => {
  it("names the queue and AWS's reason, does the other queues, and leaves everything where it was", async () => {
    const { aws, put, kept, queues, rights } = running;
    await put(kept.settle, { alertKey: "kept", execution: "over", taskToken: "t" });
    await aws.grant(
      "operator",
      rights.filter(({ Sid }) => Sid !== "HandOver"),
    );

    const { code, stdout, stderr } = await running.ops(["redrive", "--yes", "--json"]).ended;

    await aws.grant("operator", rights);
    expect(code).toBe(1);
    const { reason } = JSON.parse(stdout).stacks[0].failures[0];
    expect(reason).toMatch(/^queue settle: AccessDenied\w*: .*sqs:SendMessage/);
    expect(stderr).toMatch(/✓ intake: redrive: 0 messages[\s\S]*→ When that is put right: npm run ops -- redrive/);
    expect(await running.bodies(queues.opening)).toEqual([]);
    expect(await keysIn(kept.settle)).toEqual(["kept"]);
  });

  it("says which stack to deploy first where the pipeline's place is not told yet, and which setting is amiss", async () => {
    running.project.settings("other", { "hakken:role": "audit" });
    const several = await running.ops(["redrive", "--yes"]).ended;
    const absent = await running.ops(["redrive", "--yes", "--stack", "other"]).ended;

    expect([several.code, absent.code]).toEqual([2, 6]);
    expect(several.stderr).toMatch(/one pipeline: name its stack, --stack audit or --stack other/);
  });
});
