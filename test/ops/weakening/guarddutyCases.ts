import * as aws from "@pulumi/aws";
import { type Case, changed, made } from "./cases";

const { guardduty } = aws;

/** Changes of GuardDuty, by what is done. */
export const guarddutyCases: Record<string, Case> = {
  "detector off": changed(
    guardduty.Detector,
    {},
    { enable: true },
    { enable: false },
    "GuardDuty is switched off in the region",
  ),
  "detector made off": made(guardduty.Detector, { enable: false }, "GuardDuty is switched off in the region"),
  "detector slower": changed(
    guardduty.Detector,
    { enable: true },
    { findingPublishingFrequency: "FIFTEEN_MINUTES" },
    { findingPublishingFrequency: "SIX_HOURS" },
    "news of findings that are there already come later",
  ),
  "detector without its frequency": changed(
    guardduty.Detector,
    { enable: true },
    { findingPublishingFrequency: "ONE_HOUR" },
    {},
    "news of findings that are there already come later",
  ),
  "detector faster": changed(
    guardduty.Detector,
    { enable: true },
    { findingPublishingFrequency: "ONE_HOUR" },
    { findingPublishingFrequency: "FIFTEEN_MINUTES" },
  ),
  "detector on": changed(guardduty.Detector, {}, { enable: false }, { enable: true }),
  "detector made": made(guardduty.Detector, { enable: true }),
  "plan off": changed(
    guardduty.DetectorFeature,
    { detectorId: "d", name: "S3_DATA_EVENTS" },
    { status: "ENABLED" },
    { status: "DISABLED" },
    "a protection plan is switched off",
  ),
  "plan on": changed(
    guardduty.DetectorFeature,
    { detectorId: "d", name: "S3_DATA_EVENTS" },
    { status: "DISABLED" },
    { status: "ENABLED" },
  ),
  "part of a plan off": changed(
    guardduty.DetectorFeature,
    { detectorId: "d", name: "RUNTIME_MONITORING", status: "ENABLED" },
    { additionalConfigurations: [{ name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" }] },
    { additionalConfigurations: [] },
    "a part of a protection plan is switched off",
  ),
  "plan of a member off": changed(
    guardduty.MemberDetectorFeature,
    { accountId: "777788889999", detectorId: "d", name: "S3_DATA_EVENTS" },
    { status: "ENABLED" },
    { status: "DISABLED" },
    "a protection plan is switched off in an account",
  ),
  "part of a member's plan off": changed(
    guardduty.MemberDetectorFeature,
    { accountId: "777788889999", detectorId: "d", name: "RUNTIME_MONITORING", status: "ENABLED" },
    { additionalConfigurations: [{ name: "EC2_AGENT_MANAGEMENT", status: "ENABLED" }] },
    { additionalConfigurations: [{ name: "EC2_AGENT_MANAGEMENT", status: "DISABLED" }] },
    "a part of a protection plan is switched off",
  ),
  ...Object.fromEntries(
    (["NEW", "NONE"] as const).map((auto) => [
      `organization ${auto}`,
      changed(
        guardduty.OrganizationConfiguration,
        { detectorId: "d" },
        { autoEnableOrganizationMembers: "ALL" },
        { autoEnableOrganizationMembers: auto },
        "GuardDuty is no longer switched on in every account by itself",
      ),
    ]),
  ),
  "organization ALL": changed(
    guardduty.OrganizationConfiguration,
    { detectorId: "d" },
    { autoEnableOrganizationMembers: "NONE" },
    { autoEnableOrganizationMembers: "ALL" },
  ),
  "organization's plan NEW": changed(
    guardduty.OrganizationConfigurationFeature,
    { detectorId: "d", name: "S3_DATA_EVENTS" },
    { autoEnable: "ALL" },
    { autoEnable: "NEW" },
    "a protection plan is no longer switched on in every account by itself",
  ),
  "part of an organization's plan NONE": changed(
    guardduty.OrganizationConfigurationFeature,
    { detectorId: "d", name: "RUNTIME_MONITORING", autoEnable: "ALL" },
    { additionalConfigurations: [{ name: "ECS_FARGATE_AGENT_MANAGEMENT", autoEnable: "ALL" }] },
    { additionalConfigurations: [{ name: "ECS_FARGATE_AGENT_MANAGEMENT", autoEnable: "NONE" }] },
    "a part of a protection plan is not switched on so",
  ),
  "threats not looked for": changed(
    guardduty.ThreatIntelSet,
    { detectorId: "d", format: "TXT", location: "https://s3.amazonaws.com/b/threats" },
    { activate: true },
    { activate: false },
    "a list of threats is not looked for",
  ),
  "other threats looked for": changed(
    guardduty.ThreatIntelSet,
    { detectorId: "d", format: "TXT", activate: true },
    { location: "https://s3.amazonaws.com/b/threats-1" },
    { location: "https://s3.amazonaws.com/b/threats-2" },
    "another list of threats is looked for, perhaps a shorter one",
  ),
  "other trusted addresses": changed(
    guardduty.IPSet,
    { detectorId: "d", format: "TXT", activate: true },
    { location: "https://s3.amazonaws.com/b/trusted-1" },
    { location: "https://s3.amazonaws.com/b/trusted-2" },
    "activity of trusted addresses makes no findings",
  ),
  "addresses trusted no more": changed(
    guardduty.IPSet,
    { detectorId: "d", format: "TXT", location: "https://s3.amazonaws.com/b/trusted" },
    { activate: true },
    { activate: false },
  ),
  "trusted addresses": made(
    guardduty.IPSet,
    { activate: true, detectorId: "d", format: "TXT", location: "https://s3.amazonaws.com/b/trusted" },
    "activity of trusted addresses makes no findings",
  ),
  "filter that archives": made(
    guardduty.Filter,
    {
      action: "ARCHIVE",
      detectorId: "d",
      rank: 1,
      findingCriteria: { criterions: [{ field: "region", equals: ["x"] }] },
    },
    "a filter archives findings, which are then not told",
  ),
  "filter that archives more": changed(
    guardduty.Filter,
    { action: "ARCHIVE", detectorId: "d", rank: 1 },
    { findingCriteria: { criterions: [{ field: "region", equals: ["x"] }] } },
    { findingCriteria: { criterions: [{ field: "region", equals: ["x", "y"] }] } },
    "a filter archives findings, which are then not told",
  ),
  "filter that shows": made(guardduty.Filter, {
    action: "NOOP",
    detectorId: "d",
    rank: 1,
    findingCriteria: { criterions: [{ field: "region", equals: ["x"] }] },
  }),
};
