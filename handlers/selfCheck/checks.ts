import { DescribeRuleCommand, type EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { GetEventSourceMappingCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { ListSubscriptionsByTopicCommand, type SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** What keeps, or will keep, something from being told, with the way to mend it. */
export interface Problem {
  kind: "key" | "address lost" | "address unconfirmed" | "part" | "not forwarded" | "unseen";
  /** The thing itself. */
  what: string;
  reason: string;
}

/** A key that is not enabled stops every queue and topic under it; one that is to be deleted, for ever. */
export async function checkKey(kms: KMSClient, key: string): Promise<Problem[]> {
  const problem = (reason: string): Problem[] => [{ kind: "key", what: key, reason }];
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
    const { KeyState, DeletionDate } = KeyMetadata ?? {};
    if (KeyState === "Enabled") return [];
    if (KeyState === "PendingDeletion") {
      const by = DeletionDate ? ` on ${DeletionDate.toISOString()}` : "";
      return problem(`it will be deleted${by}: cancel that (kms cancel-key-deletion), then enable it (kms enable-key)`);
    }
    return problem(`it is ${KeyState}: enable it (kms enable-key)`);
  } catch (error) {
    if (!isNamed(error, "NotFoundException")) throw error;
    return problem("it does not exist any more: deploy again, which makes another one");
  }
}

/** What SNS says of a subscription that has no ARN yet, or no more. https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html */
const PENDING = "PendingConfirmation";
const DELETED = "Deleted";

/** An address that has not confirmed, or that somebody took off, gets no mail, and SNS says nothing about it. */
export async function checkAddresses(
  sns: SNSClient,
  { arn, addresses }: { arn: string; addresses: readonly string[] },
): Promise<Problem[]> {
  const states: Record<string, string> = {};
  let NextToken: string | undefined;
  do {
    const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn, NextToken }));
    for (const { Endpoint = "", SubscriptionArn = DELETED } of page.Subscriptions ?? []) {
      const address = Endpoint.toLowerCase();
      // One that is confirmed counts, whatever else there is of the same address.
      if (SubscriptionArn.startsWith("arn:") || !states[address]) states[address] = SubscriptionArn;
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return addresses.flatMap((address): Problem[] => {
    const state = states[address.toLowerCase()] ?? DELETED;
    const what = `${address} of ${arn}`;
    if (state === PENDING) {
      const reason = "it has not confirmed: open the mail from AWS, or subscribe it again (sns subscribe)";
      return [{ kind: "address unconfirmed", what, reason }];
    }
    if (state !== DELETED) return [];
    return [{ kind: "address lost", what, reason: "it is not subscribed: subscribe it again (pulumi up --refresh)" }];
  });
}

/** Changes of a mapping take minutes: what is on its way to work is no problem. */
const WORKING = ["Enabled", "Enabling", "Creating", "Updating"];

/** A queue that nobody works off fills up, and its age is an alarm only half an hour later, or six. */
export async function checkConsumer(lambda: LambdaClient, queue: string, UUID: string): Promise<Problem[]> {
  const what = `the consumer of ${queue}`;
  try {
    const { State = "" } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (WORKING.includes(State)) return [];
    const reason = `it is ${State}: enable it (lambda update-event-source-mapping --uuid ${UUID} --enabled)`;
    return [{ kind: "part", what, reason }];
  } catch (error) {
    if (!isNamed(error, "ResourceNotFoundException")) throw error;
    return [{ kind: "part", what, reason: "it does not exist any more: deploy again (pulumi up --refresh)" }];
  }
}

/** A rule that is off, or has no target, drops what it matches without a word. */
export async function checkRule(events: EventBridgeClient, region: string, rule: string): Promise<Problem[]> {
  const problem = (reason: string): Problem[] => [{ kind: "part", what: `the rule ${rule} in ${region}`, reason }];
  const slash = rule.lastIndexOf("/");
  const Name = rule.slice(slash + 1);
  const EventBusName = slash < 0 ? undefined : rule.slice(0, slash);
  try {
    const { State } = await events.send(new DescribeRuleCommand({ Name, EventBusName }));
    if (State === "DISABLED") return problem("it is switched off: enable it (events enable-rule)");
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }));
    return Targets.length > 0 ? [] : problem("it has no target: deploy again (pulumi up --refresh)");
  } catch (error) {
    if (!isNamed(error, "ResourceNotFoundException")) throw error;
    return problem("it does not exist any more: deploy again (pulumi up --refresh)");
  }
}

/** Events of a region that did not reach the home region. Their queue can't raise an alarm there: alarms stay in their region. */
export async function checkDeadLetters(sqs: SQSClient, region: string, QueueUrl: string): Promise<Problem[]> {
  const waiting = await waitingIn(sqs, QueueUrl);
  if (waiting === 0) return [];
  const reason = `${waiting} events of ${region} could not be forwarded to the home region`;
  return [{ kind: "not forwarded", what: QueueUrl, reason }];
}

/**
 * The same of another account. No alarm where there is no such queue, or none that may be seen: the account may lack the region, or its
 * stack comes next.
 */
export async function checkDeadLettersElsewhere(
  sqs: SQSClient,
  region: string,
  account: string,
  QueueName: string,
): Promise<Problem[]> {
  const what = `${QueueName} of account ${account}`;
  try {
    const asked = { QueueName, QueueOwnerAWSAccountId: account };
    const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand(asked));
    const waiting = await waitingIn(sqs, QueueUrl);
    if (waiting === 0) return [];
    const reason = `${waiting} events of ${region} could not be forwarded to the audit account`;
    return [{ kind: "not forwarded", what, reason }];
  } catch (error) {
    if (!UNSEEN.some((name) => isNamed(error, name))) throw error;
    const reason = "it is not there, or may not be seen: deploy the account's stack again, unless it lacks the region";
    return [{ kind: "unseen", what, reason }];
  }
}

/** SQS says the first to who may not look, too; the others by its policy, in the words of either protocol. */
const UNSEEN = [
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "AccessDenied",
  "AccessDeniedException",
];

async function waitingIn(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const asked = { QueueUrl, AttributeNames: ["ApproximateNumberOfMessages" as const] };
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
