import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { endProcess, isRunning, type ProcessId } from "../ops/processes";
import type { Places } from "./places";

/** A sandbox that runs: what the commands need to talk to it. */
export interface Run {
  daemon: ProcessId;
  ministack: ProcessId;
  /** The one AWS endpoint. */
  endpoint: string;
  /** The inbox: its page, and the daemon's own routes below it. */
  inboxUrl: string;
  /** Port of the stand-in `aws` provider. */
  providerPort: number;
  /** What Pulumi encrypts secrets with. */
  passphrase: string;
  slackToken: string;
  backlogApiKey: string;
}

/** Written whole or not at all, for its owner alone. */
export const writeRun = (places: Places, run: Run): void => {
  const draft = `${places.run}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(run, undefined, 2), { mode: 0o600 });
  renameSync(draft, places.run);
};

/** The run that was last ready, whether it still runs or not. Undefined when there is none, or its file can't be read. */
const lastRun = (places: Places): Run | undefined => {
  try {
    return JSON.parse(readFileSync(places.run, "utf8")) as Run;
  } catch {
    return undefined;
  }
};

/** The run, if its processes are there: those that were started, not others that got their numbers. */
export const liveRun = (places: Places): Run | undefined => {
  const run = lastRun(places);
  return run && isRunning(run.daemon) && isRunning(run.ministack) ? run : undefined;
};

/** Ends what still runs of the last run, and removes all it left except what takes long to install. */
export const clear = async (places: Places): Promise<void> => {
  const run = lastRun(places);
  // The daemon first: it ends its children in order.
  if (run) for (const id of [run.daemon, run.ministack]) await endProcess(id);
  const left = [
    places.run,
    places.aws,
    places.state,
    places.pulumiHome,
    places.work,
    places.credentials,
    places.unfinished,
  ];
  for (const path of left) if (existsSync(path)) rmSync(path, { recursive: true, force: true });
  mkdirSync(places.folder, { recursive: true });
};
