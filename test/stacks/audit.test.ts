import { expect, it, vi } from "vitest";
import { PLANS } from "../../handlers/guardDutyPlans";
import { audit } from "../../stacks/audit";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditSettings, aws } from "./settings";

// The pipeline has tests of its own, on the compiled program, since its handlers can't be serialized from what vitest makes.
const made = vi.hoisted(() => ({ pipelines: [] as unknown[][] }));
vi.mock("../../components/notification/NotificationPipeline", () => ({
  NotificationPipeline: class {
    constructor(...args: unknown[]) {
      made.pipelines.push(args);
    }
  },
}));

it("makes detectors in every region, Security Hub and the pipeline in the home region, through one provider", async () => {
  const settings = auditSettings();

  const { resources } = await recorded(() => audit(settings), { answers: aws });

  expect(resources.filter(({ type }) => !type.startsWith("aws:s3")).map(({ name, type }) => `${name} ${type}`)).toEqual(
    [
      "account pulumi:providers:aws",
      "alerts-forward hakken:notification:Forwarding",
      ...["ap-northeast-3", "us-east-1", "us-west-2"].flatMap((region) => [
        `alerts-forward-dead-letters-${region} aws:sqs/queue:Queue`,
        `alerts-forward-dead-letters-${region}-policy aws:sqs/queuePolicy:QueuePolicy`,
      ]),
      ...["ap-northeast-3", "us-east-1", "us-west-2"].flatMap((region) => [
        `alerts-forward-health-${region} aws:cloudwatch/eventRule:EventRule`,
        `alerts-forward-health-${region}-target aws:cloudwatch/eventTarget:EventTarget`,
      ]),
      "alerts-forward-policy aws:iam/rolePolicy:RolePolicy",
      "alerts-forward-role aws:iam/role:Role",
      ...["ap-northeast-3", "us-east-1"].flatMap((region) => [
        `alerts-forward-silenced-${region} aws:cloudwatch/eventRule:EventRule`,
        `alerts-forward-silenced-${region}-target aws:cloudwatch/eventTarget:EventTarget`,
      ]),
      "custom-action aws:securityhub/actionTarget:ActionTarget",
      "custom-action hakken:notification:CustomAction",
      "detectors hakken:detection:Detectors",
      ...["ap-northeast-1", "ap-northeast-3", "us-east-1"].flatMap((region) => [
        `detectors-${region} aws:guardduty/detector:Detector`,
        ...[...PLANS].sort().map((plan) => `detectors-${region}-${plan} aws:guardduty/detectorFeature:DetectorFeature`),
      ]),
      "recorder hakken:baseline:ConfigRecorder",
      "recorder-ap-northeast-1 aws:cfg/recorder:Recorder",
      "recorder-ap-northeast-3 aws:cfg/recorder:Recorder",
      "recorder-bucket hakken:baseline:PrivateBucket",
      "recorder-channel-ap-northeast-1 aws:cfg/deliveryChannel:DeliveryChannel",
      "recorder-channel-ap-northeast-3 aws:cfg/deliveryChannel:DeliveryChannel",
      "recorder-channel-us-east-1 aws:cfg/deliveryChannel:DeliveryChannel",
      "recorder-role aws:iam/serviceLinkedRole:ServiceLinkedRole",
      "recorder-status-ap-northeast-1 aws:cfg/recorderStatus:RecorderStatus",
      "recorder-status-ap-northeast-3 aws:cfg/recorderStatus:RecorderStatus",
      "recorder-status-us-east-1 aws:cfg/recorderStatus:RecorderStatus",
      "recorder-us-east-1 aws:cfg/recorder:Recorder",
      "securityhub aws:securityhub/account:Account",
    ],
  );
  expect(resources.find(({ name }) => name === "account")?.inputs).toMatchObject({
    region: "ap-northeast-1",
    profile: "audit",
    allowedAccountIds: '["444455556666"]',
  });
  const ofAws = resources.filter(({ type }) => type.startsWith("aws:"));
  expect(new Set(ofAws.map(({ provider }) => provider))).toEqual(new Set(["account"]));
  // IAM alone is not of a region.
  expect(ofAws.filter(({ inputs }) => !inputs.region).map(({ name }) => name)).toEqual([
    "alerts-forward-policy",
    "alerts-forward-role",
    "recorder-role",
  ]);
});

it("leaves standards to the organization's policy, and waits for the recorder", async () => {
  const settings = auditSettings();

  const { resources } = await recorded(() => audit(settings), { answers: aws });

  const hub = resources.find(({ name }) => name === "securityhub");
  expect(hub?.inputs).toEqual({
    enableDefaultStandards: false,
    controlFindingGenerator: "SECURITY_CONTROL",
    region: "ap-northeast-1",
  });
  // Under a policy AWS refuses the provider's call: the reconciler changes it.
  expect(hub?.ignoreChanges).toEqual(["controlFindingGenerator"]);
  expect(hub?.after).toEqual(expect.arrayContaining(["recorder-status-ap-northeast-1", "recorder-role"]));
});

