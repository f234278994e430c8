import { DROPPED_UNKNOWN } from "./alert/lifecycle";
import type { FindingId } from "./alert/ports";
import type { Received } from "./alert/receive";
import type { Finding } from "./alert/types";
import { log, waited } from "./log";

/** What became of a batch of intake's messages. */
export interface IntakeBatch {
  /** When the batch came, in milliseconds since 1970. */
  begun: number;
  records: readonly { attributes: { SentTimestamp: string } }[];
  /** Of what events told. */
  reported: readonly { finding: Finding; result: Received }[];
  /** Of what was read again. */
  confirmed: readonly { finding: FindingId; result: Received }[];
}

/**
 * A line for each report on what is, or becomes, part of an alert, and one for the batch, which has the metrics. Closings of
 * findings that nobody was told of are very many, and are only counted: a line each would cost more than all else.
 */
export function logIntake({ begun, records, reported, confirmed }: IntakeBatch): void {
  for (const { finding, result } of reported) if (!isUnknown(result)) logOne("intake", finding, result);
  for (const { finding, result } of confirmed) logOne("recheck", finding, result);
  const all = [...reported, ...confirmed];
  const count = <T>(list: readonly T[], counts: (one: T) => boolean) => list.filter(counts).length;
  log(
    {
      step: "intake",
      outcome: "batch",
      records: records.length,
      durationMs: Date.now() - begun,
      ...waited(records),
    },
    {
      received: reported.length,
      unknown: count(reported, ({ result }) => isUnknown(result)),
      merged: count(all, ({ result }) => !(result instanceof Error) && result.outcome.startsWith("joined")),
      suppressed: count(reported, ({ finding }) => finding.workflow === "SUPPRESSED"),
      failed: count(all, ({ result }) => result instanceof Error),
    },
  );
}

const isUnknown = (result: Received): boolean => !(result instanceof Error) && result.outcome === DROPPED_UNKNOWN;

function logOne(step: string, finding: FindingId, result: Received): void {
  if (result instanceof Error) log({ step, outcome: "failed", finding, error: result });
  else log({ step, ...result, finding });
}
