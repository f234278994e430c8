import type { RuleState } from "@aws-sdk/client-eventbridge";
import type { EventBusArgs } from "@pulumi/aws/cloudwatch/eventBus";
import type { EventBusPolicyArgs } from "@pulumi/aws/cloudwatch/eventBusPolicy";
import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule";
import type { EventTargetArgs } from "@pulumi/aws/cloudwatch/eventTarget";
import { camel, type Plain, pascal, type ResourceType, resource, tagList } from "../resource";
import type { Scope } from "../scope";

function putRule({ events }: Scope, inputs: Plain<EventRuleArgs>) {
  return events.putRule({
    Name: inputs.name,
    EventBusName: inputs.eventBusName,
    EventPattern: inputs.eventPattern,
    ScheduleExpression: inputs.scheduleExpression,
    Description: inputs.description,
    RoleArn: inputs.roleArn,
    State: (inputs.state as RuleState) ?? "ENABLED",
  });
}

async function putTarget({ events }: Scope, inputs: Plain<EventTargetArgs>) {
  const { inputTransformer } = inputs;
  const answer = await events.putTargets({
    Rule: inputs.rule,
    EventBusName: inputs.eventBusName,
    Targets: [
      {
        Id: inputs.targetId,
        Arn: inputs.arn,
        RoleArn: inputs.roleArn,
        Input: inputs.input,
        InputPath: inputs.inputPath,
        InputTransformer: inputTransformer && {
          InputPathsMap: inputTransformer.inputPaths,
          InputTemplate: inputTransformer.inputTemplate,
        },
        DeadLetterConfig: pascal(inputs.deadLetterConfig),
        RetryPolicy: pascal(inputs.retryPolicy),
        SqsParameters: inputs.sqsTarget && { MessageGroupId: inputs.sqsTarget.messageGroupId },
      },
    ],
  });
  for (const failed of answer.FailedEntries ?? []) throw new Error(`${failed.ErrorCode}: ${failed.ErrorMessage}`);
}

