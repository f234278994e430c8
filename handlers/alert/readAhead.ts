import { type Known, observe } from "./lifecycle";
import type { FindingId } from "./ports";
import type { ReceivePorts } from "./receive";
import { findingKey } from "./record";
import type { Finding, Observation } from "./types";

/** What a batch of intake is about. */
export interface Batch {
  observations: readonly Observation[];
  /** What is known of each observation's finding. */
  known: readonly (Known | undefined)[];
  rechecks: readonly FindingId[];
}

/**
 * Reads, in one call, what the batch will want to know from Security Hub: GetFindings takes 20 ids, but only three calls a
 * second. Gives ports that answer from it. What was not foreseen, or if the call fails, is read one by one, so that a throttled
 * read holds up nothing that does not need it.
 */
export async function readAhead(ports: ReceivePorts, { observations, known, rechecks }: Batch): Promise<ReceivePorts> {
  const circumstances = { severities: ports.severities, now: ports.now(), confirmed: false };
  const undecided = observations.filter((observation, i) => {
    const decision = observe(known[i] ?? {}, observation, circumstances);
    return decision.kind === "verify" && decision.afterSeconds === 0;
  });
  const wanted = [...undecided.map(({ finding }) => finding), ...rechecks];
  if (wanted.length < 2) return ports;
  const found = await ports.findings.get(wanted).catch(() => undefined);
  if (!found) return ports;

  const read = new Map(wanted.map((id, i): [string, Finding | undefined] => [findingKey(id), found[i]]));
  const get = async (ids: readonly FindingId[]) =>
    ids.every((id) => read.has(findingKey(id))) ? ids.map((id) => read.get(findingKey(id))) : ports.findings.get(ids);
  return { ...ports, findings: { ...ports.findings, get } };
}
