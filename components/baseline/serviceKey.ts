import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceKeyArgs {
  description: string;
  /** The account that administers it, and whose policies may let roles use it. */
  accountId: string;
  region: string;
  /** Of its alias, `alias/hakken-NAME`. */
  aliasName: string;
  /** What services may do with it, which no policy of the account can say. */
  statements: readonly object[];
  parent: pulumi.Resource;
  /** Whether it stays on destroy, for what it encrypted; its alias goes. Default: false. */
  retain?: boolean;
}

/** A customer-managed key for AWS services, the resource KEYNAME, and its alias, NAME-alias. It is rotated every year. */
export function serviceKey(name: string, keyName: string, args: ServiceKeyArgs): aws.kms.Key {
  const { description, accountId, region, aliasName, statements, parent, retain } = args;
  const administers = {
    Sid: "AccountAdministersAndDelegatesToItsPolicies",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const key = new aws.kms.Key(
    keyName,
    {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [administers, ...statements] }),
      region,
    },
    { parent, retainOnDelete: retain },
  );
  new aws.kms.Alias(`${name}-alias`, { name: `alias/hakken-${aliasName}`, targetKeyId: key.keyId, region }, { parent });
  return key;
}
