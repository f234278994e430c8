import { describe, expect, it } from "vitest";
import { sample, sampleForEach } from "../sample";
import { script } from "../script";

sampleForEach(["audit"]);

describe("ops adopt", () => {
  it("has nothing to ask and nothing to take over where the stack makes nothing that could be there", async () => {
    const { code, stdout, stderr } = await script(sample, "adopt", "--create", "--json").ended;

    expect(code).toBe(0);
    expect(stderr).toMatch(/audit: 444455556666: nothing is there that it would take over/);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      command: "adopt",
      outcome: "succeeded",
      stacks: [
        { stack: "audit", changes: [], adoption: { existing: [], overwritten: [], members: [], obstacles: [] } },
      ],
    });
  }, 60_000);

  it("says how to make a stack that is not there, and how to repeat it once the program's reason is gone", async () => {
    sample.settings("audit", { parts: "1", fail: "sample:fail says no" });

    const missing = await script(sample, "adopt", "--stack", "audit").ended;
    const failed = await script(sample, "adopt", "--create", "--stack", "audit").ended;

    expect(missing.code).toBe(6);
    expect(missing.stderr).toMatch(/there is no such stack[\s\S]*make it: npm run ops -- adopt --stack audit --create/);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe("Nothing was taken over.\n");
    expect(failed.stderr).toMatch(/audit: sample:fail says no[\s\S]*→ When that is put right: npm run ops -- adopt/);
  }, 60_000);
});
