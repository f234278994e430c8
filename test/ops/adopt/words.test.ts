import { describe, expect, it } from "vitest";
import type { Existing } from "../../../ops/adopt/adoption";
import { foundInWords, groups, memberQuestionOf, questionOf } from "../../../ops/adopt/words";
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

    const lines = foundInWords(result({ existing: [detector, same], overwritten: [], members: [], obstacles: [] }));

    expect(lines).toEqual([
      "audit: 222222222222: 2 resources are there already",
      "  aws:guardduty/detector:Detector detectors-us-east-1 (us-east-1) abc",
      "      tags.madeBy: hand → (removed)",
      "      tags.Owner: (none) → security",
      "      the standard X goes off",
      "  aws:guardduty/detector:Detector same (us-east-1) abc",
      "      as the program has it",
    ]);
    expect(foundInWords(result({ existing: [], overwritten: [], members: [], obstacles: [] }))).toEqual([
      "audit: 222222222222: nothing is there that it would take over",
    ]);
  });

  it("names what changes in other accounts, those with the same regions on one line, and ten of many", () => {
    const runtime = {
      service: "GuardDuty",
      setting: "RUNTIME_MONITORING",
      now: "ENABLED",
      ours: "DISABLED",
      accounts: [
        { account: "333333333333", regions: ["eu-west-1", "us-east-1"] },
        { account: "444444444444", regions: ["us-east-1"] },
        { account: "555555555555", regions: ["eu-west-1", "us-east-1"] },
      ],
    };
    const many = Array.from({ length: 12 }, (_, n) => ({ account: `${100_000_000_000 + n}`, regions: ["us-east-1"] }));
    const joining = {
      service: "Inspector",
      setting: "member",
      now: "no",
      ours: "yes",
      note: "and more",
      accounts: many,
    };

    const lines = foundInWords(result({ existing: [], overwritten: [], members: [runtime, joining], obstacles: [] }));

    expect(lines).toEqual([
      "audit: 222222222222: 0 resources are there already",
      "  By the reconciler with the next up, or by AWS within a day of it:",
      "  GuardDuty RUNTIME_MONITORING: ENABLED → DISABLED",
      "      2 accounts in eu-west-1, us-east-1: 333333333333, 555555555555",
      "      1 account in us-east-1: 444444444444",
      "  Inspector member: no → yes",
      expect.stringMatching(/^ {6}12 accounts in us-east-1: 100000000000, .*100000000009, and 2 more$/),
      "      and more",
    ]);
    expect(memberQuestionOf("organization", runtime)).toBe(
      [
        "organization: with the next up the reconciler, or AWS, changes GuardDuty RUNTIME_MONITORING: ENABLED → DISABLED",
        "      2 accounts in eu-west-1, us-east-1: 333333333333, 555555555555",
        "      1 account in us-east-1: 444444444444",
        "Is that wanted?",
      ].join("\n"),
    );
  });
});
