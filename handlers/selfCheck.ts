import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { log } from "./log";
import {
  checkAddresses,
  checkConsumer,
  checkDeadLetters,
  checkDeadLettersElsewhere,
  checkKey,
  checkRule,
  type Problem,
} from "./selfCheck/checks";

/** What is looked at; the schedule passes it along, since it names resources of many regions. */
export interface SelfCheckEvent {
  /** ARNs of the keys without which nothing is told. */
  keys: string[];
  /** Topics, with the addresses that the settings declare. */
  topics: { arn: string; addresses: string[] }[];
  /** Event source mappings, by the queue that they work off. */
  consumers: Record<string, string>;
  /** Names of rules, by region; those of other buses than the default one after the bus and a slash. */
  rules: Record<string, string[]>;
  /** Addresses of the queues with events that could not be forwarded, by region. */
  deadLetters: Record<string, string>;
  /** The same of other accounts, which forward to this one. */
  elsewhere: QueuesElsewhere[];
  /** There by a deployment alone. https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/ */
  tf?: { action: "create" | "update" | "delete" };
}

/** Queues of one name: one in each of these regions, whose name follows after a dash, of each of these accounts. */
export interface QueuesElsewhere {
  name: string;
  accounts: string[];
  regions: string[];
}

/** Calls at once: EventBridge takes some fifty a second in a region. */
const AT_ONCE = 8;

/**
 * Looks, hourly, at what no event tells of reliably: keys about to be lost, mail addresses that get nothing, parts that are switched
 * off, events that never left their region. Each problem is a line of the log, their numbers are metrics with an alarm each. Throws
 * when something could not be looked at, after all else has been; but fails no deployment, whose rights may take seconds to hold.
 */
export const selfCheckHandler = () => () => {
  const kms = new KMSClient({});
  const sns = new SNSClient({});
  const lambda = new LambdaClient({});
  const inRegion = regionalClients();

  return async (event: SelfCheckEvent): Promise<{ problems: Problem[] }> => {
    // Half of what it would look at is gone.
    if (event.tf?.action === "delete") return { problems: [] };
    const begun = Date.now();
    const checks: (() => Promise<Problem[]>)[] = [
      ...event.keys.map((key) => () => checkKey(kms, key)),
      ...event.topics.map((topic) => () => checkAddresses(sns, topic)),
      ...Object.entries(event.consumers).map(
        ([queue, id]) =>
          () =>
            checkConsumer(lambda, queue, id),
      ),
      ...Object.entries(event.rules).flatMap(([region, names]) =>
        names.map((name) => () => checkRule(inRegion(region).events, region, name)),
      ),
      ...Object.entries(event.deadLetters).map(
        ([region, url]) =>
          () =>
            checkDeadLetters(inRegion(region).sqs, region, url),
      ),
      // A deployment of this stack comes before those that make them.
      ...(event.tf ? [] : event.elsewhere).flatMap(({ name, accounts, regions }) =>
        regions.flatMap((region) =>
          accounts.map(
            (account) => () => checkDeadLettersElsewhere(inRegion(region).sqs, region, account, `${name}-${region}`),
          ),
        ),
      ),
    ];
    const { problems, failures } = await runAll(checks);
    for (const { kind, what, reason } of problems) log({ step: "self-check", outcome: "problem", kind, what, reason });
    const count = (kind: Problem["kind"]) => problems.filter((problem) => problem.kind === kind).length;
    log(
      { step: "self-check", outcome: "checked", checks: checks.length, durationMs: Date.now() - begun },
      {
        keysAtRisk: count("key"),
        addressesLost: count("address lost"),
        addressesUnconfirmed: count("address unconfirmed"),
        partsSwitchedOff: count("part"),
        notForwarded: count("not forwarded"),
      },
    );
    for (const reason of failures) log({ step: "self-check", outcome: "failed", reason });
    if (failures.length > 0 && !event.tf) {
      throw new Error(`${failures.length} of ${checks.length} checks could not be made: ${failures.join("; ")}`);
    }
    return { problems };
  };
};

/** A client a region, made when it is first needed. */
function regionalClients() {
  const made: Record<string, { events: EventBridgeClient; sqs: SQSClient }> = {};
  return (region: string) => {
    made[region] ??= { events: new EventBridgeClient({ region, maxAttempts: 5 }), sqs: new SQSClient({ region }) };
    return made[region];
  };
}

/** All checks, some at once; one that can't be made doesn't keep the others from being. */
async function runAll(checks: readonly (() => Promise<Problem[]>)[]) {
  const problems: Problem[] = [];
  const failures: string[] = [];
  const waiting = [...checks];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      try {
        problems.push(...(await check()));
      } catch (error) {
        failures.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { problems, failures };
}
