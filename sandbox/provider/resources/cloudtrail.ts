import type { TrailArgs } from "@pulumi/aws/cloudtrail/trail";
import { type Plain, type ResourceType, resource, tagList } from "../resource";
import type { Scope } from "../scope";

/** The official provider checks this itself: a key is given by its ARN. */
function checkKey({ kmsKeyId }: Plain<TrailArgs>): void {
  if (kmsKeyId && !/^arn:[^:]+:kms:[^:]+:\d{12}:/.test(kmsKeyId))
    throw new Error(`"kms_key_id" (${kmsKeyId}) is an invalid ARN: arn: invalid prefix`);
}

const setLogging = ({ cloudtrail }: Scope, Name: string, on: boolean) =>
  on ? cloudtrail.startLogging({ Name }) : cloudtrail.stopLogging({ Name });

/** What of a trail is not changed by UpdateTrail. */
const APART: ReadonlySet<string> = new Set(["tags", "enableLogging"]);

/** Trails: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html */
export const cloudtrail: Record<string, ResourceType> = {
  "aws:cloudtrail/trail:Trail": resource<TrailArgs>({
    inputs: {
      name: true,
      s3BucketName: true,
      s3KeyPrefix: true,
      kmsKeyId: true,
      isOrganizationTrail: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      enableLogging: true,
      tags: true,
    },
    replaceOn: ["name"],
    async create(aws, inputs, made) {
      checkKey(inputs);
      const { TrailARN = "" } = await aws.cloudtrail.createTrail({
        Name: inputs.name,
        S3BucketName: inputs.s3BucketName,
        S3KeyPrefix: inputs.s3KeyPrefix || undefined,
        KmsKeyId: inputs.kmsKeyId || undefined,
        IncludeGlobalServiceEvents: inputs.includeGlobalServiceEvents ?? true,
        // As the official provider: off is left unsaid.
        IsMultiRegionTrail: inputs.isMultiRegionTrail || undefined,
        IsOrganizationTrail: inputs.isOrganizationTrail || undefined,
        EnableLogFileValidation: inputs.enableLogFileValidation || undefined,
        TagsList: tagList(inputs.tags),
      });
      made(TrailARN);
      // A new trail records nothing yet.
      if (inputs.enableLogging ?? true) await setLogging(aws, TrailARN, true);
      return TrailARN;
    },
    async read({ cloudtrail }, id, inputs) {
      const { trailList: [trail] = [] } = await cloudtrail.describeTrails({ trailNameList: [id] });
      if (!trail) return undefined;
      const { IsLogging } = await cloudtrail.getTrailStatus({ Name: id });
      const { ResourceTagList: [tagged] = [] } = await cloudtrail.listTags({ ResourceIdList: [id] });
      const tags = tagged?.TagsList ?? [];
      return {
        arn: trail.TrailARN,
        name: trail.Name,
        homeRegion: trail.HomeRegion,
        s3BucketName: trail.S3BucketName,
        // Gone is another value than before, and told as such.
        s3KeyPrefix: trail.S3KeyPrefix ?? (inputs.s3KeyPrefix && ""),
        kmsKeyId: trail.KmsKeyId ?? (inputs.kmsKeyId && ""),
        isOrganizationTrail: trail.IsOrganizationTrail,
        isMultiRegionTrail: trail.IsMultiRegionTrail,
        includeGlobalServiceEvents: trail.IncludeGlobalServiceEvents,
        enableLogFileValidation: trail.LogFileValidationEnabled,
        enableLogging: IsLogging,
        ...(tags.length > 0 && { tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) }),
      };
    },
    async update(aws, id, inputs, changed) {
      checkKey(inputs);
      const given = <Value>(name: keyof TrailArgs, value: Value) => (changed.has(name) ? value : undefined);
      if ([...changed].some((name) => !APART.has(name)))
        await aws.cloudtrail.updateTrail({
          Name: id,
          S3BucketName: given("s3BucketName", inputs.s3BucketName),
          S3KeyPrefix: given("s3KeyPrefix", inputs.s3KeyPrefix ?? ""),
          KmsKeyId: given("kmsKeyId", inputs.kmsKeyId ?? ""),
          IncludeGlobalServiceEvents: given("includeGlobalServiceEvents", inputs.includeGlobalServiceEvents ?? true),
          IsMultiRegionTrail: given("isMultiRegionTrail", inputs.isMultiRegionTrail ?? false),
          IsOrganizationTrail: given("isOrganizationTrail", inputs.isOrganizationTrail ?? false),
          EnableLogFileValidation: given("enableLogFileValidation", inputs.enableLogFileValidation ?? false),
        });
      if (changed.has("enableLogging")) await setLogging(aws, id, inputs.enableLogging ?? true);
    },
    delete: ({ cloudtrail }, id) => cloudtrail.deleteTrail({ Name: id }),
    tags: {
      put: ({ cloudtrail }, { arn }, tags) =>
        cloudtrail.addTags({ ResourceId: String(arn), TagsList: tagList(tags) ?? [] }),
      remove: ({ cloudtrail }, { arn }, keys) =>
        cloudtrail.removeTags({ ResourceId: String(arn), TagsList: keys.map((Key) => ({ Key })) }),
    },
  }),
};
