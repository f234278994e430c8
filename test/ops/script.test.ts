import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { workDirOf } from "../../ops/commands/context";
import { sample, sampleForEach } from "./sample";
import { type Script, script } from "./script";

sampleForEach(["audit", "management", "dev", "prod"]);

const until = async ({ stderr, ended }: Script, pattern: RegExp) => {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!pattern.test(stderr())) {
    if (over) throw new Error(`It ended without ${pattern}:\n${stderr()}`);
    await sleep(20);
  }
};

const locks = (): string[] => {
  const folder = join(sample.folder, ".pulumi", "locks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
};

describe("the ops script", () => {
  it("deploys, shows results on standard output and all else on standard error, and destroys in reverse", async () => {
    const stacks = ["--stack", "prod", "--stack", "audit"];
    const up = await script(sample, "up", "--yes", "--create", ...stacks).ended;
    const preview = await script(sample, "preview", "--expect-no-changes", ...stacks, "--json").ended;
    const outputs = await script(sample, "outputs", "--json", "--stack", "prod").ended;
    const destroyed = await script(sample, "destroy", "--yes", ...stacks).ended;

    expect(up.stdout).toMatch(/^audit: 444455556666, 2 changes, \d+\.\d s\nprod: 444455556666, 2 changes.*\n$/);
    expect(up.stderr).toMatch(/said by the program of audit[\s\S]*✓ audit[\s\S]*▶ prod: up/);
    expect(up.stderr).not.toContain("\u001b");
    const [one] = JSON.parse(preview.stdout).stacks;
    expect(one).toMatchObject({ stack: "audit", account: "444455556666", outcome: "succeeded", changes: [] });
    expect(JSON.parse(outputs.stdout).stacks).toMatchObject([{ outputs: { parts: "1" }, secretOutputs: ["token"] }]);
    expect(destroyed.stdout).toMatch(/^prod: .*2 changes.*\naudit: .*2 changes/);
    const all = [up, preview, outputs, destroyed];
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(JSON.stringify(all)).not.toContain("s3cret");
  }, 90_000);

  it("ends a failure with stack, reason and the next command, says what was not started, and goes on from there", async () => {
    sample.settings("management", { parts: "1", fail: "sample:fail says no" });

    const failed = await script(sample, "up", "--yes", "--create", "--json").ended;
    const file = join(sample.folder, "preview.md");
    const shown = await script(sample, "preview", "--stack", "management", "--markdown", file).ended;
    sample.settings("management", { parts: "1" });
    const again = await script(sample, "up", "--yes", "--create").ended;

    expect(failed.code).toBe(1);
    expect(failed.stderr.trim().split("\n").slice(-4)).toEqual([
      "management: sample:fail says no",
      "dev: not started: needs management",
      "prod: not started: needs management",
      `→ When that is put right: npm run ops -- up --create --cwd ${sample.folder}`,
    ]);
    const [urn, type, name] = ["urn:pulumi:audit::sample::sample:index:Part::part-0", "sample:index:Part", "part-0"];
    expect(JSON.parse(failed.stdout)).toMatchObject({
      schemaVersion: 1,
      command: "up",
      outcome: "failed",
      exitCode: 1,
      stacks: [
        {
          stack: "audit",
          outcome: "succeeded",
          changes: [{ operation: "create", type, name, urn }, { type: "pulumi:pulumi:Stack" }],
          outputs: { parts: "1" },
          secretOutputs: ["token"],
          failures: [],
        },
        { stack: "management", outcome: "failed", failures: [{ reason: "sample:fail says no" }], exitCode: 1 },
        { stack: "dev", outcome: "not started", changes: [] },
        { stack: "prod", outcome: "not started", changes: [] },
      ],
    });
    expect(shown.code).toBe(1);
    expect(readFileSync(file, "utf8")).toMatch(/^<!-- hakken-preview stack=management -->/);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^audit: .*no change[\s\S]*prod: .*2 changes/);
  }, 90_000);

  it.each([
    [["up"], 2, /there is nobody to ask: add --yes/],
    [["destroy", "--yes"], 2, /add --stack NAME\.\.\., or --stack all/],
    [["up", "--yes", "--stack", "audti"], 2, /No settings for "audti".*Stacks with settings: audit/],
    [["up", "--yes", "--stack", "audit"], 6, /there is no such stack[\s\S]*--create/],
    [["preview", "--parallel", "0"], 2, /whole number, 1 or more/],
    [["preview", "--stacks", "audit"], 2, /unknown option '--stacks'/],
    [["preview", "--create", "--stack", "audit", "--expect-no-changes"], 7, /no change was expected/],
  ])("refuses %j with exit code %i", async (args, code, words) => {
    const refused = await script(sample, ...args, "--json").ended;

    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(words);
    expect(JSON.parse(refused.stdout)).toMatchObject({ schemaVersion: 1, outcome: "failed", exitCode: code });
  });

  it("refuses another folder without a project, or without the packages", () => {
    expect(() => workDirOf("home", sample.folder)).toThrow(/no Pulumi\.yaml in .*home/);
    expect(() => workDirOf(".", sample.folder)).toThrow(/no node_modules.*ln -s/);
  });

  it("goes on when nobody reads any more what it says", async ({ onTestFinished }) => {
    sample.settings("audit", { parts: "1", wait: "2000" });

    const running = script(sample, "up", "--yes", "--create", "--stack", "audit");
    onTestFinished(() => void running.child.kill("SIGKILL"));
    await until(running, /program of audit/);
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    const { code } = await running.ended;

    expect(locks()).toEqual([]);
    expect(code).toBe(0);
  }, 30_000);

  it("ends in order at SIGINT, several stacks at once, and goes on the next time", async () => {
    for (const stack of ["dev", "prod"]) sample.settings(stack, { parts: "1", wait: "60000" });
    const stacks = ["--stack", "dev", "prod"];

    const running = script(sample, "up", "--yes", "--create", "--json", "--parallel", "2", ...stacks);
    await until(running, /program of dev[\s\S]*program of prod|program of prod[\s\S]*program of dev/);
    running.child.kill("SIGINT");
    const cut = await running.ended;
    const left = locks();
    for (const stack of ["dev", "prod"]) sample.settings(stack, { parts: "1" });
    const again = await script(sample, "up", "--yes", ...stacks).ended;

    expect(cut.code).toBe(130);
    const { outcome, stacks: ended } = JSON.parse(cut.stdout);
    expect(outcome).toBe("interrupted");
    expect(ended.map((one: { outcome: string }) => one.outcome)).toEqual(["interrupted", "interrupted"]);
    expect(cut.stderr).toMatch(/dev: interrupted during up[\s\S]*→ To go on: npm run ops -- up --stack dev prod/);
    expect(left).toEqual([]);
    expect(again.code).toBe(0);
  }, 90_000);
});
