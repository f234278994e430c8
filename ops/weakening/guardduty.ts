import { appears, falls, itemsFall, turns, type Watched } from "./checks";

const AUTO = ["ALL", "NEW", "NONE"];
const SWITCH = ["ENABLED", "DISABLED"];
const STAYS = "it stays in AWS as it is, but nothing keeps it so";

/** GuardDuty, by type. */
export const guardduty: Readonly<Record<string, Watched>> = {
  "aws:guardduty/detector:Detector": {
    gone: "GuardDuty doesn't watch the region, and its findings there are lost",
    checks: [
      turns("enable", false, "GuardDuty is switched off in the region"),
      falls(
        "findingPublishingFrequency",
        ["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"],
        "news of findings that are there already come later",
        { whenMissing: "SIX_HOURS", newToo: false },
      ),
    ],
  },
  "aws:guardduty/detectorFeature:DetectorFeature": {
    gone: STAYS,
    checks: [
      falls("status", SWITCH, "a protection plan is switched off"),
      itemsFall("additionalConfigurations", "status", SWITCH, "a part of a protection plan is switched off"),
    ],
  },
  "aws:guardduty/memberDetectorFeature:MemberDetectorFeature": {
    gone: STAYS,
    checks: [
      falls("status", SWITCH, "a protection plan is switched off in an account"),
      itemsFall("additionalConfigurations", "status", SWITCH, "a part of a protection plan is switched off"),
    ],
  },
  "aws:guardduty/organizationConfiguration:OrganizationConfiguration": {
    gone: STAYS,
    checks: [
      falls("autoEnableOrganizationMembers", AUTO, "GuardDuty is no longer switched on in every account by itself", {
        whenMissing: "NONE",
      }),
    ],
  },
  "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature": {
    gone: STAYS,
    checks: [
      falls("autoEnable", AUTO, "a protection plan is no longer switched on in every account by itself"),
      itemsFall("additionalConfigurations", "autoEnable", AUTO, "a part of a protection plan is not switched on so"),
    ],
  },
  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount": {
    gone: "nobody administers GuardDuty for the organization in the region, and members' findings don't arrive",
  },
  "aws:guardduty/member:Member": { gone: "an account's GuardDuty findings don't arrive" },
  "aws:guardduty/inviteAccepter:InviteAccepter": { gone: "the account's GuardDuty findings don't arrive" },
  "aws:guardduty/publishingDestination:PublishingDestination": { gone: "findings are not exported" },
  "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": { gone: "objects are not scanned for malware" },
  "aws:guardduty/threatIntelSet:ThreatIntelSet": {
    gone: "a list of threats is not looked for",
    checks: [
      turns("activate", false, "a list of threats is not looked for"),
      {
        // Its content is told by the name of the object, which a preview doesn't know yet.
        reason: "another list of threats is looked for, perhaps a shorter one",
        weaker: (before, after) => before !== undefined && appears("location", "").weaker(before, after),
      },
    ],
  },
  "aws:guardduty/iPSet:IPSet": {
    checks: [
      {
        reason: "activity of trusted addresses makes no findings",
        weaker: (before, after) =>
          after.activate === true && (before?.activate !== true || appears("location", "").weaker(before, after)),
      },
    ],
  },
  "aws:guardduty/filter:Filter": {
    checks: [
      {
        reason: "a filter archives findings, which are then not told",
        weaker: (before, after) =>
          after.action === "ARCHIVE" &&
          (before?.action !== "ARCHIVE" || appears("findingCriteria", "").weaker(before, after)),
      },
    ],
  },
};
