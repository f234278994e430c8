import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sample, sampleForEach } from "./sample";
import { script } from "./script";

sampleForEach(["audit", "management", "organization", "prod"]);

const up = async (...stacks: string[]) => {
  const { code, stderr } = await script(sample, "up", "--yes", "--create", "--stack", ...stacks).ended;
  expect(code, stderr).toBe(0);
};

const destroy = (...args: string[]) => script(sample, "destroy", "--yes", ...args).ended;

/** How many resources each stack of the backend holds. */
const held = (): Record<string, number> => {
  const command = join(sample.engine.root, "bin", "pulumi");
  const list = execFileSync(command, ["stack", "ls", "--json"], {
    cwd: sample.folder,
    env: { ...process.env, ...sample.env },
    encoding: "utf8",
  });
  const stacks = JSON.parse(list) as { name: string; resourceCount: number }[];
  return Object.fromEntries(stacks.map(({ name, resourceCount }) => [name, resourceCount]));
};

describe("destroy of some stacks", { timeout: 90_000 }, () => {
  it("touches nothing while others that need them are up, names those, and takes them down in order when told", async () => {
    await up("audit", "management", "organization");

    const refused = await destroy("--stack", "audit", "--json");
    const kept = held();
    const two = await destroy("--stack", "audit", "management");
    const all = await destroy("--stack", "organization", "management", "audit");

    expect(refused.code).toBe(2);
    const { error, stacks } = JSON.parse(refused.stdout);
    expect(error).toBe(
      `Nothing was destroyed: organization, management still hold resources, and need audit. To take down all of them: npm run ops -- destroy --stack organization management audit --cwd ${sample.folder}`,
    );
    expect(stacks).toEqual([]);
    expect(kept).toEqual({ audit: 2, management: 2, organization: 2 });
    expect(two.stderr).toContain(
      "Nothing was destroyed: organization still holds resources, and needs management, audit.",
    );
    expect(all.code).toBe(0);
    expect(held()).toEqual({ audit: 0, management: 0, organization: 0 });
  });

  it("lets go what nobody needs, and what only empty stacks or none at all need", async () => {
    await up("audit", "organization", "prod");

    const member = await destroy("--stack", "prod");
    const organization = await destroy("--stack", "organization");
    const audit = await destroy("--stack", "audit");

    expect([member, organization, audit].map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it("counts a stack whose settings file is gone, and says so", async () => {
    await up("audit", "prod");
    rmSync(join(sample.folder, "Pulumi.prod.yaml"));

    const refused = await destroy("--stack", "audit");

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      `prod still holds resources, and needs audit. There is no Pulumi.prod.yaml here: get it back first. To take down all of them: npm run ops -- destroy --stack prod audit`,
    );
  });

  it("says what is to be done where the backend can't be asked", async () => {
    sample.env.PULUMI_BACKEND_URL = "file:///nonesuch/backend";

    const refused = await destroy("--stack", "audit", "--json");

    expect(refused.code).not.toBe(0);
    const { stacks, outcome } = JSON.parse(refused.stdout);
    expect(outcome).toBe("failed");
    expect(stacks).toMatchObject([{ stack: "audit", outcome: "failed", changes: [] }]);
    expect(refused.stderr).toMatch(/audit: .*nonesuch[\s\S]*→ .*npm run ops -- destroy --stack audit/);
  });
});
