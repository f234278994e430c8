import { describe, expect, it } from "vitest";
import type { Existing } from "../../../ops/adopt/adoption";
import { foundInWords, groups, questionOf } from "../../../ops/adopt/words";
import type { StackResult } from "../../../ops/deploy";

const feature = (region: string, now: string): Existing => ({
  type: "aws:guardduty/detectorFeature:DetectorFeature",
  name: `detectors-${region}-S3_DATA_EVENTS`,
  urn: `urn-${region}`,
  region,
  differences: [{ setting: "status", now, ours: "ENABLED" }],
  loses: [],
});

const result = (adoption: StackResult["adoption"]): StackResult => ({
  stack: "audit",
  account: "222222222222",
  outcome: "succeeded",
  changes: [],
  outputs: {},
  secretOutputs: [],
  seconds: 1,
  failures: [],
  exitCode: 0,
  adoption,
});

describe("what adopt says", () => {
  it("asks once about what changes alike in several regions, and apart about what doesn't", () => {
    const found = groups([
      feature("us-east-1", "DISABLED"),
      feature("eu-west-1", "DISABLED"),
      feature("ap-northeast-1", "UNKNOWN"),
    ]);

    expect(found.map(({ regions }) => regions)).toEqual([["us-east-1", "eu-west-1"], ["ap-northeast-1"]]);
    expect(found.map((group) => questionOf("audit", group))).toEqual([
      expect.stringMatching(/detectors-\*-S3_DATA_EVENTS \(us-east-1, eu-west-1\)[\s\S]*status: DISABLED → ENABLED/),
      expect.stringMatching(/detectors-ap-northeast-1-S3_DATA_EVENTS \(ap-northeast-1\)/),
    ]);
  });

  it("names each resource with what changes of it, what it loses, and its id without the region", () => {
    const detector: Existing = {
      ...feature("us-east-1", ""),
      type: "aws:guardduty/detector:Detector",
      name: "detectors-us-east-1",
      id: "abc@us-east-1",
      differences: [
        { setting: "tags.madeBy", now: "hand" },
        { setting: "tags.Owner", ours: "security" },
      ],
      loses: ["the standard X goes off"],
    };
    const same = { ...detector, name: "same", differences: [], loses: [] };

    const lines = foundInWords(result({ existing: [detector, same], overwritten: [], obstacles: [] }));

    expect(lines).toEqual([
      "audit: 222222222222: 2 resources are there already",
      "  aws:guardduty/detector:Detector detectors-us-east-1 (us-east-1) abc",
      "      tags.madeBy: hand → (removed)",
      "      tags.Owner: (none) → security",
      "      the standard X goes off",
      "  aws:guardduty/detector:Detector same (us-east-1) abc",
      "      as the program has it",
    ]);
    expect(foundInWords(result({ existing: [], overwritten: [], obstacles: [] }))).toEqual([
      "audit: 222222222222: nothing is there that it would take over",
    ]);
  });
});
