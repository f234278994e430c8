import type { Known } from "../../../handlers/alert/lifecycle";
import type { AlertStore } from "../../../handlers/alert/ports";
import { type AlertRecord, type FindingRecord, findingKey } from "../../../handlers/alert/record";

/** Makes one call of I/O: when it happens, and whether its caller survives it, is for the world to say. */
export type Io = <T>(label: string, call: () => T) => Promise<T>;

export const copy = <T>(value: T): T => structuredClone(value);

/** The alert table in memory, with the conditions that DynamoDB checks. test/zips tries the same against the real adapter. */
export function memoryTable(io: Io, alerts: Map<string, AlertRecord>): AlertStore {
  const pointers = new Map<string, FindingRecord>();
  const change = (alertKey: string, edit: (alert: AlertRecord) => void) => {
    const alert = alerts.get(alertKey);
    if (!alert) throw new Error(`no alert ${alertKey}`);
    edit(alert);
    return copy(alert);
  };

  return {
    known: (findings) =>
      io("known", () =>
        findings.map((finding): Known => {
          const pointer = pointers.get(findingKey(finding));
          return copy({ finding: pointer, alert: pointer && alerts.get(pointer.alertKey) });
        }),
      ),
    load: (alertKey) => io("load", () => copy(alerts.get(alertKey))),
    take: (before, alert, finding) =>
      io("take", () => {
        const pointer = pointers.get(findingKey(finding));
        const stored = alerts.get(alert.alertKey);
        if (stored?.revision !== before.alert?.revision) return false;
        if (pointer?.eventTime !== before.finding?.eventTime || pointer?.updatedAt !== before.finding?.updatedAt)
          return false;
        // Only what intake owns: told, sending, settled and notifiedAt belong to others.
        const { told, sending, settled, notifiedAt, parkings } = stored ?? alert;
        alerts.set(
          alert.alertKey,
          copy({ ...alert, told, sending, settled, notifiedAt, parkings, revision: alert.revision + 1 }),
        );
        pointers.set(findingKey(finding), copy(finding));
        return true;
      }),
    reclaim: (before, claimed) =>
      io("reclaim", () => {
        if (alerts.get(before.alertKey)?.revision !== before.revision) return false;
        const { running, attempt, parkedAt } = claimed;
        change(before.alertKey, (alert) =>
          Object.assign(alert, { running, attempt, parkedAt, revision: before.revision + 1 }),
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
        }),
      ),
    notified: (alertKey, at) => io("notified", () => void change(alertKey, (alert) => (alert.notifiedAt = at))),
    reported: (alertKey, version) => io("reported", () => void change(alertKey, (a) => (a.failedVersion = version))),
    exit: (alert, execution, result) =>
      io("exit", () => {
        const stored = alerts.get(alert.alertKey);
        if (stored?.running !== execution || stored.desired !== alert.desired) return false;
        change(alert.alertKey, (a) => {
          delete a.running;
          a.revision++;
          if (result.kind === "parked") {
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
    reserveSlot: () => io("reserveSlot", () => 0),
    unsettled: (before) =>
      io("unsettled", () => copy([...alerts.values()].filter((a) => a.unsettledSince && a.unsettledSince < before))),
  };
}
