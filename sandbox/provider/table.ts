import type { ResourceType } from "./resource";
import { cloudformation } from "./resources/cloudformation";
import { cloudtrail } from "./resources/cloudtrail";
import { cloudwatch } from "./resources/cloudwatch";
import { config } from "./resources/config";
import { dynamodb } from "./resources/dynamodb";
import { events } from "./resources/events";
import { guardduty } from "./resources/guardduty";
import { guarddutyExport } from "./resources/guarddutyExport";
import { guarddutyInvitations } from "./resources/guarddutyInvitations";
import { guarddutyLists } from "./resources/guarddutyLists";
import { iam } from "./resources/iam";
import { inspector2 } from "./resources/inspector2";
import { kms } from "./resources/kms";
import { lambda } from "./resources/lambda";
import { logs } from "./resources/logs";
import { organizations } from "./resources/organizations";
import { s3 } from "./resources/s3";
import { secrets } from "./resources/secrets";
import { securityhub } from "./resources/securityhub";
import { securityhubInvitations } from "./resources/securityhubInvitations";
import { sfn } from "./resources/sfn";
import { sns } from "./resources/sns";
import { sqs } from "./resources/sqs";

/** Every resource type that is supported, by its token in @pulumi/aws. */
export const resources: Readonly<Record<string, ResourceType>> = {
  ...cloudformation,
  ...cloudtrail,
  ...cloudwatch,
  ...config,
  ...dynamodb,
  ...events,
  ...guardduty,
  ...guarddutyExport,
  ...guarddutyInvitations,
  ...guarddutyLists,
  ...iam,
  ...inspector2,
  ...kms,
  ...lambda,
  ...logs,
  ...organizations,
  ...s3,
  ...secrets,
  ...securityhub,
  ...securityhubInvitations,
  ...sfn,
  ...sns,
  ...sqs,
};
