import { type Command, Option, Command as Program } from "commander";
import { type Interruption, interruptible } from "../../ops/interrupt";
import { requireNode } from "../../ops/node";
import { projectRoot } from "../../ops/root";
import { goOnUnread } from "../../ops/unread";
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

goOnUnread();

let interrupted = false;

/**
 * Runs a command with what it needs. A failure ends in one message on standard error, and exit code 1.
 * `quiet`: an interruption is its proper end, and not worth a word.
 */
const perform = async (
  command: Command,
  work: (context: Context) => Promise<number>,
  { quiet = false } = {},
): Promise<void> => {
  const { json } = command.optsWithGlobals<{ json?: boolean }>();
  const shown = screen(json === true);
  // What only shows something, until it is told to end, ends with its last reader: `... | head`.
  if (quiet) process.stdout.on("error", () => process.exit());
  // Programs and their libraries print to the console as they like.
  if (json) console.log = console.info = console.error;
  await interruptible(quiet ? () => {} : shown.progress, async (interruption: Interruption) => {
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

const examples = (...lines: readonly (readonly [string, string?])[]): string => {
  const shown = lines.map(([call, what]) => `  npm run sandbox -- ${call}${what ? `\n      ${what}` : ""}`);
  return `\nExamples:\n${shown.join("\n")}\n`;
};

const program = choosing(new Program("sandbox"))
  .description(
    "A whole AWS organization on this machine, without an AWS account. Without a command: deploys its stacks, sends the sample findings, shows what arrived, and takes it all down.",
  )
  .enablePositionalOptions()
  .addHelpText("after", examples(["up", "deploy, and look around"], ["send sandbox/samples"], ["status"]))
  .action(async (options, command) => {
    const { round } = await import("./round");
    await perform(command, (context) => round(context, options));
  });

choosing(program.command("up"))
  .description("deploy, and stay up; deploys what changed when it is up already")
  .addHelpText("after", examples(["up --severities MEDIUM,HIGH,CRITICAL --language en"]))
  .action(async (options, command) => {
    const { up } = await import("./up");
    await perform(command, (context) => up(context, options));
  });

program
  .command("send <files...>")
  .description(
    'import findings as their service would: an ASFF finding, {"Findings": [...]}, a list, or an EventBridge event',
  )
  .addHelpText("after", examples(["send sandbox/samples", "all samples"], ["send finding.json --json"]))
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
  .command("fail")
  .argument("[channel]", "slack, backlog or mail")
  .argument("[fault]", "429, 500, timeout-before, timeout-after or auth")
  .description("make Slack, Backlog or the mailboxes fail, to see that nothing is lost and nothing told twice")
  .option("--times <n>", "how many requests it hits; without it, all until it is cleared")
  .option("--retry-after <seconds>", "when a 429 says to come back (default: 1)")
  .option("--on <writes|reads|all>", "which requests it hits (default: writes)")
  .option("--match <text>", "hits only requests with this text in them")
  .option("--list", "show the faults that are still to come")
  .option("--clear", "end all faults")
  .addOption(json())
  .addHelpText(
    "after",
    `
429, 500, auth: answered so, and not taken. timeout-before: not taken, never answered. timeout-after: taken, and the answer lost.
For mail it is the mailbox that fails, not SNS: SNS tries again by itself, and hakken never hears of it.
${examples(
  ["fail slack 429 --times 3 --retry-after 5", "then send a finding: it is told once, a little later"],
  ["fail backlog timeout-after --times 1", "the issue is filed once all the same"],
  ["fail slack auth", "until cleared: the alert is parked, and an alarm raised"],
  ["fail --clear"],
)}`,
  )
  .action(async (channel: string | undefined, fault: string | undefined, options, command) => {
    const { fail } = await import("./fail");
    await perform(command, (context) => fail(context, channel, fault, options));
  });

program
  .command("logs")
  .argument("[function]", "such as intake, slack or settle; all without it")
  .description("show what the functions logged, the newest last")
  .option("-f, --follow", "go on with what comes, until Ctrl-C")
  .option("--since <span>", "from how far back: 30s, 5m, 2h, 1d", "5m")
  .option("--daemon", "the log of the sandbox itself: the doubles and the stand-in provider")
  .addOption(json())
  .addHelpText(
    "after",
    examples(
      ["logs intake --since 1h"],
      ["logs --follow"],
      ["logs --daemon", "also when it is down: why it did not start"],
    ),
  )
  .action(async (named: string | undefined, options, command) => {
    const { logs } = await import("./logs");
    await perform(command, (context) => logs(context, named, options), { quiet: true });
  });

program
  .command("status")
  .description("show stacks, queues, alarms, executions, and where everything is; exit code 1 if it is not up")
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
