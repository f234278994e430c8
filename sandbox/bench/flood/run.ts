import { join } from "node:path";
import pLimit from "p-limit";
import { projectRoot } from "../../../ops/root";
import { shareInstallation } from "../../aws/share";
import { clientOf, estateClientOf } from "../../client";
import { DEFAULT_ESTATE, writeEstate } from "../../estate";
import { untilIdle } from "../../journey";
import { ACCOUNTS } from "../../organization";
import { type Places, placesIn } from "../../places";
import type { Run } from "../../run";
import { bringUp, type Operator, takeDown } from "../../up";
import { type Cost, costOf, type Naive, naiveOf } from "./cost";
import { tellDigests } from "./digests";
import { type Delivery, floodOf } from "./findings";
import { gather } from "./gather";
import { refusalsIn, type Usage, usageBetween, usageOf } from "./usage";
import { type Told, toldOf, verdictOf } from "./verdict";
import { watchOf } from "./watch";

/** How large a bench is. */
export interface Size {
  findings: number;
  controls: number;
  accounts: number;
}

export interface Result extends Size {
  regions: readonly string[];
  /** Findings handed to Security Hub, those that came again or anew counted too. */
  deliveries: number;
  /** What the settings of the audit stack say, where they are not the defaults. */
  settings: readonly string[];
  seconds: { deploy: number; import: number; told: number; digests: number };
  /** How often a digest was sent after the flood, for what the budget had no room for. */
  digests: number;
  told: Told;
  usage: Usage;
  cost: Cost;
  naive: Naive;
  /** What ought not to happen in a sound installation: refusals, failures, alarms. */
  problems: string[];
  /** Promises that were not kept. */
  broken: string[];
}

/** So many findings are on their way to Security Hub at once. */
const AT_ONCE = 24;
/** Of hakken's defaults, those that the sandbox sets shorter to be looked at. */
const DEFAULTS = { "hakken:groupWait": null, "hakken:groupInterval": null, "hakken:hourlyBudget": null };
const SETTINGS = [
  "start: loud, since quiet would tell all of it in one overview",
  "digest: due at any time of day, so that it need not be waited for",
] as const;
/** AWS's own ways that cost waiting, and that the sandbox leaves out: batching windows as they are. */
const LAUNCHER = { SANDBOX_WINDOW_SCALE: "1" };

/** Deploys a sandbox, floods it, waits until all is told, and counts. It is taken down in any case. */
export const bench = async (size: Size, operator: Operator): Promise<Result> => {
  const places = placesIn(join(projectRoot(), ".sandbox", "flood"));
  await shareInstallation(places.folder, operator.progress);
  await takeDown(places, operator);
  try {
    return await flood(size, places, operator);
  } finally {
    // Not stopped by an interruption: this is what one asks for.
    const never = new AbortController().signal;
    await takeDown(places, { ...operator, interruption: { stop: never, forward: never } });
  }
};

const flood = async (size: Size, places: Places, operator: Operator): Promise<Result> => {
  const { progress, interruption } = operator;
  const signal = interruption.stop;
  writeEstate(places, { stacks: { audit: DEFAULTS }, launcher: LAUNCHER });
  const timed = stopwatch();
  const { run } = await bringUp(places, { severities: ["HIGH", "CRITICAL"], language: "ja" }, operator);
  const { regions } = DEFAULT_ESTATE;
  const { findings, deliveries, accounts } = floodOf({ ...size, regions, now: Date.now() });
  await joinAll(run, accounts);
  const client = clientOf(run);
  await untilIdle(client, 300_000, signal);
  const deploy = timed();

  const before = await usageOf(run);
  const inbox = await client.inbox();
  const watch = watchOf(run, { progress, signal });
  await watch.begin();
  await importAll(run, deliveries, progress, signal);
  const imported = timed();
  await watch.untilAtRest();
  const told = timed();
  const digests = await tellDigests(run, { progress, signal, untilAtRest: watch.untilAtRest });
  const digested = timed();

  progress("Counting ...");
  const usage = usageBetween(before, await usageOf(run));
  const seen = await gather(run, inbox);
  const messages = toldOf(seen);
  return {
    ...size,
    regions,
    deliveries: deliveries.length,
    settings: SETTINGS,
    seconds: { deploy, import: imported, told, digests: digested },
    digests,
    told: messages,
    usage,
    cost: costOf(usage, messages),
    naive: naiveOf(usage, size.findings),
    problems: [...watch.problems(), ...refusalsIn(usage)],
    broken: verdictOf(findings, seen),
  };
};

/** Has the accounts join that the organization lacks. */
const joinAll = async (run: Run, accounts: readonly string[]): Promise<void> => {
  const known: readonly string[] = Object.values(ACCOUNTS);
  const joining = accounts.filter((id) => !known.includes(id));
  for (const [i, id] of joining.entries()) {
    await estateClientOf(run).account({ id, name: `team-${i + 1}`, unit: "Workloads" });
  }
};

const importAll = async (
  run: Run,
  deliveries: readonly Delivery[],
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const client = clientOf(run);
  const limit = pLimit(AT_ONCE);
  let done = 0;
  // What comes anew comes later.
  for (const newer of [false, true]) {
    const some = deliveries.filter(({ kind }) => (kind === "newer") === newer);
    await Promise.all(
      some.map(({ finding }) =>
        limit(async () => {
          signal.throwIfAborted();
          const { state } = await client.send({ finding });
          if (state === "ignored") throw new Error(`Security Hub ignored finding ${finding.Id}`);
          if (++done % 500 === 0) progress(`  ${done} of ${deliveries.length} findings imported ...`);
        }),
      ),
    );
  }
};

/** Seconds since it was last looked at. */
const stopwatch = (): (() => number) => {
  let last = performance.now();
  return () => {
    const seconds = (performance.now() - last) / 1000;
    last = performance.now();
    return seconds;
  };
};
