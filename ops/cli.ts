import { PulumiCommand } from "@pulumi/pulumi/automation";

/** What the Automation API calls of a PulumiCommand: left out of its declarations as internal. */
interface Runner {
  run(
    args: string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{ stdout: string; stderr: string }>;
}

/** The CLI of an installation, for the Automation API. Nothing starts any more once `stop` is aborted. */
export const pulumiCli = async (root: string, stop?: AbortSignal): Promise<PulumiCommand> => {
  const command = await PulumiCommand.get({ root });
  const cli = command as unknown as Runner;
  const run = cli.run.bind(command);
  cli.run = async (args, cwd, env, onOutput, onError, signal) => {
    // The API listens for an abort that is still to come: one that has been would leave the engine running.
    stop?.throwIfAborted();
    return await run(withoutSelecting(args), cwd, env, onOutput, onError, signal);
  };
  return command;
};

/** Runs a command of the CLI and gives its standard output. Fails with CommandError. */
export const ask = async (
  cli: PulumiCommand,
  args: string[],
  { workDir, env }: { workDir: string; env?: Record<string, string> },
): Promise<string> => (await (cli as unknown as Runner).run(args, workDir, env ?? {})).stdout;

// Which stack is selected is the user's choice, kept in Pulumi's home: several runs at once would fight over it, too.
const withoutSelecting = (args: string[]): string[] => {
  const [noun, verb] = args;
  if (noun === "stack" && verb === "select") return ["stack", "--show-name", ...args.slice(2)];
  if (noun === "stack" && verb === "init") return [...args, "--no-select"];
  return args;
};

/** The CLI's own exit code. Undefined for what is no failure of the CLI, or when a signal ended it. */
export const exitCodeOf = (error: unknown): number | undefined => {
  // The API puts -2 in its own field, and the child's error, which knows the code, beside it.
  return (error as { commandResult?: { err?: { exitCode?: number } } }).commandResult?.err?.exitCode;
};
