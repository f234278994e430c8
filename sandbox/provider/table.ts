import type { ResourceType } from "./resource";
import { events } from "./resources/events";
import { iam } from "./resources/iam";
import { kms } from "./resources/kms";
import { lambda } from "./resources/lambda";
import { logs } from "./resources/logs";
import { sqs } from "./resources/sqs";

/** Every resource type that is supported, by its token in @pulumi/aws. */
export const resources: Readonly<Record<string, ResourceType>> = {
  ...events,
  ...iam,
  ...kms,
  ...lambda,
  ...logs,
  ...sqs,
};
