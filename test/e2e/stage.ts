import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Interruption } from "../../ops/interrupt";
import { withLock } from "../../ops/lock";
import { projectRoot } from "../../ops/root";
import { installMinistack } from "../../sandbox/aws/ministack";
import { type Client, clientOf } from "../../sandbox/client";
import { untilIdle } from "../../sandbox/journey";
import { type Places, placesIn } from "../../sandbox/places";
import type { Choice } from "../../sandbox/project";
import { liveRun } from "../../sandbox/run";
import { type Cloud, cloudOf } from "./cloud";

/** The sandbox of these tests: a whole one of their own, beside the one that a person may have up. */
export interface Stage {
  places: Places;
  client: Client;
  /** The audit account's AWS, as its root. */
  cloud: Cloud;
  inboxUrl: string;
  endpoint: string;
  /** Deploys all stacks, or shows what a deployment would change, or destroys them. */
  deploy(command: "up" | "preview" | "destroy", choice: Choice): Promise<Deployed[]>;
  /** Until nothing is under way any more. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

type Deployed = Awaited<ReturnType<typeof import("../../ops/deploy")["deploy"]>>[number];

export const DEFAULTS: Choice = { severities: ["HIGH", "CRITICAL"], language: "ja" };

const NEVER = new AbortController().signal;
/** Less than the tests', so that it is said what did not come to rest. */
const PATIENCE = 250_000;

/** Installs what is missing, starts the sandbox, and deploys the four stacks into it. */
export async function raise(): Promise<Stage> {
  const env = { ...process.env };
  for (const name of Object.keys(process.env)) if (/^(AWS|PULUMI)_/.test(name)) delete process.env[name];
  const places = placesIn(join(projectRoot(), ".sandbox", "e2e"));
  await shareInstallation(places);
  const release = await alone(places);
  const interruption: Interruption = { stop: NEVER, forward: NEVER };
  const progress = (line: string) => (/resources \.\.\.$/.test(line) ? undefined : console.log(line));
  const operator = { progress, interruption, env };

  // Compiled: Pulumi serializes the handlers from it, which vitest's own transform does not survive.
  const { bringUp, deployAll, takeDown }: typeof import("../../sandbox/up") =
    createRequire(__filename)("../../bin/sandbox/up.js");
  const close = async () => {
    await takeDown(places, operator);
    release();
  };
  await takeDown(places, operator); // What a run left that was killed.
  endWithUs(places);
  const { run, engine } = await bringUp(places, DEFAULTS, operator).catch(async (error) => {
    await close();
    throw error;
  });
  const client = clientOf(run);
  return {
    places,
    client,
    cloud: await cloudOf(run.endpoint),
    inboxUrl: run.inboxUrl,
    endpoint: run.endpoint,
    deploy: async (command, choice) =>
      command === "up"
        ? (await bringUp(places, choice, operator)).results
        : await deployAll(command, places, run, engine, operator),
    rest: () => untilIdle(client, PATIENCE),
    close,
  };
}

/** Its daemon stands on its own, and would outlive an interrupted run. */
function endWithUs(places: Places): void {
  const end = () => {
    const run = liveRun(places);
    if (run) process.kill(run.daemon.pid, "SIGTERM");
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
}

/** Another run of these tests must end before this one begins. */
async function alone(places: Places): Promise<() => void> {
  const waiting = (pid: number) => console.log(`Process ${pid} runs these tests: waiting for it.`);
  return await new Promise((resolve, reject) => {
    const held = () => new Promise<void>((release) => resolve(release));
    withLock(join(places.folder, "tests.lock"), { waiting }, held).catch(reject);
  });
}

/** The local AWS is installed once, in the project's own sandbox. */
async function shareInstallation(places: Places): Promise<void> {
  const project = join(projectRoot(), ".sandbox");
  await installMinistack({ folder: project, progress: console.log });
  mkdirSync(places.folder, { recursive: true });
  const shared = join(places.folder, "venv");
  if (!existsSync(shared)) symlinkSync(join(project, "venv"), shared, "dir");
}
