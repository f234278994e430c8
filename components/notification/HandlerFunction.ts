import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface HandlerFunctionArgs<E, R> {
  /** One sentence for the console. */
  description: string;
  region: string;
  /** An exported callback factory of handlers/: what it makes is made once per warm function. */
  factory: () => (event: E) => Promise<R>;
  /** What its role may do. Writing its own log comes by itself. */
  statements: Statement[];
  /** Names and ARNs of resources. Default: none. */
  environment?: Record<string, pulumi.Input<string>>;
  timeoutSeconds: number;
  /** Default: 256. */
  memoryMegabytes?: number;
  /** Whether it calls a service by HTTP itself, and so needs undici in its zip. Default: false. */
  http?: boolean;
}

/** One statement of a role's policy: always an Allow. */
export interface Statement {
  Sid: string;
  Action: string[];
  Resource: pulumi.Input<string>[];
}

/** The policy document of these statements. */
export const policyOf = (statements: readonly Statement[]): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });

/** How long a function's log is kept. */
const LOG_DAYS = 90;
/** Packages that zips hold where `http` asks for it: all of package.json's dependencies. */
const HTTP_PACKAGES = ["undici"];

/** A Lambda function from a callback factory, with a role of its own and its log group. */
export class HandlerFunction<E, R> extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: HandlerFunctionArgs<E, R>, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:HandlerFunction", name, {}, opts);
    const { region } = args;

    const logs = new aws.cloudwatch.LogGroup(`${name}-logs`, { retentionInDays: LOG_DAYS, region }, { parent: this });
    const role = new aws.iam.Role(
      `${name}-role`,
      // Lambda names no source when it takes a role, and takes none of another account.
      { assumeRolePolicy: JSON.stringify(trust("lambda.amazonaws.com")) },
      { parent: this },
    );
    const writeLog: Statement = {
      Sid: "WriteOwnLog",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [pulumi.interpolate`${logs.arn}:log-stream:*`],
    };
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: policyOf([...args.statements, writeLog]) },
      { parent: this },
    );
    this.function = new aws.lambda.CallbackFunction<E, R>(
      name,
      {
        description: args.description,
        callbackFactory: args.factory,
        role,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        timeout: args.timeoutSeconds,
        memorySize: args.memoryMegabytes ?? 256,
        environment: args.environment && { variables: args.environment },
        loggingConfig: { logFormat: "Text", logGroup: logs.name },
        codePathOptions: { extraExcludePackages: args.http ? [] : HTTP_PACKAGES },
        region,
      },
      // The role's rights first: a function that is called at once would lack them.
      { parent: this, dependsOn: [policy] },
    );

    this.registerOutputs();
  }
}

/** The trust policy of a role that a service takes: with `accountId`, for what is in this account alone. */
export const trust = (service: string, accountId?: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      ...(accountId && { Condition: { StringEquals: { "aws:SourceAccount": accountId } } }),
    },
  ],
});
