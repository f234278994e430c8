import type { EncryptionType, LogLevel, StateMachineType, Tag } from "@aws-sdk/client-sfn";
import type { StateMachineArgs } from "@pulumi/aws/sfn/stateMachine";
import { found, type Plain, type ResourceType, resource, until } from "../resource";

const keyed = (tags: Record<string, string> | undefined): Tag[] | undefined =>
  tags && Object.entries(tags).map(([key, value]) => ({ key, value }));

const machine = (inputs: Plain<StateMachineArgs>) => ({
  definition: inputs.definition,
  roleArn: inputs.roleArn,
  loggingConfiguration: {
    level: (inputs.loggingConfiguration?.level ?? "OFF") as LogLevel,
    includeExecutionData: inputs.loggingConfiguration?.includeExecutionData ?? false,
    destinations: inputs.loggingConfiguration?.logDestination
      ? [{ cloudWatchLogsLogGroup: { logGroupArn: inputs.loggingConfiguration.logDestination } }]
      : undefined,
  },
  tracingConfiguration: { enabled: inputs.tracingConfiguration?.enabled ?? false },
  encryptionConfiguration: inputs.encryptionConfiguration && {
    type: inputs.encryptionConfiguration.type as EncryptionType,
    kmsKeyId: inputs.encryptionConfiguration.kmsKeyId,
    kmsDataKeyReusePeriodSeconds: inputs.encryptionConfiguration.kmsDataKeyReusePeriodSeconds,
  },
});

export const sfn: Record<string, ResourceType> = {
  "aws:sfn/stateMachine:StateMachine": resource<StateMachineArgs>({
    inputs: {
      name: true,
      definition: true,
      roleArn: true,
      type: true,
      loggingConfiguration: { includeExecutionData: true, level: true, logDestination: true },
      tracingConfiguration: { enabled: true },
      encryptionConfiguration: { type: true, kmsKeyId: true, kmsDataKeyReusePeriodSeconds: true },
      tags: true,
    },
    replaceOn: ["name", "type"],
    json: ["definition"],
    async create({ sfn }, inputs) {
      const answer = await sfn.createStateMachine({
        ...machine(inputs),
        name: inputs.name,
        type: inputs.type as StateMachineType | undefined,
        tags: keyed(inputs.tags),
      });
      return String(answer.stateMachineArn);
    },
    async read({ sfn }, id) {
      const now = await sfn.describeStateMachine({ stateMachineArn: id });
      if (now.status === "DELETING") return undefined;
      return {
        arn: id,
        name: now.name,
        definition: now.definition,
        roleArn: now.roleArn,
        type: now.type,
        status: now.status,
        revisionId: now.revisionId,
        creationDate: now.creationDate?.toISOString(),
        loggingConfiguration: now.loggingConfiguration && {
          level: now.loggingConfiguration.level,
          includeExecutionData: now.loggingConfiguration.includeExecutionData,
          logDestination: now.loggingConfiguration.destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn,
        },
        tracingConfiguration: now.tracingConfiguration,
        encryptionConfiguration: now.encryptionConfiguration,
      };
    },
    update: ({ sfn }, id, inputs) => sfn.updateStateMachine({ ...machine(inputs), stateMachineArn: id }),
    async delete(aws, id) {
      await aws.sfn.deleteStateMachine({ stateMachineArn: id });
      // Gone only when its last execution has ended.
      await until(aws, `the deletion of state machine ${id}`, async () => {
        const now = await found(aws.sfn.describeStateMachine({ stateMachineArn: id }));
        return now ? undefined : true;
      });
    },
    tags: {
      put: ({ sfn }, { arn }, tags) => sfn.tagResource({ resourceArn: String(arn), tags: keyed(tags) }),
      remove: ({ sfn }, { arn }, keys) => sfn.untagResource({ resourceArn: String(arn), tagKeys: keys }),
    },
  }),
};
