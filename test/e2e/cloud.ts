import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SFN } from "@aws-sdk/client-sfn";
import { SQS } from "@aws-sdk/client-sqs";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { ACCOUNTS, HOME_REGION, rootOf } from "../../sandbox/organization";

/** The audit account's home region, and the pipeline's resources there by what they are called in the program. */
export type Cloud = Awaited<ReturnType<typeof cloudOf>>;

export async function cloudOf(endpoint: string) {
  const how = { endpoint, region: HOME_REGION, credentials: rootOf(ACCOUNTS.audit), maxAttempts: 8 };
  const sqs = new SQS(how);
  const lambda = new Lambda(how);
  const dynamo = new DynamoDB(how);
  const events = new EventBridge(how);
  const queues = (await sqs.listQueues({})).QueueUrls ?? [];
  const functions = ((await lambda.listFunctions({})).Functions ?? []).map(({ FunctionName }) => FunctionName);
  const rules = ((await events.listRules({})).Rules ?? []).map(({ Name }) => Name);
  const intake = await lambda.getFunctionConfiguration({ FunctionName: named("intake", functions) });
  return {
    sqs,
    lambda,
    events,
    hub: new SecurityHub(how),
    kms: new KMS(how),
    sfn: new SFN(how),
    table: DynamoDBDocument.from(dynamo),
    /** The one that intake uses: a destroyed stack leaves its own. */
    tableName: intake.Environment?.Variables?.ALERT_TABLE,
    queueUrl: (name: string) => named(name, queues),
    functionName: (name: string) => named(name, functions),
    ruleName: (name: string) => named(name, rules),
  };
}

/** Pulumi adds seven digits to a name. */
function named(name: string, all: readonly (string | undefined)[]): string {
  const found = all.filter((one) => one && new RegExp(`(^|/)alerts-${name}-[0-9a-f]{7}$`).test(one));
  const [only] = found;
  if (found.length !== 1 || !only) throw new Error(`${found.length} of these are alerts-${name}: ${all.join(", ")}`);
  return only;
}

/** Calls until there is an answer. Fails naming what it waited for. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 120): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; ) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`Waited ${seconds} s for ${what}`);
}

/** A message of a queue that satisfies a condition, left where it is. */
export async function messageIn({ sqs, queueUrl }: Cloud, queue: string, holds: (body: string) => boolean) {
  return await until(`a message in ${queue}`, async () => {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl: queueUrl(queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      MessageAttributeNames: ["All"],
    });
    return Messages.find(({ Body }) => holds(Body ?? ""));
  });
}
