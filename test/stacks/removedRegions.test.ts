import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import type { PlainSettings } from "../../settings";
import { regionsOf } from "../../stacks/removedRegions";
import { PROJECT, wordsOf } from "../ops/project";
import { sample, sampleForEach } from "../ops/sample";
import { plainSettings } from "./settings";

sampleForEach();

const ALL = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
const LESS = ["ap-northeast-1", "us-east-1"];

/** A protected thing in each region, and one that is in none. */
const program = (
  role: "organization" | "management" | "member",
  regions: string[],
  removeRegions: string[] = [],
  other: Partial<PlainSettings> = {},
) => {
  const given = { ...plainSettings(role, "111122223333"), regions, removeRegions, ...other };
  return async () => {
    const { settings, outputs } = await regionsOf(given);
    for (const region of settings.regions) {
      new pulumi.ComponentResource("sample:index:Detector", `detector-${region}`, { region }, { protect: true });
      // As the reconciler's duty for it, which is called from the home region.
      const duty = `reconciler-guardDuty-${region}`;
      new pulumi.ComponentResource("sample:index:Duty", duty, { region: "ap-northeast-1" }, { protect: true });
    }
    new pulumi.ComponentResource("sample:index:Table", "table", {}, { protect: true });
    return outputs;
  };
};
const names = (changes: readonly { operation: string; name: string }[] = []) =>
  changes.map(({ operation, name }) => `${operation} ${name}`);
const REMOVED = ["ap-northeast-3"];

it("refuses to leave a region that the settings merely lack, and says what would be lost and what to set", async () => {
  await sample.run({ command: "up", program: program("management", ALL) });

  const [refused] = await sample.run({ command: "preview", program: program("management", LESS) });

  expect(refused?.failures[0]?.reason).toMatch(
    /hakken:regions: ap-northeast-3 was watched by this stack .* lose its detector with the findings in it, .* name it in hakken:removeRegions/,
  );
}, 60_000);

it("leaves a region that removeRegions names, by lifting its protection and then deleting it, the others untouched and protected; and takes it in again", async () => {
  await sample.run({ command: "up", program: program("organization", ALL) });
  const less = program("organization", LESS, REMOVED);

  const [preview] = await sample.run({ command: "preview", program: less });
  const [up] = await sample.run({ command: "up", program: less });
  const [second] = await sample.run({ command: "up", program: less });
  const [again] = await sample.run({ command: "up", program: program("organization", ALL) });
  const [destroyed] = await sample.run({ command: "destroy", program: program("organization", ALL) });

  // The first of the two runs of `up`, and of the plain CLI.
  expect(names(preview?.changes).filter((change) => change.startsWith("delete"))).toEqual([]);
  expect(sample.progress.map(({ text }) => text)).toContainEqual(
    "unprotect sample:index:Detector detector-ap-northeast-3",
  );
  expect(sample.progress.filter(({ kind }) => kind === "warning").map(({ text }) => text)).toContainEqual(
    expect.stringContaining(
      "this run lifts the protection of what is in ap-northeast-3; the next pulumi up deletes it",
    ),
  );
  expect(
    names(up?.changes)
      .filter((change) => change.startsWith("delete"))
      .sort(),
  ).toEqual(["delete detector-ap-northeast-3", "delete reconciler-guardDuty-ap-northeast-3"]);
  expect(up?.outputs).toEqual({ homeRegion: "ap-northeast-1", regions: LESS, leaving: [] });
  expect(names(second?.changes)).toEqual([]);
  expect(names(again?.changes)).toContain("create detector-ap-northeast-3");
  expect(destroyed?.failures[0]?.reason).toMatch(/the stack is protected: .*detector-ap-northeast-3/);
}, 120_000);

it("waits for the stacks that must leave the region first, and says which command that takes; a preview only warns", async () => {
  await sample.run({ command: "up", stacks: ["organization"], program: program("organization", ALL) });
  await sample.run({ command: "up", stacks: ["management"], program: program("management", ALL) });
  const leave = program("management", LESS, REMOVED);

  const [preview] = await sample.run({ command: "preview", stacks: ["management"], program: leave });
  const [refused] = await sample.run({ command: "up", stacks: ["management"], program: leave });
  await sample.run({ command: "up", stacks: ["organization"], program: program("organization", LESS, REMOVED) });
  const [allowed] = await sample.run({ command: "up", stacks: ["management"], program: leave });

  expect(preview?.outcome).toBe("succeeded");
  expect(refused?.failures[0]?.reason).toMatch(
    /the stack organization still has ap-northeast-3: run pulumi up --stack organization first/,
  );
  expect(allowed?.outcome).toBe("succeeded");
}, 120_000);

