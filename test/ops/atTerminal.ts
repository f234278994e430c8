import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Words to wait for, and the keys that answer them; null where `type` says them later. */
export type Steps = [words: string, keys: string | null][];

export interface AtTerminal {
  /** Answers a step whose keys are null. */
  type(line: string): void;
  /** Until it has said this. */
  says(words: string): Promise<void>;
  ended: Promise<{ code: number | null; output: string; plain: string }>;
}

/** Runs a command at a terminal of its own, where these words are answered by these keys. */
export const startAtTerminal = (steps: Steps, line: readonly string[], env: NodeJS.ProcessEnv): AtTerminal => {
  const child = spawn("python3", [join(__dirname, "terminal.py"), JSON.stringify(steps), ...line], {
    env: { ...env, TERM: "xterm-256color" },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  const ended = new Promise<{ code: number | null; output: string; plain: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, plain: stripVTControlCharacters(output) }));
  });
  return {
    type: (keys) => void child.stdin.write(`${keys}\n`),
    says: async (words) => {
      while (!output.includes(words)) {
        if (child.exitCode !== null) throw new Error(`It ended without "${words}":\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    ended,
  };
};
