import * as pulumi from "@pulumi/pulumi";
import { serviceKey } from "../baseline/serviceKey";

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

    const key = serviceKey(name, name, {
      description: args.description,
      accountId: args.accountId,
      region: args.region,
      aliasName: name,
      statements: [
        {
          Sid: "ServicesWriteEncrypted",
          Effect: "Allow",
          Principal: { Service: args.services },
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: "*",
        },
      ],
      parent: this,
    });
    this.arn = key.arn;
    this.id = key.keyId;

    this.registerOutputs();
  }
}
