import { HOME } from "./plane";

/** The bucket that recorders deliver to. */
export const BUCKET = "members-history";

export const role = { Type: "AWS::IAM::ServiceLinkedRole", Properties: { AWSServiceName: "config.amazonaws.com" } };
export const recorder = {
  Type: "AWS::Config::ConfigurationRecorder",
  Properties: {
    Name: "default",
    RoleARN: {
      "Fn::Join": [
        "",
        [
          "arn:aws:iam::",
          { Ref: "AWS::AccountId" },
          ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        ],
      ],
    },
    RecordingGroup: { AllSupported: true, IncludeGlobalResourceTypes: { "Fn::If": ["Home", true, false] } },
  },
};
export const channel = { Type: "AWS::Config::DeliveryChannel", Properties: { Name: "default", S3BucketName: BUCKET } };
const Conditions = { Home: { "Fn::Equals": [{ Ref: "AWS::Region" }, HOME] } };
export const both = { Conditions, Resources: { Recorder: recorder, Channel: channel } };
