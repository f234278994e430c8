import type { PulumiFn } from "@pulumi/pulumi/automation";
import { type Command, CommanderError, InvalidArgumentError, Command as Program } from "commander";
import { STACKS } from "../../stacks/order";
import type { CommentOptions } from "../comment";
import { exitCodeOf } from "../deploy";
import { colorsFor, display } from "../display";
import { engine } from "../engine/engine";
import { EXIT, Misuse, messageOf } from "../failure";
import { interruptible } from "../interrupt";
import { failuresInWords, type Report } from "../report";
import { projectRoot } from "../root";
import { goOnUnread } from "../unread";
import { type CommonOptions, type Context, type Done, workDirOf } from "./context";
import { operating } from "./operating";

const order = STACKS.join(", ");

const EXIT_CODES = `
Exit codes, Pulumi's own: 0 done; 1 failed; 2 wrong options, no --yes where nobody can be asked, or a destroy of what others
still need; 3 not logged in; 6 no such stack; 7 changes in spite of --expect-no-changes; 8 answered no; 130 interrupted.
Of several stacks the first's.
Standard output has the result, standard error all else. More: docs/ops.md`;

/** What a command does, of any options beside the common ones. */
type Work<Options extends CommonOptions = CommonOptions> = (context: Context, options: Options) => Promise<Done>;

/** Makes what commander calls: it loads a command's work, runs it with all that it needs, and notes the exit code. */
export type Perform = <Options extends CommonOptions>(
  load: () => Promise<Work<Options>>,
) => (options: Options, command: Command) => Promise<void>;

/** Ends this process once all that it said is written. A program that was cut short may still wait for something: nobody waits for it. */
export const endWith = (exitCode: number): void => {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
};

/** The ops script: does what the command line says, and gives the exit code. With another program than the project's, for tests. */
export const ops = async (argv: readonly string[], program?: PulumiFn): Promise<number> => {
  goOnUnread();
  let exitCode: number = EXIT.ok;
  const perform: Perform = (load) => async (options, command) => {
    exitCode = await run(command.name(), options, await load(), program);
  };
  const script = new Program("ops")
    .description(
      "Runs Pulumi on hakken's stacks in the order in which they need each other, independent ones side by side.",
    )
    .addHelpText("after", EXIT_CODES)
    .configureOutput({ outputError: (text) => process.stderr.write(text) })
    .exitOverride();

  changing(running(script.command("up")))
    .description(`deploy, in the order of needs (${order}); what a failure leaves out is done by the next run`)
    .option("--expect-no-changes", "fail where anything was changed (exit code 7)")
    .option("--create", "make stacks that don't exist yet")
    .action(perform(async () => (await import("./up")).up));
  running(script.command("preview"))
    .description("show what `up` would do; changes nothing")
    .option("--expect-no-changes", "fail where anything would change (exit code 7)")
    .option("--create", "make stacks that don't exist yet, empty, to preview them")
    .option("--markdown <file>", "write what would change to a file too, as a comment in a pull request")
    .action(perform(async () => (await import("./preview")).preview));
  changing(running(script.command("adopt")))
    .description(
      "take into the stacks' state what is there already, so that `up` changes it in place; changes nothing in AWS",
    )
    .option("--create", "make stacks that don't exist yet")
    .action(perform(async () => (await import("./adopt")).adopt));
  changing(running(script.command("destroy")))
    .description('take down, those that need others first; --stack is required ("all" for all)')
    .action(perform(async () => (await import("./destroy")).destroy));
  common(script.command("outputs"))
    .description("show the stacks' outputs, without the secret ones")
    .action(perform(async () => (await import("./outputs")).outputs));
  operating(script, common, perform);
  script
    .command("comment")
    .description("put what `preview --markdown` wrote on the pull request that a GitHub workflow runs for")
    .requiredOption("--stack <name>", "the stack that it is of: its earlier comment is replaced")
    .requiredOption("--file <file>", "what `preview --markdown` wrote of that stack")
    .option("--repository <owner/name>", "default: GITHUB_REPOSITORY")
    .option("--pull-request <number>", "default: by GITHUB_EVENT_PATH or GITHUB_REF", whole)
    .addHelpText(
      "after",
      "\nNeeds GITHUB_TOKEN with the right to write pull requests. Exit code 1 when it can't be posted.",
    )
    .action(async (options: CommentOptions) => {
      exitCode = await (await import("./comment")).commentOn(options);
    });

  try {
    await script.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode && argv.includes("--json")) {
      writeReport({ ...nothingDone(argv[0] ?? ""), exitCode: EXIT.misuse, error: error.message });
    }
    return error.exitCode ? EXIT.misuse : EXIT.ok;
  }
};

