import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Places } from "./places";
import { liveRun, type Run } from "./run";

/** The Lambda runtime's Node, which npm installs: functions and daemon run on it whatever `node` is in the PATH. */
export const lambdaNode = (): string => {
  const node = join(dirname(require.resolve("node/package.json")), "bin", "node");
  return existsSync(node) ? node : process.execPath;
};

/** Starts the daemon, on its own, and waits until all of it answers. Fails with the end of its log. */
export const startDaemon = async (places: Places, python: string, signal?: AbortSignal): Promise<Run> => {
  const server = join(places.root, "bin", "sandbox", "server.js");
  const log = openSync(places.log, "w");
  const child = spawn(lambdaNode(), [server, places.folder, python], {
    cwd: places.root,
    // Nothing of the user's AWS or Pulumi settings: a provider that finds no profile must not find real credentials.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: process.env.LANG, TZ: process.env.TZ },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, killed) => {
    ended = killed ?? `exit ${code}`;
  });

  for (const deadline = Date.now() + 60_000; Date.now() < deadline && !ended && !signal?.aborted; await sleep(50)) {
    const run = liveRun(places);
    if (run && run.daemon.pid === child.pid) {
      child.removeAllListeners();
      child.unref();
      return run;
    }
  }
  child.kill("SIGTERM");
  signal?.throwIfAborted();
  const last = readFileSync(places.log, "utf8").trimEnd().slice(-3_000);
  throw new Error(
    `The sandbox did not start (${ended ?? "not ready within 60 s"}). The end of ${places.log}:\n${last}`,
  );
};
