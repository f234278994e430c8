import { CloudWatch, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { ACCOUNTS, HOME_REGION, rootOf } from "./organization";

export interface AlarmState {
  name: string;
  account: string;
  region: string;
  /** OK, ALARM or INSUFFICIENT_DATA. */
  state: string;
  /** ISO 8601, UTC: since when. */
  since?: string;
  reason?: string;
}

/** The alarms of the audit account's home region, where all of them are: those in ALARM first, then by name. */
export const alarmStates = async (endpoint: string): Promise<AlarmState[]> => {
  const place = { account: ACCOUNTS.audit, region: HOME_REGION };
  const client = new CloudWatch({ endpoint, region: place.region, credentials: rootOf(place.account) });
  const alarms: AlarmState[] = [];
  for await (const { MetricAlarms } of paginateDescribeAlarms({ client }, {})) {
    for (const { AlarmName = "", StateValue = "", StateUpdatedTimestamp, StateReason } of MetricAlarms ?? []) {
      const since = StateUpdatedTimestamp?.toISOString();
      alarms.push({ name: AlarmName, ...place, state: StateValue, since, reason: StateReason });
    }
  }
  const rank = ({ state }: AlarmState) => (state === "ALARM" ? 0 : 1);
  return alarms.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
};
