import { createReadStream, existsSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createColors } from "picocolors";
import { functionLogs, type LogLine } from "../functionLogs";
import { type Context, requireRun } from "./context";

export interface LogsOptions {
  follow?: boolean;
  since: string;
  daemon?: boolean;
}

const PAUSE_MS = 1_000;

/** Shows what the functions logged, or the daemon, and goes on with it until Ctrl-C where asked to. */
export const logs = async (context: Context, named: string | undefined, options: LogsOptions): Promise<number> => {
  if (options.daemon) {
    if (named) throw new Error(`--daemon shows the daemon's own log, which has nothing of the function "${named}"`);
    return await daemonLog(context, options.follow === true);
  }
  const { screen, interruption, places } = context;
  const seconds = secondsOf(options.since);
  const read = await functionLogs(requireRun(places).endpoint, named, Date.now() - seconds * 1000);
  const first = await read();
  if (!options.follow) screen.json(first);
  const show = (lines: readonly LogLine[]) => {
    for (const line of lines) {
      screen.say(lineInWords(line));
      // One object a line: a list would never end.
      if (options.follow) screen.jsonLine(line);
    }
  };
  show(first);
  if (!first.length && !options.follow)
    screen.say(`Nothing was logged within ${options.since}. Further back: --since 1h`);
  await repeatedly(options.follow === true, interruption.stop, async () => {
    requireRun(places);
    show(await read());
  });
  return 0;
};

const daemonLog = async ({ places, screen, interruption }: Context, follow: boolean): Promise<number> => {
  if (!existsSync(places.log))
    throw new Error("There is no log yet: the sandbox was never started. npm run sandbox -- up");
  let at = 0;
  const show = async () => {
    // A new start begins the log anew.
    if (statSync(places.log).size < at) at = 0;
    for await (const chunk of createReadStream(places.log, { start: at })) {
      at += chunk.length;
      screen.raw(chunk.toString());
    }
  };
  await show();
  await repeatedly(follow, interruption.stop, show);
  return 0;
};

// Ctrl-C is the way to end it, and no failure.
const repeatedly = async (follow: boolean, stop: AbortSignal, work: () => Promise<void>): Promise<void> => {
  while (follow && !stop.aborted) {
    await sleep(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
    if (!stop.aborted) await work();
  }
};

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Seconds of a span such as 30s, 5m, 2h or 1d. */
export const secondsOf = (span: string): number => {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(span) ?? [];
  if (!number || Number(number) === 0)
    throw new Error(`--since: "${span}" is no span of time such as 30s, 5m, 2h or 1d`);
  return Number(number) * UNITS[unit as keyof typeof UNITS];
};

const onTerminal = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;
const HUES = ["cyan", "magenta", "blue", "green", "yellow"] as const;

/** Time, function and text; on a terminal each function in a colour of its own, errors red, Lambda's own lines dim. */
export const lineInWords = ({ function: name, at, text }: LogLine, colour = onTerminal): string => {
  const colors = createColors(colour);
  const hue = HUES[[...name].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % HUES.length] ?? "cyan";
  const isLambdas = /^(START|END|REPORT|INIT_START) /.test(text);
  const isError = /Error\b|\bERROR\b|"errorType"|"outcome":"failed"/.test(text);
  const words = withoutMetrics(text);
  const shown = isLambdas ? colors.dim(words) : isError ? colors.red(words) : words;
  return `${colors.dim(at.slice(11, 23))} ${colors[hue](name.replace(/^alerts-/, "").padEnd(12))} ${shown}`;
};

/** What a line says to CloudWatch alone is of no use to people: the values stand in the line itself. */
const withoutMetrics = (text: string): string => text.replace(/,"_aws":\{.*\}(?=\}$)/, "");
