import { createHash } from "node:crypto";
import type { FunctionUrlAuthType } from "@aws-sdk/client-lambda";
import type { FunctionEventInvokeConfigArgs } from "@pulumi/aws/lambda/functionEventInvokeConfig";
import type { InvocationArgs } from "@pulumi/aws/lambda/invocation";
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

/** Results by id: a service keeps none, so that only the state has them later. */
const results = new Map<string, string>();

/**
 * Invokes as the official provider does under CRUD: synchronously, with the lifecycle in the input, and an error of the function
 * is one of the resource. https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/lambda/invocation.go
 */
async function invoke({ lambda }: Scope, inputs: Plain<InvocationArgs>, action: string): Promise<string> {
  if (inputs.lifecycleScope !== "CRUD")
    throw new Error("the stand-in aws provider maps the lifecycle scope CRUD alone");
  const Qualifier = inputs.qualifier ?? "$LATEST";
  const input = JSON.parse(inputs.input);
  const Payload = JSON.stringify({ ...input, [inputs.terraformKey ?? "tf"]: { action, prev_input: input } });
  const answer = await lambda.invoke({ FunctionName: inputs.functionName, Qualifier, Payload });
  const result = answer.Payload?.transformToString() ?? "";
  if (answer.FunctionError) throw new Error(`invoking Lambda Function (${inputs.functionName}): ${result}`);
  const id = `${inputs.functionName},${Qualifier},${createHash("md5").update(Payload).digest("hex")}`;
  results.set(id, result);
  return id;
}

/** Who may invoke a function, what becomes of its asynchronous invocations, and those that the program makes. */
export const invocation: Record<string, ResourceType> = {
  "aws:lambda/invocation:Invocation": resource<InvocationArgs>({
    inputs: {
      functionName: true,
      qualifier: true,
      input: true,
      lifecycleScope: true,
      terraformKey: true,
      triggers: true,
    },
    noImport: true, // the official provider's calls the function again at the next update
    replaceOn: ["functionName", "qualifier", "triggers"],
    json: ["input"],
    create: (aws, inputs) => invoke(aws, inputs, "create"),
    // As the official provider: nothing is read, so what the state has stays.
    read: async (_aws, id, inputs, state) => {
      const [functionName, qualifier] = id.split(",");
      return { ...inputs, functionName, qualifier, result: state?.result ?? results.get(id) };
    },
    async update(aws, id, inputs) {
      const invoked = await invoke(aws, inputs, "update");
      results.set(id, results.get(invoked) ?? "");
    },
    delete: (aws, _id, inputs) => invoke(aws, inputs, "delete"),
  }),

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
