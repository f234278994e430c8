import { createRequire } from "node:module";
import { expect, it } from "vitest";
import type { ReconcilerArgs } from "../../../components/detection/Reconciler";
import { type Recorded, recorded, valuesOf } from "../../pulumi/recorded";
import { detectionDefaults } from "../../settings/configs";

// Compiled: vitest's own transform does not survive the serialization of the handler.
const compiled = createRequire(__filename);
const { Reconciler } = compiled("../../../bin/components/detection/Reconciler.js");
const { guardDutyDuty } = compiled("../../../bin/components/detection/guardDutyDuty.js");

const args = (detectorIds: Record<string, string>): ReconcilerArgs => ({
  region: "ap-northeast-1",
  duties: [
    guardDutyDuty({
      detectorIds,
      everyDetectorId: detectorIds,
      adminAccountId: "222222222222",
      invited: [],
      settings: detectionDefaults.guardDuty,
      after: [],
    }),
  ],
  alarms: { topicArn: "arn:of:topic", namePrefix: "alerts-alarm-" },
});
const two = { "ap-northeast-1": "d-home", "us-east-1": "d-linked" };
const made = async (given: ReconcilerArgs): Promise<Recorded[]> =>
  (await recorded(() => void new Reconciler("reconciler", given, { protect: true }))).resources;
const find = (resources: Recorded[], name: string) =>
  resources.find((one) => one.name === name && /^aws:/.test(one.type));

it("is a function, one invocation a service and region, an hourly rule, and alarms", async () => {
  const resources = await made(args(two));

  const aws = resources.filter(({ type }) => type.startsWith("aws:"));
  expect(aws.map(({ type, name, inputs }) => `${type.split(":")[2]} ${name} ${inputs.region ?? "-"}`)).toEqual([
    "MetricAlarm alerts-alarm-reconciler-errors ap-northeast-1",
    "MetricAlarm alerts-alarm-reconciler-not-delivered ap-northeast-1",
    "MetricAlarm alerts-alarm-reconciler-not-run ap-northeast-1",
    "MetricAlarm alerts-alarm-reconciler-throttles ap-northeast-1",
    "MetricAlarm alerts-alarm-reconciler-uncovered ap-northeast-1",
    "Function reconciler ap-northeast-1",
    "Invocation reconciler-guardDuty-ap-northeast-1 ap-northeast-1",
    "Invocation reconciler-guardDuty-us-east-1 ap-northeast-1",
    "EventRule reconciler-hourly ap-northeast-1",
    "Permission reconciler-hourly-permission ap-northeast-1",
    "EventTarget reconciler-hourly-target ap-northeast-1",
    "LogGroup reconciler-logs ap-northeast-1",
    "RolePolicy reconciler-policy -",
    "Role reconciler-role -",
  ]);
});

it("protects what a delete would undo the organization by, and what keeps it right", async () => {
  const resources = await made(args(two));

  expect(resources.filter(({ protect }) => protect).map(({ name }) => name)).toEqual([
    "reconciler-guardDuty-ap-northeast-1",
    "reconciler-guardDuty-us-east-1",
    "reconciler-hourly",
    "reconciler-hourly-permission",
    "reconciler-hourly-target",
  ]);
});

it("stops the hourly run before anything is released: its target comes after all duties", async () => {
  const resources = await made(args(two));

  const target = find(resources, "reconciler-hourly-target");
  expect(target?.after).toEqual(
    expect.arrayContaining(["reconciler-guardDuty-ap-northeast-1", "reconciler-guardDuty-us-east-1"]),
  );
  expect(JSON.parse(String(target?.inputs.input))).toEqual({
    duties: [
      { kind: "guardDuty", region: "ap-northeast-1", data: { detectorId: "d-home" } },
      { kind: "guardDuty", region: "us-east-1", data: { detectorId: "d-linked" } },
    ],
  });
});

it("invokes again when the settings of a service change, and on delete", async () => {
  const before = find(await made(args(two)), "reconciler-guardDuty-us-east-1");
  const changed = args(two);
  const [duty] = changed.duties;
  if (duty) Object.assign(duty.settings, { agents: [] });
  const after = find(await made(changed), "reconciler-guardDuty-us-east-1");

  expect(before?.inputs).toMatchObject({ lifecycleScope: "CRUD" });
  expect(JSON.parse(String(before?.inputs.input)).settings).not.toBe(JSON.parse(String(after?.inputs.input)).settings);
});

it("may change GuardDuty's members by the administrator's detectors alone", async () => {
  const resources = await made(args(two));

  const { Statement } = JSON.parse(String(find(resources, "reconciler-policy")?.inputs.policy));
  expect(Statement.map(({ Sid, Resource }: Record<string, unknown>) => [Sid, Resource])).toEqual([
    ["ReadOrganization", ["*"]],
    [
      "EnrolInGuardDuty",
      [
        "arn:aws:guardduty:ap-northeast-1:222222222222:detector/d-home",
        "arn:aws:guardduty:us-east-1:222222222222:detector/d-linked",
      ],
    ],
    ["WriteOwnLog", ["arn:of:reconciler-logs:log-stream:*"]],
  ]);
});

it("gives as its output what the duties warn of", async () => {
  const given = args(two);
  let outputs: unknown;
  const lacking = ["account 444444444444 lacks the region"];
  const answers = { warnings: ["account 333333333333 is not covered"], lacking, done: {} };
  await recorded(
    async () => {
      const { warnings, lacking: without } = new Reconciler("reconciler", given);
      outputs = { warnings, lacking: without };
    },
    { results: { "aws:lambda/invocation:Invocation": { result: JSON.stringify(answers) } } },
  );

  expect(await valuesOf(outputs as never)).toEqual({
    warnings: ["account 333333333333 is not covered", "account 333333333333 is not covered"],
    lacking: [...lacking, ...lacking],
  });
});

it("may ask who is in a unit only where the settings name one", async () => {
  const given = args(two);
  const { plans } = detectionDefaults.guardDuty;
  const [plain] = given.duties;
  const named = guardDutyDuty({
    detectorIds: two,
    everyDetectorId: two,
    adminAccountId: "222222222222",
    invited: [],
    settings: {
      ...detectionDefaults.guardDuty,
      plans: { ...plans, RUNTIME_MONITORING: { ...plans.RUNTIME_MONITORING, enabledIn: ["ou-abcd-12345678"] } },
    },
    after: [],
  });

  expect(plain?.statements.map(({ Sid }) => Sid)).toEqual(["EnrolInGuardDuty"]);
  expect(named.statements.map(({ Sid }: { Sid: string }) => Sid)).toEqual(["ReadUnits", "EnrolInGuardDuty"]);
});
