import { SFNClient } from "@aws-sdk/client-sfn";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type Grouping, groupOf } from "./alert/group";
import type { HealthChoice } from "./alert/healthChoice";
import { observationsOf } from "./alert/normalise";
import { type DigestSettings, digestReason, regionStart, type Starts, startsWith } from "./alert/quiet";
import { type Received, type ReceivePorts, type Recheck, receive, recheck } from "./alert/receive";
import { redrive, redriveOf } from "./alert/redrive";
import type { FindingSource, Observation, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { workflowExecutions } from "./aws/executions";
import { laterByQueue, recheckOf } from "./aws/recheck";
import { securityHubClient, securityHubFindings } from "./aws/securityHub";
import { logIntake } from "./intakeLog";
import { log } from "./log";

export interface IntakeSettings {
  /** Which form of Security Hub findings are read from and marked in. */
  findingSource: FindingSource;
  /** Severities that are told. */
  severities: Severity[];
  /** How findings become alerts. */
  grouping: Grouping;
  /** An alert that opens again within so many seconds of its closing goes on in the same message and issue. */
  reopenWithinSeconds: number;
  /** What is for the digest alone. */
  digest: DigestSettings;
  /** Regions that are watched: a new one counts as a start. */
  regions: string[];
  /** Which events of AWS Health are told. Default: all. */
  health?: HealthChoice;
}

/** What a message asks for: to take reports in, to read a finding again, or to tell an alert again; or why it can't be read. */
type Work = { observations: Observation[] } | { recheck: Recheck } | { redrive: string } | { reason: string };

/**
 * Takes events of Security Hub and AWS Health in. What can't be read goes to the dead-letter queue at once, with the reason; what
 * fails otherwise comes again, while the rest of its batch is done with.
 * Reads ALERT_TABLE, ALERT_WORKFLOW, OPENING_QUEUE_URL and DEAD_LETTER_QUEUE_URL.
 */
export const intakeHandler = (settings: IntakeSettings) => () => {
  const sqs = new SQSClient({});
  const store = storeOfEnvironment();
  let starts: Starts = {};
  /** What is known of starts never changes. */
  const begin = async (reports: readonly Observation[]) => {
    const names = [...settings.regions.map(regionStart), ...reports.flatMap(({ finding }) => startsWith(finding))];
    if (names.some((name) => !starts[name])) starts = await store.starts(names, now());
  };
  const ports: ReceivePorts = {
    store,
    now,
    severities: settings.severities,
    reopenWithinSeconds: settings.reopenWithinSeconds,
    groupOf: (finding) => groupOf(finding, settings.grouping),
    digestOf: (finding) => digestReason(finding, starts, settings.digest, now()),
    executions: workflowExecutions(new SFNClient({}), environment("ALERT_WORKFLOW")),
    findings: securityHubFindings(securityHubClient(), settings.findingSource),
    later: laterByQueue(sqs, environment("OPENING_QUEUE_URL")),
  };
  const bury = async (record: SQSRecord, reason: string) => {
    // SQS refuses control characters, which a reason may quote.
    const StringValue = reason.slice(0, 1000).replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/g, "?");
    const REASON = { DataType: "String", StringValue };
    const QueueUrl = environment("DEAD_LETTER_QUEUE_URL");
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: record.body, MessageAttributes: { REASON } }));
    log({ step: "intake", outcome: "unreadable", messageId: record.messageId, reason }, { failed: 1 });
    return { outcome: "unreadable" };
  };

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const begun = Date.now();
    const works = Records.map((record) => workOf(record, settings.health));
    const reports = works.flatMap((work, i) =>
      "observations" in work ? work.observations.map((observation) => ({ i, observation })) : [],
    );
    const rechecks = works.flatMap((work, i) => ("recheck" in work ? [{ i, id: work.recheck }] : []));
    await begin(reports.map(({ observation }) => observation));
    // One after the other: a finding may be in both, and both write its alert.
    const received = await attempt(reports, () =>
      receive(
        ports,
        reports.map(({ observation }) => observation),
      ),
    );
    const rechecked = await attempt(rechecks, () =>
      recheck(
        ports,
        rechecks.map(({ id }) => id),
      ),
    );
    const redriven = await attempt(
      works.flatMap((work, i) => ("redrive" in work ? [{ i, alertKey: work.redrive }] : [])),
      (asked) => Promise.all(asked.map(({ alertKey }) => redriving(ports, alertKey))),
    );
    const buried = await attempt(
      works.flatMap((work, i) => ("reason" in work ? [{ i, reason: work.reason }] : [])),
      (unreadable) => Promise.all(unreadable.map(({ i, reason }) => bury(Records[i] as SQSRecord, reason))),
    );

    const reported = received.map(({ what, result }) => ({ finding: what.observation.finding, result }));
    const confirmed = rechecked.map(({ what, result }) => ({ finding: what.id, result }));
    logIntake({ begun, records: Records, reported, confirmed });
    const failed = [...received, ...rechecked, ...redriven, ...buried].filter(({ result }) => result instanceof Error);
    const failedRecords = new Set(failed.map(({ what }) => Records[what.i]?.messageId ?? ""));
    return { batchItemFailures: [...failedRecords].map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

/** What became of each; if all fail together, that of each one. */
async function attempt<T>(
  works: readonly T[],
  work: (works: readonly T[]) => Promise<readonly Received[]>,
): Promise<{ what: T; result: Received }[]> {
  if (works.length === 0) return [];
  const results = await work(works).catch((error: Error) => works.map(() => error));
  return works.map((what, i) => ({ what, result: results[i] ?? new Error("not done") }));
}

/** What became of an order to tell an alert again, which has a line of its own. */
async function redriving(ports: ReceivePorts, alertKey: string): Promise<Received> {
  try {
    const outcome = await redrive(ports, alertKey);
    log({ step: "redrive", outcome, alertKey });
    return { outcome, alertKey };
  } catch (error) {
    log({ step: "redrive", outcome: "failed", alertKey, error }, { failed: 1 });
    return error as Error;
  }
}

/** Reads a message of intake's queues, by its body alone. */
export function workOf({ body }: Pick<SQSRecord, "body">, health?: HealthChoice): Work {
  try {
    const event: unknown = JSON.parse(body);
    const [recheck, redrive] = [recheckOf(event), redriveOf(event)];
    if (redrive) return { redrive };
    return recheck ? { recheck } : { observations: observationsOf(event, health) };
  } catch (error) {
    // Whatever is wrong with it will be wrong the next time too, and must not hold up the rest of its batch.
    const { name, message } = error as Error;
    return { reason: `${name}: ${message}` };
  }
}
