import { createRequire } from "node:module";
import { join } from "node:path";
import type { Interruption } from "../../ops/interrupt";
import { withLock } from "../../ops/lock";
import { projectRoot } from "../../ops/root";
import { shareInstallation } from "../../sandbox/aws/share";
import { type Client, clientOf, type EstateClient, estateClientOf } from "../../sandbox/client";
import { type Estate, type StackName, writeEstate } from "../../sandbox/estate";
import { ACCOUNTS, type AccountName, HOME_REGION, rootOf } from "../../sandbox/organization";
import { type Places, placesIn } from "../../sandbox/places";
import type { Choice } from "../../sandbox/project";
import { liveRun, type Run } from "../../sandbox/run";

export interface EstateOptions extends Partial<Estate> {
  /** Name of its folder: two estates of one name are never up at once. */
  name: string;
  /** Whether its stacks are deployed at once. Default: true. */
  deployed?: boolean;
  choice?: Choice;
}

/** A sandbox of a test's own, beside the one that a person may have up, and beside those of other tests. */
export interface RaisedEstate extends EstateClient {
  places: Places;
  run: Run;
  client: Client;
  /** Configuration of an SDK client that acts as the root of an account, by its name or id. Default region: home. */
  as(account: AccountName | `${number}`, region?: string): ClientConfiguration;
  /** Deploys, previews or destroys, by default all stacks. What is given of the estate replaces what was, from now on. */
  deploy(command: "up" | "preview" | "destroy", other?: Change): Promise<Deployed[]>;
  close(): Promise<void>;
}

export interface Change extends Partial<Estate> {
  choice?: Choice;
  only?: readonly StackName[];
}

type Deployed = Awaited<ReturnType<typeof import("../../ops/deploy")["deploy"]>>[number];

interface ClientConfiguration {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}

export const DEFAULTS: Choice = { severities: ["HIGH", "CRITICAL"], language: "ja" };

const NEVER = new AbortController().signal;

/**
 * Starts a sandbox of these regions and settings and deploys its stacks; installs what is missing. In `beforeAll`, with patience; its
 * `close` belongs in `afterAll`. For each file of tests one, so that they are deployed once:
 *
 *     beforeAll(async () => { estate = await raiseEstate({ name: "local", settings: { "hakken:securityHub": ... } }); }, 600_000);
 *     afterAll(() => estate?.close(), 60_000);
 */
export async function raiseEstate({ name, deployed = true, ...options }: EstateOptions): Promise<RaisedEstate> {
  const env = { ...process.env };
  for (const key of Object.keys(process.env)) if (/^(AWS|PULUMI)_/.test(key)) delete process.env[key];
  const places = placesIn(join(projectRoot(), ".sandbox", name));
  await shareInstallation(places.folder, console.log);
  const release = await alone(places);
  const interruption: Interruption = { stop: NEVER, forward: NEVER };
  const progress = (line: string) => (/resources \.\.\.$/.test(line) ? undefined : console.log(`${name}: ${line}`));
  const operator = { progress, interruption, env };

  // Compiled: Pulumi serializes the handlers from it, which vitest's own transform does not survive.
  const compiled = createRequire(__filename);
  const { bringUp, deployAll, takeDown }: typeof import("../../sandbox/up") = compiled("../../bin/sandbox/up.js");
  const { writeProject }: typeof import("../../sandbox/project") = compiled("../../bin/sandbox/project.js");
  const close = async () => {
    await takeDown(places, operator);
    release();
  };
  await takeDown(places, operator); // What a run left that was killed.
  endWithUs(places);
  const { choice: first, ...now } = { choice: DEFAULTS, ...options };
  let choice = first;
  let estate: Partial<Estate> = now;
  writeEstate(places, estate);
  const { run, engine } = await bringUp(places, choice, operator, deployed ? undefined : []).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    places,
    run,
    client: clientOf(run),
    ...estateClientOf(run),
    as: (account, region = HOME_REGION) => ({
      endpoint: run.endpoint,
      region,
      credentials: rootOf(account in ACCOUNTS ? ACCOUNTS[account as AccountName] : account),
      maxAttempts: 8,
    }),
    deploy: async (command, { choice: other, only, ...change } = {}) => {
      choice = other ?? choice;
      estate = { ...estate, ...change };
      writeEstate(places, estate);
      await writeProject(places, run, choice, engine);
      return await deployAll(command, places, run, engine, operator, only);
    },
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
