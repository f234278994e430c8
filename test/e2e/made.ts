import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "../../sandbox/places";

/** A resource as Pulumi's state has it. */
export interface Made {
  type: string;
  outputs: Record<string, string | undefined>;
}

/** All that the stacks have made and not destroyed. */
export function madeIn(places: Places): Made[] {
  const stacks = join(places.state, ".pulumi/stacks");
  return readdirSync(stacks, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const { checkpoint } = JSON.parse(readFileSync(join(stacks, file), "utf8"));
      return (checkpoint.latest?.resources ?? []) as Made[];
    });
}

type Find = (outputs: Made["outputs"]) => string;

/** Which policy document each type makes, as its kind and the last part of its owner's ARN. */
const DOCUMENTS: Record<string, Find | undefined> = {
  "aws:iam/role:Role": ({ name }) => `trust ${name}`,
  "aws:iam/rolePolicy:RolePolicy": ({ role }) => `role ${role}`,
  "aws:kms/key:Key": ({ keyId }) => `key ${keyId}`,
  "aws:lambda/permission:Permission": (outputs) => `function ${outputs.function}`,
  "aws:s3/bucketPolicy:BucketPolicy": ({ bucket }) => `bucket ${bucket}`,
  "aws:sns/topicPolicy:TopicPolicy": ({ arn }) => `topic ${lastOf(arn)}`,
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ({ eventBusName }) => `bus ${eventBusName}`,
  "aws:sqs/queuePolicy:QueuePolicy": ({ queueUrl }) => `queue ${lastOf(queueUrl)}`,
  // Grants nothing. What it denies is tried in test/sandbox/aws/scps.test.ts.
  "aws:organizations/policy:Policy": undefined,
  // No policy of rights: which controls are on.
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": undefined,
};

/** The policy documents that these must have brought about. A type that is called a policy, and is not known here, fails. */
export function documentsOf(resources: readonly Made[]): string[] {
  return resources.flatMap(({ type, outputs }) => {
    if (!(type in DOCUMENTS) && /^aws:.*(Policy|Permission)$/.test(type)) {
      throw new Error(`${type}: say in DOCUMENTS of ${__filename} where its policy document is found`);
    }
    const document = DOCUMENTS[type]?.(outputs);
    return document ? [document] : [];
  });
}

/** Of an ARN or address: what stands after the last colon or slash. */
export const lastOf = (arn = ""): string => arn.split(/[:/]/).at(-1) ?? "";
