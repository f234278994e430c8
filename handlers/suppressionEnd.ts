import { SQSClient } from "@aws-sdk/client-sqs";
import type { Severity } from "./alert/types";
import { now } from "./aws/clients";
import { environment } from "./aws/environment";
import { laterByQueue } from "./aws/recheck";
import { securityHubClient } from "./aws/securityHub";
import { log } from "./log";
import { type EndPorts, endSuppressions } from "./suppressions/end";
import { suppressionsOfSecurityHub } from "./suppressions/securityHub";

export interface SuppressionEndSettings {
  /** Severities that are told. */
  severities: Severity[];
  /** How long one run goes on setting findings back. */
  budgetSeconds: number;
}

/** Sets back to NEW, hourly, what no suppression holds any more, so that it is told. Reads OPENING_QUEUE_URL. */
export const suppressionEndHandler =
  ({ severities, budgetSeconds }: SuppressionEndSettings) =>
  () => {
    const ports: EndPorts = {
      ...suppressionsOfSecurityHub(securityHubClient(), securityHubClient),
      later: laterByQueue(new SQSClient({}), environment("OPENING_QUEUE_URL")),
      severities,
      now,
      pause: (milliseconds) => new Promise((over) => void setTimeout(over, milliseconds)),
      budgetMs: budgetSeconds * 1000,
    };

    return async () => {
      const begun = Date.now();
      const ended = await endSuppressions(ports);
      log({ step: "suppression-end", outcome: "ended", ...ended, durationMs: Date.now() - begun });
      return ended;
    };
  };
