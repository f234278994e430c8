import { CommandError, StackNotFoundError } from "@pulumi/pulumi/automation";
import { exitCodeOf } from "./cli";
import type { Failure } from "./events";

/** Exit codes. Up to 9 and 255 they are Pulumi's own, as its CLI 3.259 gives them. */
export const EXIT = {
  ok: 0,
  /** Something failed: the program, a resource, or what has no code of its own. */
  failed: 1,
  /** Wrong options, or no --yes where nobody can be asked. */
  misuse: 2,
  noSuchStack: 6,
  /** --expect-no-changes, and there were some. */
  changes: 7,
  /** The question was answered no. */
  declined: 8,
  /** Ctrl-C, SIGTERM or SIGHUP. */
  interrupted: 130,
} as const;

/** An order that can't be carried out as given. */
export class Misuse extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Misuse";
  }
}

/** The exit code for a run that failed: the engine's own, where it has one. */
export const codeOf = (error: unknown): number => exitCodeOf(error) || EXIT.failed;

/** Why a run failed: what the engine's events tell, else what its CLI or the program says. */
export const causesOf = (error: unknown, failures: readonly Failure[]): Failure[] => {
  if (codeOf(error) === EXIT.changes) return [{ reason: "no change was expected, and there are some" }, ...failures];
  if (failures.length) return [...failures];
  if (error instanceof StackNotFoundError) return [{ reason: "there is no such stack in this backend" }];
  return [{ reason: error instanceof CommandError ? errorLines(error) : messageOf(error) }];
};

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// A CommandError's message is the whole of both outputs; of these the CLI's own errors begin with "error:", and go on indented.
const errorLines = (error: CommandError): string => {
  const said = [...error.message.matchAll(/^error: (.*(?:\n {2}.*)*)/gm)].map(([, text]) => text?.trim() ?? "");
  return said.length ? [...new Set(said)].join("\n") : lastLines(error.message);
};

const lastLines = (text: string): string => text.trim().split("\n").slice(-10).join("\n");

/** What a line of a failure begins with: the stack, and the resource where it is one. */
export const failureLine = (stack: string, { resource, reason }: Failure): string => {
  const region = resource?.region ? ` in ${resource.region}` : "";
  return `${stack}: ${resource ? `${resource.type} "${resource.name}"${region}: ` : ""}${reason}`;
};
