import { SQSClient } from "@aws-sdk/client-sqs";
import { type ReopenFailingPorts, reopenFailing } from "./alert/reopenFailing";
import type { FindingSource, Language } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { laterByQueue } from "./aws/recheck";
import { securityHubClient, securityHubFindings } from "./aws/securityHub";
import { log } from "./log";
import { stillFailingNote } from "./messages/takeBack";

export interface ReopenFailingSettings {
  /** So long a finding stays RESOLVED although its control fails, in seconds. */
  afterSeconds: number;
  language: Language;
  /** Which form of Security Hub findings are taken from. */
  findingSource: FindingSource;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/** Opens findings again that are RESOLVED although their control still fails. Reads ALERT_TABLE and OPENING_QUEUE_URL. */
export const reopenFailingHandler = (settings: ReopenFailingSettings) => () => {
  const { afterSeconds, language, timeoutSeconds } = settings;
  const ports: ReopenFailingPorts = {
    store: storeOfEnvironment(),
    now,
    findings: securityHubFindings(securityHubClient(), settings.findingSource),
    later: laterByQueue(new SQSClient({}), environment("OPENING_QUEUE_URL")),
    afterSeconds,
    note: stillFailingNote(afterSeconds, language),
    budgetMs: timeoutSeconds * 500,
  };

  return async () => {
    const found = await reopenFailing(ports);
    log({ step: "reopen-failing", outcome: "done", ...found });
    return found;
  };
};
