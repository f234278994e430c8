import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process named so that another one, which got the same number later, is not taken for it. */
export interface ProcessId {
  pid: number;
  /** When it started, in the system's own words: only compared. */
  started: string;
}

/** Names a running process. Undefined when there is none of that number, or only its remains (a zombie). */
export const processId = (pid: number): ProcessId | undefined => {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedElsewhere(pid);
  return started === undefined ? undefined : { pid, started };
};

/** Whether exactly this process still runs. */
export const isRunning = (id: ProcessId): boolean => processId(id.pid)?.started === id.started;

/** Ends a process and waits for it: SIGTERM, and SIGKILL after `patience` milliseconds. A process that is gone is no error. */
export const endProcess = async (id: ProcessId, patience = 10_000): Promise<void> => {
  for (const [signal, milliseconds] of [
    ["SIGTERM", patience],
    ["SIGKILL", 5_000],
  ] as const) {
    if (!isRunning(id)) return;
    kill(id.pid, signal);
    for (const end = Date.now() + milliseconds; Date.now() < end && isRunning(id); ) await sleep(50);
  }
  if (isRunning(id)) throw new Error(`Process ${id.pid} does not end, even by SIGKILL`);
};

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

// Field 22 of /proc/PID/stat, in clock ticks since boot; the second field may hold spaces and brackets, so count from its end.
const startedOnLinux = (pid: number): string | undefined => {
  let stat: string;
  let boot: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : `${boot} ${fields[19]}`;
};

const startedElsewhere = (pid: number): string | undefined => {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? undefined : started.join(" ");
  } catch {
    return undefined;
  }
};
