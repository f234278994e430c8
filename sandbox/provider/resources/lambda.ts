import type {
  ApplicationLogLevel,
  Architecture,
  FunctionResponseType,
  LogFormat,
  Runtime,
  SystemLogLevel,
  TracingMode,
} from "@aws-sdk/client-lambda";
import type { EventSourceMappingArgs } from "@pulumi/aws/lambda/eventSourceMapping";
import type { FunctionArgs } from "@pulumi/aws/lambda/function";
import { camel, type Plain, pascal, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";
import { invocation } from "./invocation";

/** What CreateFunction and UpdateFunctionConfiguration share. Where an input was taken away, AWS's default stands. */
function configuration(inputs: Plain<FunctionArgs>) {
  const { loggingConfig, tracingConfig } = inputs;
  return {
    FunctionName: inputs.name,
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime as Runtime,
    Timeout: inputs.timeout ?? 3,
    MemorySize: inputs.memorySize ?? 128,
    Description: inputs.description ?? "",
    KMSKeyArn: inputs.kmsKeyArn ?? "",
    Environment: { Variables: inputs.environment?.variables ?? {} },
    EphemeralStorage: { Size: inputs.ephemeralStorage?.size ?? 512 },
    DeadLetterConfig: inputs.deadLetterConfig && { TargetArn: inputs.deadLetterConfig.targetArn },
    TracingConfig: { Mode: (tracingConfig?.mode ?? "PassThrough") as TracingMode },
    LoggingConfig: loggingConfig && {
      LogFormat: loggingConfig.logFormat as LogFormat,
      LogGroup: loggingConfig.logGroup,
      ApplicationLogLevel: loggingConfig.applicationLogLevel as ApplicationLogLevel | undefined,
      SystemLogLevel: loggingConfig.systemLogLevel as SystemLogLevel | undefined,
    },
    Layers: inputs.layers,
  };
}

/** Waits until a function's creation or last update is through. */
function settled(aws: Scope, name: string | undefined) {
  return until(aws, `Lambda function ${name}`, async () => {
    const { Configuration: now } = await aws.lambda.getFunction({ FunctionName: name });
    if (now?.State === "Failed") throw new Error(`the function failed: ${now.StateReason}`);
    if (now?.LastUpdateStatus === "Failed") throw new Error(`the update failed: ${now.LastUpdateStatusReason}`);
    return (now?.State !== "Pending" && now?.LastUpdateStatus !== "InProgress") || undefined;
  });
}

function reserve({ lambda }: Scope, name: string | undefined, reserved: number | undefined) {
  return reserved === undefined || reserved < 0
    ? lambda.deleteFunctionConcurrency({ FunctionName: name })
    : lambda.putFunctionConcurrency({ FunctionName: name, ReservedConcurrentExecutions: reserved });
}

function mapping(inputs: Plain<EventSourceMappingArgs>) {
  return {
    FunctionName: inputs.functionName,
    BatchSize: inputs.batchSize,
    Enabled: inputs.enabled ?? true,
    MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
    FunctionResponseTypes: inputs.functionResponseTypes as FunctionResponseType[] | undefined,
    FilterCriteria: { Filters: inputs.filterCriteria?.filters?.map(({ pattern }) => ({ Pattern: pattern })) },
    ScalingConfig: pascal(inputs.scalingConfig) ?? {},
  };
}

/** Waits until a mapping stands as it was asked for. */
function mapped(aws: Scope, id: string) {
  return until(aws, `event source mapping ${id}`, async () => {
    const { State } = await aws.lambda.getEventSourceMapping({ UUID: id });
    return !/ing$/.test(State ?? "") || undefined;
  });
}

export const lambda: Record<string, ResourceType> = {
  ...invocation,

  "aws:lambda/function:Function": resource<FunctionArgs>({
    inputs: {
      name: true,
      role: true,
      code: true,
      handler: true,
      runtime: true,
      timeout: true,
      memorySize: true,
      description: true,
      architectures: true,
      kmsKeyArn: true,
      environment: { variables: true },
      ephemeralStorage: { size: true },
      deadLetterConfig: { targetArn: true },
      loggingConfig: { logFormat: true, logGroup: true, applicationLogLevel: true, systemLogLevel: true },
      tracingConfig: { mode: true },
      layers: true,
      reservedConcurrentExecutions: true,
      tags: true,
    },
    replaceOn: ["name"],
    async create(aws, inputs, made) {
      await aws.lambda.createFunction({
        ...configuration(inputs),
        Architectures: inputs.architectures as Architecture[] | undefined,
        Code: { ZipFile: aws.zip(inputs.code) },
        Tags: inputs.tags,
      });
      const name = String(inputs.name);
      made(name);
      await settled(aws, name);
      if (inputs.reservedConcurrentExecutions !== undefined)
        await reserve(aws, name, inputs.reservedConcurrentExecutions);
      return name;
    },
    async read({ lambda, region, partition }, id) {
      const { Configuration: now, Concurrency: concurrency } = await lambda.getFunction({ FunctionName: id });
      const arn = now?.FunctionArn;
      const invoke = (of: string) =>
        `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${of}/invocations`;
      return {
        name: id,
        arn,
        version: now?.Version,
        qualifiedArn: `${arn}:${now?.Version}`,
        invokeArn: invoke(String(arn)),
        qualifiedInvokeArn: invoke(`${arn}:${now?.Version}`),
        role: now?.Role,
        handler: now?.Handler,
        runtime: now?.Runtime,
        timeout: now?.Timeout,
        memorySize: now?.MemorySize,
        description: now?.Description,
        architectures: now?.Architectures,
        kmsKeyArn: now?.KMSKeyArn,
        environment: camel(now?.Environment),
        ephemeralStorage: camel(now?.EphemeralStorage),
        deadLetterConfig: now?.DeadLetterConfig?.TargetArn ? camel(now.DeadLetterConfig) : undefined,
        loggingConfig: camel(now?.LoggingConfig),
        tracingConfig: camel(now?.TracingConfig),
        reservedConcurrentExecutions: concurrency?.ReservedConcurrentExecutions ?? -1,
        lastModified: now?.LastModified,
        codeSha256: now?.CodeSha256,
        sourceCodeHash: now?.CodeSha256,
        sourceCodeSize: now?.CodeSize,
        packageType: "Zip",
      };
    },
    async update(aws, id, inputs, changed) {
      const others = [...changed].filter(
        (name) => !["code", "architectures", "tags", "reservedConcurrentExecutions"].includes(name),
      );
      if (changed.has("code") || changed.has("architectures")) {
        await aws.lambda.updateFunctionCode({
          FunctionName: id,
          ZipFile: aws.zip(inputs.code),
          Architectures: inputs.architectures as Architecture[] | undefined,
        });
        await settled(aws, id);
      }
      if (others.length > 0) {
        await aws.lambda.updateFunctionConfiguration(configuration(inputs));
        await settled(aws, id);
      }
      if (changed.has("reservedConcurrentExecutions")) await reserve(aws, id, inputs.reservedConcurrentExecutions);
    },
    delete: ({ lambda }, id) => lambda.deleteFunction({ FunctionName: id }),
    tags: {
      put: ({ lambda }, { arn }, tags) => lambda.tagResource({ Resource: String(arn), Tags: tags }),
      remove: ({ lambda }, { arn }, keys) => lambda.untagResource({ Resource: String(arn), TagKeys: keys }),
    },
  }),

  "aws:lambda/eventSourceMapping:EventSourceMapping": resource<EventSourceMappingArgs>({
    inputs: {
      eventSourceArn: true,
      functionName: true,
      batchSize: true,
      enabled: true,
      maximumBatchingWindowInSeconds: true,
      functionResponseTypes: true,
      filterCriteria: { filters: { pattern: true } },
      scalingConfig: { maximumConcurrency: true },
      tags: true,
    },
    replaceOn: ["eventSourceArn"],
    async create(aws, inputs, made) {
      const { UUID } = await aws.lambda.createEventSourceMapping({
        ...mapping(inputs),
        EventSourceArn: inputs.eventSourceArn,
        Tags: inputs.tags,
      });
      const id = String(UUID);
      made(id);
      await mapped(aws, id);
      return id;
    },
    async read({ lambda }, id, inputs) {
      const now = await lambda.getEventSourceMapping({ UUID: id });
      const name = now.FunctionArn?.split(":").pop();
      return {
        uuid: id,
        arn: now.EventSourceMappingArn,
        functionArn: now.FunctionArn,
        // A function's name and its ARN name the same function.
        functionName: inputs.functionName.split(":").pop() === name ? inputs.functionName : now.FunctionArn,
        eventSourceArn: now.EventSourceArn,
        batchSize: now.BatchSize,
        enabled: now.State === "Enabled",
        state: now.State,
        stateTransitionReason: now.StateTransitionReason,
        maximumBatchingWindowInSeconds: now.MaximumBatchingWindowInSeconds,
        functionResponseTypes: now.FunctionResponseTypes,
        scalingConfig: camel(now.ScalingConfig),
        lastModified: now.LastModified && new Date(now.LastModified).toISOString(),
      };
    },
    async update(aws, id, inputs) {
      await aws.lambda.updateEventSourceMapping({ UUID: id, ...mapping(inputs) });
      await mapped(aws, id);
    },
    async delete(aws, id) {
      await aws.lambda.deleteEventSourceMapping({ UUID: id });
      await until(aws, `the deletion of event source mapping ${id}`, async () => {
        const answer = await aws.lambda.getEventSourceMapping({ UUID: id }).catch((error: Error) => error);
        if (answer instanceof Error && answer.name !== "ResourceNotFoundException") throw answer;
        return answer instanceof Error || undefined;
      });
    },
    tags: {
      put: ({ lambda }, { arn }, tags) => lambda.tagResource({ Resource: String(arn), Tags: tags }),
      remove: ({ lambda }, { arn }, keys) => lambda.untagResource({ Resource: String(arn), TagKeys: keys }),
    },
  }),
};
