import { Command } from "commander";
import type { Interruption } from "../../../ops/interrupt";
import { interruptible } from "../../../ops/interrupt";
import { requireNode } from "../../../ops/node";
import { projectRoot } from "../../../ops/root";
import { CONTROLS } from "./controls";

// Before Pulumi is loaded: no setting of the user's AWS or Pulumi reaches the sandbox.
const env = { ...process.env };
for (const name of Object.keys(process.env)) if (/^(AWS|PULUMI)_/.test(name)) delete process.env[name];
process.chdir(projectRoot());

interface Options {
  findings: string;
  controls: string;
  accounts: string;
  json?: boolean;
}

const program = new Command("bench")
  .description(
    "A burst of findings through the whole sandbox, with hakken's defaults: deploys all stacks into a folder of its own, imports the findings, waits until everybody has heard of them, and counts. Exit code 1 if one was lost or told twice.",
  )
  .option("--findings <n>", "how many findings", "10000")
  .option("--controls <n>", `of how many controls, at most ${CONTROLS.length}`, String(CONTROLS.length))
  .option("--accounts <n>", "in how many accounts", "20")
  .option("--json", "print JSON alone on standard output")
  .addHelpText(
    "after",
    "\nThe full size takes about half an hour on two cores, since Backlog takes one issue a second. A quick look:\n  npm run bench -- --findings 200 --controls 8 --accounts 4\n",
  )
  .action(async (options: Options) => {
    const size = {
      findings: numberOf("findings", options.findings, 100_000),
      controls: numberOf("controls", options.controls, CONTROLS.length),
      accounts: numberOf("accounts", options.accounts, 1000),
    };
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    // Programs and their libraries print to the console as they like.
    if (options.json) console.log = console.info = console.error;
    await interruptible(progress, async (interruption: Interruption) => {
      const { bench } = await import("./run");
      const { reportOf } = await import("./report");
      const result = await bench(size, { progress, interruption, env });
      const shown = options.json ? JSON.stringify(result, undefined, 2) : reportOf(result).join("\n");
      process.stdout.write(`${shown}\n`);
      process.exitCode = result.broken.length > 0 ? 1 : 0;
    });
  });

/** Throws an error that says what can be given. */
const numberOf = (option: string, given: string, most: number): number => {
  const number = Number(given);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${option}: "${given}" is no whole number from 1 to ${most}`);
};

program.hook("preAction", () => requireNode("bench"));
program.parseAsync().catch((error: Error) => {
  const bug = [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind);
  process.stderr.write(`${bug ? error.stack : error.message}\n`);
  process.exitCode = 1;
});
