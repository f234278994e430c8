import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../ops/deploy";
import { parts, wordsOf } from "./project";
import { sample, sampleForEach } from "./sample";

sampleForEach();

/** A place where programs wait until so many are there. */
const meeting = (size: number) => {
  let there = 0;
  let open = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    if (++there === size) open();
    await all;
  };
};

const outcomes = (results: { stack: string; outcome: string }[]) =>
  Object.fromEntries(results.map(({ stack, outcome }) => [stack, outcome]));

describe("stacks side by side", () => {
  it("each read their own settings, know their own secrets, and serialize their own functions", async () => {
    const meet = meeting(2);
    for (const stack of ["prod", "dev"]) sample.settings(stack, { parts: stack === "prod" ? "1" : "3", own: stack });
    const secret = ["config", "set", "--secret", "--stack", "dev", "sample:key", "s3cret"];
    const pulumiCli = join(sample.engine.root, "bin", "pulumi");
    const where = { cwd: sample.folder, env: { ...process.env, ...sample.env } };
    execFileSync(pulumiCli, ["stack", "init", "dev", "--no-select"], where);
    execFileSync(pulumiCli, secret, where);
    const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

    const results = await sample.run({
      command: "up",
      stacks: ["dev", "prod"],
      parallel: 2,
      program: async () => {
        await meet();
        await parts();
        const own = new pulumi.Config().require("own");
        const { text } = await pulumi.runtime.serializeFunction(() => own);
        await sleep(100);
        return {
          stack: pulumi.getStack(),
          keys: Object.keys(pulumi.runtime.allConfig()).sort(),
          secret: isConfigSecret("sample:key"),
          text: /own: "(\w+)"/.exec(text)?.[1],
          late: pulumi
            .output(sleep(50, "late"))
            .apply(() => `${pulumi.getStack()} ${new pulumi.Config().require("own")}`),
        };
      },
    });

    const [dev, prod] = results;
    expect(outcomes(results)).toEqual({ dev: "succeeded", prod: "succeeded" });
    const keys = ["hakken:account", "sample:own", "sample:parts"];
    expect(prod?.outputs).toEqual({ stack: "prod", keys, secret: false, text: "prod", late: "prod prod" });
    expect(dev?.outputs).toEqual({
      stack: "dev",
      keys: [...keys.slice(0, 1), "sample:key", ...keys.slice(1)],
      secret: true,
      text: "dev",
      late: "dev dev",
    });
    expect([dev?.changes.length, prod?.changes.length]).toEqual([4, 2]);
  });

  it("each fail by what their own program throws outside its promise, and by nothing else", async () => {
    const meet = meeting(2);
    const listeners = () => process.listenerCount("unhandledRejection");
    const before = listeners();

    const results = await sample.run({
      command: "preview",
      stacks: ["dev", "prod"],
      parallel: 2,
      program: async () => {
        await meet();
        if (pulumi.getStack() === "dev") {
          void Promise.reject(new Error("forgotten"));
          setTimeout(() => {
            throw new Error("late");
          }, 10);
        }
        await sleep(300);
      },
    });

    expect(outcomes(results)).toEqual({ dev: "failed", prod: "succeeded" });
    expect(wordsOf(results)).toMatch(/^dev: .*forgotten/);
    expect(wordsOf(results)).toMatch(/late/);
    expect(listeners()).toEqual(before);
  });

  it("start when all that they need is done, and not at all when one of it fails", async () => {
    const begun: string[] = [];
    const program = async () => {
      begun.push(pulumi.getStack());
      if (pulumi.getStack() === "management") throw new pulumi.RunError("no");
    };

    const stacks = ["audit", "management", "organization", "dev", "prod"];
    const results = await sample.run({ command: "up", stacks, program, parallel: 4 });

    expect(begun).toEqual(["audit", "management"]);
    expect(wordsOf(results)).toBe(
      [
        "management: no",
        "organization: not started: needs management",
        "dev: not started: needs management",
        "prod: not started: needs management",
      ].join("\n"),
    );
    expect(exitCodeOf(results)).toBe(1);
  });

  it("go on when one that they don't need fails; and as many at a time as is said", async () => {
    let running = 0;
    let most = 0;
    const program = async () => {
      most = Math.max(most, ++running);
      await sleep(200);
      running--;
      if (pulumi.getStack() === "dev") throw new pulumi.RunError("no");
    };

    const results = await sample.run({ command: "up", stacks: ["dev", "prod", "test"], program, parallel: 2 });

    expect(outcomes(results)).toEqual({ dev: "failed", prod: "succeeded", test: "succeeded" });
    expect(most).toBeLessThanOrEqual(2);
  });

  it("are destroyed in reverse, and stay when one that needs them stays", async () => {
    const program = async () => {
      if (pulumi.getStack() === "organization")
        new pulumi.ComponentResource("sample:index:Part", "kept", {}, { protect: true });
    };
    const stacks = ["audit", "management", "organization", "prod"];
    await sample.run({ command: "up", stacks, program });

    const results = await sample.run({ command: "destroy", stacks: [...stacks].reverse() });

    expect(outcomes(results)).toEqual({
      prod: "succeeded",
      organization: "failed",
      management: "not started",
      audit: "not started",
    });
    expect(results[1]?.next).toMatch(
      /pulumi config set hakken:protect false --stack organization, then npm run ops -- up --stack organization, then: npm run ops -- destroy --stack organization$/,
    );
    expect(wordsOf(results)).toMatch(/management: not started: needed by organization/);
  }, 60_000);
});
