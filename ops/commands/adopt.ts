import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpType } from "@pulumi/pulumi/automation";
import { type Preview, previewed, type Survey, survey } from "../adopt/adoption";
import { importInto } from "../adopt/importing";
import { foundInWords, groups, memberQuestionOf, questionOf, takenInWords } from "../adopt/words";
import { commandOf } from "../advice";
import { pulumiCli } from "../cli";
import { confirm, isInteractive } from "../confirm";
import { deploy, type StackResult } from "../deploy";
import { causesOf, codeOf, EXIT } from "../failure";
import { chosenStacks } from "../stacks";
import { type Context, type Done, type RunOptions, repeatOf } from "./context";
import { failedResult } from "./failed";
import { settings, waitsForOthers } from "./run";

/**
 * Takes what is there already into the stacks' states, so that the next `up` changes it in place: shows what that would change, asks,
 * and imports. Changes nothing in AWS. What stands in the way is told with its fix, and then nothing is taken over.
 */
export const adopt = async (context: Context, options: RunOptions): Promise<Done> => {
  const { workDir, interruption, display } = context;
  const names = chosenStacks("adopt", options.stack, workDir);
  const folder = mkdtempSync(join(tmpdir(), "hakken-survey-"));
  try {
    const looked = await lookAround(names, folder, context, options);
    interruption.stop.throwIfAborted();
    const waiting = looked.filter(({ result }) =>
      waitsForOthers(
        result,
        looked.map((one) => one.result),
      ),
    );
    const surveyed = looked.filter((one) => !waiting.includes(one));
    for (const { result } of surveyed) for (const line of foundInWords(result)) display.print(line);
    for (const { result } of waiting)
      display.print(`${result.stack}: what it makes can be told once the stacks that it needs are up`);
    const results = surveyed.map(({ result }) => result);
    if (results.some(({ outcome }) => outcome !== "succeeded")) return { results, words: ["Nothing was taken over."] };

    const refusal = await ask(surveyed, context, options);
    if (refusal) return { results: [], words: ["Nothing was taken over."], exitCode: refusal };
    const taken = await takeAll(surveyed, context, options);
    return { results: taken, words: taken.flatMap((result) => said(result, options)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Looked {
  result: StackResult;
  found?: Survey;
}

/** Previews the stacks, and looks in AWS for what they would make. */
const lookAround = async (
  names: readonly string[],
  folder: string,
  context: Context,
  options: RunOptions,
): Promise<Looked[]> => {
  const previews = new Map<string, Preview>(names.map((name) => [name, previewed()]));
  const importFile = (stack: string) => join(folder, `${stack}.json`);
  const results = await deploy({
    ...(await settings("adopt", names, context, options)),
    expectNoChanges: false,
    command: "preview",
    look: { importFile, onEvent: (stack, event) => previews.get(stack)?.take(event) },
  });
  return await Promise.all(
    results.map(async (result): Promise<Looked> => {
      const preview = previews.get(result.stack);
      if (result.outcome !== "succeeded" || !preview) return { result };
      const begun = { command: "adopt", options, workDir: context.workDir, seconds: result.seconds };
      const tell = (kind: "begin" | "doing" | "end" | "failed", text: string) =>
        context.display.progress({ stack: result.stack, kind, text });
      try {
        tell("begin", "look at what is there");
        const found = await survey(preview, importFile(result.stack), context.interruption.stop, (progress) =>
          tell("doing", progress),
        );
        tell("end", "looked at what is there");
        return { result: withSurvey(result, found, options), found };
      } catch (error) {
        tell("failed", "failed");
        return { result: failedResult(result.stack, error, begun) };
      }
    }),
  );
};

const withSurvey = (result: StackResult, { adoption, failures }: Survey, options: RunOptions): StackResult => {
  const obstacles = adoption.obstacles.map(({ what, fix, ...resource }) => ({
    resource,
    reason: `${what}. Fix: ${fix}`,
  }));
  const all = [...failures, ...obstacles];
  const changes = adoption.existing.map(({ type, name, urn, region }) => ({
    operation: "import" as OpType,
    ...{ type, name, urn, ...(region && { region }) },
  }));
  if (!all.length) return { ...result, changes, adoption };
  const next = `When that is put right: ${commandOf(repeatOf("adopt", options))}`;
  return { ...result, changes: [], adoption, outcome: "failed", failures: all, exitCode: EXIT.failed, next };
};

/** Asks about each setting that `up` overwrites without an import or changes in other accounts, and once about all the rest. Gives the exit code of a no. */
const ask = async (
  surveyed: readonly Looked[],
  { interruption, display }: Context,
  { yes }: RunOptions,
): Promise<number | undefined> => {
  const pending = surveyed.filter(
    ({ found }) => found?.imports.length || found?.adoption.overwritten.length || found?.adoption.members.length,
  );
  if (yes || !pending.length) return undefined;
  if (!isInteractive()) {
    display.print("adopt asks before it takes anything over, and there is nobody to ask: add --yes.");
    return EXIT.misuse;
  }
  for (const { result, found } of pending) {
    for (const group of groups(found?.adoption.overwritten ?? [])) {
      if (!(await confirm(questionOf(result.stack, group), interruption.stop))) return EXIT.declined;
    }
    for (const change of found?.adoption.members ?? []) {
      if (!(await confirm(memberQuestionOf(result.stack, change), interruption.stop))) return EXIT.declined;
    }
  }
  const stacks = pending.filter(({ found }) => found?.imports.length).map(({ result }) => result.stack);
  const question = `Take that over into the state of ${stacks.join(", ")}? Nothing in AWS changes yet.`;
  return !stacks.length || (await confirm(question, interruption.stop)) ? undefined : EXIT.declined;
};

/** Imports, a stack after the other. What fails is told by the result; what was imported before stays. */
const takeAll = async (
  surveyed: readonly Looked[],
  { engine, interruption, workDir, display }: Context,
  options: RunOptions,
): Promise<StackResult[]> => {
  const cli = await pulumiCli((await engine()).root, interruption.stop);
  const results: StackResult[] = [];
  for (const { result, found } of surveyed) {
    const begun = Date.now();
    const seconds = () => result.seconds + (Date.now() - begun) / 1000;
    const imports = found?.imports ?? [];
    try {
      for (const { protect, file } of imports) {
        interruption.stop.throwIfAborted();
        display.progress({ stack: result.stack, kind: "begin", text: "import" });
        await importInto(result.stack, file, { cli, workDir, protect });
      }
      if (imports.length) display.progress({ stack: result.stack, kind: "end", text: "imported" });
      results.push({ ...result, seconds: seconds() });
    } catch (error) {
      display.progress({ stack: result.stack, kind: "failed", text: "failed" });
      const failures = causesOf(error, []);
      const next = `What was taken over before that is in the state. To go on: ${commandOf(repeatOf("adopt", options))}`;
      results.push({ ...result, outcome: "failed", failures, exitCode: codeOf(error), seconds: seconds(), next });
    }
  }
  return results;
};

const said = (result: StackResult, { cwd }: RunOptions): string[] => {
  if (!result.adoption || result.outcome !== "succeeded") return [];
  const up = commandOf({ command: "up", stacks: [result.stack], ...(cwd !== undefined && { cwd }) });
  return takenInWords(result.stack, result.adoption, up);
};
