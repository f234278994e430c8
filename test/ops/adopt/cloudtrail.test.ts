import type { Trail } from "@aws-sdk/client-cloudtrail";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../ops/adopt/account";
import { differences } from "../../../ops/adopt/differences";
import { FINDERS } from "../../../ops/adopt/finders";
import type { Found } from "../../../ops/adopt/finding";

const HOME = "ap-northeast-1";
const TRAIL = "aws:cloudtrail/trail:Trail";
const ours = {
  name: "hakken",
  s3BucketName: "ours",
  isOrganizationTrail: true,
  isMultiRegionTrail: true,
  includeGlobalServiceEvents: true,
  enableLogFileValidation: true,
  enableLogging: true,
};

const named = (Name: string, more: Partial<Trail> = {}): Trail => ({
  Name,
  TrailARN: `arn:aws:cloudtrail:${more.HomeRegion ?? HOME}:111111111111:trail/${Name}`,
  HomeRegion: HOME,
  S3BucketName: "theirs",
  IsOrganizationTrail: true,
  IsMultiRegionTrail: true,
  IncludeGlobalServiceEvents: true,
  LogFileValidationEnabled: false,
  ...more,
});

/** What is found where CloudTrail shows these trails in the home region. */
const find = (trailList: Trail[], selectors: object = {}) => {
  const cloudtrail = {
    describeTrails: async () => ({ trailList }),
    getTrailStatus: async () => ({ IsLogging: false }),
    getEventSelectors: async () => selectors,
    listTags: async () => ({ ResourceTagList: [{ TagsList: [{ Key: "Owner", Value: "security" }] }] }),
    destroy: () => {},
  };
  const account = { id: "111111111111", client: () => cloudtrail } as unknown as Account;
  const sought = { type: TRAIL, name: "trail", urn: "urn", region: HOME, inputs: { ...ours }, protect: true };
  return FINDERS[TRAIL]?.(sought, { account, homeRegion: HOME, all: [sought] });
};

describe("what CloudTrail has", () => {
  it("is nothing without trails, or with those of the account alone", async () => {
    expect(await find([])).toBeUndefined();
    expect(await find([named("mine", { IsOrganizationTrail: false })])).toBeUndefined();
  });

  it("is a trail of our name, by its ARN, with what the next up changes", async () => {
    const there = named("hakken", {
      HasCustomEventSelectors: true,
      HasInsightSelectors: true,
      S3KeyPrefix: "logs",
      SnsTopicARN: "arn:t",
      CloudWatchLogsLogGroupArn: "arn:g",
    });
    const found = (await find([named("another"), there], {
      EventSelectors: [{ ReadWriteType: "WriteOnly" }],
    })) as Found;

    expect(found.id).toBe(`arn:aws:cloudtrail:${HOME}:111111111111:trail/hakken`);
    expect(differences(found.now, ours).map(({ setting }) => setting)).toEqual([
      "s3BucketName",
      "enableLogFileValidation",
      "enableLogging",
      "tags.Owner",
    ]);
    expect(found.loses).toEqual([
      "it delivers without the prefix logs",
      "deliveries are no longer announced to arn:t",
      "nothing is delivered to arn:g",
      "its event selectors go: it records management events, and no others",
      "CloudTrail Insights (unusual activity) goes off",
    ]);
  });

  it("is in the way where it records by advanced selectors, which no update takes away", async () => {
    const AdvancedEventSelectors = [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Data"] }] }];

    const found = await find([named("hakken", { HasCustomEventSelectors: true })], { AdvancedEventSelectors });

    expect(found).toEqual({
      what: "the trail hakken records by advanced event selectors, which the provider can't take away",
      fix: expect.stringContaining("aws cloudtrail put-event-selectors --trail-name hakken --region ap-northeast-1"),
    });
  });

  it.each<[string, Trail, RegExp, RegExp]>([
    [
      "another trail of the organization",
      named("audit-log"),
      /there is a trail of the organization already, arn:aws:cloudtrail:ap-northeast-1:111111111111:trail\/audit-log; a second one is billed/,
      /take hakken:trail out.*aws cloudtrail delete-trail --name audit-log --region ap-northeast-1$/,
    ],
    [
      "Control Tower's",
      named("aws-controltower-BaselineCloudTrail"),
      /trail\/aws-controltower-BaselineCloudTrail/,
      /^it is Control Tower's: take hakken:trail out of the settings, and set hakken:controlTower$/,
    ],
    [
      "one of our name in another region",
      named("hakken", { HomeRegion: "us-east-1" }),
      /there is a trail of this name in us-east-1, hakken, which records ap-northeast-1 too/,
      /aws cloudtrail delete-trail --name hakken --region us-east-1/,
    ],
  ])("is in the way as %s, with the way to clear it", async (_what, there, what, fix) => {
    expect(await find([there])).toEqual({ what: expect.stringMatching(what), fix: expect.stringMatching(fix) });
  });
});
