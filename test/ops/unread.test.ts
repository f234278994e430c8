import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../ops/root";

// As Pulumi's SDK does while a program runs: what nobody catches is logged, which fails again where nobody reads. Here not for ever.
const LOGGING = `
let times = 0;
process.on("uncaughtException", (error) => {
  if (++times === 20) process.exit(99);
  process.stderr.write(String(error));
});`;

it.each([
  ["ops", "ops/main.js", ["preview", "--stack", "nonesuch"], 2],
  ["ops comment", "ops/main.js", ["comment", "--stack", "audit", "--file", "nonesuch.md"], 1],
  ["sandbox", "sandbox/commands/main.js", ["fail", "nonesuch", "500"], 1],
] as const)(
  "%s ends with its own exit code when nobody reads what it says",
  async (_script, file, args, code) => {
    const folder = mkdtempSync(join(tmpdir(), "unread-"));
    const logging = join(folder, "logging.cjs");
    writeFileSync(logging, LOGGING);
    const root = projectRoot();

    const child = spawn(process.execPath, ["--require", logging, join(root, "bin", file), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    const ended = await new Promise((resolve) => child.on("close", resolve));
    rmSync(folder, { recursive: true });

    expect(ended).toBe(code);
  },
  30_000,
);
