import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Zip } from "./zips";

export interface Outcome {
  /** What the handler returned. */
  result?: unknown;
  error?: { name: string; message: string };
  /** How many calls it made. */
  calls: number;
  /** What it wrote to its log. */
  log?: string;
  /** It was killed. */
  killed?: true;
}

const scratch = mkdtempSync(join(tmpdir(), "hakken-run-"));

/** Runs a zip's handler in a process of its own, with these variables of the environment alone; killed after so many calls. */
export function runZip(
  zip: Zip,
  event: unknown,
  environment: Record<string, string>,
  crashAfter?: number,
): Promise<Outcome> {
  return new Promise<Outcome>((done, fail) => {
    const outcome = join(scratch, `outcome-${Math.random()}.json`);
    const env = {
      PATH: process.env.PATH,
      OUTCOME: outcome,
      ...(crashAfter !== undefined && { CRASH_AFTER: String(crashAfter) }),
      ...environment,
    };
    const child = execFile(
      process.execPath,
      [join(__dirname, "run.cjs"), zip.folder],
      { env },
      (error, log, stderr) => {
        if (error?.code === 99) done({ killed: true, calls: crashAfter ?? 0 });
        else if (error) fail(new Error(stderr));
        else done({ ...JSON.parse(readFileSync(outcome, "utf8")), log });
      },
    );
    child.stdin?.end(JSON.stringify(event));
  });
}

/** The real runtime has the SDK and nothing else of ours: a package missing from a zip must show. */
export function runtimeModules(): string {
  const modules = mkdtempSync(join(scratch, "runtime-"));
  mkdirSync(modules, { recursive: true });
  const root = resolve(__dirname, "../..");
  for (const scope of ["@aws-sdk", "@smithy"]) symlinkSync(join(root, "node_modules", scope), join(modules, scope));
  return modules;
}
