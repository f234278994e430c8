import { redriveMessage } from "../../handlers/alert/redrive";
import { workOf } from "../../handlers/intake";
import type { Held } from "./queues";

/** What is to be done with a message that waits for a person. */
export type Way =
  /** To the queue of that name, with this body. */
  | { kind: "queue"; queue: string; body: string }
  /** An execution asked to be settled: its message goes back while it runs; once it is over, its alert is redriven. */
  | { kind: "settle"; execution: string; alertKey: string; body: string }
  /** To the function or topic of this ARN, which a rule was to reach. */
  | { kind: "function" | "topic"; arn: string; body: string }
  /** It stays where it is. */
  | { kind: "stay"; why: string };

/** A message that waits for a person, read. */
export interface Letter {
  /** What it is about, for people. */
  about: string;
  /** Why it is there. */
  reason: string;
  way: Way;
}

/** Names of the queues that functions read, by URL. */
export type QueueNames = Readonly<Record<string, string>>;

/**
 * Reads a message of a dead-letter queue or of the failed alerts, by what it says of itself: EventBridge leaves word in attributes, intake
 * its reason, settle and Step Functions the alert. `queues` are the pipeline's own; with `force` what intake can't read goes to it too.
 */
export const letterOf = (held: Held, queues: QueueNames, force = false): Letter => {
  const content = parsed(held.body);
  const failed = failedAlertOf(content);
  if (failed) return { ...failed, reason: ruleReason(held) ?? failed.reason };
  if (held.attributes.RULE_ARN !== undefined) return ofRule(held, content, queues);
  return ofSettle(held, content) ?? ofIntake(held, content, queues, force);
};

/** What hakken's own word on a failed alert says, or Step Functions' on an execution that ended badly. */
const failedAlertOf = (content: unknown): Letter | undefined => {
  const { alertKey, failures, title, "detail-type": type, detail } = fieldsOf(content);
  if (typeof alertKey === "string" && Array.isArray(failures)) {
    const reasons = failures.map(fieldsOf).map(({ channel, error, cause }) => `${channel}: ${error}${said(cause)}`);
    return { about: String(title ?? alertKey), reason: reasons.join("; "), way: toldAgain(alertKey) };
  }
  if (type !== "Step Functions Execution Status Change") return undefined;
  const { name, status, error, cause, input } = fieldsOf(detail);
  const reason = `execution ${String(status).toLowerCase()}${error ? `: ${error}` : ""}${said(cause)}`;
  const key = fieldsOf(parsed(String(input))).alertKey;
  if (typeof key === "string") return { about: `alert ${key}`, reason, way: toldAgain(key) };
  return { about: `execution ${name}`, reason, way: { kind: "stay", why: "it names no alert" } };
};

const said = (cause: unknown): string => (cause ? ` (${causeInWords(String(cause))})` : "");

/** A function's error comes as JSON in the cause. */
const causeInWords = (cause: string): string => String(fieldsOf(parsed(cause)).errorMessage ?? cause);

const toldAgain = (alertKey: string): Way => ({
  kind: "queue",
  queue: "opening",
  body: JSON.stringify(redriveMessage(alertKey)),
});

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
const ruleReason = ({ attributes }: Held): string | undefined => {
  const { RULE_ARN, ERROR_CODE = "", ERROR_MESSAGE = "" } = attributes;
  if (RULE_ARN === undefined) return undefined;
  return `rule ${nameOf(RULE_ARN)}: ${[ERROR_CODE, ERROR_MESSAGE].filter(Boolean).join(": ")}`;
};

const ofRule = (held: Held, content: unknown, queues: QueueNames): Letter => {
  const { TARGET_ARN = "" } = held.attributes;
  const letter = { about: aboutMessage(held, content), reason: ruleReason(held) ?? "" };
  for (const [service, kind] of [
    ["lambda", "function"],
    ["sns", "topic"],
  ] as const) {
    if (TARGET_ARN.split(":")[2] === service) return { ...letter, way: { kind, arn: TARGET_ARN, body: held.body } };
  }
  const queue = nameIn(queues, TARGET_ARN);
  if (queue) return { ...letter, way: { kind: "queue", queue, body: held.body } };
  // A target that is gone, made anew under another name. What intake reads, it reads from any of its queues.
  if (unreadable(held) === undefined) return { ...letter, way: { kind: "queue", queue: "opening", body: held.body } };
  return {
    ...letter,
    way: { kind: "stay", why: `its target is none of the pipeline's: ${TARGET_ARN || "not named"}` },
  };
};

const ofSettle = (held: Held, content: unknown): Letter | undefined => {
  const { alertKey, execution, taskToken } = fieldsOf(content);
  if (typeof alertKey !== "string" || typeof execution !== "string" || taskToken === undefined) return undefined;
  return {
    about: `alert ${alertKey}`,
    reason: "settle gave it up after five tries: its log says why",
    way: { kind: "settle", execution, alertKey, body: held.body },
  };
};

const ofIntake = (held: Held, content: unknown, queues: QueueNames, force: boolean): Letter => {
  const problem = unreadable(held);
  const { REASON } = held.attributes;
  const reason = REASON ?? problem ?? "intake gave it up after five tries: its log says why";
  const letter = { about: aboutMessage(held, content), reason };
  if (problem !== undefined && !force) {
    return {
      ...letter,
      way: { kind: "stay", why: "it can't be read, and would come back at once: --force sends it all the same" },
    };
  }
  return {
    ...letter,
    way: { kind: "queue", queue: nameIn(queues, held.givenUpBy ?? "") ?? "opening", body: held.body },
  };
};

/** Why intake, as it is in this program, can't read a message; undefined where it can. */
const unreadable = (held: Held): string | undefined => {
  const work = workOf(held);
  return "reason" in work ? work.reason : undefined;
};

const aboutMessage = (held: Held, content: unknown): string => {
  const work = workOf(held);
  if ("recheck" in work) return `finding ${work.recheck.id}`;
  if ("redrive" in work) return `alert ${work.redrive}`;
  const [first, ...more] = "observations" in work ? work.observations : [];
  if (!first) return String(fieldsOf(content)["detail-type"] ?? "a message of no known kind");
  const { severity, title, accountId, region } = first.finding;
  return `${severity} ${title} (${accountId}, ${region}${more.length > 0 ? `, and ${more.length} more` : ""})`;
};

/** The pipeline's name of a queue, by its ARN: the last part of an ARN and of a URL is the queue's own name. */
const nameIn = (queues: QueueNames, arn: string): string | undefined =>
  Object.keys(queues).find((name) => nameOf(arn) !== "" && nameOf(queues[name] ?? "") === nameOf(arn));

const nameOf = (arnOrUrl: string): string => arnOrUrl.split(/[:/]/).at(-1) ?? "";

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
