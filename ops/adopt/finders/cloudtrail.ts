import { CloudTrail, type Trail } from "@aws-sdk/client-cloudtrail";
import type { Finder, Obstacle } from "../finding";

/** Control Tower's names for its own: aws-controltower-BaselineCloudTrail. */
const OF_CONTROL_TOWER = /^aws-controltower-/i;

const findTrail: Finder = async ({ region, inputs }, { account, homeRegion }) => {
  const home = region ?? homeRegion;
  const cloudtrail = account.client(CloudTrail, home);
  // With those of other regions that record this one too.
  const { trailList = [] } = await cloudtrail.describeTrails({ includeShadowTrails: true });
  const ours = trailList.find(({ Name }) => Name === inputs.name);
  if (!ours) {
    const other = inputs.isOrganizationTrail ? trailList.find((one) => one.IsOrganizationTrail) : undefined;
    return other && otherTrail(other);
  }
  const { TrailARN: arn = "" } = ours;
  if (ours.HomeRegion !== home) return elsewhere(ours, home);
  if (ours.HasCustomEventSelectors) {
    const { AdvancedEventSelectors } = await cloudtrail.getEventSelectors({ TrailName: arn });
    if (AdvancedEventSelectors?.length) return selects(ours);
  }
  const { IsLogging } = await cloudtrail.getTrailStatus({ Name: arn });
  const { ResourceTagList: [tagged] = [] } = await cloudtrail.listTags({ ResourceIdList: [arn] });
  return {
    id: arn,
    now: {
      name: ours.Name,
      s3BucketName: ours.S3BucketName,
      kmsKeyId: ours.KmsKeyId,
      isOrganizationTrail: ours.IsOrganizationTrail,
      isMultiRegionTrail: ours.IsMultiRegionTrail,
      includeGlobalServiceEvents: ours.IncludeGlobalServiceEvents,
      enableLogFileValidation: ours.LogFileValidationEnabled,
      enableLogging: IsLogging,
      tags: Object.fromEntries((tagged?.TagsList ?? []).map(({ Key, Value }) => [Key, Value])),
    },
    loses: losses(ours),
  };
};

/** What hakken's has none of. */
const losses = (ours: Trail): string[] => [
  ...(ours.S3KeyPrefix ? [`it delivers without the prefix ${ours.S3KeyPrefix}`] : []),
  ...(ours.SnsTopicARN ? [`deliveries are no longer announced to ${ours.SnsTopicARN}`] : []),
  ...(ours.CloudWatchLogsLogGroupArn ? [`nothing is delivered to ${ours.CloudWatchLogsLogGroupArn}`] : []),
  ...(ours.HasCustomEventSelectors ? ["its event selectors go: it records management events, and no others"] : []),
  ...(ours.HasInsightSelectors ? ["CloudTrail Insights (unusual activity) goes off"] : []),
];

/** AWS would take a second one, and bill every call that it records; and this stack's settings ask for no copy. */
const otherTrail = ({ Name = "", TrailARN: arn, HomeRegion }: Trail): Obstacle => ({
  what: `there is a trail of the organization already, ${arn}; a second one is billed for each call that it records again`,
  fix: OF_CONTROL_TOWER.test(Name)
    ? "it is Control Tower's: take hakken:trail out of the settings, and set hakken:controlTower"
    : `keep it, and take hakken:trail out of the settings; or end it, whose bucket stays as it is: aws cloudtrail delete-trail --name ${Name} --region ${HomeRegion}`,
});

const elsewhere = ({ Name, HomeRegion }: Trail, home: string): Obstacle => ({
  what: `there is a trail of this name in ${HomeRegion}, ${Name}, which records ${home} too, and AWS lets none move to another region`,
  fix: `delete it, whose bucket stays as it is: aws cloudtrail delete-trail --name ${Name} --region ${HomeRegion}; or take hakken:trail out of the settings`,
});

/** The provider takes advanced selectors away by an empty list, which AWS refuses. */
const selects = ({ Name, HomeRegion }: Trail): Obstacle => ({
  what: `the trail ${Name} records by advanced event selectors, which the provider can't take away`,
  fix: `set it to record management events, as hakken's does: aws cloudtrail put-event-selectors --trail-name ${Name} --region ${HomeRegion} --event-selectors '[{"ReadWriteType":"All","IncludeManagementEvents":true}]'`,
});

/** What CloudTrail has already. */
export const cloudtrail: Readonly<Record<string, Finder>> = {
  "aws:cloudtrail/trail:Trail": findTrail,
};
