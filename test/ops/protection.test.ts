import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { type Engine, engine } from "../../ops/engine/engine";
import { type Project, project } from "./project";

let cli: Engine;
let sample: Project;

beforeAll(async () => {
  cli = await engine({ progress: console.error });
}, 1_200_000);

beforeEach(() => {
  sample = project(cli);
  return () => sample.remove();
});

/** What stands on something protected is not so itself, as the functions that read a queue. */
const program = (protect: boolean) => async () => {
  for (let n = 1; n <= 7; n++) {
    const queue = new pulumi.ComponentResource("sample:index:Queue", `queue-${n}`, {}, { protect });
    new pulumi.ComponentResource("sample:index:Reader", `reader-${n}`, {}, { dependsOn: queue });
  }
};

it("keeps all of a stack in which anything is protected, and says how to lift that", async () => {
  await sample.run({ command: "up", program: program(true) });

  const [destroyed] = await sample.run({ command: "destroy", program: program(true) });
  const [again] = await sample.run({ command: "preview", program: program(true) });

  expect(destroyed).toMatchObject({ outcome: "failed", exitCode: 1, changes: [] });
  expect(destroyed?.failures).toEqual([
    {
      reason:
        "nothing was destroyed, since the stack is protected: queue-1, queue-2, queue-3, queue-4, queue-5 and 2 more",
    },
  ]);
  expect(destroyed?.next).toMatch(/pulumi config set hakken:protect false --stack audit, then .* up --stack audit/);
  expect(again?.changes).toEqual([]);
}, 60_000);

it("destroys it once protection is off", async () => {
  await sample.run({ command: "up", program: program(true) });
  await sample.run({ command: "up", program: program(false) });

  const [destroyed] = await sample.run({ command: "destroy", program: program(false) });

  expect(destroyed?.outcome).toBe("succeeded");
  expect(destroyed?.changes).toHaveLength(15);
}, 60_000);
