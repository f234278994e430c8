import type { DeferredPlace, DigestState } from "../../../handlers/alert/digest";
import type { ChannelState } from "../../../handlers/alert/gate";
import { toldBeside } from "../../../handlers/alert/notice";
import type { AlertStore } from "../../../handlers/alert/ports";
import type { AlertRecord } from "../../../handlers/alert/record";
import { copy, type Io } from "./memoryTable";

type ChannelStore = Pick<
  AlertStore,
  | ("defer" | "deferred" | "toldInDigest" | "starts" | "census")
  | ("digest" | "startPart" | "tryPart" | "endPart" | "endDigest")
  | ("channel" | "spend" | "broke" | "probe" | "works" | "claimSummary")
>;

/** DynamoDB's. */
const MAX_ITEM_BYTES = 400 * 1024;

const orderOf = ({ since, alertKey }: DeferredPlace) => `${since} ${alertKey}`;

/** What the alert table keeps of channels and digests, in memory, with the conditions that DynamoDB checks. */
export function memoryChannels(io: Io, alerts: Map<string, AlertRecord>): ChannelStore {
  const channels: Record<string, ChannelState & { summarized?: string }> = {};
  const digests: Record<string, DigestState> = {};
  const starts: Record<string, string> = {};
  /** The index of what waits for digests: since when. */
  const waiting = new Map<string, string>();
  const stateOf = (channel: string) => (channels[channel] ??= {});
  const digestOf = (channel: string) => (digests[channel] ??= {});

  return {
    defer: (alertKey, channel, deferred) =>
      io("defer", () => {
        const alert = alerts.get(alertKey);
        if (alert) alert.deferred[channel] = deferred;
        waiting.set(alertKey, deferred.at);
      }),
    deferred: (channel, kind, limit, after) =>
      io("deferred", () => {
        const places = [...waiting].map(([alertKey, since]) => ({ since, alertKey }));
        const later = places.filter((place) => !after || orderOf(place) > orderOf(after));
        const sorted = later.sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
        const wanted = sorted.filter(({ alertKey }) => {
          const reason = alerts.get(alertKey)?.deferred[channel]?.reason;
          return reason !== undefined && (reason === "quiet") === (kind === "overview");
        });
        const some = wanted.slice(0, limit);
        const reached = some.length === limit ? some.at(-1) : (sorted.at(-1) ?? after);
        return copy({ alerts: some.map(({ alertKey }) => alerts.get(alertKey) as AlertRecord), reached });
      }),
    toldInDigest: async (alertKey, channel, told) => {
      await io("toldInDigest", () => {
        const alert = alerts.get(alertKey);
        const before = alert?.told[channel];
        if (!alert || (before?.version ?? 0) >= told.version) return;
        alert.told[channel] = toldBeside(before, told);
      });
      return io("stop deferring", () => {
        const alert = alerts.get(alertKey);
        if (!alert || (alert.deferred[channel]?.version ?? Number.POSITIVE_INFINITY) > told.version) return undefined;
        delete alert.deferred[channel];
        return copy(alert);
      });
    },
    starts: (names, now) =>
      io("starts", () => {
        for (const name of names) starts[name] ??= now;
        return { ...starts };
      }),
    census: () => io("census", () => ({ open: {}, opened: 0, closed: 0, waiting: 0 })),
    digest: (channel) => io("digest", () => copy(digestOf(channel))),
    startPart: (channel, part) =>
      io("startPart", () => {
        const state = digestOf(channel);
        if (state.part || (state.parts ?? 0) !== part.number - 1) return false;
        if (Buffer.byteLength(JSON.stringify(part)) > MAX_ITEM_BYTES) throw new Error("ValidationException: item size");
        Object.assign(state, { part: copy(part), attempts: 0, retryAt: undefined });
        return true;
      }),
    tryPart: (channel, attempts, retryAt) =>
      io("tryPart", () => void Object.assign(digestOf(channel), { attempts, retryAt })),
    endPart: (channel, { id, number, reached }, thread) =>
      io("endPart", () => {
        const state = digestOf(channel);
        if (state.part?.id !== id) return;
        const ended = { part: undefined, attempts: undefined, retryAt: undefined };
        Object.assign(state, { thread, parts: number, reached, ...ended });
      }),
    endDigest: (channel, day) =>
      io("endDigest", () => {
        const state = digestOf(channel);
        if (!state.part)
          Object.assign(state, { lastDay: day, thread: undefined, parts: undefined, reached: undefined });
      }),
    channel: (channel) => io("channel", () => copy(stateOf(channel))),
    spend: (channel, hour, budget) =>
      io("spend", () => {
        const state = stateOf(channel);
        if (state.hour === hour && (state.sent ?? 0) >= budget) return false;
        if ((state.hour ?? "") > hour) return false;
        Object.assign(state, { hour, sent: state.hour === hour ? (state.sent ?? 0) + 1 : 1 });
        return true;
      }),
    broke: (channel, { reason, failures, at, retryAt }) =>
      io("broke", () => {
        const state = stateOf(channel);
        Object.assign(state, { brokenSince: state.brokenSince ?? at, brokenReason: reason, failures, retryAt });
      }),
    probe: (channel, before, retryAt) =>
      io("probe", () => {
        const state = stateOf(channel);
        if (state.retryAt !== before) return false;
        state.retryAt = retryAt;
        return true;
      }),
    works: (channel) =>
      io("works", () => {
        const state = stateOf(channel);
        for (const key of ["brokenSince", "brokenReason", "failures", "retryAt"] as const) delete state[key];
      }),
    claimSummary: (channel, hour) =>
      io("claimSummary", () => {
        const state = stateOf(channel);
        if ((state.summarized ?? "") >= hour) return false;
        state.summarized = hour;
        return true;
      }),
  };
}
