import type {
  MaximumExecutionFrequency,
  ResourceType as RecordedType,
  RecordingFrequency,
  RecordingStrategyType,
} from "@aws-sdk/client-config-service";
import type { ConfigurationAggregatorArgs } from "@pulumi/aws/cfg/configurationAggregator";
import type { DeliveryChannelArgs } from "@pulumi/aws/cfg/deliveryChannel";
import type { RecorderArgs } from "@pulumi/aws/cfg/recorder";
import type { RecorderStatusArgs } from "@pulumi/aws/cfg/recorderStatus";
import { camel, found, type Plain, type ResourceType, resource, tagList } from "../resource";
import type { Scope } from "../scope";

function putRecorder({ config }: Scope, { name, roleArn, recordingGroup: group, recordingMode }: Plain<RecorderArgs>) {
  const [strategy] = group?.recordingStrategies ?? [];
  const [exclusion] = group?.exclusionByResourceTypes ?? [];
  return config.putConfigurationRecorder({
    ConfigurationRecorder: {
      name,
      roleARN: roleArn,
      recordingGroup: group && {
        allSupported: group.allSupported ?? true,
        includeGlobalResourceTypes: group.includeGlobalResourceTypes,
        resourceTypes: group.resourceTypes as RecordedType[] | undefined,
        exclusionByResourceTypes: exclusion && { resourceTypes: exclusion.resourceTypes as RecordedType[] },
        recordingStrategy: strategy && { useOnly: strategy.useOnly as RecordingStrategyType },
      },
      recordingMode: recordingMode && {
        recordingFrequency: recordingMode.recordingFrequency as RecordingFrequency,
      },
    },
  });
}

function putChannel({ config }: Scope, inputs: Plain<DeliveryChannelArgs>) {
  const frequency = inputs.snapshotDeliveryProperties?.deliveryFrequency as MaximumExecutionFrequency | undefined;
  return config.putDeliveryChannel({
    DeliveryChannel: {
      name: inputs.name,
      s3BucketName: inputs.s3BucketName,
      s3KeyPrefix: inputs.s3KeyPrefix,
      s3KmsKeyArn: inputs.s3KmsKeyArn,
      snsTopicARN: inputs.snsTopicArn,
      configSnapshotDeliveryProperties: frequency && { deliveryFrequency: frequency },
    },
  });
}

function setRecording({ config }: Scope, name: string | undefined, on: boolean) {
  const recorder = { ConfigurationRecorderName: name };
  return on ? config.startConfigurationRecorder(recorder) : config.stopConfigurationRecorder(recorder);
}

const putAggregator = ({ config }: Scope, inputs: Plain<ConfigurationAggregatorArgs>) =>
  config.putConfigurationAggregator({
    ConfigurationAggregatorName: inputs.name,
    OrganizationAggregationSource: inputs.organizationAggregationSource && {
      RoleArn: inputs.organizationAggregationSource.roleArn,
      AllAwsRegions: inputs.organizationAggregationSource.allRegions ?? false,
      AwsRegions: inputs.organizationAggregationSource.regions,
    },
    Tags: tagList(inputs.tags),
  });

