import type {
  BillingMode,
  KeyType,
  ProjectionType,
  ScalarAttributeType,
  TableClass,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import type { TableArgs } from "@pulumi/aws/dynamodb/table";
import { found, type Plain, type ResourceType, resource, tagList, until } from "../resource";
import type { Scope } from "../scope";

type Inputs = Plain<TableArgs>;
type Index = NonNullable<Inputs["globalSecondaryIndexes"]>[number];

const attributes = (inputs: Inputs) =>
  inputs.attributes?.map(({ name, type }) => ({ AttributeName: name, AttributeType: type as ScalarAttributeType }));

const keySchema = (hashKey: string | undefined, rangeKey: string | undefined) =>
  [
    { AttributeName: hashKey, KeyType: "HASH" as KeyType },
    { AttributeName: rangeKey, KeyType: "RANGE" as KeyType },
  ].filter(({ AttributeName }) => AttributeName);

const throughput = (read: number | undefined, write: number | undefined) =>
  read === undefined && write === undefined ? undefined : { ReadCapacityUnits: read, WriteCapacityUnits: write };

const index = (one: Index) => ({
  IndexName: one.name,
  KeySchema:
    one.keySchemas?.map(({ attributeName, keyType }) => ({
      AttributeName: attributeName,
      KeyType: keyType as KeyType,
    })) ?? keySchema(one.hashKey, one.rangeKey),
  Projection: { ProjectionType: one.projectionType as ProjectionType, NonKeyAttributes: one.nonKeyAttributes },
  ProvisionedThroughput: throughput(one.readCapacity, one.writeCapacity),
});

const encryption = ({ serverSideEncryption }: Inputs) =>
  serverSideEncryption && {
    Enabled: serverSideEncryption.enabled,
    SSEType: serverSideEncryption.enabled ? ("KMS" as const) : undefined,
    KMSMasterKeyId: serverSideEncryption.kmsKeyArn,
  };

/** Waits until the table and all its indexes can be used. */
function active(aws: Scope, name: string) {
  return until(aws, `DynamoDB table ${name}`, async () => {
    const { Table: table } = await aws.dynamodb.describeTable({ TableName: name });
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    const ready = table?.TableStatus === "ACTIVE" && indexes.every((one) => (one.IndexStatus ?? "ACTIVE") === "ACTIVE");
    return ready ? table : undefined;
  });
}

async function setRecovery({ dynamodb }: Scope, name: string, { pointInTimeRecovery }: Inputs) {
  await dynamodb.updateContinuousBackups({
    TableName: name,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: pointInTimeRecovery?.enabled ?? false,
      RecoveryPeriodInDays: pointInTimeRecovery?.recoveryPeriodInDays,
    },
  });
}

async function setTimeToLive({ dynamodb }: Scope, name: string, ttl: { attributeName?: string; enabled?: boolean }) {
  await dynamodb.updateTimeToLive({
    TableName: name,
    TimeToLiveSpecification: { AttributeName: ttl.attributeName, Enabled: ttl.enabled ?? true },
  });
}

/** One index at a time, as DynamoDB wants it: those that went or changed are deleted, then the new ones made. */
async function setIndexes(aws: Scope, name: string, inputs: Inputs) {
  const now = (await active(aws, name)).GlobalSecondaryIndexes ?? [];
  const wanted = (inputs.globalSecondaryIndexes ?? []).map(index);
  const shape = (one: { KeySchema?: unknown; Projection?: unknown }) => JSON.stringify([one.KeySchema, one.Projection]);
  const kept = now.filter((one) =>
    wanted.some((other) => other.IndexName === one.IndexName && shape(other) === shape(one)),
  );
  for (const one of now.filter((other) => !kept.includes(other))) {
    await aws.dynamodb.updateTable({
      TableName: name,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: one.IndexName } }],
    });
    await active(aws, name);
  }
  for (const one of wanted.filter((other) => !kept.some(({ IndexName }) => IndexName === other.IndexName))) {
    await aws.dynamodb.updateTable({
      TableName: name,
      AttributeDefinitions: attributes(inputs),
      GlobalSecondaryIndexUpdates: [{ Create: one }],
    });
    await active(aws, name);
  }
}

const key = (schema: TableDescription["KeySchema"], type: KeyType) =>
  schema?.find(({ KeyType }) => KeyType === type)?.AttributeName;

