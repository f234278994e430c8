import { SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Failure } from "./alert/ports";
import type { AlertRecord } from "./alert/record";
import { type Settlement, type SettlePorts, type SettleRequest, settle } from "./alert/settle";
import type { Channel, FindingSource } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { laterByQueue } from "./aws/recheck";
import { securityHubClient, securityHubFindings } from "./aws/securityHub";
import { log, waited } from "./log";

export interface SettleSettings {
  /** Which form of Security Hub findings are read from and marked in. */
  findingSource: FindingSource;
  /** Channels that must have told an alert before its findings are set NOTIFIED. */
  requiredChannels: Channel[];
  /** The function's timeout. */
  timeoutSeconds: number;
}

/** What the workflow sends: an item a channel, with the error where it gave up. */
interface SettleMessage {
  alertKey: string;
  execution: string;
  taskToken: string;
  channels: { channel: Channel; error?: { Error?: string; Cause?: string } }[];
}

/**
 * Settles alerts in batches and tells their executions how they end.
 * Reads ALERT_TABLE, FAILED_ALERTS_QUEUE_URL and OPENING_QUEUE_URL.
 */
export const settleHandler = (settings: SettleSettings) => () => {
  const sqs = new SQSClient({});
  const sfn = new SFNClient({});
  const ports: SettlePorts = {
    store: storeOfEnvironment(),
    now,
    required: settings.requiredChannels,
    budgetMs: settings.timeoutSeconds * 500,
    findings: securityHubFindings(securityHubClient(), settings.findingSource),
    later: laterByQueue(sqs, environment("OPENING_QUEUE_URL")),
    report: async (alert, failures) => {
      const MessageBody = JSON.stringify(failedAlert(alert, failures));
      await sqs.send(new SendMessageCommand({ QueueUrl: environment("FAILED_ALERTS_QUEUE_URL"), MessageBody }));
    },
  };

  const answer = async (taskToken: string, outcome: Settlement) => {
    try {
      await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ outcome }) }));
    } catch (error) {
      // The execution has timed out or was stopped: there is nobody left to tell.
      if (!["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"].includes((error as Error).name)) throw error;
    }
  };

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const begun = Date.now();
    const messages = Records.map(({ body }) => JSON.parse(body) as SettleMessage);
    const results = await settle(ports, messages.map(requestOf));
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const [i, result] of results.entries()) {
      const { alertKey = "", execution, taskToken = "" } = messages[i] ?? {};
      const outcome = result instanceof Error ? "failed" : result;
      const error = result instanceof Error ? result : undefined;
      log({ step: "settle", outcome, alertKey, execution, error });
      if (result instanceof Error) batchItemFailures.push({ itemIdentifier: Records[i]?.messageId ?? "" });
      else await answer(taskToken, result);
    }
    log(
      { step: "settle", outcome: "batch", records: Records.length, durationMs: Date.now() - begun, ...waited(Records) },
      { failed: batchItemFailures.length },
    );
    return { batchItemFailures };
  };
};

const requestOf = ({ alertKey, execution, channels }: SettleMessage): SettleRequest => ({
  alertKey,
  execution,
  failures: channels.flatMap(({ channel, error }): Failure[] =>
    error ? [{ channel, error: error.Error ?? "", cause: error.Cause ?? "" }] : [],
  ),
});

/** What waits in the failed-alerts queue: its input, and enough to see what it is about. */
const failedAlert = ({ alertKey, occurrence, desired, finding }: AlertRecord, failures: readonly Failure[]) => ({
  alertKey,
  occurrence,
  version: desired,
  product: finding.product,
  findingId: finding.id,
  title: finding.title,
  failures,
});
