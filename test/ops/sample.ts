import { beforeAll, beforeEach } from "vitest";
import { engine } from "../../ops/engine/engine";
import { type Project, project } from "./project";

/** The project of the test that runs. */
export let sample: Project;

/** Gives each test of a file a project of its own, with one part a stack in the settings of those named. */
export const sampleForEach = (stacks: readonly string[] = [], parts = "1"): void => {
  let cli: Awaited<ReturnType<typeof engine>>;

  beforeAll(async () => {
    // A bare machine gets the CLI here, as it would at the first start.
    cli = await engine({ progress: console.error });
  }, 1_200_000);

  beforeEach(() => {
    const own = project(cli);
    for (const stack of stacks) own.settings(stack, { parts });
    sample = own;
    return () => own.remove();
  });
};
