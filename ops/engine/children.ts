import { spawn } from "node:child_process";

export interface ChildOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal;
  onLine?: (line: string) => void;
}

/**
 * Runs a program to its end and gives its last lines of output, standard output and error alike.
 * It gets a process group of its own, so that an abort ends all that it started. Fails with its last lines.
 */
export const run = (command: string, args: string[], options: ChildOptions): Promise<string[]> =>
  new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const end = (signal: NodeJS.Signals) => {
      try {
        if (child.pid) process.kill(-child.pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    };
    const abort = () => {
      end("SIGTERM");
      setTimeout(end, 5_000, "SIGKILL").unref();
    };
    options.signal?.addEventListener("abort", abort, { once: true });

    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split(/\r?\n|\r/);
        rest = lines.pop() ?? "";
        for (const line of lines) note(line);
      });
      stream.on("end", () => note(rest));
    }
    const note = (line: string) => {
      if (!line.trim()) return;
      options.onLine?.(line);
      last.push(line);
      if (last.length > 20) last.shift();
    };

    child.on("error", (error) => {
      options.signal?.removeEventListener("abort", abort);
      reject(error);
    });
    child.on("close", (code, killedBy) => {
      options.signal?.removeEventListener("abort", abort);
      if (options.signal?.aborted) return reject(options.signal.reason);
      if (code === 0) return resolve(last);
      reject(new Error(`${command} ${args[0] ?? ""} failed (${killedBy ?? `exit ${code}`}): ${last.join("\n")}`));
    });
  });
