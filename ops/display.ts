import { createLogUpdate } from "log-update";
import { createColors } from "picocolors";
import type { Progress } from "./deploy";

/** Progress for a person, on standard error: on a terminal a line for each stack that runs, kept up to date; else plain lines as things happen. */
export interface Display {
  progress: (progress: Progress) => void;
  /** A line that stays. */
  print: (line: string) => void;
  /** Takes the live lines away. */
  end: () => void;
}

export interface DisplayOptions {
  stream: NodeJS.WriteStream;
  /** Whether each resource gets a line of its own where there is no terminal. */
  resources: boolean;
  env?: NodeJS.ProcessEnv;
}

export const display = (options: DisplayOptions): Display => {
  const { stream, env = process.env } = options;
  const live = Boolean(stream.isTTY) && env.TERM !== "dumb" && !env.CI;
  return live ? liveDisplay(options) : plainDisplay(options);
};

export const colorsFor = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env) =>
  createColors(Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== "dumb");

type Colors = ReturnType<typeof colorsFor>;

const plainDisplay = ({ stream, resources, env }: DisplayOptions): Display => {
  const colors = colorsFor(stream, env);
  const print = (line: string) => void stream.write(`${line}\n`);
  return {
    progress: (progress) => {
      if (progress.kind === "doing" || (progress.kind === "resource" && !resources)) return;
      print(lineOf(progress, colors));
    },
    print,
    end: () => {},
  };
};

const lineOf = ({ stack, kind, text }: Progress, colors: Colors): string => {
  const line = `${stack}: ${text}`;
  switch (kind) {
    case "end":
      return `${colors.green("✓")} ${line}`;
    case "failed":
      return `${colors.red("✗")} ${line}`;
    case "warning":
      return `${colors.yellow("!")} ${line}`;
    case "skipped":
      return `${colors.dim("-")} ${line}`;
    case "begin":
      return `▶ ${line}`;
    default:
      return `  ${line}`;
  }
};

interface Running {
  command: string;
  begun: number;
  counts: Map<string, number>;
  now: string;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

const liveDisplay = ({ stream, env }: DisplayOptions): Display => {
  const colors = colorsFor(stream, env);
  const live = createLogUpdate(stream, { showCursor: true });
  const running = new Map<string, Running>();
  let frame = 0;
  const draw = () => {
    const mark = FRAMES[frame++ % FRAMES.length] ?? "";
    const width = Math.max(...[...running.keys()].map((stack) => stack.length));
    const lines = [...running].map(([stack, run]) => {
      const line = cut(` ${stack.padEnd(width)}  ${inWords(run)}`, (stream.columns || 80) - 2);
      return `${colors.cyan(mark)}${line}`;
    });
    live(lines.join("\n"));
  };
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearInterval(timer);
    timer = undefined;
    live.clear();
  };
  const print = (line: string) => {
    live.persist(line);
    if (running.size) draw();
  };

  const progress = (event: Progress) => {
    const { stack, kind, text } = event;
    const run = running.get(stack);
    if (kind === "begin") {
      running.set(stack, { command: text, begun: Date.now(), counts: new Map(), now: "" });
      timer ??= setInterval(draw, 150);
    } else if (kind === "doing" && run) run.now = text;
    else if (kind === "resource" && run) {
      const operation = text.split(" ", 1)[0] ?? "";
      run.counts.set(operation, (run.counts.get(operation) ?? 0) + 1);
    } else {
      if (kind !== "warning") running.delete(stack);
      if (!running.size) end();
      print(lineOf(event, colors));
    }
  };
  return { progress, print, end };
};

const inWords = ({ command, begun, counts, now }: Running): string => {
  const seconds = Math.round((Date.now() - begun) / 1000);
  const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const done = [...counts].map(([operation, count]) => `${count} ${operation}`).join(", ");
  return [command, time, done, now].filter(Boolean).join("  ");
};

const cut = (text: string, width: number): string => {
  const characters = [...text];
  return characters.length > width ? `${characters.slice(0, width - 1).join("")}…` : text;
};
