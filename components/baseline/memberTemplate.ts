import { roleName } from "./ConfigRecorder";

/**
 * A resource of every member account, as CloudFormation describes it:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
export interface MemberResource {
  /** Its name in the template: letters and digits. Another name is another resource. */
  logicalId: string;
  /** Such as `AWS::Config::DeliveryChannel`. */
  type: string;
  properties: Record<string, unknown>;
  /** Whether it is made in the home region alone. Default: in each region. */
  homeRegionOnly?: boolean;
  /** Logical ids of those to be made before. */
  after?: string[];
}

/** The largest template that can be given as text. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LARGEST = 51_200;

/** AWS Config's recorder and channel, running once both are there. In the home region it records global resources (IAM) too. */
export function recorderResources(bucketName: string): MemberResource[] {
  return [
    {
      logicalId: "Recorder",
      type: "AWS::Config::ConfigurationRecorder",
      properties: {
        Name: "default",
        RoleARN: {
          "Fn::Join": [
            "",
            [
              "arn:",
              { Ref: "AWS::Partition" },
              ":iam::",
              { Ref: "AWS::AccountId" },
              `:role/aws-service-role/config.amazonaws.com/${roleName}`,
            ],
          ],
        },
        RecordingGroup: { AllSupported: true, IncludeGlobalResourceTypes: { "Fn::If": ["HomeRegion", true, false] } },
      },
    },
    {
      logicalId: "Channel",
      type: "AWS::Config::DeliveryChannel",
      // Neither waits for the other: CloudFormation calls the recorder complete once it runs, which takes the channel.
      properties: { Name: "default", S3BucketName: bucketName },
    },
  ];
}

/** The role that AWS Config records with. It stays when its stack goes: others may use it by then, and AWS Config alone may delete it. */
export function roleTemplate(): string {
  const Properties = { AWSServiceName: "config.amazonaws.com" };
  return JSON.stringify({
    Resources: { Role: { Type: "AWS::IAM::ServiceLinkedRole", DeletionPolicy: "Retain", Properties } },
  });
}

/** The template of these resources. Throws where it is larger than CloudFormation takes. */
export function memberTemplate(homeRegion: string, resources: readonly MemberResource[]): string {
  const template = JSON.stringify({
    Conditions: { HomeRegion: { "Fn::Equals": [{ Ref: "AWS::Region" }, homeRegion] } },
    Resources: Object.fromEntries(
      resources.map(({ logicalId, type, properties, homeRegionOnly, after }) => [
        logicalId,
        {
          Type: type,
          ...(homeRegionOnly && { Condition: "HomeRegion" }),
          ...(after && after.length > 0 && { DependsOn: after }),
          Properties: properties,
        },
      ]),
    ),
  });
  if (template.length > LARGEST) {
    throw new Error(
      `the template of the member accounts' stacks has ${template.length} characters, and CloudFormation takes ${LARGEST}`,
    );
  }
  return template;
}
