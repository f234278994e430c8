import type { AlertStore, Found, Lookup } from "../../../handlers/alert/ports";
import { type AlertRecord, type FindingRecord, findingKey } from "../../../handlers/alert/record";
import { memoryChannels } from "./memoryChannels";

/** Makes one call of I/O: when it happens, and whether its caller survives it, is for the world to say. */
export type Io = <T>(label: string, call: () => T) => Promise<T>;

export const copy = <T>(value: T): T => structuredClone(value);

/** What the table holds. */
export interface Tables {
  alerts: Map<string, AlertRecord>;
  findings: Map<string, FindingRecord>;
}

/** The alert table in memory, with the conditions that DynamoDB checks. test/zips tries the same against the real adapter. */
export function memoryTable(io: Io, { alerts, findings }: Tables): AlertStore {
  const change = (alertKey: string, edit: (alert: AlertRecord) => void) => {
    const alert = alerts.get(alertKey);
    if (!alert) throw new Error(`no alert ${alertKey}`);
    edit(alert);
    return copy(alert);
  };

  return {
    known: async (lookups) => {
      const places = await io("known", () =>
        lookups.map(({ finding, alertKey: computed }): Found => {
          const alertKey = findings.get(findingKey(finding))?.alertKey ?? computed;
          return copy({ alertKey, alert: alertKey === undefined ? undefined : alerts.get(alertKey) });
        }),
      );
      // Two reads, as the adapter's: others may write in between.
      return io("knownFindings", () =>
        places.map((place, i) => {
          const { finding } = lookups[i] as Lookup;
          return copy({ ...place, finding: findings.get(findingKey(finding)) });
        }),
      );
    },
    load: (alertKey) => io("load", () => copy(alerts.get(alertKey))),
    members: (alertKey) =>
      io("members", () => copy([...findings.values()].filter((finding) => finding.alertKey === alertKey))),
    take: (before, alert, taken) =>
      io("take", () => {
        const stored = alerts.get(alert.alertKey);
        if (stored?.revision !== before?.revision) return false;
        const pointsElsewhere = ({ alertKey, ...finding }: FindingRecord) =>
          (findings.get(findingKey(finding))?.alertKey ?? alertKey) !== alertKey;
        if (taken.some(pointsElsewhere)) return false;
        // Only what intake owns: told, sending and settled belong to others.
        const { told, sending, deferred, settled, parkings } = stored ?? alert;
        const others = { told, sending, deferred, settled, parkings };
        alerts.set(alert.alertKey, copy({ ...alert, ...others, revision: alert.revision + 1 }));
        for (const finding of taken) findings.set(findingKey(finding), copy(finding));
        return true;
      }),
    reclaim: (before, claimed) =>
      io("reclaim", () => {
        if (alerts.get(before.alertKey)?.revision !== before.revision) return false;
        const { running, attempt, parkedAt, restingSince } = claimed;
        change(before.alertKey, (alert) =>
          Object.assign(alert, { running, attempt, parkedAt, restingSince, revision: before.revision + 1 }),
        );
        return true;
      }),
    startSending: (alertKey, channel, sending) =>
      io("startSending", () => {
        if ((alerts.get(alertKey)?.told[channel]?.version ?? 0) >= sending.version) return false;
        change(alertKey, (alert) => (alert.sending[channel] = sending));
        return true;
      }),
    stopSending: (alertKey, channel) =>
      io("stopSending", () => void change(alertKey, (a) => delete a.sending[channel])),
    told: (alertKey, channel, told) =>
      io("told", () =>
        change(alertKey, (alert) => {
          alert.told[channel] = told;
          delete alert.sending[channel];
          delete alert.deferred[channel];
        }),
      ),
    notified: (through, at) =>
      io("notified", () => {
        for (const { version, ...finding } of through) {
          const stored = findings.get(findingKey(finding));
          if (stored?.version === version) stored.notifiedAt = at;
        }
      }),
    reported: (alertKey, version) => io("reported", () => void change(alertKey, (a) => (a.failedVersion = version))),
    exit: (alert, execution, result) =>
      io("exit", () => {
        const stored = alerts.get(alert.alertKey);
        if (stored?.running !== execution || stored.desired !== alert.desired) return false;
        const left = result.kind === "resting" ? result.deferred : [];
        if (result.kind === "parked" && stored.failedVersion !== stored.desired) return false;
        if (left.some((channel) => stored.deferred[channel]?.version !== stored.desired)) return false;
        change(alert.alertKey, (a) => {
          delete a.running;
          a.revision++;
          if (result.kind === "resting") a.restingSince = result.at;
          else if (result.kind === "parked") {
            a.parkedAt = result.at;
            a.parkings++;
          } else {
            a.settled = a.desired;
            a.parkings = 0;
            delete a.unsettledSince;
          }
        });
        return true;
      }),
    ...memoryChannels(io, alerts),
    reserveSlot: () => io("reserveSlot", () => 0),
    unsettled: (before) =>
      io("unsettled", () => copy([...alerts.values()].filter((a) => a.unsettledSince && a.unsettledSince < before))),
    closedButFailing: (before) =>
      io("closedButFailing", () => copy([...alerts.values()].filter((a) => a.failingSince && a.failingSince < before))),
    unchecked: (before, limit) =>
      io("unchecked", () => {
        const due = [...alerts.values()].filter(({ checkedAt }) => checkedAt && checkedAt < before);
        const oldestFirst = due.sort((a, b) => (a.checkedAt ?? "").localeCompare(b.checkedAt ?? ""));
        return oldestFirst.slice(0, limit).map(({ alertKey }) => alertKey);
      }),
    checked: ({ alertKey, checkedAt }, at) =>
      io("checked", () => {
        if (alerts.get(alertKey)?.checkedAt === checkedAt) change(alertKey, (alert) => (alert.checkedAt = at));
      }),
  };
}
