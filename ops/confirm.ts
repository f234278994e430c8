import { createInterface } from "node:readline/promises";

/** Whether there is somebody to ask: both ends are a terminal, and no CI pretends to be one. */
export const isInteractive = (env: NodeJS.ProcessEnv = process.env): boolean =>
  Boolean(process.stdin.isTTY && process.stderr.isTTY) && !env.CI;

/** Asks on standard error, and takes nothing but "y" or "yes" for a yes. Rejects when it is interrupted. */
export const confirm = async (question: string, signal: AbortSignal): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In its raw mode a terminal sends no signal, only the key: hand it on as the signal it stands for.
  terminal.on("SIGINT", () => process.emit("SIGINT", "SIGINT"));
  try {
    const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
};
