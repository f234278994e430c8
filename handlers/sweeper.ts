import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type SweepPorts, sweep } from "./alert/sweep";
import type { FindingSource, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { workflowExecutions } from "./aws/executions";
import { laterByQueue } from "./aws/recheck";
import { securityHubClient, securityHubFindings } from "./aws/securityHub";
import { log } from "./log";

export interface SweeperSettings {
  /** Which form of Security Hub findings are read from and marked in. */
  findingSource: FindingSource;
  /** Severities that are told. */
  severities: Severity[];
}

/** Finds, hourly, what fell by the way. Reads ALERT_TABLE, ALERT_WORKFLOW and OPENING_QUEUE_URL. */
export const sweeperHandler = (settings: SweeperSettings) => () => {
  const ports: SweepPorts = {
    store: storeOfEnvironment(),
    now,
    severities: settings.severities,
    executions: workflowExecutions(new SFNClient({}), environment("ALERT_WORKFLOW")),
    findings: securityHubFindings(securityHubClient(), settings.findingSource),
    skipped: ({ reason, ...finding }) => log({ step: "sweep", outcome: "unreadable", finding, reason }, { failed: 1 }),
    later: laterByQueue(new SQSClient({}), environment("OPENING_QUEUE_URL")),
  };

  return async () => {
    const begun = Date.now();
    const swept = await sweep(ports);
    log({ step: "sweep", outcome: "swept", ...swept, durationMs: Date.now() - begun });
    return swept;
  };
};
