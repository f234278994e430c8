import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Steps, startAtTerminal } from "./atTerminal";
import { sample, sampleForEach } from "./sample";
import { commandLine, environment, script } from "./script";

sampleForEach(["audit", "management"]);

const atTerminal = (steps: Steps, args: string[], env: NodeJS.ProcessEnv = {}) =>
  startAtTerminal(steps, commandLine(sample, args), { ...environment(sample), ...env }).ended;

const ASKED = "[y/N]";

/** How many resources the state of a stack holds. */
const resources = (stack: string): number => {
  const file = join(sample.folder, ".pulumi", "stacks", "sample", `${stack}.json`);
  return JSON.parse(readFileSync(file, "utf8")).checkpoint.latest?.resources?.length ?? 0;
};

describe("the ops script at a terminal", { timeout: 60_000 }, () => {
  it("shows all that would happen, asks once, and does it after a yes; then the deletions of a destroy", async () => {
    const up = await atTerminal([[ASKED, "y\r"]], ["up", "--create"]);
    const made = resources("audit");
    const destroyed = await atTerminal([[ASKED, "yes\r"]], ["destroy", "--stack", "all"]);

    expect([up.code, destroyed.code]).toEqual([0, 0]);
    const shown = up.plain.slice(0, up.plain.indexOf(ASKED));
    expect(shown).toMatch(/audit: 444455556666, 2 changes[\s\S]*create +sample:index:Part part-0[\s\S]*management: /);
    expect(shown).toContain("Deploy audit, management?");
    expect(up.plain.split(ASKED)).toHaveLength(2);
    expect(destroyed.plain).toMatch(/delete +sample:index:Part part-0[\s\S]*Destroy management, audit\? \[y\/N\]/);
    expect([made, resources("audit")]).toEqual([2, 0]);
  });

  it.each([
    ["no", "n\r", 8],
    ["Ctrl-C", "\u0003", 130],
  ])("changes nothing after %s", async (_what, keys, code) => {
    const up = await atTerminal([[ASKED, keys]], ["up", "--create", "--stack", "audit"]);

    expect(up.code).toBe(code);
    expect(resources("audit")).toBe(0);
  });

  it("asks once for a first deployment, also where those that need others were tried too early", async () => {
    sample.settings("management", { parts: "1", needs: "audit" });
    sample.settings("organization", { parts: "1", needs: "management" });

    const early = [
      await script(sample, "up", "--yes", "--create", "--stack", "management").ended,
      await script(sample, "up", "--yes", "--create", "--stack", "organization").ended,
    ];
    const up = await atTerminal([[ASKED, "y\r"]], ["up", "--create"]);

    expect(early.map(({ code }) => code)).toEqual([1, 1]);
    expect(up.plain).toMatch(
      /management: what it makes can be told once[\s\S]*organization: what it makes can be told/,
    );
    expect(up.code).toBe(0);
    expect(resources("organization")).toBeGreaterThan(0);
  });

  it("says that a stack is protected before it asks, and how to destroy it", async () => {
    sample.settings("audit", { parts: "3", protect: "true" });

    await script(sample, "up", "--yes", "--create", "--stack", "audit").ended;
    const destroyed = await atTerminal([], ["destroy", "--stack", "audit"]);

    expect(destroyed.code).toBe(1);
    expect(destroyed.plain).not.toContain(ASKED);
    expect(destroyed.plain).toMatch(
      /audit: nothing was destroyed, since the stack is protected: part-0, part-1, part-2\s+→ It is protected.*protect false --stack audit.*then npm run ops -- up --stack audit .*then: npm run ops -- destroy --stack audit/,
    );
  });

  it("does not ask in CI, though it looks like a terminal", async () => {
    expect((await atTerminal([], ["up"], { CI: "true" })).code).toBe(2);
  });

  it("keeps a line a running stack up to date, in colours unless NO_COLOR is set", async () => {
    const args = ["up", "--create", "--yes", "--stack", "audit"];
    sample.settings("audit", { parts: "2", wait: "1000" });

    const coloured = await atTerminal([], args);
    const plain = await atTerminal([], ["preview", "--stack", "audit"], { NO_COLOR: "1" });

    expect(coloured.plain).toMatch(/audit {2}up {2}\d+ s {2}3 create {2}create sample:index:Part part-\d/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal gets
    const colour = /\u001b\[\d*(;\d+)*m/;
    expect(coloured.output).toMatch(colour);
    expect(plain.output).not.toMatch(colour);
  });

  it("cancels at Ctrl-C, and goes on the next time", async () => {
    sample.settings("audit", { parts: "1", wait: "60000" });
    const args = ["up", "--create", "--yes", "--stack", "audit"];

    const cut = await atTerminal([["program of audit", "\u0003"]], args);
    sample.settings("audit", { parts: "1" });
    const again = await atTerminal([], args);

    expect([cut.code, again.code]).toEqual([130, 0]);
    expect(cut.plain).toContain("audit: interrupted during up");
  });
});
