import { DescribeAlarmsCommand, PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { CreateSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, PublishBatchCommand, PublishCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, account, allow, allowService, delegation, policy, refusal, region, startAws } from "./authorise";

const keyActions = ["kms:GenerateDataKey", "kms:Decrypt"];

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.stop());

const setPolicy = (url: string, document: string) =>
  aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: document } }));

describe("a caller of a queue under a key", () => {
  it.each([
    ["kms:GenerateDataKey", ["kms:Decrypt"]],
    ["kms:Decrypt", ["kms:GenerateDataKey"]],
  ])("may not send without %s", async (missing, given) => {
    const name = `send-without-${missing.split(":")[1]}`;
    const key = await aws.key([delegation]);
    const queue = await aws.queue(name, { KmsMasterKeyId: key });
    const sender = await aws.as(name, [allow("sqs:SendMessage", queue.arn), allow(given, key)]);

    const error = await refusal(sender.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "1" })));

    expect(error.name).toBe("KmsAccessDenied");
    expect(error.message).toContain(`is not authorized to perform: ${missing} on resource: ${key}`);
  });

  it("sends by the role's policy, or by the key's own", async () => {
    const [delegating, naming] = [
      await aws.key([delegation]),
      await aws.key([{ ...allow(keyActions, "*"), Principal: { AWS: `arn:aws:iam::${account}:role/by-key` } }]),
    ];
    const [byRole, byKey] = [
      await aws.queue("by-role", { KmsMasterKeyId: delegating }),
      await aws.queue("by-key", { KmsMasterKeyId: naming }),
    ];
    const permitted = await aws.as("by-role", [allow("sqs:*", "*"), allow(keyActions, delegating)]);
    const named = await aws.as("by-key", [allow("sqs:*", "*")]);

    await permitted.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: byRole.url, Entries: [{ Id: "1", MessageBody: "1" }] }),
    );
    await named.sqs.send(new SendMessageCommand({ QueueUrl: byKey.url, MessageBody: "1" }));

    expect([await aws.depth(byRole.url), await aws.depth(byKey.url)]).toEqual([1, 1]);
  });

  it("may not receive without kms:Decrypt, nor by a right on kms through another service", async () => {
    const key = await aws.key([delegation]);
    const queue = await aws.queue("receive", { KmsMasterKeyId: key });
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "1" }));
    const via = (service: string) => ({
      ...allow("kms:Decrypt", key),
      Condition: { StringEquals: { "kms:ViaService": `${service}.${region}.amazonaws.com` } },
    });
    const receive = allow("sqs:ReceiveMessage", queue.arn);
    const reader = await aws.as("receive", [receive]);
    const read = () => reader.sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url }));

    const none = await refusal(read());
    await aws.grant("receive", [receive, via("sns")]);
    const other = await refusal(read());
    await aws.grant("receive", [receive, via("sqs")]);
    const got = await read();

    expect([none.name, other.name]).toEqual(["KmsAccessDenied", "KmsAccessDenied"]);
    expect(got.Messages).toHaveLength(1);
  });

  it("is authorised for a batch as for the single call", async () => {
    const queue = await aws.queue("batch");
    const caller = await aws.as("batch", [allow(["sqs:SendMessage", "sqs:DeleteMessage"], queue.arn)]);

    await caller.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: [{ Id: "1", MessageBody: "1" }] }),
    );
    await caller.sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries: [{ Id: "1", ReceiptHandle: "none" }] }),
    );

    expect(await aws.depth(queue.url)).toBe(1);
  });
});

