import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Known } from "./alert/lifecycle";
import { observationsOf } from "./alert/normalise";
import type { FindingId } from "./alert/ports";
import { readAhead } from "./alert/readAhead";
import { type ReceivePorts, receive, receiveConfirmed } from "./alert/receive";
import { findingKey } from "./alert/record";
import type { Observation, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { workflowExecutions } from "./aws/executions";
import { laterByQueue, recheckOf } from "./aws/recheck";
import { securityHubFindings } from "./aws/securityHub";

export interface IntakeSettings {
  /** Severities that are told. */
  severities: Severity[];
}

/** What a message asks for: to take reports in, or to read a finding again; or why it can't be read. */
type Work = { observations: Observation[] } | { recheck: FindingId } | { reason: string };

/**
 * Takes Security Hub's events in. A message that can't be read goes to the dead-letter queue at once, with the reason; one
 * that fails otherwise comes again, while the rest of its batch is done with.
 * Reads ALERT_TABLE, ALERT_WORKFLOW, OPENING_QUEUE_URL and DEAD_LETTER_QUEUE_URL.
 */
export const intakeHandler = (settings: IntakeSettings) => () => {
  const sqs = new SQSClient({});
  const store = storeOfEnvironment();
  const ports: ReceivePorts = {
    store,
    now,
    severities: settings.severities,
    executions: workflowExecutions(new SFNClient({}), environment("ALERT_WORKFLOW")),
    findings: securityHubFindings(new SecurityHubClient({ maxAttempts: 5 })),
    later: laterByQueue(sqs, environment("OPENING_QUEUE_URL")),
  };
  const bury = async (record: SQSRecord, reason: string) => {
    // SQS refuses control characters, which a reason may quote.
    const StringValue = reason.slice(0, 1000).replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/g, "?");
    const REASON = { DataType: "String", StringValue };
    const QueueUrl = environment("DEAD_LETTER_QUEUE_URL");
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: record.body, MessageAttributes: { REASON } }));
    console.log(JSON.stringify({ step: "intake", outcome: "unreadable", messageId: record.messageId, reason }));
  };

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const failed: string[] = [];
    const attempt = async (record: SQSRecord, work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        failed.push(record.messageId);
        console.error(
          JSON.stringify({ step: "intake", outcome: "failed", messageId: record.messageId, error: `${error}` }),
        );
      }
    };

    const works = Records.map(workOf);
    // One read for the whole batch: nearly all of it is known already, or closes what never was.
    const observations = works.flatMap((work) => ("observations" in work ? work.observations : []));
    const known = observations.length > 0 ? await store.known(observations.map(({ finding }) => finding)) : [];
    const read = new Map(observations.map(({ finding }, i) => [findingKey(finding), known[i]]));
    const rechecks = works.flatMap((work) => ("recheck" in work ? [work.recheck] : []));
    const ahead = await readAhead(ports, { observations, known, rechecks });
    for (const [i, record] of Records.entries()) {
      const work = works[i];
      await attempt(record, async () => {
        if (!work || "reason" in work) return bury(record, work?.reason ?? "");
        if ("recheck" in work) return recheck(ahead, work.recheck);
        for (const observation of work.observations) {
          const key = findingKey(observation.finding);
          await report(ahead, observation, read.get(key));
          read.delete(key); // A second report on it must see what the first one wrote.
        }
      });
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

async function recheck(ports: ReceivePorts, id: FindingId): Promise<void> {
  const [found] = await ports.findings.get([id]);
  log("recheck", id, await receiveConfirmed(ports, id, found));
}

async function report(ports: ReceivePorts, observation: Observation, known: Known | undefined): Promise<void> {
  log("intake", observation.finding, await receive(ports, observation, { confirmed: false, known }));
}

const log = (step: string, { product, id }: FindingId, outcome: string) =>
  console.log(JSON.stringify({ step, outcome, product, id }));

function workOf({ body }: SQSRecord): Work {
  try {
    const event: unknown = JSON.parse(body);
    const recheck = recheckOf(event);
    return recheck ? { recheck } : { observations: observationsOf(event) };
  } catch (error) {
    // Whatever is wrong with it will be wrong the next time too, and must not hold up the rest of its batch.
    const { name, message } = error as Error;
    return { reason: `${name}: ${message}` };
  }
}
