import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRunning } from "../../../ops/processes";
import { projectRoot } from "../../../ops/root";
import { installMinistack } from "../../../sandbox/aws/ministack";
import { startDaemon } from "../../../sandbox/daemon";
import { type Places, placesIn } from "../../../sandbox/places";
import { clear, liveRun, type Run, writeRun } from "../../../sandbox/run";

let python: string;
let places: Places;

beforeAll(async () => {
  python = await installMinistack({ folder: join(projectRoot(), ".sandbox"), progress: console.error });
  places = placesIn(mkdtempSync(join(tmpdir(), "daemon-")));
}, 600_000);

afterAll(async () => {
  await clear(places);
  rmSync(places.folder, { recursive: true, force: true });
});

const answers = async (url: string) => (await fetch(url).catch(() => undefined))?.status;

describe("the sandbox's daemon", () => {
  it("is ready when it says so: local AWS, inbox and provider answer; and ends with all of it", async () => {
    const run = await startDaemon(places, python);

    expect(await answers(`${run.endpoint}/_ministack/health`)).toBe(200);
    expect(await answers(`${run.inboxUrl}/inbox.json`)).toBe(200);
    expect(await answers(`${run.inboxUrl}/_sandbox/pending`)).toBe(200);
    expect(liveRun(places)).toEqual(run);

    await clear(places);

    expect(isRunning(run.daemon) || isRunning(run.ministack)).toBe(false);
    expect(existsSync(places.run) || existsSync(places.aws)).toBe(false);
    expect(liveRun(places)).toBeUndefined();
  });

  it("starts again after it was killed, ending what that left", async () => {
    const killed = await startDaemon(places, python);
    process.kill(killed.daemon.pid, "SIGKILL");

    await clear(places);
    const run = await startDaemon(places, python);

    expect(isRunning(killed.ministack)).toBe(false);
    expect(await answers(`${run.inboxUrl}/inbox.json`)).toBe(200);
    await clear(places);
  });

  it("ends when the local AWS ends", async () => {
    const run = await startDaemon(places, python);

    process.kill(run.ministack.pid, "SIGKILL");

    for (const end = Date.now() + 10_000; isRunning(run.daemon) && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(isRunning(run.daemon)).toBe(false);
    await clear(places);
  });

  it("says why it did not start", async () => {
    await expect(startDaemon(places, "/nowhere/python")).rejects.toThrow(
      /did not start \(exit 1\)[\s\S]*\/nowhere\/python/,
    );
  });

  it("ends nothing that only got a number of the last run", async () => {
    const stranger = { pid: process.pid, started: "another time" };
    writeRun(places, { daemon: stranger, ministack: stranger } as Run);

    await clear(places);

    expect(existsSync(places.run)).toBe(false);
  });

  it("starts after a run whose notes are cut short", async () => {
    writeFileSync(places.run, '{"daemon": {"pi');

    await clear(places);

    expect(liveRun(places)).toBeUndefined();
  });
});
