import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, type ProcessId, processId } from "./processes";

export interface LockOptions {
  /** Called once with the holder's number when another process holds the lock. */
  waiting?: (pid: number) => void;
  /** Gives up waiting. */
  signal?: AbortSignal;
}

interface Holder extends ProcessId {
  nonce: string;
}

/** Does `work` while no other process of this machine does its work under the same lock file. The lock of a process that died is taken over. */
export const withLock = async <T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> => {
  const me = processId(process.pid);
  if (!me) throw new Error(`Process ${process.pid} can't tell its own start time`);
  const mine: Holder = { ...me, nonce: randomUUID() };
  mkdirSync(dirname(file), { recursive: true });

  let told = false;
  while (!(await take(file, mine))) {
    options.signal?.throwIfAborted();
    const holder = read(file);
    if (holder && !told) options.waiting?.(holder.pid);
    told ||= holder !== undefined;
    await sleep(300, undefined, { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    if (read(file)?.nonce === mine.nonce) rmSync(file, { force: true });
  }
};

const take = async (file: string, mine: Holder): Promise<boolean> => {
  if (create(file, mine)) return true;
  const holder = read(file);
  if (holder && isRunning(holder)) return false;
  rmSync(file, { force: true });
  if (!create(file, mine)) return false;
  // Another process may have judged the same dead lock a moment earlier, and removed ours in its stead: look again.
  await sleep(100);
  return read(file)?.nonce === mine.nonce;
};

const create = (file: string, holder: Holder): boolean => {
  // A link appears with its content: a lock that could be seen empty would look like a dead one.
  const draft = `${file}.${holder.nonce}`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

// Undefined for a lock that is gone, or that holds something else.
const read = (file: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
};