it("leaves by one run over all stacks in AWS's order, and then goes through them in their own", async () => {
  const order: string[] = [];
  const by =
    (regions: string[], removeRegions: string[] = []) =>
    async () => {
      const stack = pulumi.getStack();
      order.push(stack);
      return await program(stack as "organization", regions, removeRegions)();
    };
  const stacks = ["audit", "management", "organization"];
  await sample.run({ command: "up", stacks, program: by(ALL) });
  sample.settings("organization", {});
  writeFileSync(
    join(sample.folder, "Pulumi.yaml"),
    `${PROJECT}config:\n  hakken:removeRegions:\n    value: [${REMOVED}]\n`,
  );
  order.length = 0;

  const results = await sample.run({ command: "up", stacks, program: by(LESS, REMOVED) });
  const left = order.splice(0);
  const again = await sample.run({ command: "up", stacks, program: by(LESS, REMOVED) });

  expect(left).toEqual([
    ...["organization", "organization", "management", "management"],
    ...["audit", "audit", "management", "organization"],
  ]);
  expect(order).toEqual(stacks);
  for (const { changes } of results)
    expect(
      names(changes)
        .filter((change) => change.startsWith("delete"))
        .sort(),
    ).toEqual(["delete detector-ap-northeast-3", "delete reconciler-guardDuty-ap-northeast-3"]);
  expect(results.map(({ stack }) => stack)).toEqual(stacks);
  expect(again.flatMap(({ changes }) => changes)).toEqual([]);
}, 180_000);

it("leaves by the stack of an invited account first of all, which waits for nobody", async () => {
  const order: string[] = [];
  const invitedAccounts = [{ account: "999900001111", email: "aws@example.com" }];
  const by = (regions: string[]) => async () => {
    const stack = pulumi.getStack();
    order.push(stack);
    const role = stack === "prod" || stack === "partner" ? "member" : (stack as "management");
    const own = role === "member" ? { account: stack === "partner" ? "999900001111" : "111122223333" } : {};
    return await program(role, regions, REMOVED, { ...own, invitedAccounts } as never)();
  };
  const stacks = ["management", "organization", "partner", "prod"];
  await sample.run({ command: "up", stacks, program: by(ALL) });
  writeFileSync(
    join(sample.folder, "Pulumi.yaml"),
    `${PROJECT}config:\n  hakken:removeRegions:\n    value: [${REMOVED}]\n  hakken:invitedAccounts:\n    value: ${JSON.stringify(invitedAccounts)}\n`,
  );
  sample.settings("prod", { "hakken:account": "111122223333" });
  sample.settings("partner", { "hakken:account": "999900001111" });
  order.length = 0;

  const results = await sample.run({ command: "up", stacks, program: by(LESS), parallel: 1 });

  expect(order).toEqual([
    ...["partner", "partner", "organization", "organization", "management", "management"],
    ...["management", "organization", "partner", "prod", "prod"],
  ]);
  expect(results.map(({ stack, outcome }) => [stack, outcome])).toEqual(stacks.map((stack) => [stack, "succeeded"]));
}, 180_000);

it("leaves first also where a run before noted that it had left, and AWS then refused to let go", async () => {
  const order: string[] = [];
  const by = (regions: string[], noted: string[]) => async () => {
    const stack = pulumi.getStack() as "organization";
    order.push(stack);
    return { ...(await program(stack, regions, REMOVED)()), regions: noted, leaving: [] };
  };
  const stacks = ["management", "organization"];
  const removed = `${PROJECT}config:\n  hakken:removeRegions:\n    value: [${REMOVED}]\n`;
  writeFileSync(join(sample.folder, "Pulumi.yaml"), removed);
  await sample.run({ command: "up", stacks, program: by(ALL, LESS) });
  const first = order.splice(0);

  const results = await sample.run({ command: "up", stacks, program: by(ALL, LESS) });

  expect(first).toEqual(stacks);
  expect(order.slice(0, 2)).toEqual(["organization", "management"]);
  expect(results.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
}, 120_000);

it("says what an invited account would lose", async () => {
  const invited = { account: "999900001111", invitedAccounts: [{ account: "999900001111", email: "aws@example.com" }] };
  await sample.run({ command: "up", program: program("member", ALL, [], invited as never) });

  const [refused] = await sample.run({ command: "preview", program: program("member", LESS, [], invited as never) });

  expect(refused?.failures[0]?.reason).toMatch(
    /Each would lose its detector .*, Security Hub, its membership of the administrator/,
  );
}, 60_000);

it("starts nothing else where the first to leave fails", async () => {
  const stacks = ["audit", "management", "organization"];
  const by = (regions: string[]) => async () => await program(pulumi.getStack() as "organization", regions, REMOVED)();
  await sample.run({ command: "up", stacks, program: by(ALL) });
  sample.settings("management", { "hakken:removeRegions": REMOVED });
  sample.settings("organization", { "hakken:removeRegions": REMOVED });

  const results = await sample.run({
    command: "up",
    stacks,
    program: async () => {
      throw new pulumi.RunError("no");
    },
  });

  expect(wordsOf(results)).toBe(
    ["audit: not started: needs organization", "management: not started: needs organization", "organization: no"].join(
      "\n",
    ),
  );
}, 120_000);

it("refuses another home region, be it protected or not", async () => {
  await sample.run({ command: "up", program: program("management", ALL) });
  const moved = { ...plainSettings("management", "111122223333"), protect: false, regions: ALL };

  const [refused] = await sample.run({
    command: "up",
    program: async () => (await regionsOf({ ...moved, homeRegion: "us-east-1" })).outputs,
  });

  expect(refused?.failures[0]?.reason).toMatch(
    /hakken:homeRegion: "us-east-1" is not the one that this stack was deployed with, ap-northeast-1\. A move would lose the pipeline/,
  );
}, 60_000);
