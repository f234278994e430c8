import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { reportInWords } from "../../ops/report";
import { sample, sampleForEach } from "./sample";

sampleForEach();

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

it("calls it unprotect where protection alone is taken off", async () => {
  await sample.run({ command: "up", program: program(true) });

  const results = await sample.run({ command: "preview", program: program(false) });

  expect(sample.progress.at(-1)?.text).toMatch(/^would 7 unprotect \(/);
  expect(sample.progress).toContainEqual(
    expect.objectContaining({ kind: "resource", text: "unprotect sample:index:Queue queue-1" }),
  );
  expect(reportInWords(results, true)[1]).toMatch(/^ {2}unprotect sample:index:Queue queue-\d: WEAKENS: /);
  expect(results[0]?.changes[0]?.operation).toBe("same");
}, 60_000);

it("destroys it once protection is off", async () => {
  await sample.run({ command: "up", program: program(true) });
  await sample.run({ command: "up", program: program(false) });

  const [destroyed] = await sample.run({ command: "destroy", program: program(false) });

  expect(destroyed?.outcome).toBe("succeeded");
  expect(destroyed?.changes).toHaveLength(15);
}, 60_000);
