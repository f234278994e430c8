import type { QueueAttributeName } from "@aws-sdk/client-sqs";
import type { QueueArgs } from "@pulumi/aws/sqs/queue";
import type { QueuePolicyArgs } from "@pulumi/aws/sqs/queuePolicy";
import type { RedriveAllowPolicyArgs } from "@pulumi/aws/sqs/redriveAllowPolicy";
import type { RedrivePolicyArgs } from "@pulumi/aws/sqs/redrivePolicy";
import { type Plain, type ResourceType, resource } from "../resource";
import type { Scope } from "../scope";

/** A queue's attribute by input, with the value that AWS gives where the program gives none. */
const ATTRIBUTES = {
  visibilityTimeoutSeconds: ["VisibilityTimeout", 30],
  messageRetentionSeconds: ["MessageRetentionPeriod", 345_600],
  delaySeconds: ["DelaySeconds", 0],
  receiveWaitTimeSeconds: ["ReceiveMessageWaitTimeSeconds", 0],
  maxMessageSize: ["MaximumMessageSize", 1_048_576],
} as const;

/** What a queue's own inputs say, and for those that were taken away, AWS's default again. */
function attributes(inputs: Plain<QueueArgs>, changed: ReadonlySet<string>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [input, [attribute, fallback]] of Object.entries(ATTRIBUTES)) {
    const value = inputs[input as keyof typeof ATTRIBUTES];
    if (changed.has(input)) all[attribute] = String(value ?? fallback);
  }
  if (changed.has("kmsMasterKeyId")) all.KmsMasterKeyId = inputs.kmsMasterKeyId ?? "";
  if (changed.has("kmsDataKeyReusePeriodSeconds"))
    all.KmsDataKeyReusePeriodSeconds = String(inputs.kmsDataKeyReusePeriodSeconds ?? 300);
  if (changed.has("sqsManagedSseEnabled")) all.SqsManagedSseEnabled = String(inputs.sqsManagedSseEnabled ?? true);
  if (changed.has("policy")) all.Policy = inputs.policy ?? "";
  if (changed.has("redrivePolicy")) all.RedrivePolicy = inputs.redrivePolicy ?? "";
  if (changed.has("redriveAllowPolicy")) all.RedriveAllowPolicy = inputs.redriveAllowPolicy ?? "";
  return all;
}

async function attributesOf({ sqs }: Scope, url: string, names: QueueAttributeName[] = ["All"]) {
  return (await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: names })).Attributes ?? {};
}

/** A resource that is nothing but one attribute of a queue. */
function attributeResource<Args extends QueuePolicyArgs | RedrivePolicyArgs | RedriveAllowPolicyArgs>(
  input: Exclude<keyof Args, "queueUrl" | "region"> & string,
  attribute: QueueAttributeName,
): ResourceType {
  const set = ({ sqs }: Scope, url: string, value: unknown) =>
    sqs.setQueueAttributes({ QueueUrl: url, Attributes: { [attribute]: String(value) } });
  return {
    inputs: { queueUrl: true, [input]: true },
    replaceOn: ["queueUrl"],
    json: input === "policy" ? [] : [input], // a policy is known by its declared type
    async create(aws, inputs) {
      const url = String(inputs.queueUrl);
      await set(aws, url, inputs[input]);
      return url;
    },
    async read(aws, id) {
      const value = (await attributesOf(aws, id, [attribute]))[attribute];
      return value ? { queueUrl: id, [input]: value } : undefined;
    },
    update: (aws, id, inputs) => set(aws, id, inputs[input]),
    delete: (aws, id) => set(aws, id, ""),
  };
}

export const sqs: Record<string, ResourceType> = {
  "aws:sqs/queue:Queue": resource<QueueArgs>({
    inputs: {
      name: true,
      visibilityTimeoutSeconds: true,
      messageRetentionSeconds: true,
      delaySeconds: true,
      receiveWaitTimeSeconds: true,
      maxMessageSize: true,
      kmsMasterKeyId: true,
      kmsDataKeyReusePeriodSeconds: true,
      sqsManagedSseEnabled: true,
      policy: true,
      redrivePolicy: true,
      redriveAllowPolicy: true,
      tags: true,
    },
    replaceOn: ["name"],
    policies: ["policy"],
    json: ["redrivePolicy", "redriveAllowPolicy"],
    async create({ sqs }, inputs) {
      const given = new Set(Object.entries(inputs).flatMap(([name, value]) => (value === undefined ? [] : [name])));
      const answer = await sqs.createQueue({
        QueueName: inputs.name,
        Attributes: attributes(inputs, given),
        tags: inputs.tags,
      });
      return String(answer.QueueUrl);
    },
    async read(aws, id) {
      const all = await attributesOf(aws, id);
      const arn = String(all.QueueArn);
      const numbers = Object.entries(ATTRIBUTES).map(([input, [attribute]]) => [input, numeric(all[attribute])]);
      return {
        ...Object.fromEntries(numbers),
        name: arn.split(":").pop(),
        arn,
        url: id,
        fifoQueue: false,
        kmsMasterKeyId: all.KmsMasterKeyId,
        kmsDataKeyReusePeriodSeconds: numeric(all.KmsDataKeyReusePeriodSeconds),
        sqsManagedSseEnabled: all.SqsManagedSseEnabled === undefined ? undefined : all.SqsManagedSseEnabled === "true",
        policy: all.Policy ?? "",
        redrivePolicy: all.RedrivePolicy ?? "",
        redriveAllowPolicy: all.RedriveAllowPolicy ?? "",
      };
    },
    async update({ sqs }, id, inputs, changed) {
      const Attributes = attributes(inputs, changed);
      if (Object.keys(Attributes).length > 0) await sqs.setQueueAttributes({ QueueUrl: id, Attributes });
    },
    delete: ({ sqs }, id) => sqs.deleteQueue({ QueueUrl: id }),
    tags: {
      put: ({ sqs }, { url }, tags) => sqs.tagQueue({ QueueUrl: String(url), Tags: tags }),
      remove: ({ sqs }, { url }, keys) => sqs.untagQueue({ QueueUrl: String(url), TagKeys: keys }),
    },
  }),
  "aws:sqs/queuePolicy:QueuePolicy": attributeResource<QueuePolicyArgs>("policy", "Policy"),
  "aws:sqs/redrivePolicy:RedrivePolicy": attributeResource<RedrivePolicyArgs>("redrivePolicy", "RedrivePolicy"),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": attributeResource<RedriveAllowPolicyArgs>(
    "redriveAllowPolicy",
    "RedriveAllowPolicy",
  ),
};

function numeric(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
