import { ConfigService } from "@aws-sdk/client-config-service";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { EVENT_RESOURCES } from "./eventResources";
import { HUB_RESOURCES } from "./hubResources";

/** The local AWS as one member account and region sees it. */
export interface Member {
  account: string;
  region: string;
  config: ConfigService;
  events: EventBridge;
  iam: IAM;
  securityhub: SecurityHub;
}

type Properties = Record<string, unknown>;

/** How CloudFormation makes a type of resource: by the service's own calls, in the member account. */
export interface MemberResource {
  /** The properties that are mapped; any other is refused, as CloudFormation refuses what a type lacks. */
  properties: readonly string[];
  required: readonly string[];
  /** Properties whose change makes a new resource. */
  replaceOn: readonly string[];
  /** Makes it, and returns its physical id. What stands there already is refused, by the service or here. */
  create(member: Member, properties: Properties): Promise<string>;
  update(member: Member, id: string, properties: Properties): Promise<unknown>;
  delete(member: Member, id: string): Promise<unknown>;
  /** What must be so before CloudFormation calls it complete; done once all that it doesn't wait for has been made. */
  complete?(member: Member, id: string): Promise<unknown>;
  /** Made before others that wait for nothing either, since CloudFormation tries those again until this is there. */
  first?: boolean;
}

/** The clients of a member account, whose root the local AWS knows by the account's number. */
export function memberOf(endpoint: string, account: string, region: string): Member {
  const how = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: "stacksets" } };
  return {
    account,
    region,
    config: new ConfigService(how),
    events: new EventBridge(how),
    iam: new IAM(how),
    securityhub: new SecurityHub(how),
  };
}

/** As the API has a block of CloudFormation's: the first letters of its names in lower case. */
function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), lower(inner)]),
  );
}

const putRecorder = ({ config }: Member, name: string, { RoleARN, RecordingGroup, RecordingMode }: Properties) =>
  config.putConfigurationRecorder({
    ConfigurationRecorder: {
      name,
      roleARN: String(RoleARN),
      recordingGroup: lower(RecordingGroup) as object | undefined,
      recordingMode: lower(RecordingMode) as never,
    },
  });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configurationrecorder.html */
const recorder: MemberResource = {
  properties: ["Name", "RoleARN", "RecordingGroup", "RecordingMode"],
  required: ["RoleARN"],
  replaceOn: ["Name"],
  first: true,
  async create(member, properties) {
    const name = String(properties.Name ?? "default");
    const { ConfigurationRecorders: there = [] } = await member.config.describeConfigurationRecorders({});
    // The API would change the one of this name in place, which CloudFormation doesn't take for its own.
    if (there.some((one) => one.name === name)) throw new Error(`${name} already exists`);
    await roleExists(member, String(properties.RoleARN));
    await putRecorder(member, name, properties);
    return name;
  },
  update: (member, id, properties) => putRecorder(member, id, properties),
  // Complete once it runs, which takes a delivery channel: one that waits for the recorder never comes.
  complete: ({ config }, id) => config.startConfigurationRecorder({ ConfigurationRecorderName: id }),
  async delete({ config }, id) {
    await config.stopConfigurationRecorder({ ConfigurationRecorderName: id });
    await config.deleteConfigurationRecorder({ ConfigurationRecorderName: id });
  },
};

/** AWS Config looks its role up. */
async function roleExists({ iam }: Member, arn: string): Promise<void> {
  await iam.getRole({ RoleName: arn.split("/").pop() ?? "" }).catch(() => {
    throw new Error(`The role ${arn} does not exist in the account (InvalidRoleException)`);
  });
}

const putChannel = ({ config }: Member, name: string, properties: Properties) =>
  config.putDeliveryChannel({
    DeliveryChannel: {
      name,
      s3BucketName: String(properties.S3BucketName),
      s3KeyPrefix: properties.S3KeyPrefix as string | undefined,
      configSnapshotDeliveryProperties: lower(properties.ConfigSnapshotDeliveryProperties) as object | undefined,
    },
  });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-deliverychannel.html */
const channel: MemberResource = {
  properties: ["Name", "S3BucketName", "S3KeyPrefix", "ConfigSnapshotDeliveryProperties"],
  required: ["S3BucketName"],
  replaceOn: ["Name"],
  async create(member, properties) {
    const name = String(properties.Name ?? "default");
    const { DeliveryChannels: there = [] } = await member.config.describeDeliveryChannels({});
    if (there.some((one) => one.name === name)) throw new Error(`${name} already exists`);
    await putChannel(member, name, properties);
    return name;
  },
  update: (member, id, properties) => putChannel(member, id, properties),
  delete: ({ config }, id) => config.deleteDeliveryChannel({ DeliveryChannelName: id }),
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-servicelinkedrole.html */
const serviceLinkedRole: MemberResource = {
  properties: ["AWSServiceName", "CustomSuffix", "Description"],
  required: ["AWSServiceName"],
  replaceOn: ["AWSServiceName", "CustomSuffix"],
  async create({ iam }, { AWSServiceName, CustomSuffix, Description }) {
    const { Role } = await iam.createServiceLinkedRole({
      AWSServiceName: String(AWSServiceName),
      CustomSuffix: CustomSuffix as string | undefined,
      Description: Description as string | undefined,
    });
    return Role?.RoleName ?? "";
  },
  update: ({ iam }, id, { Description }) => iam.updateRole({ RoleName: id, Description: Description as string }),
  delete: ({ iam }, id) => iam.deleteServiceLinkedRole({ RoleName: id }),
};

/** The types that a template may hold. Another one needs its entry here. */
export const MEMBER_RESOURCES: Readonly<Record<string, MemberResource>> = {
  "AWS::Config::ConfigurationRecorder": recorder,
  "AWS::Config::DeliveryChannel": channel,
  "AWS::IAM::ServiceLinkedRole": serviceLinkedRole,
  ...HUB_RESOURCES,
  ...EVENT_RESOURCES,
};
