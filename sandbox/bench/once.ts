import { join } from "node:path";
import { type Command, deploy, requireSuccess } from "../../ops/deploy";
import { engine } from "../../ops/engine/engine";
import { placesIn } from "../places";
import { engineEnvironment } from "../project";
import { liveRun } from "../run";
import { bareProgram } from "./bare";

/** One command on one stack, hakken's or, given a number of resources, a bare one; a process of its own, so that nothing is warm. */
const once = async ([folder = "", command = "", stack = "", bare]: string[]): Promise<void> => {
  const places = placesIn(folder);
  const run = liveRun(places);
  if (!run) throw new Error(`No sandbox is up in ${folder}`);
  const results = await deploy({
    command: command as Command,
    stacks: [stack],
    workDir: bare ? join(places.work, "bare") : places.work,
    ...(bare && { program: bareProgram(Number(bare)) }),
    engine: await engine({ progress: console.error }),
    env: engineEnvironment(places, run),
    create: true,
    expectNoChanges: command === "preview",
    onProgress: () => {},
  });
  requireSuccess(results);
};

once(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