export const dynamodb: Record<string, ResourceType> = {
  "aws:dynamodb/table:Table": resource<TableArgs>({
    inputs: {
      name: true,
      billingMode: true,
      readCapacity: true,
      writeCapacity: true,
      hashKey: true,
      rangeKey: true,
      attributes: { name: true, type: true },
      globalSecondaryIndexes: {
        name: true,
        hashKey: true,
        rangeKey: true,
        keySchemas: { attributeName: true, keyType: true },
        projectionType: true,
        nonKeyAttributes: true,
        readCapacity: true,
        writeCapacity: true,
      },
      ttl: { attributeName: true, enabled: true },
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: true },
      deletionProtectionEnabled: true,
      tableClass: true,
      tags: true,
    },
    replaceOn: ["name", "hashKey", "rangeKey"],
    async create(aws, inputs, made) {
      const name = String(inputs.name);
      await aws.dynamodb.createTable({
        TableName: name,
        BillingMode: (inputs.billingMode ?? "PROVISIONED") as BillingMode,
        ProvisionedThroughput: throughput(inputs.readCapacity, inputs.writeCapacity),
        AttributeDefinitions: attributes(inputs),
        KeySchema: keySchema(inputs.hashKey, inputs.rangeKey),
        GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map(index),
        SSESpecification: encryption(inputs),
        DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
        TableClass: inputs.tableClass as TableClass | undefined,
        Tags: tagList(inputs.tags),
      });
      made(name);
      await active(aws, name);
      if (inputs.ttl && inputs.ttl.enabled !== false) await setTimeToLive(aws, name, inputs.ttl);
      if (inputs.pointInTimeRecovery?.enabled) await setRecovery(aws, name, inputs);
      return name;
    },
    async read({ dynamodb }, id) {
      const { Table: table } = await dynamodb.describeTable({ TableName: id });
      const { TimeToLiveDescription: ttl } = await dynamodb.describeTimeToLive({ TableName: id });
      const { ContinuousBackupsDescription: backups } = await dynamodb.describeContinuousBackups({ TableName: id });
      const recovery = backups?.PointInTimeRecoveryDescription;
      const sse = table?.SSEDescription;
      return {
        name: id,
        arn: table?.TableArn,
        billingMode: table?.BillingModeSummary?.BillingMode ?? "PROVISIONED",
        readCapacity: table?.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
        writeCapacity: table?.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
        hashKey: key(table?.KeySchema, "HASH"),
        rangeKey: key(table?.KeySchema, "RANGE"),
        attributes: table?.AttributeDefinitions?.map((one) => ({ name: one.AttributeName, type: one.AttributeType })),
        globalSecondaryIndexes: (table?.GlobalSecondaryIndexes ?? []).map((one) => ({
          name: one.IndexName,
          hashKey: key(one.KeySchema, "HASH"),
          rangeKey: key(one.KeySchema, "RANGE"),
          keySchemas: one.KeySchema?.map((part) => ({ attributeName: part.AttributeName, keyType: part.KeyType })),
          projectionType: one.Projection?.ProjectionType,
          nonKeyAttributes: one.Projection?.NonKeyAttributes,
        })),
        ttl: { attributeName: ttl?.AttributeName, enabled: /^ENABL/.test(ttl?.TimeToLiveStatus ?? "") },
        pointInTimeRecovery: {
          enabled: recovery?.PointInTimeRecoveryStatus === "ENABLED",
          recoveryPeriodInDays: recovery?.RecoveryPeriodInDays,
        },
        serverSideEncryption: { enabled: /^ENABL/.test(sse?.Status ?? ""), kmsKeyArn: sse?.KMSMasterKeyArn },
        deletionProtectionEnabled: table?.DeletionProtectionEnabled ?? false,
        tableClass: table?.TableClassSummary?.TableClass ?? "STANDARD",
        streamArn: "",
        streamLabel: "",
      };
    },
    async update(aws, id, inputs, changed) {
      const { dynamodb } = aws;
      const update = async (change: Omit<Parameters<typeof dynamodb.updateTable>[0], "TableName">) => {
        await dynamodb.updateTable({ TableName: id, ...change });
        await active(aws, id);
      };
      if (["billingMode", "readCapacity", "writeCapacity"].some((name) => changed.has(name)))
        await update({
          BillingMode: inputs.billingMode as BillingMode | undefined,
          ProvisionedThroughput: throughput(inputs.readCapacity, inputs.writeCapacity),
        });
      if (changed.has("deletionProtectionEnabled"))
        await update({ DeletionProtectionEnabled: inputs.deletionProtectionEnabled ?? false });
      if (changed.has("tableClass")) await update({ TableClass: (inputs.tableClass as TableClass) ?? "STANDARD" });
      if (changed.has("serverSideEncryption"))
        await update({ SSESpecification: encryption(inputs) ?? { Enabled: false } });
      if (changed.has("globalSecondaryIndexes")) await setIndexes(aws, id, inputs);
      if (changed.has("pointInTimeRecovery")) await setRecovery(aws, id, inputs);
      if (changed.has("ttl")) {
        const { TimeToLiveDescription: now } = await dynamodb.describeTimeToLive({ TableName: id });
        const on = /^ENABL/.test(now?.TimeToLiveStatus ?? "");
        const wanted = inputs.ttl && inputs.ttl.enabled !== false ? inputs.ttl : undefined;
        if (on && now?.AttributeName !== wanted?.attributeName)
          await setTimeToLive(aws, id, { attributeName: now?.AttributeName, enabled: false });
        if (wanted && (!on || now?.AttributeName !== wanted.attributeName)) await setTimeToLive(aws, id, wanted);
      }
    },
    async delete(aws, id) {
      await aws.dynamodb.deleteTable({ TableName: id });
      await until(aws, `the deletion of DynamoDB table ${id}`, async () => {
        const table = await found(aws.dynamodb.describeTable({ TableName: id }));
        return table ? undefined : true;
      });
    },
    tags: {
      put: ({ dynamodb }, { arn }, tags) => dynamodb.tagResource({ ResourceArn: String(arn), Tags: tagList(tags) }),
      remove: ({ dynamodb }, { arn }, keys) => dynamodb.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),
};
