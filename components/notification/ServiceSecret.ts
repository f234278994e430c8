import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./EncryptionKey";

/** What handlers read at run time, and the key that it takes: none for one under Secrets Manager's own. */
export interface ReadableSecret {
  arn: pulumi.Input<string>;
  keyArn?: pulumi.Input<string>;
}

/** Where a channel's token or key comes from: its value, of which a secret is made, or a secret that exists. */
export type SecretSource = { value: pulumi.Input<string> } | { arn: string; keyArn?: string };

export interface ServiceSecretArgs {
  description: string;
  region: string;
  key: EncryptionKey;
  /** A Pulumi secret. */
  value: pulumi.Input<string>;
}

/** A token or key of a service, in Secrets Manager: handlers read it at run time, so that it is in no environment and no code. */
class ServiceSecret extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: ServiceSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:ServiceSecret", name, {}, opts);

    const secret = new aws.secretsmanager.Secret(
      name,
      { description: args.description, kmsKeyId: args.key.arn, recoveryWindowInDays: 7, region: args.region },
      { parent: this },
    );
    const version = new aws.secretsmanager.SecretVersion(
      `${name}-version`,
      { secretId: secret.id, secretString: pulumi.secret(args.value), region: args.region },
      { parent: this },
    );
    // Not before it has a value: a function that is told of it may be called at once.
    this.arn = pulumi.all([secret.arn, version.versionId]).apply(([arn]) => arn);
    this.keyArn = args.key.arn;

    this.registerOutputs();
  }
}

/** The secret of a source: a new one, or the one that exists. */
export function readable(
  name: string,
  { source, ...args }: Omit<ServiceSecretArgs, "value"> & { source: SecretSource },
  opts: pulumi.ComponentResourceOptions,
): ReadableSecret {
  return "value" in source ? new ServiceSecret(name, { ...args, value: source.value }, opts) : source;
}
