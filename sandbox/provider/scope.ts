import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { ConfigService } from "@aws-sdk/client-config-service";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SFN } from "@aws-sdk/client-sfn";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";

const CLIENTS = {
  cloudformation: CloudFormation,
  cloudtrail: CloudTrail,
  cloudwatch: CloudWatch,
  config: ConfigService,
  dynamodb: DynamoDB,
  events: EventBridge,
  guardduty: GuardDuty,
  iam: IAM,
  inspector2: Inspector2,
  kms: KMS,
  lambda: Lambda,
  logs: CloudWatchLogs,
  organizations: Organizations,
  s3: S3,
  secrets: SecretsManager,
  securityhub: SecurityHub,
  sfn: SFN,
  sns: SNS,
  sqs: SQS,
  sts: STS,
};

/** An AWS SDK client a service, made when first used. */
export type Clients = { readonly [Name in keyof typeof CLIENTS]: InstanceType<(typeof CLIENTS)[Name]> };

/** What a resource's calls need: the clients of one account and region, and what is known of both. */
export interface Scope extends Clients {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Every region that the account has enabled. */
  readonly regions: readonly string[];
  /** How long a wait may take, where the program sets `customTimeouts`; in seconds. */
  readonly patience?: number;
  /** Aborted when the engine cancels or hangs up. */
  readonly signal: AbortSignal;
  /** The bytes of an archive of the program, always the same for the same content. */
  zip(archive: unknown): Uint8Array;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Clients of one account and region. `destroy` closes those that were used. */
export function clients(endpoint: string, region: string, credentials: Credentials): Clients & { destroy(): void } {
  const made: { destroy(): void }[] = [];
  const all = { destroy: () => made.forEach((client) => void client.destroy()) };
  for (const [name, Client] of Object.entries(CLIENTS)) {
    Object.defineProperty(all, name, {
      configurable: true,
      get() {
        const client = new Client({
          endpoint,
          region,
          credentials,
          // A queue's URL keeps the port that it was made with: the endpoint decides, not the URL.
          ...(Client === SQS && { useQueueUrlAsEndpoint: false }),
          ...(Client === S3 && { forcePathStyle: true }),
        });
        made.push(client);
        Object.defineProperty(all, name, { value: client });
        return client;
      },
    });
  }
  return all as Clients & { destroy(): void };
}
