import type { FunctionUrlAuthType } from "@aws-sdk/client-lambda";
import type { FunctionEventInvokeConfigArgs } from "@pulumi/aws/lambda/functionEventInvokeConfig";
import type { PermissionArgs } from "@pulumi/aws/lambda/permission";
import { type Plain, pascal, type ResourceType, resource } from "../resource";
import type { Scope } from "../scope";

interface Statement {
  Sid: string;
  Action: string;
  Principal: unknown;
}

function configure({ lambda }: Scope, inputs: Plain<FunctionEventInvokeConfigArgs>) {
  const { destinationConfig } = inputs;
  return lambda.putFunctionEventInvokeConfig({
    FunctionName: inputs.functionName,
    Qualifier: inputs.qualifier,
    MaximumRetryAttempts: inputs.maximumRetryAttempts ?? 2,
    MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
    DestinationConfig: destinationConfig && {
      OnFailure: pascal(destinationConfig.onFailure),
      OnSuccess: pascal(destinationConfig.onSuccess),
    },
  });
}

/** Who may invoke a function, and what becomes of its asynchronous invocations. */
export const invocation: Record<string, ResourceType> = {
  "aws:lambda/permission:Permission": resource<PermissionArgs>({
    inputs: {
      function: true,
      statementId: true,
      action: true,
      principal: true,
      sourceArn: true,
      sourceAccount: true,
      principalOrgId: true,
      qualifier: true,
      functionUrlAuthType: true,
    },
    autoName: { input: "statementId" },
    async create({ lambda }, inputs) {
      await lambda.addPermission({
        FunctionName: String(inputs.function),
        StatementId: inputs.statementId,
        Action: inputs.action,
        Principal: inputs.principal,
        SourceArn: inputs.sourceArn,
        SourceAccount: inputs.sourceAccount,
        PrincipalOrgID: inputs.principalOrgId,
        Qualifier: inputs.qualifier,
        FunctionUrlAuthType: inputs.functionUrlAuthType as FunctionUrlAuthType | undefined,
      });
      return String(inputs.statementId);
    },
    async read({ lambda }, id, inputs) {
      const { Policy } = await lambda.getPolicy({
        FunctionName: String(inputs.function),
        Qualifier: inputs.qualifier,
      });
      const { Statement = [] } = JSON.parse(Policy ?? "{}") as { Statement?: Statement[] };
      const statement = Statement.find(({ Sid }) => Sid === id);
      return statement && { statementId: id, action: statement.Action };
    },
    delete: ({ lambda }, id, inputs) =>
      lambda.removePermission({
        FunctionName: String(inputs.function),
        StatementId: id,
        Qualifier: inputs.qualifier,
      }),
  }),

  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": resource<FunctionEventInvokeConfigArgs>({
    inputs: {
      functionName: true,
      qualifier: true,
      maximumRetryAttempts: true,
      maximumEventAgeInSeconds: true,
      destinationConfig: { onFailure: { destination: true }, onSuccess: { destination: true } },
    },
    replaceOn: ["functionName", "qualifier"],
    async create(aws, inputs) {
      await configure(aws, inputs);
      return inputs.qualifier ? `${inputs.functionName}:${inputs.qualifier}` : inputs.functionName;
    },
    async read({ lambda }, _id, { functionName, qualifier }) {
      const now = await lambda.getFunctionEventInvokeConfig({ FunctionName: functionName, Qualifier: qualifier });
      const destination = (one: { Destination?: string } | undefined) =>
        one?.Destination ? { destination: one.Destination } : undefined;
      return {
        functionName,
        maximumRetryAttempts: now.MaximumRetryAttempts,
        maximumEventAgeInSeconds: now.MaximumEventAgeInSeconds,
        destinationConfig: {
          onFailure: destination(now.DestinationConfig?.OnFailure),
          onSuccess: destination(now.DestinationConfig?.OnSuccess),
        },
      };
    },
    update: (aws, _id, inputs) => configure(aws, inputs),
    delete: ({ lambda }, _id, { functionName, qualifier }) =>
      lambda.deleteFunctionEventInvokeConfig({ FunctionName: functionName, Qualifier: qualifier }),
  }),
};
