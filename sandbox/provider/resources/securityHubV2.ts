import type { AggregatorV2Args } from "@pulumi/aws/securityhub/aggregatorV2";
import { found, type Plain, type ResourceType, resource } from "../resource";

const linked = ({ regionLinkingMode, linkedRegions }: Plain<AggregatorV2Args>) => ({
  RegionLinkingMode: regionLinkingMode,
  LinkedRegions: linkedRegions,
});

/** What it answers, or undefined where it is gone, or V2 is off: as the official provider, for which that is the same when it reads. */
const whereOn = <T>(answer: Promise<T>): Promise<T | undefined> =>
  found(answer).catch((error) => {
    if (error.name === "ConflictException" && /Security Hub V2 is not enabled/.test(error.message)) return undefined;
    throw error;
  });

/** Security Hub V2. */
export const securityHubV2: Record<string, ResourceType> = {
  "aws:securityhub/aggregatorV2:AggregatorV2": resource<AggregatorV2Args>({
    inputs: { linkedRegions: true, regionLinkingMode: true, tags: true },
    async create({ securityhub }, inputs) {
      const { AggregatorV2Arn } = await securityhub.createAggregatorV2({ ...linked(inputs), Tags: inputs.tags });
      return String(AggregatorV2Arn);
    },
    async read({ securityhub }, id) {
      const now = await whereOn(securityhub.getAggregatorV2({ AggregatorV2Arn: id }));
      if (!now) return undefined;
      const { Tags: tags = {} } = await securityhub.listTagsForResource({ ResourceArn: id });
      return {
        arn: id,
        aggregationRegion: now.AggregationRegion,
        regionLinkingMode: now.RegionLinkingMode,
        linkedRegions: now.LinkedRegions,
        ...(Object.keys(tags).length > 0 && { tags }),
      };
    },
    update: ({ securityhub }, id, inputs, changed) =>
      ["linkedRegions", "regionLinkingMode"].some((input) => changed.has(input))
        ? securityhub.updateAggregatorV2({ AggregatorV2Arn: id, ...linked(inputs) })
        : Promise.resolve(),
    // Where V2 is off this fails, as the official provider's does.
    delete: ({ securityhub }, id) => securityhub.deleteAggregatorV2({ AggregatorV2Arn: id }),
    tags: {
      put: ({ securityhub }, { arn }, tags) => securityhub.tagResource({ ResourceArn: String(arn), Tags: tags }),
      remove: ({ securityhub }, { arn }, keys) =>
        securityhub.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),
};
