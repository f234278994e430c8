import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../ops/deploy";
import { PROJECT, parts, wordsOf } from "./project";
import { sample, sampleForEach } from "./sample";

sampleForEach(["audit"], "2");

const PART = { type: "sample:index:Part", name: "part-1" };

describe("deploy", () => {
  it("previews, makes, finds unchanged, and destroys a stack", async () => {
    const made = ["pulumi:pulumi:Stack", "sample:index:Part", "sample:index:Part"];

    const [preview] = await sample.run({ command: "preview" });
    const [up] = await sample.run({ command: "up" });
    const [again] = await sample.run({ command: "preview", expectNoChanges: true });
    const [shown] = await sample.run({ command: "preview destroy" });
    const [destroyed] = await sample.run({ command: "destroy" });

    expect(preview?.changes.map(({ type }) => type).sort()).toEqual(made);
    expect(up?.changes.map(({ operation }) => operation)).toEqual(["create", "create", "create"]);
    expect(up?.changes).toContainEqual({
      ...PART,
      operation: "create",
      urn: "urn:pulumi:audit::sample::sample:index:Part::part-1",
    });
    expect(up).toMatchObject({ outcome: "succeeded", account: "444455556666", failures: [], exitCode: 0 });
    expect(again).toMatchObject({ outcome: "succeeded", changes: [] });
    expect(shown?.changes.map(({ operation }) => operation)).toEqual(["delete", "delete", "delete"]);
    expect(destroyed?.changes.map(({ operation }) => operation)).toEqual(["delete", "delete", "delete"]);
  });

  it("gives the outputs without what is secret, and says what it left out", async () => {
    const [up] = await sample.run({ command: "up" });

    expect(up?.outputs).toEqual({ count: 2 });
    expect(up?.secretOutputs.sort()).toEqual(["nested", "token"]);
  });

  it("tells what it does as it goes, leaves the settings as they were, and selects no stack", async () => {
    const settings = readFileSync(join(sample.folder, "Pulumi.audit.yaml"), "utf8");

    await sample.run({ command: "up" });

    expect(sample.progress[0]).toEqual({ stack: "audit", kind: "begin", text: "up" });
    expect(sample.progress).toContainEqual({ stack: "audit", kind: "doing", text: "create sample:index:Part part-1" });
    expect(sample.progress).toContainEqual({
      stack: "audit",
      kind: "resource",
      text: "create sample:index:Part part-1",
    });
    expect(sample.progress.at(-1)?.text).toMatch(/^3 create \(\d+\.\d s\)$/);
    expect(readFileSync(join(sample.folder, "Pulumi.yaml"), "utf8")).toBe(PROJECT);
    expect(readFileSync(join(sample.folder, "Pulumi.audit.yaml"), "utf8")).toContain(settings.trim());
    expect(existsSync(join(sample.folder, "home", "workspaces"))).toBe(false);
  });

  it("makes a stack with the secrets provider that its settings name", async () => {
    const file = join(sample.folder, "Pulumi.audit.yaml");
    writeFileSync(file, `secretsprovider: nonesuch://key\n${readFileSync(file, "utf8")}`);

    const results = await sample.run({ command: "up" });

    expect(wordsOf(results)).toMatch(/nonesuch/);
    expect(readFileSync(file, "utf8")).not.toContain("encryptionsalt");
  });

  it("tries again where the engine was not answered in time, and not without end", async () => {
    const [once, always] = [unanswered(1), unanswered(9)];

    const [up] = await sample.run({ command: "up", engine: once.engine });
    const [never] = await sample.run({ command: "preview", engine: always.engine });

    expect(up).toMatchObject({ outcome: "succeeded", failures: [] });
    expect(up?.changes).toHaveLength(3);
    expect([once.tried(), always.tried()]).toEqual([1, 3]);
    expect(never?.failures[0]?.reason).toMatch(/failed to discover package requirements/);
  });

  it("names stack, resource and reason when a resource fails", async () => {
    const program = async () => void new pulumi.StackReference("needed", { name: "organization/sample/none" });

    const results = await sample.run({ command: "up", program });

    expect(wordsOf(results)).toMatch(/^audit: pulumi:pulumi:StackReference "needed": .*organization\/sample\/none/);
    expect(exitCodeOf(results)).toBe(1);
    expect(results[0]?.next).toBe(
      "It needs a stack that is not there: npm run ops -- up --stack none --create, then: npm run ops -- up --stack audit",
    );
  });

  it("gives the program's own words when it refuses its settings", async () => {
    const program = async () => {
      throw new pulumi.RunError("sample:parts: 2 is too few\nsample:wholes: unknown");
    };

    const results = await sample.run({ command: "preview", program });

    expect(wordsOf(results)).toBe("audit: sample:parts: 2 is too few\nsample:wholes: unknown");
    expect(results[0]?.next).toBe("When that is put right: npm run ops -- preview --stack audit");
  });

  it("refuses a stack that does not exist, unless it is told to make it", async () => {
    const results = await sample.run({ command: "preview", create: false });

    expect(wordsOf(results)).toBe("audit: there is no such stack in this backend");
    expect(results[0]?.next).toMatch(/make it: npm run ops -- preview --stack audit --create$/);
    expect(exitCodeOf(results)).toBe(6);
  });

  it("fails with Pulumi's own code where changes were not expected", async () => {
    const preview = await sample.run({ command: "preview", expectNoChanges: true });
    const up = await sample.run({ command: "up", expectNoChanges: true });

    expect([exitCodeOf(preview), exitCodeOf(up)]).toEqual([7, 7]);
    expect(wordsOf(preview)).toBe("audit: no change was expected, and there are some");
    expect(preview[0]?.changes).toHaveLength(3);
  });

  it.each([["that another run holds the stack", /locked/, /pulumi cancel --stack audit$/]])(
    "says %s",
    async (_what, reason, next) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let begun = () => {};
      const inside = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const slow = sample.run({
        command: "up",
        program: async () => {
          begun();
          await held;
        },
      });
      await inside;

      const results = await sample.run({ command: "up" });
      release();
      await slow;

      expect(wordsOf(results)).toMatch(reason);
      expect(results[0]?.next).toMatch(next);
    },
  );

  it("says which passphrase is missing, and which is wrong", async () => {
    await sample.run({ command: "up" });
    const { PULUMI_CONFIG_PASSPHRASE: _, ...without } = sample.env;

    const missing = await sample.run({ command: "preview", env: without });
    const wrong = await sample.run({ command: "preview", env: { ...without, PULUMI_CONFIG_PASSPHRASE: "no" } });

    expect(missing[0]?.next).toMatch(/^Set PULUMI_CONFIG_PASSPHRASE or/);
    expect(wrong[0]?.next).toMatch(/^PULUMI_CONFIG_PASSPHRASE is not the passphrase/);
  });

  it("says how to log in", async () => {
    const { PULUMI_BACKEND_URL: _, ...without } = sample.env;

    const results = await sample.run({ command: "preview", env: without });

    expect(results[0]?.next).toMatch(/^Log in .* pulumi login/);
  });

  it("ends when it is interrupted, names the stack that was cut short, and leaves no lock", async () => {
    const stop = new AbortController();
    const program = async () => {
      stop.abort(new Error("interrupted"));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    };

    const interruption = { stop: stop.signal, forward: stop.signal };
    const results = await sample.run({ command: "up", program, interruption, stacks: ["audit", "management"] });
    const after = await sample.run({ command: "up", program: parts });

    expect(results.map(({ stack, outcome }) => [stack, outcome])).toEqual([
      ["audit", "interrupted"],
      ["management", "not started"],
    ]);
    expect(wordsOf(results)).toMatch(/^audit: interrupted during up[\s\S]*management: not started/);
    expect(exitCodeOf(results, true)).toBe(130);
    expect(after[0]?.outcome).toBe("succeeded");
  });
});

/** An engine that gets no answer the first times: then it is the real one. */
function unanswered(times: number) {
  const root = mkdtempSync(join(sample.folder, "engine-"));
  const tries = join(root, "tries");
  const script = `#!/bin/sh
tries=$(wc -l < "${tries}")
if [ "$1" != up ] && [ "$1" != preview ] || [ "$tries" -ge ${times} ]; then exec "${sample.engine.root}/bin/pulumi" "$@"; fi
echo tried >> "${tries}"
echo 'error: failed to discover package requirements: connection error: desc = "error reading server preface"' >&2
exit 1
`;
  writeFileSync(tries, "");
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "bin", "pulumi"), script, { mode: 0o755 });
  return { engine: { ...sample.engine, root }, tried: () => readFileSync(tries, "utf8").split("\n").length - 1 };
}
