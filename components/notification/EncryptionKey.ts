import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface EncryptionKeyArgs {
  description: string;
  accountId: string;
  region: string;
  /** AWS services that write to what the key encrypts, such as events.amazonaws.com. */
  services: string[];
}

/**
 * A customer-managed key. Roles of the account use it by their own policies; services by the key's.
 * No condition on the source: SNS calls KMS without one, and would be refused.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** For what names a key by its id. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:EncryptionKey", name, {}, opts);

    const key = new aws.kms.Key(
      name,
      {
        description: args.description,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "AccountAdministersAndDelegatesToItsPolicies",
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${args.accountId}:root` },
              Action: "kms:*",
              Resource: "*",
            },
            {
              Sid: "ServicesWriteEncrypted",
              Effect: "Allow",
              Principal: { Service: args.services },
              Action: ["kms:Decrypt", "kms:GenerateDataKey"],
              Resource: "*",
            },
          ],
        }),
        region: args.region,
      },
      { parent: this },
    );
    new aws.kms.Alias(
      `${name}-alias`,
      { name: `alias/hakken-${name}`, targetKeyId: key.keyId, region: args.region },
      { parent: this },
    );
    this.arn = key.arn;
    this.id = key.keyId;

    this.registerOutputs();
  }
}
