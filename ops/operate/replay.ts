import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { isOpening } from "../../handlers/alert/lifecycle";
import type { Unreadable } from "../../handlers/alert/ports";
import type { Finding } from "../../handlers/alert/types";
import { alertTable } from "../../handlers/aws/alertTable";
import { recheckMessage } from "../../handlers/aws/recheck";
import { securityHubFindings } from "../../handlers/aws/securityHub";
import type { Pipeline } from "./pipeline";
import { sendAll } from "./queues";

export interface ReplayAsk {
  /** ISO 8601, as `until`. */
  since: string;
  until: string;
  /** Default: all. */
  accounts?: readonly string[];
  /** Names or ARNs. Default: all. */
  products?: readonly string[];
  stop: AbortSignal;
  /** Told what it is at. */
  tell: (text: string) => void;
}

/** What was found to be looked at again. */
export interface Replayable {
  /** How many findings Security Hub has that are NEW and ACTIVE, of these severities and this time. */
  read: number;
  /** Those that would open an alert, of the accounts and products that were asked for. */
  findings: Finding[];
  /** How many of these have an alert already; undefined where the table may not be read. */
  known?: number;
  /** Those of that time that can't be read, whatever they are. */
  unreadable: Unreadable[];
}

/** GetFindings takes three calls a second, of which intake and sweeper want some too. */
const MILLISECONDS_A_PAGE = 500;

/** Finds what to look at again. */
export const findReplayable = async (pipeline: Pipeline, ask: ReplayAsk): Promise<Replayable> => {
  const { account, region, severities, findingSource } = pipeline;
  const hub = securityHubFindings(account.client(SecurityHubClient, region), findingSource);
  const findings: Finding[] = [];
  let read = 0;
  const unreadable = await hub.eachPageOfNew({ severities, since: ask.since, until: ask.until }, async (page) => {
    read += page.length;
    findings.push(...page.filter((finding) => isOpening(finding, severities) && isOf(finding, ask)));
    ask.tell(`${read} findings read, ${findings.length} of them to be looked at`);
    await sleep(MILLISECONDS_A_PAGE, undefined, { signal: ask.stop });
  });
  const known = await knownOf(pipeline, findings);
  return { read, findings, unreadable, ...(known !== undefined && { known }) };
};

const isOf = ({ accountId, product, productName }: Finding, { accounts, products }: ReplayAsk): boolean => {
  const names = products?.map((name) => name.toLowerCase());
  const isOurs = !names || names.includes(productName.toLowerCase()) || names.includes(product.toLowerCase());
  return isOurs && (!accounts || accounts.includes(accountId));
};

const knownOf = async (pipeline: Pipeline, findings: readonly Finding[]): Promise<number | undefined> => {
  const { account, region, alertTable: table } = pipeline;
  const store = alertTable(DynamoDBDocumentClient.from(account.client(DynamoDBClient, region)), table);
  try {
    const known = await store.known(findings.map((finding) => ({ finding })));
    return known.filter(({ alert }) => alert).length;
  } catch (error) {
    // It is only for the count: an operator need not be let into the table.
    if ((error as Error).name === "AccessDeniedException") return undefined;
    throw error;
  }
};

/** A hundred at a time, so that its progress is seen and an interruption heard. */
const AT_A_TIME = 100;

/** Has intake read the findings again. Gives how many were handed over, and why others were not. */
export const sendReplay = async (
  { account, region, queues }: Pipeline,
  findings: readonly Finding[],
  { stop, tell }: Pick<ReplayAsk, "stop" | "tell">,
): Promise<{ sent: number; refused: string[] }> => {
  const sqs = account.client(SQSClient, region);
  const refused: string[] = [];
  let sent = 0;
  for (let at = 0; at < findings.length && !stop.aborted; at += AT_A_TIME) {
    const some = findings.slice(at, at + AT_A_TIME);
    const messages = some.map((finding, i) => ({ id: String(i), body: JSON.stringify(recheckMessage(finding)) }));
    const problems = await sendAll(sqs, queues.opening, messages);
    refused.push(...[...problems].map(([i, why]) => `${some[Number(i)]?.id}: ${why}`));
    sent += some.length - problems.size;
    tell(`${sent} of ${findings.length} handed over`);
  }
  return { sent, refused };
};
