import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type CheckPorts, check } from "./alert/check";
import { type Grouping, groupOf } from "./alert/group";
import { type DigestSettings, digestReason } from "./alert/quiet";
import type { FindingSource, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { laterByQueue } from "./aws/recheck";
import { resumedFindings } from "./aws/resumedFindings";
import { securityHubClient, securityHubFindings } from "./aws/securityHub";
import { log } from "./log";
import { organizationNow } from "./reconcile/organization";
import { membersOf } from "./reconcile/securityHubMembers";

export interface AlertCheckSettings {
  /** The audit account. */
  accountId: string;
  /** Which form of Security Hub findings are read from. */
  findingSource: FindingSource;
  /** Severities that are told. */
  severities: Severity[];
  /** How findings become alerts. */
  grouping: Grouping;
  /** An alert that opens again within so many seconds of its closing goes on in the same message and issue. */
  reopenWithinSeconds: number;
  /** What is for the digest alone. */
  digest: DigestSettings;
  /** How long one run goes on taking up further alerts. */
  budgetSeconds: number;
}

/**
 * Compares, hourly, the open alerts that were not for a day with Security Hub and AWS Organizations. Not the reconciler of accounts.
 * Reads ALERT_TABLE and OPENING_QUEUE_URL.
 */
export const alertCheckHandler = (settings: AlertCheckSettings) => () => {
  const { accountId, findingSource, severities, grouping, reopenWithinSeconds, digest, budgetSeconds } = settings;
  const hub = securityHubClient();
  const organizations = new OrganizationsClient({ maxAttempts: 8 });
  const ports: Omit<CheckPorts, "neighbourhood"> = {
    store: storeOfEnvironment(),
    now,
    severities,
    reopenWithinSeconds,
    groupOf: (finding) => groupOf(finding, grouping),
    // Of what existed before a start, the alert itself says that it is quiet.
    digestOf: (finding) => digestReason(finding, {}, digest, now()),
    findings: securityHubFindings(hub, findingSource),
    eachPageOfResolved: resumedFindings(hub, findingSource),
    later: laterByQueue(new SQSClient({}), environment("OPENING_QUEUE_URL")),
    pause: (milliseconds) => new Promise((over) => void setTimeout(over, milliseconds)),
    budgetMs: budgetSeconds * 1000,
  };

  return async () => {
    const begun = Date.now();
    const organization = organizationNow(organizations); // of this run: accounts come and go
    let members: Promise<string[]> | undefined;
    const neighbourhood = {
      own: accountId,
      accounts: organization.accounts,
      members: () => {
        members ??= membersOf(hub);
        return members;
      },
    };
    const checked = await check({ ...ports, neighbourhood });
    log({ step: "check", outcome: "checked", ...checked, durationMs: Date.now() - begun });
    return checked;
  };
};
