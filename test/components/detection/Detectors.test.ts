import { expect, it } from "vitest";
import { Detectors } from "../../../components/detection/Detectors";
import { recorded } from "../../pulumi/recorded";

it("gives the administrator a detector a region, with frequency and plans", async () => {
  const args = {
    regions: ["ap-northeast-1", "us-east-1"],
    publishingFrequency: "FIFTEEN_MINUTES",
    plans: ["S3_DATA_EVENTS"],
  } as const;

  const { resources, result } = await recorded(() => new Detectors("detectors", args));

  const detector = (region: string) => ({
    type: "aws:guardduty/detector:Detector",
    name: `detectors-${region}`,
    inputs: { enable: true, region, findingPublishingFrequency: "FIFTEEN_MINUTES" },
  });
  const plan = (region: string) => ({
    type: "aws:guardduty/detectorFeature:DetectorFeature",
    name: `detectors-${region}-S3_DATA_EVENTS`,
    inputs: { detectorId: `detectors-${region}-id`, name: "S3_DATA_EVENTS", status: "ENABLED", region },
    after: [`detectors-${region}`],
  });
  expect(resources).toEqual([
    { type: "hakken:detection:Detectors", name: "detectors", inputs: {} },
    detector("ap-northeast-1"),
    plan("ap-northeast-1"),
    detector("us-east-1"),
    plan("us-east-1"),
  ]);
  expect(Object.keys(result.detectors)).toEqual(["ap-northeast-1", "us-east-1"]);
});

it("leaves frequency and plans of any other account to its administrator", async () => {
  const args = { regions: ["ap-northeast-1"] };

  const { resources } = await recorded(() => new Detectors("detectors", args));

  expect(resources.slice(1)).toEqual([
    {
      type: "aws:guardduty/detector:Detector",
      name: "detectors-ap-northeast-1",
      inputs: { enable: true, region: "ap-northeast-1" },
    },
  ]);
});
