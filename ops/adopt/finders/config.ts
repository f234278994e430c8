import { ConfigService } from "@aws-sdk/client-config-service";
import { type Around, everything, type Finder, type Obstacle, type Sought } from "../finding";

const regionOf = ({ region }: Sought, { homeRegion }: Around): string => region ?? homeRegion;

const recorderIn = ({ account }: Around, region: string) =>
  account.once(`config recorder ${region}`, async () => {
    // AWS takes one a region of a customer's own; a service's is given only to who asks for it.
    const { ConfigurationRecorders = [] } = await account
      .client(ConfigService, region)
      .describeConfigurationRecorders();
    return ConfigurationRecorders[0];
  });

const channelIn = ({ account }: Around, region: string) =>
  account.once(`config channel ${region}`, async () => {
    const { DeliveryChannels = [] } = await account.client(ConfigService, region).describeDeliveryChannels();
    return DeliveryChannels[0];
  });

/** Control Tower's names for its own: aws-controltower-BaselineConfigRecorder, and ...DeliveryChannel. */
const OF_CONTROL_TOWER = /^aws-controltower-/i;

const findRecorder: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const there = await recorderIn(around, region);
  if (!there?.name) return undefined;
  if (there.name !== sought.inputs.name) return otherRecorder(there.name, region, around);
  const { recordingGroup: group } = there;
  return {
    id: there.name,
    now: {
      name: there.name,
      roleArn: there.roleARN,
      recordingGroup: group && {
        allSupported: group.allSupported,
        includeGlobalResourceTypes: group.includeGlobalResourceTypes,
        resourceTypes: group.resourceTypes,
        recordingStrategies: group.recordingStrategy && [{ useOnly: group.recordingStrategy.useOnly }],
        exclusionByResourceTypes: group.exclusionByResourceTypes?.resourceTypes?.length
          ? [group.exclusionByResourceTypes]
          : undefined,
      },
      recordingMode: there.recordingMode && { recordingFrequency: there.recordingMode.recordingFrequency },
    },
  };
};

const otherRecorder = async (name: string, region: string, around: Around): Promise<Obstacle> => {
  if (OF_CONTROL_TOWER.test(name)) {
    return {
      what: `account ${around.account.id} is recorded by Control Tower in ${region}, whose recorder ${name} is not to be touched`,
      fix: "set hakken:recorder to existing in this stack's settings, so that it is used as it is",
    };
  }
  const channel = await channelIn(around, region);
  const run = (words: string) => `aws configservice ${words} --region ${region}`;
  return {
    what: `there is a recorder of another name in ${region}, ${name}, and AWS takes one a region and lets none be renamed`,
    fix: `keep it, by hakken:recorder existing in this stack's settings; or delete it, so that one named default is made: ${[
      run(`stop-configuration-recorder --configuration-recorder-name ${name}`),
      ...(channel?.name ? [run(`delete-delivery-channel --delivery-channel-name ${channel.name}`)] : []),
      run(`delete-configuration-recorder --configuration-recorder-name ${name}`),
    ].join(" && ")}`,
  };
};

const findChannel: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const [there, recorder] = await Promise.all([channelIn(around, region), recorderIn(around, region)]);
  if (!there?.name) return undefined;
  if (there.name !== sought.inputs.name) {
    // With a recorder of another name, too, that one says what to do about both.
    if (recorder?.name && recorder.name !== sought.inputs.name) return undefined;
    const change = (words: string) => `aws configservice ${words} --region ${region}`;
    return {
      what: `AWS Config delivers by a channel of another name in ${region}, ${there.name}, and AWS takes one a region`,
      fix: `delete it, so that one named ${sought.inputs.name} is made: ${[
        ...(recorder?.name
          ? [change(`stop-configuration-recorder --configuration-recorder-name ${recorder.name}`)]
          : []),
        change(`delete-delivery-channel --delivery-channel-name ${there.name}`),
      ].join(" && ")}`,
    };
  }
  const frequency = there.configSnapshotDeliveryProperties?.deliveryFrequency;
  return {
    id: there.name,
    now: {
      name: there.name,
      s3BucketName: there.s3BucketName,
      s3KeyPrefix: there.s3KeyPrefix,
      s3KmsKeyArn: there.s3KmsKeyArn,
      snsTopicArn: there.snsTopicARN,
      snapshotDeliveryProperties: frequency && { deliveryFrequency: frequency },
    },
  };
};

const findStatus: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const recorder = await recorderIn(around, region);
  // One of another name is no recorder of ours: what to do about it is said of the recorder itself.
  if (!recorder?.name || recorder.name !== sought.inputs.name) return undefined;
  const config = around.account.client(ConfigService, region);
  const { ConfigurationRecordersStatus: all = [] } = await config.describeConfigurationRecorderStatus({});
  const status = all.find(({ name }) => name === recorder.name);
  return { id: recorder.name, now: { name: recorder.name, isEnabled: status?.recording ?? false } };
};

const findAggregator: Finder = async (sought, around) => {
  const config = around.account.client(ConfigService, regionOf(sought, around));
  const all = await everything(
    (NextToken) => config.describeConfigurationAggregators({ NextToken }),
    ({ ConfigurationAggregators }) => ConfigurationAggregators,
  );
  const there = all.find(({ ConfigurationAggregatorName: name }) => name === sought.inputs.name);
  const source = there?.OrganizationAggregationSource;
  return (
    there && {
      id: String(there.ConfigurationAggregatorName),
      now: {
        name: there.ConfigurationAggregatorName,
        organizationAggregationSource: source && {
          allRegions: source.AllAwsRegions,
          regions: source.AwsRegions,
          roleArn: source.RoleArn,
        },
      },
    }
  );
};

/** What AWS Config has already. */
export const config: Readonly<Record<string, Finder>> = {
  "aws:cfg/recorder:Recorder": findRecorder,
  "aws:cfg/deliveryChannel:DeliveryChannel": findChannel,
  "aws:cfg/recorderStatus:RecorderStatus": findStatus,
  "aws:cfg/configurationAggregator:ConfigurationAggregator": findAggregator,
};