export const events: Record<string, ResourceType> = {
  "aws:cloudwatch/eventRule:EventRule": resource<EventRuleArgs>({
    inputs: {
      name: true,
      eventBusName: true,
      eventPattern: true,
      scheduleExpression: true,
      description: true,
      roleArn: true,
      state: true,
      forceDestroy: true,
      tags: true,
    },
    replaceOn: ["name", "eventBusName"],
    json: ["eventPattern"],
    async create(aws, inputs, made) {
      const { RuleArn } = await putRule(aws, inputs);
      const id = inputs.eventBusName ? `${inputs.eventBusName}/${inputs.name}` : String(inputs.name);
      made(id);
      if (inputs.tags) await aws.events.tagResource({ ResourceARN: RuleArn, Tags: tagList(inputs.tags) });
      return id;
    },
    async read({ events }, _id, inputs) {
      const rule = await events.describeRule({ Name: inputs.name, EventBusName: inputs.eventBusName });
      return {
        name: rule.Name,
        arn: rule.Arn,
        eventPattern: rule.EventPattern,
        scheduleExpression: rule.ScheduleExpression,
        description: rule.Description,
        state: rule.State,
        eventBusName: inputs.eventBusName ?? "default",
      };
    },
    update: (aws, _id, inputs) => putRule(aws, inputs),
    async delete({ events }, _id, inputs) {
      const rule = { Rule: inputs.name, EventBusName: inputs.eventBusName };
      if (inputs.forceDestroy) {
        const { Targets = [] } = await events.listTargetsByRule(rule);
        if (Targets.length > 0) await events.removeTargets({ ...rule, Ids: Targets.map(({ Id }) => String(Id)) });
      }
      await events.deleteRule({ Name: inputs.name, EventBusName: inputs.eventBusName });
    },
    tags: {
      put: ({ events }, { arn }, tags) => events.tagResource({ ResourceARN: String(arn), Tags: tagList(tags) }),
      remove: ({ events }, { arn }, keys) => events.untagResource({ ResourceARN: String(arn), TagKeys: keys }),
    },
  }),

  "aws:cloudwatch/eventTarget:EventTarget": resource<EventTargetArgs>({
    inputs: {
      rule: true,
      targetId: true,
      eventBusName: true,
      arn: true,
      roleArn: true,
      input: true,
      inputPath: true,
      inputTransformer: { inputPaths: true, inputTemplate: true },
      deadLetterConfig: { arn: true },
      retryPolicy: { maximumEventAgeInSeconds: true, maximumRetryAttempts: true },
      sqsTarget: { messageGroupId: true },
    },
    replaceOn: ["rule", "targetId", "eventBusName"],
    autoName: { input: "targetId" },
    json: ["input"],
    async create(aws, inputs) {
      await putTarget(aws, inputs);
      const { eventBusName, rule, targetId } = inputs;
      return [...(eventBusName && eventBusName !== "default" ? [eventBusName] : []), rule, targetId].join("-");
    },
    async read({ events }, _id, inputs) {
      const answer = await events.listTargetsByRule({ Rule: inputs.rule, EventBusName: inputs.eventBusName });
      const target = answer.Targets?.find(({ Id }) => Id === inputs.targetId);
      return (
        target && {
          targetId: target.Id,
          arn: target.Arn,
          rule: inputs.rule,
          roleArn: target.RoleArn,
          input: target.Input,
          inputPath: target.InputPath,
          inputTransformer: target.InputTransformer && {
            inputPaths: target.InputTransformer.InputPathsMap,
            inputTemplate: target.InputTransformer.InputTemplate,
          },
          deadLetterConfig: camel(target.DeadLetterConfig),
          retryPolicy: camel(target.RetryPolicy),
        }
      );
    },
    update: (aws, _id, inputs) => putTarget(aws, inputs),
    async delete({ events }, _id, inputs) {
      const answer = await events.removeTargets({
        Rule: inputs.rule,
        EventBusName: inputs.eventBusName,
        Ids: [String(inputs.targetId)],
      });
      for (const failed of answer.FailedEntries ?? []) throw new Error(`${failed.ErrorCode}: ${failed.ErrorMessage}`);
    },
  }),

  "aws:cloudwatch/eventBus:EventBus": resource<EventBusArgs>({
    inputs: { name: true, description: true, kmsKeyIdentifier: true, deadLetterConfig: { arn: true }, tags: true },
    replaceOn: ["name"],
    async create({ events }, inputs) {
      await events.createEventBus({
        Name: inputs.name,
        Description: inputs.description,
        KmsKeyIdentifier: inputs.kmsKeyIdentifier,
        DeadLetterConfig: pascal(inputs.deadLetterConfig),
        Tags: tagList(inputs.tags),
      });
      return String(inputs.name);
    },
    async read({ events }, id) {
      const bus = await events.describeEventBus({ Name: id });
      return {
        name: bus.Name,
        arn: bus.Arn,
        description: bus.Description,
        kmsKeyIdentifier: bus.KmsKeyIdentifier,
        deadLetterConfig: camel(bus.DeadLetterConfig),
      };
    },
    update: ({ events }, id, inputs) =>
      events.updateEventBus({
        Name: id,
        Description: inputs.description,
        KmsKeyIdentifier: inputs.kmsKeyIdentifier,
        DeadLetterConfig: pascal(inputs.deadLetterConfig),
      }),
    delete: ({ events }, id) => events.deleteEventBus({ Name: id }),
    tags: {
      put: ({ events }, { arn }, tags) => events.tagResource({ ResourceARN: String(arn), Tags: tagList(tags) }),
      remove: ({ events }, { arn }, keys) => events.untagResource({ ResourceARN: String(arn), TagKeys: keys }),
    },
  }),

  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": resource<EventBusPolicyArgs>({
    inputs: { eventBusName: true, policy: true },
    replaceOn: ["eventBusName"],
    policies: ["policy"],
    async create({ events }, { eventBusName = "default", policy }) {
      await events.putPermission({ EventBusName: eventBusName, Policy: policy });
      return eventBusName;
    },
    async read({ events }, id) {
      const { Policy: policy } = await events.describeEventBus({ Name: id });
      return policy ? { eventBusName: id, policy } : undefined;
    },
    update: ({ events }, id, { policy }) => events.putPermission({ EventBusName: id, Policy: policy }),
    delete: ({ events }, id) => events.removePermission({ EventBusName: id, RemoveAllPermissions: true }),
  }),
};
