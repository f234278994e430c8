import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { interruptible } from "../../ops/interrupt";
import { projectRoot } from "../../ops/root";
import { DEFAULT_REGIONS } from "../../settings/regions";
import { shareInstallation } from "../aws/share";
import { writeEstate } from "../estate";
import { OPT_IN_REGION } from "../organization";
import { placesIn } from "../places";
import { stackStates } from "../stackStates";
import { bringUp, type Operator, takeDown } from "../up";
import { BARE_PROJECT } from "./bare";

const run = promisify(execFile);

/** The stack itself and its provider, which the bare program has too, are no resources of ours. */
const NOT_COUNTED = 2;

/**
 * Times previews of each stack, deployed in 18 regions of a sandbox, against those of as many bare resources, deployed beside it:
 * in processes of their own, one after the other, so that what else the machine does hits both. Prints a row a stack: medians, and
 * the median of the rounds' ratios. Argument: how many rounds; default 5.
 */
const bench = async (rounds: number, operator: Operator): Promise<void> => {
  const places = placesIn(join(projectRoot(), ".sandbox", "bench"));
  await shareInstallation(places.folder, operator.progress);
  await takeDown(places, operator);
  writeEstate(places, { regions: [...DEFAULT_REGIONS, OPT_IN_REGION] });
  await bringUp(places, { severities: ["HIGH", "CRITICAL"], language: "ja" }, operator);
  try {
    const bare = join(places.work, "bare");
    mkdirSync(bare, { recursive: true });
    writeFileSync(join(bare, "Pulumi.yaml"), BARE_PROJECT);
    symlinkSync(join(places.root, "node_modules"), join(bare, "node_modules"), "dir");

    const once = join(places.root, "bin", "sandbox", "bench", "once.js");
    const seconds = async (command: string, stack: string, count?: number) => {
      const begun = performance.now();
      await run(process.execPath, [once, places.folder, command, stack, ...(count ? [String(count)] : [])], {
        signal: operator.interruption.stop,
      });
      return (performance.now() - begun) / 1000;
    };

    const stacks = stackStates(places).map(({ stack, resources }) => ({ stack, count: resources - NOT_COUNTED }));
    for (const { stack, count } of stacks) await seconds("up", stack, count);

    console.log("| stack | resources | preview | bare resources | ratio |\n| --- | --- | --- | --- | --- |");
    for (const { stack, count } of stacks) {
      const times: [ours: number, bare: number][] = [];
      for (let round = 0; round < rounds; round++)
        times.push([await seconds("preview", stack), await seconds("preview", stack, count)]);
      const ours = median(times.map(([time]) => time));
      const theirs = median(times.map(([, time]) => time));
      const ratio = median(times.map(([one, other]) => one / other));
      console.log(`| ${stack} | ${count} | ${ours.toFixed(1)} s | ${theirs.toFixed(1)} s | ${ratio.toFixed(2)} |`);
    }
  } finally {
    await takeDown(places, operator);
  }
};

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

const rounds = Number(process.argv[2] ?? 5);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("usage: npm run bench:preview -- [ROUNDS]");
const env = { ...process.env };
for (const name of Object.keys(process.env)) if (/^(AWS|PULUMI)_/.test(name)) delete process.env[name];
process.chdir(projectRoot());
void interruptible(console.error, async (interruption) => {
  await bench(rounds, { progress: console.error, interruption, env }).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
});
