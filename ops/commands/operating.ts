import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { CommonOptions } from "./context";
import type { Perform } from "./ops";

const QUEUES = ["intake", "rules", "settle", "failed"];
const CHANNELS = ["slack", "backlog", "mail", "all"];

/** The commands by which what is deployed is operated. `common` adds the options that every command has. */
export const operating = (script: Command, common: (command: Command) => Command, perform: Perform): void => {
  const command = (name: string) =>
    common(script.command(name)).option(
      "--profile <name>",
      "sign in by this AWS profile alone (default: as the stack's settings say)",
    );

  command("redrive")
    .description("show what waits in dead-letter queues and among failed alerts, and why; ask, and have it done again")
    .addOption(new Option("--queue <names...>", "queues to go through (default: all)").choices(QUEUES))
    .option("--dry-run", "only show what waits")
    .option("--limit <n>", "take at most so many messages", count)
    .option("--force", "send what can't be read, too: it comes back at once unless a newer version is deployed")
    .option("--yes", "don't ask; required where there is no terminal, or in CI")
    .action(perform(async () => (await import("./redrive")).redrive));
  command("replay")
    .description("have findings that are NEW looked at again: those that nobody was told of are told, no other twice")
    .requiredOption("--since <time>", "from when on they were changed: 6h or 2d ago, or 2026-11-22T09:00Z")
    .option("--until <time>", "until when, in the same way (default: now)")
    .option("--account <id...>", "of these accounts alone", account)
    .option("--product <name...>", 'of these products alone: "GuardDuty", "Security Hub", or a product ARN')
    .option("--dry-run", "only count them")
    .option("--yes", "don't ask; required where there is no terminal, or in CI")
    .action(perform(async () => (await import("./replay")).replay));
  command("pause")
    .description("hold messages back, which wait in the meantime; without a channel, in all")
    .addArgument(new Argument("[channel]", "the channel").choices(CHANNELS))
    .option("--for <span>", "resume by itself after 90m, 2h or 1d (default: not before `resume`)")
    .option("--reason <text>", "why, for whoever finds it paused")
    .option("--status", "only show which channels are paused")
    .option("--yes", "don't ask; required where there is no terminal, or in CI")
    .action(
      withArgument(
        "channel",
        perform(async () => (await import("./pause")).pause),
      ),
    );
  command("resume")
    .description("end a pause; without a channel, in all")
    .addArgument(new Argument("[channel]", "the channel").choices(CHANNELS))
    .action(
      withArgument(
        "channel",
        perform(async () => (await import("./pause")).resume),
      ),
    );
  command("health")
    .description("show, enable or disable the organizational view of AWS Health, which has no resource")
    .addArgument(new Argument("[action]", "what to do").choices(["status", "enable", "disable"]).default("status"))
    .option("--force", "do it although hakken:health.mode has no use for it")
    .option("--yes", "don't ask before disabling; required there where there is no terminal, or in CI")
    .addHelpText("after", HEALTH_EXAMPLES)
    .action(
      withArgument(
        "action",
        perform(async () => (await import("./health")).health),
      ),
    );
};

/** Hands the argument on as the option of this name. */
const withArgument =
  <Options extends CommonOptions>(name: keyof Options, work: (options: Options, command: Command) => Promise<void>) =>
  (argument: string | undefined, options: Options, command: Command): Promise<void> =>
    work({ ...options, [name]: argument }, command);

const HEALTH_EXAMPLES = `
The view brings what AWS Health tells any account of the organization to the audit account, with hakken:health.mode organization. It
is the management account's to enable, once, after \`up\`: with a Business support plan or a higher one, or in the console without.

  npm run ops -- health            # how it stands, and what to do about it
  npm run ops -- health enable     # waits until it is enabled, 15 minutes at most
  npm run ops -- health disable    # with hakken:health.mode forwarding or off`;

const count = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  return Number(text);
};

const account = (text: string, before: string[] = []): string[] => {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError("It must be an account's id, of twelve digits.");
  return [...before, text];
};
