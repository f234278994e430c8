import type { TopicArgs } from "@pulumi/aws/sns/topic";
import type { TopicPolicyArgs } from "@pulumi/aws/sns/topicPolicy";
import type { TopicSubscriptionArgs } from "@pulumi/aws/sns/topicSubscription";
import { type ResourceType, resource, tagList } from "../resource";
import type { Scope } from "../scope";

/** A topic's attribute by input; an input that was taken away clears it. */
const TOPIC = {
  displayName: "DisplayName",
  kmsMasterKeyId: "KmsMasterKeyId",
  policy: "Policy",
  deliveryPolicy: "DeliveryPolicy",
  signatureVersion: "SignatureVersion",
  tracingConfig: "TracingConfig",
} as const;

const SUBSCRIPTION = {
  filterPolicy: "FilterPolicy",
  filterPolicyScope: "FilterPolicyScope",
  rawMessageDelivery: "RawMessageDelivery",
  redrivePolicy: "RedrivePolicy",
  deliveryPolicy: "DeliveryPolicy",
} as const;

function given(names: Readonly<Record<string, string>>, inputs: object): Record<string, string> {
  const values = inputs as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(names).flatMap(([input, attribute]) =>
      values[input] === undefined ? [] : [[attribute, String(values[input])]],
    ),
  );
}

/** Who may do what with a topic when nobody has said: its own account, as AWS makes it. */
const defaultPolicy = (arn: string, { account }: Scope) =>
  JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish",
        ],
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": account } },
      },
    ],
  });

export const sns: Record<string, ResourceType> = {
  "aws:sns/topic:Topic": resource<TopicArgs>({
    inputs: {
      name: true,
      displayName: true,
      kmsMasterKeyId: true,
      policy: true,
      deliveryPolicy: true,
      signatureVersion: true,
      tracingConfig: true,
      tags: true,
    },
    replaceOn: ["name"],
    policies: ["policy"],
    json: ["deliveryPolicy"],
    async create({ sns }, inputs) {
      const answer = await sns.createTopic({
        Name: inputs.name,
        Attributes: given(TOPIC, inputs),
        Tags: tagList(inputs.tags),
      });
      return String(answer.TopicArn);
    },
    async read({ sns }, id) {
      const { Attributes: now = {} } = await sns.getTopicAttributes({ TopicArn: id });
      return {
        arn: id,
        name: id.split(":").pop(),
        owner: now.Owner,
        displayName: now.DisplayName,
        kmsMasterKeyId: now.KmsMasterKeyId || undefined,
        policy: now.Policy,
        signatureVersion: now.SignatureVersion === undefined ? undefined : Number(now.SignatureVersion),
        tracingConfig: now.TracingConfig,
        fifoTopic: false,
      };
    },
    async update({ sns }, id, inputs, changed) {
      const values = given(TOPIC, inputs);
      for (const [input, attribute] of Object.entries(TOPIC))
        if (changed.has(input))
          await sns.setTopicAttributes({
            TopicArn: id,
            AttributeName: attribute,
            AttributeValue: values[attribute] ?? "",
          });
    },
    delete: ({ sns }, id) => sns.deleteTopic({ TopicArn: id }),
    tags: {
      put: ({ sns }, { arn }, tags) => sns.tagResource({ ResourceArn: String(arn), Tags: tagList(tags) }),
      remove: ({ sns }, { arn }, keys) => sns.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),

  "aws:sns/topicPolicy:TopicPolicy": resource<TopicPolicyArgs>({
    inputs: { arn: true, policy: true },
    replaceOn: ["arn"],
    async create({ sns }, { arn, policy }) {
      await sns.setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: String(policy) });
      return arn;
    },
    async read({ sns }, id) {
      const { Attributes: now = {} } = await sns.getTopicAttributes({ TopicArn: id });
      return now.Policy ? { arn: id, owner: now.Owner, policy: now.Policy } : undefined;
    },
    update: ({ sns }, id, { policy }) =>
      sns.setTopicAttributes({ TopicArn: id, AttributeName: "Policy", AttributeValue: String(policy) }),
    delete: (aws, id) =>
      aws.sns.setTopicAttributes({
        TopicArn: id,
        AttributeName: "Policy",
        AttributeValue: defaultPolicy(id, aws),
      }),
  }),

  "aws:sns/topicSubscription:TopicSubscription": resource<TopicSubscriptionArgs>({
    inputs: {
      topic: true,
      protocol: true,
      endpoint: true,
      filterPolicy: true,
      filterPolicyScope: true,
      rawMessageDelivery: true,
      redrivePolicy: true,
      deliveryPolicy: true,
    },
    replaceOn: ["topic", "protocol", "endpoint"],
    json: ["filterPolicy", "redrivePolicy", "deliveryPolicy"],
    async create({ sns }, inputs) {
      const answer = await sns.subscribe({
        TopicArn: String(inputs.topic),
        Protocol: inputs.protocol,
        Endpoint: inputs.endpoint,
        Attributes: given(SUBSCRIPTION, inputs),
        ReturnSubscriptionArn: true, // also of one that a person has yet to confirm
      });
      return String(answer.SubscriptionArn);
    },
    async read({ sns }, id) {
      const { Attributes: now = {} } = await sns.getSubscriptionAttributes({ SubscriptionArn: id });
      return {
        arn: id,
        topic: now.TopicArn,
        protocol: now.Protocol,
        endpoint: now.Endpoint,
        ownerId: now.Owner,
        pendingConfirmation: now.PendingConfirmation === "true",
        confirmationWasAuthenticated: now.ConfirmationWasAuthenticated === "true",
        filterPolicy: now.FilterPolicy,
        filterPolicyScope: now.FilterPolicyScope ?? "",
        rawMessageDelivery: now.RawMessageDelivery === "true",
        redrivePolicy: now.RedrivePolicy,
      };
    },
    async update({ sns }, id, inputs, changed) {
      const values = given(SUBSCRIPTION, inputs);
      const cleared: Record<string, string> = { filterPolicy: "{}", rawMessageDelivery: "false" };
      for (const [input, attribute] of Object.entries(SUBSCRIPTION))
        if (changed.has(input))
          await sns.setSubscriptionAttributes({
            SubscriptionArn: id,
            AttributeName: attribute,
            AttributeValue: values[attribute] ?? cleared[input] ?? "",
          });
    },
    async delete({ sns }, id) {
      try {
        await sns.unsubscribe({ SubscriptionArn: id });
      } catch (error) {
        // One that was never confirmed can't be removed; AWS drops it by itself, and the official provider lets it be.
        if (!(error instanceof Error && /pending confirmation/i.test(error.message))) throw error;
      }
    },
  }),
};
