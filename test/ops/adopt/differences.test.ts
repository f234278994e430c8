import { describe, expect, it } from "vitest";
import { differences, KNOWN_LATER } from "../../../ops/adopt/differences";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("differences", () => {
  it("names each setting that both sides tell and that ours changes, by its path", () => {
    const now = {
      enable: true,
      findingPublishingFrequency: "SIX_HOURS",
      recordingGroup: { allSupported: false, resourceTypes: ["AWS::EC2::VPC"] },
    };

    const found = differences(now, {
      enable: true,
      findingPublishingFrequency: "FIFTEEN_MINUTES",
      recordingGroup: { allSupported: true },
      region: "us-east-1",
      detectorId: "abc",
      __defaults: [],
    });

    expect(found).toEqual([
      { setting: "findingPublishingFrequency", now: "SIX_HOURS", ours: "FIFTEEN_MINUTES" },
      { setting: "recordingGroup.allSupported", now: false, ours: true },
    ]);
  });

  it("takes lists in any order for the same, and an absent one for an empty one", () => {
    const now = { standards: ["b", "a"], features: [{ status: "ENABLED", name: "S3" }], regions: undefined };

    expect(
      differences(now, { standards: ["a", "b"], features: [{ name: "S3", status: "ENABLED" }], regions: [] }),
    ).toEqual([]);
    expect(differences(now, { standards: ["a"] })).toEqual([{ setting: "standards", now: ["b", "a"], ours: ["a"] }]);
  });

  it("says which tags go, which come, and which change", () => {
    const now = { tags: { madeBy: "hand", Owner: "ops" } };

    const found = differences(now, { tags: { Owner: "security", Team: "red" } });

    expect(found).toEqual([
      { setting: "tags.madeBy", now: "hand" },
      { setting: "tags.Owner", now: "ops", ours: "security" },
      { setting: "tags.Team", ours: "red" },
    ]);
    expect(differences(now, {})).toHaveLength(2);
  });

  it("says of a value that is not known yet that it is not, where something is there to change", () => {
    expect(differences({ s3BucketName: "old" }, { s3BucketName: UNKNOWN })).toEqual([
      { setting: "s3BucketName", now: "old", ours: KNOWN_LATER },
    ]);
    expect(differences({ s3KmsKeyArn: undefined }, { s3KmsKeyArn: UNKNOWN })).toEqual([]);
  });
});
