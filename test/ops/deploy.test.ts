import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DeployOptions, deploy, type Progress, StackFailure } from "../../ops/deploy";
import { type Engine, engine } from "../../ops/engine/engine";

const PROJECT = "name: sample\nruntime: nodejs\n";
const SETTINGS = "config:\n  sample:parts: '2'\n";

let cli: Engine;
let folder: string;
let progress: Progress[];

beforeAll(async () => {
  // A bare machine gets the CLI here, as it would at the first start.
  cli = await engine({ progress: console.error });
}, 1_200_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy-"));
  writeFileSync(join(folder, "Pulumi.yaml"), PROJECT);
  writeFileSync(join(folder, "Pulumi.one.yaml"), SETTINGS);
  progress = [];
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Components need no provider: the engine is real, and nothing else is. */
const parts: PulumiFn = async () => {
  const count = new pulumi.Config().requireNumber("parts");
  for (let part = 0; part < count; part++) new pulumi.ComponentResource("sample:index:Part", `part-${part}`);
  return { count, token: pulumi.secret("s3cret") };
};

const run = (options: Partial<DeployOptions> & Pick<DeployOptions, "command">) =>
  deploy({
    stacks: ["one"],
    workDir: folder,
    engine: cli,
    program: parts,
    create: true,
    env: {
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "x",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    onProgress: (line) => progress.push(line),
    ...options,
  });

const failureOf = async (attempt: Promise<unknown>): Promise<StackFailure> => {
  const outcome = await attempt.catch((error: unknown) => error);
  if (outcome instanceof StackFailure) return outcome;
  throw new Error(`No StackFailure: ${outcome}`);
};

describe("deploy", () => {
  it("previews, makes, finds unchanged, and destroys a stack", async () => {
    const made = ["pulumi:pulumi:Stack", "sample:index:Part", "sample:index:Part"];

    const [preview] = await run({ command: "preview" });
    const [up] = await run({ command: "up" });
    const [again] = await run({ command: "preview" });
    const [destroyed] = await run({ command: "destroy" });

    expect(preview?.changes.map(({ type }) => type).sort()).toEqual(made);
    expect(up?.changes.map(({ operation }) => operation)).toEqual(["create", "create", "create"]);
    expect(up?.outputs).toEqual({ count: 2 });
    expect(again?.changes).toEqual([]);
    expect(destroyed?.changes.map(({ operation }) => operation)).toEqual(["delete", "delete", "delete"]);
  });

  it("tells what it does as it goes, and leaves the settings as they were", async () => {
    await run({ command: "up" });

    expect(progress[0]).toEqual({ stack: "one", kind: "begin", text: "up" });
    expect(progress).toContainEqual({ stack: "one", kind: "resource", text: "create sample:index:Part part-1" });
    expect(progress.at(-1)?.text).toMatch(/^3 create \(\d+\.\d s\)$/);
    expect(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).toBe(PROJECT);
    expect(readFileSync(join(folder, "Pulumi.one.yaml"), "utf8")).toContain("sample:parts: '2'");
  });

  it("names stack, resource and reason when a resource fails, and does no further stack", async () => {
    const program = async () => void new pulumi.StackReference("needed", { name: "organization/sample/none" });

    const failure = await failureOf(run({ command: "up", program, stacks: ["one", "two"] }));

    expect(failure.message).toMatch(/^one: pulumi:pulumi:StackReference "needed": .*organization\/sample\/none/);
    expect(progress.map(({ stack }) => stack)).not.toContain("two");
  });

  it("gives the program's own words when it refuses its settings", async () => {
    const program = async () => {
      throw new pulumi.RunError("sample:parts: 2 is too few\nsample:wholes: unknown");
    };

    const failure = await failureOf(run({ command: "preview", program }));

    expect(failure.message).toBe("one: sample:parts: 2 is too few\nsample:wholes: unknown");
  });

  it("refuses a stack that does not exist, unless it is told to make it", async () => {
    const failure = await failureOf(run({ command: "preview", create: false }));

    expect(failure.message).toMatch(/^one: there is no such stack.*pulumi stack init/);
  });

  it("says that another run holds the stack", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = () => {};
    const inside = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = run({
      command: "up",
      program: async () => {
        begun();
        await held;
      },
    });
    await inside;

    const failure = await failureOf(run({ command: "up" }));
    release();
    await slow;

    expect(failure.message).toMatch(/^one: .*locked/);
  });

  it("ends when it is interrupted, and names the stack that was cut short", async () => {
    const stop = new AbortController();
    const program = async () => {
      stop.abort(new Error("interrupted"));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    };

    const interruption = { stop: stop.signal, forward: stop.signal };
    const failure = await failureOf(run({ command: "up", program, interruption, stacks: ["one", "two"] }));

    expect(failure.message).toMatch(/^one: interrupted during up/);
    expect(progress.map(({ stack }) => stack)).not.toContain("two");
  });
});