it("hands what is to be told, and to whom, to the pipeline", async () => {
  const settings = auditSettings();
  made.pipelines.length = 0;

  await recorded(() => audit(settings), { answers: aws });

  expect(made.pipelines).toEqual([
    [
      "alerts",
      {
        region: "ap-northeast-1",
        accountId: "444455556666",
        language: "ja",
        severities: ["HIGH", "CRITICAL"],
        findingSource: "cspm",
        customActionArn: expect.anything(),
        plansOff: ["RUNTIME_MONITORING"],
        slack: settings.slack,
        backlog: undefined,
        mail: undefined,
        grouping: { controls: "control", vulnerabilities: "vulnerability", routes: [] },
        timing: { groupWaitSeconds: 30, groupIntervalSeconds: 300 },
        reopenWithinSeconds: 604_800,
        floods: {
          hourlyBudget: { slack: 100, mail: 100 },
          mutes: [],
          digest: { start: "quiet", vulnerabilities: "exploitable" },
          digestTime: { at: "09:00", timeZone: "Asia/Tokyo" },
        },
        regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
        health: {
          choice: {
            include: [],
            exclude: [],
            severities: {
              issue: "HIGH",
              scheduledChange: "HIGH",
              investigation: "HIGH",
              accountNotification: "MEDIUM",
            },
            told: ["HIGH", "CRITICAL"],
            securityHub: { regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"], exceptAccounts: [] },
          },
        },
        reopenFailingAfterSeconds: 1_209_600,
        requiredChannels: ["slack"],
        managementAccountId: "111122223333",
        healthOrganization: true,
        alarmAddresses: ["sre@example.com"],
        forwarding: expect.anything(),
        elsewhere: [
          {
            name: "watch-forward-dead-letters",
            accounts: ["111122223333"],
            regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
          },
        ],
        runbook: undefined,
        deployRoleArn: undefined,
        queueRetentionDays: 14,
        protect: true,
      },
      { provider: expect.anything() },
    ],
  ]);
});

it("has a custom action in the home region, once Security Hub is on, named in the language of the messages", async () => {
  const made = async (language: "ja" | "en") => {
    const { resources } = await recorded(() => audit({ ...auditSettings(), language }), { answers: aws });
    return resources.find(({ type }) => type === "aws:securityhub/actionTarget:ActionTarget");
  };

  const actions = [await made("ja"), await made("en")];

  expect(actions.map((action) => action?.inputs)).toEqual(
    ["hakken で知らせる", "Tell by hakken"].map((name) => ({
      name,
      identifier: "TellByHakken",
      description: "Tells these findings at once, whatever their severity",
      region: "ap-northeast-1",
    })),
  );
  expect(actions[0]?.after).toContain("securityhub");
});

it("gives the other stacks its account and its detectors", async () => {
  const settings = auditSettings();

  const { result } = await recorded(async () => valuesOf(await audit(settings)), { answers: aws });

  expect(result).toEqual({
    accountId: "444455556666",
    detectorIds: {
      "ap-northeast-1": "detectors-ap-northeast-1-id",
      "ap-northeast-3": "detectors-ap-northeast-3-id",
      "us-east-1": "detectors-us-east-1-id",
    },
    homeRegion: "ap-northeast-1",
    absentRegions: [],
    absentPlans: [],
    absentScans: [],
    configBucket: "delivery-1234567",
  });
});

it("puts the prefix before the pipeline's and the bucket's names, and before no detector's or recorder's", async () => {
  const settings = { ...auditSettings(), namePrefix: "acme" };
  made.pipelines.length = 0;

  const { resources } = await recorded(() => audit(settings), { answers: aws });

  expect(made.pipelines.map(([name]) => name)).toEqual(["acme-alerts"]);
  const physical = resources.filter(({ type }) => type.startsWith("aws:"));
  const prefixed = physical.filter(({ name }) => name.startsWith("acme-"));
  const ofPipeline = /^aws:(s3|sqs|cloudwatch)\/|^aws:iam\/role(Policy)?:/;
  expect(prefixed).toEqual(physical.filter(({ type }) => ofPipeline.test(type)));
});

it("protects all that watches the account, and nothing once that is off", async () => {
  const { resources } = await recorded(() => audit(auditSettings()), { answers: aws });
  const { resources: open } = await recorded(() => audit({ ...auditSettings(), protect: false }), { answers: aws });

  const unprotected = resources.filter(({ type, protect }) => type.startsWith("aws:") && !protect);
  // What events are forwarded, the settings say; and no finding is lost without the custom action.
  expect(unprotected.filter(({ name }) => !/^(alerts-forward-|custom-action$)/.test(name))).toEqual([]);
  expect(open.filter(({ protect }) => protect)).toEqual([]);
});

it("makes nothing in a region that the account lacks, and says so to the other stacks", async () => {
  const settings = {
    ...auditSettings(),
    regions: ["ap-northeast-1", "us-east-1"],
    linkedRegions: ["us-east-1"],
    absentRegions: ["ap-northeast-3"],
  };

  const { resources, result } = await recorded(async () => valuesOf(await audit(settings)), { answers: aws });

  expect(resources.filter(({ inputs }) => inputs.region === "ap-northeast-3")).toEqual([]);
  expect(result).toMatchObject({
    absentRegions: ["ap-northeast-3"],
    detectorIds: { "ap-northeast-1": "detectors-ap-northeast-1-id", "us-east-1": "detectors-us-east-1-id" },
  });
});