const common = (command: Command): Command =>
  command
    .option(
      "--stack <names...>",
      'stacks to take; "all" or none: each that has a settings file, Pulumi.<stack>.yaml',
      [],
    )
    .option("--cwd <dir>", "folder of Pulumi.yaml and the stacks' settings (default: the project's)")
    .option("--json", "print one JSON document on standard output, and nothing else");

const running = (command: Command): Command =>
  common(command).option(
    "--parallel <n>",
    "how many stacks at a time (default: by the memory that is free, at most 4)",
    whole,
  );

const changing = (command: Command): Command =>
  command.option("--yes", "don't ask; required where there is no terminal, or in CI");

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  return Number(text);
};

/** Runs a command with what it needs, and shows what became of it: results on standard output, all else on standard error. */
const run = async <Options extends CommonOptions>(
  name: string,
  options: Options,
  work: Work<Options>,
  program?: PulumiFn,
): Promise<number> => {
  const shown = display({ stream: process.stderr, resources: name !== "preview" && name !== "adopt" });
  // Programs and their libraries print to the console as they like.
  console.log = console.info = console.warn = console.error = (...words: unknown[]) => shown.print(words.join(" "));
  const root = projectRoot();
  // Where the user stands: npm starts us in the project's folder, and leaves word of it.
  const from = process.cwd() === root ? (process.env.INIT_CWD ?? root) : process.cwd();
  // Pulumi looks for the packages that go into a function's zip from here.
  process.chdir(root);

  const begun = Date.now();
  let interrupted = false;
  let report: Report = nothingDone(name);
  let done: Done = { results: [], words: [] };
  try {
    done = await interruptible(shown.print, async (interruption) => {
      interruption.stop.addEventListener("abort", () => {
        interrupted = true;
      });
      if (name === "destroy" && !options.stack.length) {
        throw new Misuse("destroy takes down what it is told to: add --stack NAME..., or --stack all.");
      }
      const workDir = workDirOf(options.cwd, from);
      const cli = () => engine({ progress: shown.print, signal: interruption.stop });
      return await work({ workDir, display: shown, interruption, from, engine: cli, program }, options);
    });
    report = {
      ...report,
      stacks: done.results,
      exitCode: done.exitCode ?? exitCodeOf(done.results, interrupted),
      ...done.details,
    };
  } catch (error) {
    const bug = [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind);
    const reason = interrupted
      ? "interrupted: nothing further was begun"
      : bug
        ? `${(error as Error).stack}`
        : messageOf(error);
    const exitCode = interrupted ? EXIT.interrupted : error instanceof Misuse ? EXIT.misuse : EXIT.failed;
    report = { ...report, stacks: done.results, exitCode, error: reason };
  }
  shown.end();
  report.seconds = (Date.now() - begun) / 1000;
  report.outcome = report.exitCode === EXIT.interrupted ? "interrupted" : report.exitCode ? "failed" : "succeeded";

  if (options.json) writeReport(report);
  else for (const line of done.words) process.stdout.write(`${line}\n`);
  const colors = colorsFor(process.stderr);
  const last = [...failuresInWords(report.stacks), ...(report.error ? [report.error] : [])];
  for (const line of last) process.stderr.write(`${line.startsWith("→") ? colors.bold(line) : line}\n`);
  return report.exitCode;
};

const nothingDone = (command: string): Report => ({
  schemaVersion: 1,
  command,
  outcome: "failed",
  exitCode: EXIT.failed,
  seconds: 0,
  stacks: [],
});

const writeReport = (report: Report): void => void process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