describe("a topic under a key", () => {
  it("takes a message only from a publisher with kms:GenerateDataKey and kms:Decrypt", async () => {
    const key = await aws.key([delegation]);
    const { TopicArn: arn = "" } = await aws.sns.send(
      new CreateTopicCommand({ Name: "keyed", Attributes: { KmsMasterKeyId: key } }),
    );
    const publisher = await aws.as("publisher", [allow("sns:Publish", arn), allow("kms:Decrypt", key)]);
    const batch = { TopicArn: arn, PublishBatchRequestEntries: [{ Id: "1", Message: "1" }] };

    const single = await refusal(publisher.sns.send(new PublishCommand({ TopicArn: arn, Message: "1" })));
    const several = await refusal(publisher.sns.send(new PublishBatchCommand(batch)));
    await aws.grant("publisher", [allow("sns:Publish", arn), allow(keyActions, key)]);
    const sent = await publisher.sns.send(new PublishBatchCommand(batch));

    expect(single.message).toContain(`kms:GenerateDataKey on resource: ${key}`);
    expect([single.name, several.name]).toEqual(["KMSAccessDeniedException", "KMSAccessDeniedException"]);
    expect(sent.Successful).toHaveLength(1);
  });

  it("reaches a queue only by the queue's policy and its key's", async () => {
    const key = await aws.key([delegation]);
    const { TopicArn: arn = "" } = await aws.sns.send(new CreateTopicCommand({ Name: "fan" }));
    const queue = await aws.queue("fan", { KmsMasterKeyId: key });
    await aws.sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: "sqs", Endpoint: queue.arn }));
    const publish = () => aws.sns.send(new PublishCommand({ TopicArn: arn, Message: "1" }));
    const send = (source: string) =>
      setPolicy(queue.url, policy([allowService("sns.amazonaws.com", "sqs:SendMessage", queue.arn, source)]));

    await publish();
    await send(`${arn}-other`);
    await publish();
    await send(arn);
    await publish();
    const refused = (await aws.journal()).filter(
      (entry) => entry.point === "topic to queue" && entry.decision === "denied",
    );
    const before = await aws.depth(queue.url);
    const open = await aws.key([allowService("sns.amazonaws.com", keyActions, "*", arn)]);
    await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { KmsMasterKeyId: open } }));
    await publish();

    expect(refused.map((entry) => entry.action)).toEqual(["sqs:SendMessage", "sqs:SendMessage", "kms:GenerateDataKey"]);
    expect([before, await aws.depth(queue.url)]).toEqual([0, 1]);
  });
});

describe("an alarm", () => {
  it("notifies a topic only by the topic's policy and its key's", async () => {
    const name = "dead-letters";
    const alarm = `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
    const service = "cloudwatch.amazonaws.com";
    const topic = async (id: string, publishers: string, users: string[]) => {
      const key = await aws.key([allowService(service, users, "*", alarm)]);
      const arn = `arn:aws:sns:${region}:${account}:${id}`;
      const attributes = {
        KmsMasterKeyId: key,
        Policy: policy([allowService(service, "sns:Publish", arn, publishers)]),
      };
      await aws.sns.send(new CreateTopicCommand({ Name: id, Attributes: attributes }));
      const queue = await aws.queue(id);
      await setPolicy(queue.url, policy([allowService("sns.amazonaws.com", "sqs:SendMessage", queue.arn, arn)]));
      await aws.sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: "sqs", Endpoint: queue.arn }));
      return { arn, url: queue.url };
    };
    const good = await topic("alarms", alarm, ["kms:GenerateDataKey*", "kms:Decrypt"]);
    const wrongSource = await topic("alarms-other", `${alarm}-other`, ["kms:GenerateDataKey*", "kms:Decrypt"]);
    const noKey = await topic("alarms-keyless", alarm, ["kms:Decrypt"]);
    await aws.cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: "Test",
        MetricName: "m",
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        AlarmActions: [wrongSource.arn, noKey.arn, good.arn],
      }),
    );
    const { MetricAlarms: [made] = [] } = await aws.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));

    await aws.cloudwatch.send(
      new SetAlarmStateCommand({ AlarmName: name, StateValue: "ALARM", StateReason: "a message is there" }),
    );

    expect(made?.AlarmArn).toBe(alarm);
    expect(await aws.messages(good.url)).toHaveLength(1);
    expect([await aws.depth(wrongSource.url), await aws.depth(noKey.url)]).toEqual([0, 0]);
    await aws.journaled({
      point: "alarm to topic",
      action: "sns:Publish",
      resource: wrongSource.arn,
      decision: "denied",
    });
    await aws.journaled({ point: "alarm to topic", action: "kms:GenerateDataKey", decision: "denied" });
  });
});

describe("a secret under a key", () => {
  it("is read only with kms:Decrypt, which a key policy may bind to Secrets Manager and to the secret", async () => {
    const bound = (secret: string) => ({
      ...allow("kms:Decrypt", "*"),
      Principal: { AWS: `arn:aws:iam::${account}:role/reader` },
      Condition: {
        StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` },
        StringLike: {
          "kms:EncryptionContext:SecretARN": `arn:aws:secretsmanager:${region}:${account}:secret:${secret}-*`,
        },
      },
    });
    const [own, other] = [await aws.key([bound("token")]), await aws.key([bound("another")])];
    await aws.secrets.send(new CreateSecretCommand({ Name: "token", SecretString: "s", KmsKeyId: own }));
    await aws.secrets.send(new CreateSecretCommand({ Name: "other", SecretString: "s", KmsKeyId: other }));
    const reader = await aws.as("reader", [allow("secretsmanager:GetSecretValue", "*")]);

    const read = await reader.secrets.send(new GetSecretValueCommand({ SecretId: "token" }));
    const refused = await refusal(reader.secrets.send(new GetSecretValueCommand({ SecretId: "other" })));

    expect(read.SecretString).toBe("s");
    expect(refused).toMatchObject({ name: "AccessDeniedException", message: "Access to KMS is not allowed" });
  });
});
