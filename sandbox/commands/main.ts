import { type Command, Option, Command as Program } from "commander";
import { type Interruption, interruptible } from "../../ops/interrupt";
import { requireNode } from "../../ops/node";
import { projectRoot } from "../../ops/root";
import { projectPlaces } from "../places";
import type { Context } from "./context";
import { screen } from "./screen";

// Before Pulumi is loaded: no setting of the user's AWS or Pulumi reaches the sandbox.
const env = { ...process.env };
for (const name of Object.keys(process.env)) if (/^(AWS|PULUMI)_/.test(name)) delete process.env[name];
// Files that a person names are relative to where npm was started, which npm left for the project's folder.
const root = projectRoot();
const from = process.cwd() === root ? (process.env.INIT_CWD ?? root) : process.cwd();
// Pulumi looks for the packages that go into a function's zip from here.
process.chdir(root);

let interrupted = false;

/** Runs a command with what it needs. A failure ends in one message on standard error, and exit code 1. */
const perform = async (command: Command, work: (context: Context) => Promise<number>): Promise<void> => {
  const { json } = command.optsWithGlobals<{ json?: boolean }>();
  const shown = screen(json === true);
  // Programs and their libraries print to the console as they like.
  if (json) console.log = console.info = console.error;
  await interruptible(shown.progress, async (interruption: Interruption) => {
    interruption.stop.addEventListener("abort", () => {
      interrupted = true;
    });
    process.exitCode = await work({ places: projectPlaces(), screen: shown, interruption, env });
  });
};

const json = () => new Option("--json", "print JSON alone on standard output");
const choosing = (command: Command): Command =>
  command
    .option("--severities <list>", "severities that are told, separated by commas", "HIGH,CRITICAL")
    .option("--language <ja|en>", "language of the messages", "ja")
    .addOption(json());

const program = choosing(new Program("sandbox"))
  .description(
    "A whole AWS organization on this machine, without an AWS account. Without a command: deploys the four stacks, sends the sample findings, shows what arrived, and takes it all down.",
  )
  .enablePositionalOptions()
  .action(async (options, command) => {
    const { round } = await import("./round");
    await perform(command, (context) => round(context, options));
  });

choosing(program.command("up"))
  .description("deploy, and stay up; deploys what changed when it is up already")
  .action(async (options, command) => {
    const { up } = await import("./up");
    await perform(command, (context) => up(context, options));
  });

program
  .command("send <files...>")
  .description(
    'import findings as their service would: an ASFF finding, {"Findings": [...]}, a list, or an EventBridge event',
  )
  .option("--patience <seconds>", "how long until everything must have come to rest", "900")
  .addOption(json())
  .action(async (files: string[], options, command) => {
    const { send } = await import("./send");
    const { resolve } = await import("node:path");
    const paths = files.map((file) => resolve(from, file));
    await perform(command, (context) => send(context, paths, options));
  });

program
  .command("inbox")
  .description("show what arrived in Slack, Backlog and mail")
  .addOption(json())
  .action(async (_options, command) => {
    const { inbox } = await import("./inbox");
    await perform(command, inbox);
  });

program
  .command("status")
  .description("say whether it is up, and where; exit code 1 if it is not")
  .addOption(json())
  .action(async (_options, command) => {
    const { status } = await import("./status");
    await perform(command, status);
  });

program
  .command("down")
  .description("end it, and remove what it left")
  .addOption(json())
  .action(async (_options, command) => {
    const { down } = await import("./down");
    await perform(command, down);
  });

program.hook("preAction", () => requireNode("sandbox"));
program.parseAsync().catch((error: Error) => {
  // What is no refusal of ours is a bug of ours: say where.
  const bug = [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind);
  process.stderr.write(`${bug ? error.stack : error.message}\n`);
  process.exitCode = interrupted ? 130 : 1;
});
