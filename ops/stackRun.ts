import {
  CommandError,
  type EngineEvent,
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  Stack,
} from "@pulumi/pulumi/automation";
import { advice, adviceAfterInterruption } from "./advice";
import type { Command, DeployOptions, Progress, StackResult } from "./deploy";
import { type Change, type Failure, operationWord, runLog } from "./events";
import { causesOf, codeOf, EXIT } from "./failure";
import { outputsOf } from "./outputs";
import { previewDestroy } from "./protection";
import { accountOf, secretsProviderOf } from "./stacks";

export interface StackRun extends DeployOptions {
  program: PulumiFn;
  cli: PulumiCommand;
}

/** Runs a command on one stack. What fails is told by the result: this never throws. */
export const runStack = async (name: string, options: StackRun): Promise<StackResult> => {
  const { command, interruption, workDir } = options;
  const begun = Date.now();
  const report = (kind: Progress["kind"], text: string) => options.onProgress({ stack: name, kind, text });
  const log = runLog({
    begun: (operation, { type, name }) => report("doing", `${operation} ${type} ${name}`),
    changed: ({ operation, type, name }) => report("resource", `${operationWord(operation)} ${type} ${name}`),
    warned: (message) => report("warning", message),
  });
  let thrown: unknown;
  const program: PulumiFn = async () => {
    try {
      return await options.program();
    } catch (error) {
      // The engine gets this error's message wrapped in its own: keep the program's words.
      thrown = error;
      throw error;
    }
  };
  const account = accountOf(name, workDir);
  const result = (rest: Partial<StackResult> & Pick<StackResult, "outcome">): StackResult => ({
    stack: name,
    ...(account && { account }),
    changes: log.changes(),
    outputs: {},
    secretOutputs: [],
    seconds: (Date.now() - begun) / 1000,
    failures: [],
    exitCode: EXIT.ok,
    ...rest,
  });

  report("begin", command);
  try {
    const take = (event: EngineEvent) => {
      log.take(event);
      options.look?.onEvent(name, event);
    };
    const stack = await open(name, program, options);
    await patiently(() => perform(stack, take, options), options);
    const outputs = command === "up" ? await outputsOf(name, options) : {};
    const done = result({ outcome: "succeeded", ...outputs });
    report("end", `${summary(done.changes, command)} (${done.seconds.toFixed(1)} s)`);
    return done;
  } catch (error) {
    const attempt = { command, stack: name, account, repeat: options.repeat };
    if (interruption?.stop.aborted) {
      const failures: Failure[] = [{ reason: `interrupted during ${command}` }, ...log.failures()];
      const next = adviceAfterInterruption(attempt);
      report("failed", "interrupted");
      return result({ outcome: "interrupted", failures, exitCode: EXIT.interrupted, next });
    }
    const failures = causesOf(thrown ?? error, thrown ? [] : log.failures());
    report("failed", "failed");
    return result({ outcome: "failed", failures, exitCode: codeOf(error), next: advice(failures, attempt) });
  }
};

/** The engine has not begun: this process, busy with the program of another stack, did not answer it in time. */
const UNANSWERED = /failed to discover package requirements: connection error/;
const ATTEMPTS = 3;

/** Tries again where the engine got no answer, as on a machine under load: nothing was done by then. */
const patiently = async (attempt: () => Promise<void>, { interruption }: StackRun): Promise<void> => {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const isUnanswered = error instanceof CommandError && UNANSWERED.test(error.message);
      if (left === 0 || !isUnanswered || interruption?.stop.aborted) throw error;
    }
  }
};

const perform = async (stack: Stack, onEvent: ReturnType<typeof runLog>["take"], options: StackRun): Promise<void> => {
  const { command, expectNoChanges } = options;
  const common = { onEvent, signal: options.interruption?.forward, color: "never" as const };
  if (command === "up") {
    await stack.up({ ...common, expectNoChanges, showSecrets: false });
  } else if (command === "preview") {
    await stack.preview({ ...common, expectNoChanges, importFile: options.look?.importFile(stack.name) });
  } else {
    const preview = await previewDestroy(stack, common.signal);
    if (command === "destroy") await stack.destroy(common);
    else for (const event of preview) onEvent(event);
  }
};

const open = async (name: string, program: PulumiFn, options: StackRun): Promise<Stack> => {
  const workspace = await LocalWorkspace.create({
    workDir: options.workDir,
    program,
    pulumiCommand: options.cli,
    envVars: options.env,
    // Only asked for when a stack is made: the CLI would take Pulumi Cloud or a passphrase, whatever its settings name.
    secretsProvider: secretsProviderOf(name, options.workDir),
  });
  // `up` would ask for them with the secrets in clear, only to forget them.
  workspace.stackOutputs = async () => ({});
  return await (options.create ? Stack.createOrSelect(name, workspace) : Stack.select(name, workspace));
};

/** Counts of changes by operation, "3 create, 1 update"; "no change" if there are none. */
const summary = (changes: readonly Change[], command: Command): string => {
  if (!changes.length) return "no change";
  const counts = new Map<string, number>();
  for (const { operation } of changes)
    counts.set(operationWord(operation), (counts.get(operationWord(operation)) ?? 0) + 1);
  const text = [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
  return command.startsWith("preview") ? `would ${text}` : text;
};
