import { expect, it } from "vitest";
import { Detectors } from "../../../components/detection/Detectors";
import { recorded } from "../../pulumi/recorded";

it("gives the administrator a detector a region, with frequency, and each plan on or off, one write after the other", async () => {
  const s3 = { name: "S3_DATA_EVENTS", on: true, additional: [] };
  const rds = { name: "RDS_LOGIN_EVENTS", on: false, additional: [] };
  const args = {
    regions: ["ap-northeast-1", "us-east-1"],
    publishingFrequency: "FIFTEEN_MINUTES",
    plansIn: (region: string) => (region === "us-east-1" ? [s3] : [s3, rds]),
  } as const;

  const { resources, result } = await recorded(() => new Detectors("detectors", args));

  const detector = (region: string) => ({
    type: "aws:guardduty/detector:Detector",
    name: `detectors-${region}`,
    inputs: { enable: true, region, findingPublishingFrequency: "FIFTEEN_MINUTES" },
  });
  const plan = (region: string, name: string, status: string, after: string[]) => ({
    type: "aws:guardduty/detectorFeature:DetectorFeature",
    name: `detectors-${region}-${name}`,
    inputs: { detectorId: `detectors-${region}-id`, name, status, region },
    after,
  });
  const home = "detectors-ap-northeast-1";
  expect(resources).toEqual([
    { type: "hakken:detection:Detectors", name: "detectors", inputs: {} },
    detector("ap-northeast-1"),
    plan("ap-northeast-1", "RDS_LOGIN_EVENTS", "DISABLED", [home, `${home}-S3_DATA_EVENTS`]),
    plan("ap-northeast-1", "S3_DATA_EVENTS", "ENABLED", [home]),
    detector("us-east-1"),
    plan("us-east-1", "S3_DATA_EVENTS", "ENABLED", ["detectors-us-east-1"]),
  ]);
  expect(Object.keys(result.detectors)).toEqual(["ap-northeast-1", "us-east-1"]);
});

it.each([
  [true, ["ENABLED", "ENABLED", "DISABLED"]],
  [false, ["DISABLED", "DISABLED", "DISABLED"]],
])("says of each agent whether it is installed, where the plan is on: %s", async (on, words) => {
  const additional = [
    { name: "ECS_FARGATE_AGENT_MANAGEMENT", on: true },
    { name: "EC2_AGENT_MANAGEMENT", on: false },
  ];
  const args = { regions: ["us-east-1"], plansIn: () => [{ name: "RUNTIME_MONITORING", on, additional }] };

  const { resources } = await recorded(() => new Detectors("detectors", args));

  expect(resources.at(-1)?.inputs).toMatchObject({
    status: words[0],
    additionalConfigurations: [
      { name: "ECS_FARGATE_AGENT_MANAGEMENT", status: words[1] },
      { name: "EC2_AGENT_MANAGEMENT", status: words[2] },
    ],
  });
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
