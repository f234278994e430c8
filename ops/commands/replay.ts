import { confirm, isInteractive } from "../confirm";
import { EXIT, Misuse } from "../failure";
import { operate } from "../operate/operate";
import { findReplayable, type Replayable, sendReplay } from "../operate/replay";
import { momentBefore } from "../operate/times";
import { plain } from "../operate/words";
import { columns } from "../table";
import type { Context, Done, OperatingOptions } from "./context";

export interface ReplayOptions extends OperatingOptions {
  since: string;
  until?: string;
  account?: string[];
  product?: string[];
  dryRun?: boolean;
  yes?: boolean;
}

/** What a replay found and did: docs/ops.md documents it. */
export interface ReplayReport {
  dryRun: boolean;
  /** The time in which the findings were last changed: ISO 8601, UTC. */
  since: string;
  until: string;
  /** Findings that Security Hub has of that time. */
  read: number;
  /** Those of them that would open an alert. */
  found: number;
  /** How many of these have an alert already; absent where the alert table may not be read. */
  known?: number;
  /** How many were handed to intake. */
  sent: number;
  /** Why others were not. */
  refused: string[];
}

/**
 * Has intake look again at the findings that are NEW and were changed in a time: by the rules for any report, what nobody was told of
 * is told, and nothing twice.
 */
export const replay = (context: Context, options: ReplayOptions): Promise<Done> => {
  const { interruption, display } = context;
  if (!options.yes && !options.dryRun && !isInteractive()) {
    throw new Misuse("replay asks before it hands anything over, and there is nobody to ask: add --yes, or --dry-run.");
  }
  const now = Date.now();
  const since = momentBefore("--since", options.since, now);
  const until = momentBefore("--until", options.until ?? new Date(now).toISOString(), now);
  if (until <= since) throw new Misuse(`--until ${until} is not after --since ${since}.`);
  return operate("replay", context, options, async (pipeline) => {
    const say = (kind: "begin" | "doing" | "end", text: string) =>
      display.progress({ stack: pipeline.stack, kind, text });
    const tell = (text: string) => say("doing", text);
    const stop = interruption.stop;
    const ask = { since, until, accounts: options.account, products: options.product, stop, tell };

    say("begin", "read Security Hub");
    const found = await findReplayable(pipeline, ask);
    say("end", `${found.read} findings read`);
    const report = { dryRun: Boolean(options.dryRun), since, until, read: found.read, found: found.findings.length };
    const done = (
      words: string[],
      { sent = 0, refused = [] as string[], exitCode = undefined as number | undefined } = {},
    ): Done => ({
      ...{ results: [], words, exitCode },
      details: { replay: { ...report, ...(found.known !== undefined && { known: found.known }), sent, refused } },
    });
    const words = foundInWords(found, since, until);
    const unreadable = found.unreadable.map(({ id, reason }) => `${id} can't be read: ${reason}`);
    if (options.dryRun || found.findings.length === 0) {
      const lines = [...words, ...unreadable.map((line) => plain(line, 300))];
      return done(lines, { refused: unreadable, exitCode: unreadable.length > 0 ? EXIT.failed : undefined });
    }
    for (const line of words) display.print(line);
    const question = `Have ${found.findings.length} looked at again?`;
    if (!options.yes && !(await confirm(question, stop))) {
      return done(["Nothing was handed over."], { exitCode: EXIT.declined });
    }

    say("begin", "hand over");
    const { sent, refused: notTaken } = await sendReplay(pipeline, found.findings, { stop, tell });
    const refused = [...notTaken, ...unreadable];
    say("end", `${sent} of ${found.findings.length} handed over`);
    const exitCode = stop.aborted ? EXIT.interrupted : refused.length ? EXIT.failed : undefined;
    const result = `${sent} handed to intake: what nobody was told of is told within minutes`;
    return done([result, ...refused.map((line) => plain(line, 300))], { sent, refused, exitCode });
  });
};

const foundInWords = ({ findings, known }: Replayable, since: string, until: string): string[] => {
  const counts = new Map<string, number>();
  for (const { productName } of findings) counts.set(productName, (counts.get(productName) ?? 0) + 1);
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => [plain(name, 60), String(count)]);
  const unknown = findings.length - (known ?? 0);
  return [
    `NEW, and changed from ${since} until ${until}: ${findings.length}`,
    ...(rows.length ? columns([], rows).map((line) => `  ${line}`) : []),
    ...(known === undefined
      ? ["How many of them are known is not told: the alert table may not be read"]
      : [`${known} have an alert already, which is told once; ${unknown} are not known`]),
  ];
};
