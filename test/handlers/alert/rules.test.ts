import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type CreateWorld, inSequence, leftToDigests, parking, racing, redrivingWhatSettled } from "./histories";
import { createWorld } from "./world";

const root = resolve(__dirname, "../../..");

/** A rule, and how to break it: text of a file of handlers/alert, which must be there, and what stands there instead. */
interface Break {
  rule: string;
  file: string;
  from: string;
  to: string;
}

const breaks: Break[] = [
  {
    rule: "R1: settle marks what a required channel has not told",
    file: "settle.ts",
    from: "toldVersion(alert, required) >= alert.desired",
    to: "true",
  },
  {
    rule: "R2: a report is acknowledged although no execution runs",
    file: "receive.ts",
    from: "if (alert && needsExecution(alert)) await ensureExecution(ports, alert.alertKey);",
    to: "",
  },
  {
    rule: "R3: the sweeper leaves alone what never settled",
    file: "sweep.ts",
    from: "await ensureExecution(ports, alert.alertKey);",
    to: "",
  },
  {
    rule: "R4: what was told of one occurrence counts for the next",
    file: "notice.ts",
    from: "told?.reference && told.occurrence === alert.occurrence",
    to: "told?.reference",
  },
  {
    rule: "R5: an alert is written without its finding",
    file: "receive.ts",
    from: "ports.store.take(before, alert, changed)",
    to: "ports.store.take(before, alert, [])",
  },
  {
    rule: "R6: a failure is reported each time that it is tried again",
    file: "settle.ts",
    from: "failures.length > 0 && alert.failedVersion !== alert.desired",
    to: "failures.length > 0",
  },
  {
    rule: "R6: what is parked never wakes",
    file: "sweep.ts",
    from: "if (wakesAt(alert) > Date.parse(ports.now())) return false;",
    to: "return false;",
  },
  {
    rule: "R7: what has settled is redriven all the same",
    file: "redrive.ts",
    from: "if (alert.settled >= alert.desired && !alert.running && !gaveUp)",
    to: "if (false)",
  },
  {
    rule: "R8: a late word of NEW is believed",
    file: "lifecycle.ts",
    from: 'if (report.eventTime <= notifiedAt) return drop("from before it was set NOTIFIED");',
    to: "if (report.eventTime <= notifiedAt) return join(alert, last, report, now);",
  },
  {
    rule: "R9: a message is sent again without looking for it",
    file: "tell.ts",
    from: 'if (await foundAgain(ports, alert, before)) return done("again");',
    to: "",
  },
  {
    rule: "digests: an alert counts as told before the digest is sent",
    file: "digest.ts",
    from: "const reference = found ?? (await send(ports, part, thread, attempts));",
    to: 'const reference = found ?? (attempts > 0 ? "" : await send(ports, part, thread, attempts));',
  },
];

/** The world around handlers that have this rule broken: the same files, in a folder of their own. */
function brokenWorld({ file, from, to }: Break, folder: string): CreateWorld {
  const options = { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } };
  const compile = (path: string, change: (text: string) => string = (text) => text) => {
    const target = join(folder, path.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    const text = change(readFileSync(join(root, path), "utf8"));
    writeFileSync(target, ts.transpileModule(text, options).outputText);
  };
  for (const name of readdirSync(join(root, "handlers/alert"))) {
    compile(`handlers/alert/${name}`, (text) => (name === file ? replaced(text, from, to) : text));
  }
  for (const name of [
    "world.ts",
    "memoryTable.ts",
    "memoryChannels.ts",
    "memoryHub.ts",
    "memoryServices.ts",
    "people.ts",
  ])
    compile(`test/handlers/alert/${name}`);
  return createRequire(__filename)(join(folder, "test/handlers/alert/world.js")).createWorld;
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The rule stands there no more in these words: ${from}`);
  return text.replace(from, to);
}

/** Whether some history shows that a rule is broken. */
async function isCaught(world: CreateWorld): Promise<boolean> {
  const scenario = (play: (world: CreateWorld) => Promise<void>) =>
    play(world).then(
      () => false,
      () => true,
    );
  const property = async (histories: ReturnType<typeof inSequence | typeof racing | typeof leftToDigests>) =>
    (await fc.check(histories as fc.IAsyncProperty<unknown>, { numRuns: 1000, endOnFailure: true })).failed;
  if (await scenario(parking)) return true;
  if (await scenario(redrivingWhatSettled)) return true;
  return (
    (await property(inSequence(world))) || (await property(racing(world))) || (await property(leftToDigests(world)))
  );
}

describe("the model", () => {
  it.each(breaks)(
    "notices: $rule",
    async (rule) => {
      const folder = mkdtempSync(join(tmpdir(), "hakken-rules-"));
      try {
        symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
        expect(await isCaught(brokenWorld(rule, folder))).toBe(true);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );

  it("finds nothing where no rule is broken", async () => {
    expect(await isCaught(createWorld)).toBe(false);
  }, 60_000);
});
