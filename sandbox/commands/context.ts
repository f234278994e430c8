import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Severity } from "../../handlers/alert/types";
import type { Interruption } from "../../ops/interrupt";
import type { Item } from "../journey";
import type { Places } from "../places";
import type { Choice } from "../project";
import { liveRun, type Run } from "../run";
import { sendablesIn } from "../sendables";
import type { Screen } from "./screen";

/** What every command gets. */
export interface Context {
  places: Places;
  screen: Screen;
  interruption: Interruption;
  /** The environment before the sandbox's own settings replaced the user's. */
  env: NodeJS.ProcessEnv;
}

const SEVERITIES: readonly Severity[] = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

export interface ChoiceOptions {
  severities: string;
  language: string;
}

/** Reads the options that choose settings. Throws an error that says what can be chosen. */
export const choiceOf = ({ severities, language }: ChoiceOptions): Choice => {
  const named = severities.split(",").map((name) => name.trim().toUpperCase());
  const unknown = named.filter((name) => !SEVERITIES.some((known) => known === name));
  if (unknown.length) {
    throw new Error(
      `--severities: ${unknown.map((name) => `"${name}"`).join(", ")} is none of ${SEVERITIES.join(", ")}`,
    );
  }
  if (language !== "ja" && language !== "en") throw new Error(`--language: "${language}" is neither ja nor en`);
  return { severities: SEVERITIES.filter((severity) => named.includes(severity)), language };
};

/** The sandbox that runs. Throws an error that says how to start one. */
export const requireRun = (places: Places): Run => {
  const run = liveRun(places);
  if (!run) throw new Error("The sandbox is not up. Start it: npm run sandbox -- up");
  return run;
};

/** What the files hold, all of it read before anything is sent. Throws an error that names each bad file. */
export const itemsIn = (files: readonly string[]): Item[] => {
  const problems: string[] = [];
  const items = files.flatMap((file) => {
    try {
      return sendablesIn(readFileSync(file, "utf8")).map((what) => ({ file, what }));
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length) throw new Error(problems.join("\n"));
  return items;
};

/** The sandbox's own sample findings. */
export const samples = (places: Places): string[] => {
  const folder = join(places.root, "sandbox", "samples");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));
};

/** Files as given, a folder standing for the JSON files in it. */
export const filesAt = (paths: readonly string[]): string[] =>
  paths.flatMap((path) =>
    existsSync(path) && statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith(".json"))
          .sort()
          .map((name) => join(path, name))
      : [path],
  );
