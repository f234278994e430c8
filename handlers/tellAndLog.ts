import type { ChannelService } from "./alert/ports";
import { type TellOutcome, type TellPorts, type TellRequest, tell } from "./alert/tell";
import type { Notice } from "./alert/types";
import { log, type Metrics } from "./log";

/** Tells an alert in a channel, and logs what came of it with the metrics: what was told, how long it took, what failed. */
export async function tellAndLog(ports: TellPorts, request: TellRequest): Promise<TellOutcome> {
  const begun = Date.now();
  const told: Notice[] = [];
  const { alertKey, execution } = request;
  const line = { step: "tell", channel: ports.service.channel, alertKey, execution };
  try {
    const answer = await tell({ ...ports, service: noting(ports.service, told) }, request);
    const { outcome, seconds } = answer;
    const [notice] = told;
    const now = Date.now();
    log(
      {
        ...line,
        outcome,
        ...(seconds > 0 && { seconds }),
        ...(answer.broken && { reason: answer.broken }),
        ...(notice && { kind: notice.kind, version: notice.version, finding: notice.finding }),
        ...(isFirstWord(notice) && { waitMs: now - Date.parse(notice.openedAt) }),
        durationMs: now - begun,
      },
      { ...(notice && toldNow(notice, now)), ...(answer.broken && { broken: 1 }) },
    );
    return answer;
  } catch (error) {
    log({ ...line, outcome: "failed", error, durationMs: Date.now() - begun }, { failed: 1 });
    throw error;
  }
}

/** The service, noting each notice that it has taken, be it found again after an unknown outcome. */
const noting = (service: ChannelService, told: Notice[]): ChannelService => {
  const noted = (notice: Notice, reference: string | undefined) => {
    if (reference) told.push(notice);
    return reference;
  };
  const { find } = service;
  return {
    ...service,
    send: async (notice, parent) => {
      const reference = await service.send(notice, parent);
      noted(notice, reference);
      return reference;
    },
    ...(find && {
      find: async (notice, parent, attempt) => noted(notice, await find(notice, parent, attempt)),
    }),
  };
};

/** Of an occurrence; what comes later is held back on purpose, and measured from no time that is known. */
const isFirstWord = (notice: Notice | undefined): notice is Notice =>
  notice?.kind === "opened" || notice?.kind === "reopened";

function toldNow(notice: Notice, now: number): Metrics {
  const seconds = (now - Date.parse(notice.finding.updatedAt)) / 1000;
  return { told: 1, ...(isFirstWord(notice) && { findingToToldSeconds: Math.max(0, seconds) }) };
}
