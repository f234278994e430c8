import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "../../ops/lock";
import { endProcess, isRunning, processId } from "../../ops/processes";

let folder: string;
let lock: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  lock = join(folder, "a.lock");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const child = (script: string) => {
  const started = spawn("/bin/sh", ["-c", script], { stdio: "ignore" });
  children.push(started);
  const id = processId(started.pid ?? 0);
  if (!id) throw new Error("The child ended at once");
  return id;
};

describe("withLock", () => {
  it("lets one work at a time, tells the other whom it waits for, and leaves no lock", async () => {
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await sleep(400);
      log.push(`${name} ends`);
    };

    const first = withLock(lock, {}, work("first"));
    await sleep(50);
    await withLock(lock, { waiting: (pid) => log.push(`waits for ${pid}`) }, work("second"));
    await first;

    expect(log).toEqual(["first begins", `waits for ${process.pid}`, "first ends", "second begins", "second ends"]);
    expect(existsSync(lock)).toBe(false);
  });

  it("gives the lock back when the work fails", async () => {
    const failing = withLock(lock, {}, async () => Promise.reject(new Error("no luck")));

    await expect(failing).rejects.toThrow("no luck");
    expect(existsSync(lock)).toBe(false);
  });

  it("takes over from a process that is gone, and from one that only has its number", async () => {
    const stranger = { ...child("sleep 60"), started: "another time", nonce: "x" };
    writeFileSync(lock, JSON.stringify(stranger));

    expect(await withLock(lock, {}, async () => "done")).toBe("done");
  });

  it("waits for a process that runs, until it is told to stop", async () => {
    writeFileSync(lock, JSON.stringify({ ...child("sleep 60"), nonce: "x" }));
    const stop = AbortSignal.timeout(300);

    const attempt = withLock(lock, { signal: stop }, async () => "done");

    await expect(attempt).rejects.toThrow(/abort|timeout/i);
    expect(existsSync(lock)).toBe(true);
  });
});

describe("endProcess", () => {
  it("ends a process that takes SIGTERM, and one that does not", async () => {
    const willing = child("sleep 60");
    const stubborn = child("trap '' TERM; while :; do sleep 1; done");
    await sleep(200);

    await endProcess(willing);
    await endProcess(stubborn, 300);

    expect([willing, stubborn].map(isRunning)).toEqual([false, false]);
  });

  it("leaves alone a process that got the number of the one meant", async () => {
    const other = child("sleep 60");

    await endProcess({ ...other, started: "another time" });

    expect(isRunning(other)).toBe(true);
  });
});