export const config: Record<string, ResourceType> = {
  "aws:cfg/recorder:Recorder": resource<RecorderArgs>({
    inputs: {
      name: true,
      roleArn: true,
      recordingGroup: {
        allSupported: true,
        includeGlobalResourceTypes: true,
        resourceTypes: true,
        exclusionByResourceTypes: { resourceTypes: true },
        recordingStrategies: { useOnly: true },
      },
      recordingMode: { recordingFrequency: true },
    },
    replaceOn: ["name"],
    async create(aws, inputs) {
      await putRecorder(aws, inputs);
      return String(inputs.name);
    },
    async read({ config }, id) {
      const answer = await config.describeConfigurationRecorders({ ConfigurationRecorderNames: [id] });
      const [recorder] = answer.ConfigurationRecorders ?? [];
      const group = recorder?.recordingGroup;
      const excluded = group?.exclusionByResourceTypes;
      return (
        recorder && {
          name: recorder.name,
          roleArn: recorder.roleARN,
          recordingGroup: group && {
            ...group,
            exclusionByResourceTypes: excluded && [excluded],
            recordingStrategies: group.recordingStrategy && [group.recordingStrategy],
          },
          recordingMode: recorder.recordingMode,
        }
      );
    },
    update: (aws, _id, inputs) => putRecorder(aws, inputs),
    delete: ({ config }, id) => config.deleteConfigurationRecorder({ ConfigurationRecorderName: id }),
  }),

  "aws:cfg/recorderStatus:RecorderStatus": resource<RecorderStatusArgs>({
    inputs: { name: true, isEnabled: true },
    replaceOn: ["name"],
    async create(aws, { name, isEnabled }) {
      await setRecording(aws, name, isEnabled);
      return String(name);
    },
    async read({ config }, id) {
      const answer = await config.describeConfigurationRecorderStatus({ ConfigurationRecorderNames: [id] });
      const [status] = answer.ConfigurationRecordersStatus ?? [];
      return status && { name: id, isEnabled: status.recording ?? false };
    },
    update: (aws, id, { isEnabled }) => setRecording(aws, id, isEnabled),
    delete: (aws, id) => setRecording(aws, id, false),
  }),

  "aws:cfg/deliveryChannel:DeliveryChannel": resource<DeliveryChannelArgs>({
    inputs: {
      name: true,
      s3BucketName: true,
      s3KeyPrefix: true,
      s3KmsKeyArn: true,
      snsTopicArn: true,
      snapshotDeliveryProperties: { deliveryFrequency: true },
    },
    replaceOn: ["name"],
    async create(aws, inputs) {
      await putChannel(aws, inputs);
      return String(inputs.name);
    },
    async read({ config }, id) {
      const answer = await config.describeDeliveryChannels({ DeliveryChannelNames: [id] });
      const [channel] = answer.DeliveryChannels ?? [];
      return (
        channel && {
          name: channel.name,
          s3BucketName: channel.s3BucketName,
          s3KeyPrefix: channel.s3KeyPrefix,
          s3KmsKeyArn: channel.s3KmsKeyArn,
          snsTopicArn: channel.snsTopicARN,
          snapshotDeliveryProperties: camel(channel.configSnapshotDeliveryProperties),
        }
      );
    },
    update: (aws, _id, inputs) => putChannel(aws, inputs),
    delete: ({ config }, id) => config.deleteDeliveryChannel({ DeliveryChannelName: id }),
  }),

  "aws:cfg/configurationAggregator:ConfigurationAggregator": resource<ConfigurationAggregatorArgs>({
    inputs: {
      name: true,
      organizationAggregationSource: { roleArn: true, allRegions: true, regions: true },
      tags: true,
    },
    replaceOn: ["name"],
    async create(aws, inputs) {
      await putAggregator(aws, inputs);
      return String(inputs.name);
    },
    async read({ config }, id) {
      const answer = await found(config.describeConfigurationAggregators({ ConfigurationAggregatorNames: [id] }));
      const [aggregator] = answer?.ConfigurationAggregators ?? [];
      const source = aggregator?.OrganizationAggregationSource;
      return (
        aggregator && {
          name: aggregator.ConfigurationAggregatorName,
          arn: aggregator.ConfigurationAggregatorArn,
          organizationAggregationSource: source && {
            roleArn: source.RoleArn,
            allRegions: source.AllAwsRegions,
            regions: source.AwsRegions,
          },
        }
      );
    },
    update: (aws, _id, inputs) => putAggregator(aws, inputs),
    delete: ({ config }, id) => config.deleteConfigurationAggregator({ ConfigurationAggregatorName: id }),
    tags: {
      put: ({ config }, { arn }, tags) => config.tagResource({ ResourceArn: String(arn), Tags: tagList(tags) }),
      remove: ({ config }, { arn }, keys) => config.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),
};
