import { groupOf } from "../../../handlers/alert/group";
import { observe } from "../../../handlers/alert/lifecycle";
import type { AlertStore } from "../../../handlers/alert/ports";
import type { AlertRecord } from "../../../handlers/alert/record";
import type { Finding } from "../../../handlers/alert/types";

/** Writes what a report on a finding, an alert by itself, makes of that alert. Throws where it makes nothing of it. */
export async function takenIn(store: AlertStore, finding: Finding, now: string): Promise<AlertRecord> {
  const group = groupOf(finding, { controls: "finding", vulnerabilities: "finding", routes: [] });
  const [known = {}] = await store.known([{ finding, alertKey: group.alertKey }]);
  const decision = observe(
    known,
    { finding, eventTime: now },
    {
      ...{ severities: ["HIGH", "CRITICAL"], reopenWithinSeconds: 0, now, confirmed: false },
      ...{ digestOf: () => undefined, groupOf: () => group },
    },
  );
  if (decision.kind !== "write") throw new Error(decision.reason);
  await store.take(known.alert, decision.alert, [decision.finding]);
  return decision.alert;
}
