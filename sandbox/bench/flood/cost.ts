import type { Usage } from "./usage";
import { sumOf } from "./usage";
import type { Told } from "./verdict";

/**
 * What AWS charges in Tokyo, in US dollars before tax, without its free tiers: as docs/deploy.md ("What it costs a month") has
 * it, where each price's source and usage type stand; of September 2026, those of Lambda, Step Functions and SNS older.
 * https://aws.amazon.com/step-functions/pricing/ https://aws.amazon.com/lambda/pricing/
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ https://aws.amazon.com/sqs/pricing/
 * https://aws.amazon.com/cloudwatch/pricing/ https://aws.amazon.com/sns/pricing/
 */
export const PRICES = {
  stateTransition: 0.025 / 1000,
  lambdaCall: 0.2 / 1e6,
  /** Of the Arm architecture. */
  lambdaGigabyteSecond: 0.0000133334,
  dynamoWriteUnit: 0.715 / 1e6,
  dynamoReadUnit: 0.1425 / 1e6,
  sqsRequest: 0.4 / 1e6,
  logGigabyte: 0.76,
  mail: 2 / 100_000,
} as const;

/** US dollars. */
export interface Cost {
  stepFunctions: number;
  lambda: number;
  dynamodb: number;
  sqs: number;
  logs: number;
  mail: number;
  total: number;
}

/** What is billed, in numbers. */
export interface Billed {
  transitions: number;
  calls: number;
  gigabyteSeconds: number;
  writeUnits: number;
  readUnits: number;
  sqsRequests: number;
  logBytes: number;
  mails: number;
}

export const priced = (billed: Billed): Cost => {
  const parts = {
    stepFunctions: billed.transitions * PRICES.stateTransition,
    lambda: billed.calls * PRICES.lambdaCall + billed.gigabyteSeconds * PRICES.lambdaGigabyteSecond,
    dynamodb: billed.writeUnits * PRICES.dynamoWriteUnit + billed.readUnits * PRICES.dynamoReadUnit,
    sqs: billed.sqsRequests * PRICES.sqsRequest,
    logs: (billed.logBytes / 1e9) * PRICES.logGigabyte,
    mail: billed.mails * PRICES.mail,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
};

/** What was billed of a flood. */
export const billedOf = (usage: Usage, { mail }: Told): Billed => ({
  transitions: sumOf(usage, "states:transitions"),
  calls: sumOf(usage, "lambda:calls"),
  gigabyteSeconds: sumOf(usage, "lambda:gigabyteSeconds"),
  writeUnits: sumOf(usage, "dynamodb:writeUnits"),
  readUnits: sumOf(usage, "dynamodb:readUnits"),
  sqsRequests: sumOf(usage, "sqs:requests"),
  logBytes: sumOf(usage, "logs:bytes"),
  mails: mail.mails,
});

export const costOf = (usage: Usage, told: Told): Cost => priced(billedOf(usage, told));

/** The same findings with an execution and a message a finding, computed. */
export interface Naive {
  executions: number;
  transitions: number;
  calls: number;
  slackMessages: number;
  issues: number;
  mails: number;
  /** How long the slowest channel takes: Slack and Backlog take one a second. */
  seconds: number;
  cost: Cost;
}

const CHANNELS = ["slack", "backlog", "mail"] as const;
/** An execution that goes straight through: Tell, four states a channel, Settle, its question, Done. */
const STRAIGHT = 4 + 4 * CHANNELS.length;
/** What waits for its slot: question, wait and another call. In a flood nearly all do in Slack and in Backlog. */
const WAITS = 3 * 2;

/**
 * Intake and settle cost as measured, since they go by finding; at least that, since findings would not share alerts. Channels are
 * called once a finding, and once more where that waits for its slot, each call at what one took here in the mean.
 */
export const naiveOf = (usage: Usage, findings: number): Naive => {
  const callsOf = { slack: 2 * findings, backlog: 2 * findings, mail: findings };
  const scaled = (unit: string) =>
    CHANNELS.reduce((sum, channel) => {
      const calls = sumOf(usage, "lambda:calls", channel);
      return sum + (calls > 0 ? (callsOf[channel] * sumOf(usage, unit, channel)) / calls : 0);
    }, 0);
  const byFinding = (unit: string) => sumOf(usage, unit, "intake") + sumOf(usage, unit, "settle");
  const both = (unit: string) => byFinding(unit) + scaled(unit);
  const transitions = findings * (STRAIGHT + WAITS);
  const calls = both("lambda:calls");
  const executions = sumOf(usage, "states:executions");
  const billed: Billed = {
    transitions,
    calls,
    gigabyteSeconds: both("lambda:gigabyteSeconds"),
    writeUnits: both("dynamodb:writeUnits"),
    readUnits: both("dynamodb:readUnits"),
    // One message more to settle for each execution more, received and deleted with others.
    sqsRequests: sumOf(usage, "sqs:requests") + 1.2 * Math.max(0, findings - executions),
    logBytes: both("logs:bytes"),
    mails: findings,
  };
  return {
    executions: findings,
    transitions,
    calls,
    slackMessages: findings,
    issues: findings,
    mails: findings,
    seconds: findings,
    cost: priced(billed),
  };
};
