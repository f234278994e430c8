import type { LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup";
import { type ResourceType, resource } from "../resource";

export const logs: Record<string, ResourceType> = {
  "aws:cloudwatch/logGroup:LogGroup": resource<LogGroupArgs>({
    inputs: { name: true, retentionInDays: true, kmsKeyId: true, logGroupClass: true, tags: true },
    replaceOn: ["name", "logGroupClass"],
    async create({ logs }, inputs, made) {
      const name = String(inputs.name);
      await logs.createLogGroup({
        logGroupName: name,
        kmsKeyId: inputs.kmsKeyId,
        logGroupClass: inputs.logGroupClass as "STANDARD" | undefined,
        tags: inputs.tags,
      });
      made(name);
      if (inputs.retentionInDays)
        await logs.putRetentionPolicy({ logGroupName: name, retentionInDays: inputs.retentionInDays });
      return name;
    },
    async read({ logs }, id) {
      const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: id });
      const group = logGroups.find(({ logGroupName }) => logGroupName === id);
      return (
        group && {
          name: id,
          arn: group.arn?.replace(/:\*$/, ""),
          retentionInDays: group.retentionInDays ?? 0,
          kmsKeyId: group.kmsKeyId,
          logGroupClass: group.logGroupClass ?? "STANDARD",
        }
      );
    },
    async update({ logs }, id, inputs, changed) {
      if (changed.has("retentionInDays"))
        await (inputs.retentionInDays
          ? logs.putRetentionPolicy({ logGroupName: id, retentionInDays: inputs.retentionInDays })
          : logs.deleteRetentionPolicy({ logGroupName: id }));
      if (changed.has("kmsKeyId"))
        await (inputs.kmsKeyId
          ? logs.associateKmsKey({ logGroupName: id, kmsKeyId: inputs.kmsKeyId })
          : logs.disassociateKmsKey({ logGroupName: id }));
    },
    delete: ({ logs }, id) => logs.deleteLogGroup({ logGroupName: id }),
    tags: {
      put: ({ logs }, { arn }, tags) => logs.tagResource({ resourceArn: String(arn), tags }),
      remove: ({ logs }, { arn }, keys) => logs.untagResource({ resourceArn: String(arn), tagKeys: keys }),
    },
  }),
};
