import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { NotificationPipelineArgs } from "../../../components/notification/NotificationPipeline";
import { type Recorded, recorded, valuesOf } from "../../pulumi/recorded";
import { pipelineArgs } from "../../zips/pipeline";

// Compiled: vitest's own transform does not survive the serialization of the handlers.
const { NotificationPipeline } = createRequire(__filename)(
  "../../../bin/components/notification/NotificationPipeline.js",
);

const made = async (args: NotificationPipelineArgs): Promise<Recorded[]> =>
  (await recorded(() => void new NotificationPipeline("alerts", args))).resources;

/** One with every channel, made once: it takes seconds. */
let whole: Promise<Recorded[]> | undefined;
const everything = () => {
  whole ??= made(pipelineArgs("https://services.example.com"));
  return whole;
};

/** Policies as objects, and no code: the tests of the zips look at that. */
const readable = ({ inputs: { code, ...inputs }, ...rest }: Recorded) => ({
  ...rest,
  inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, unfolded(value)])),
});
function unfolded(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  return JSON.parse(value);
}
/** Calls to which AWS lets nobody name a resource. */
const isNameless = ([action = "", ...others]: string[]) =>
  others.length === 0 && ["organizations:ListAccounts", "securityhub:ListAutomationRules"].includes(action);
const text = (resources: unknown) => `${JSON.stringify(resources, null, 2)}\n`;

describe("the notification pipeline", () => {
  it("is exactly this, with every channel", async () => {
    const resources = await everything();

    await expect(text(resources.map(readable))).toMatchFileSnapshot("./NotificationPipeline.expected.json");
  });

  it("is all in the home region, but for what has none", async () => {
    const resources = await everything();

    const elsewhere = resources.filter(
      ({ type, inputs }) => type.startsWith("aws:") && inputs.region !== "ap-northeast-1",
    );
    expect(new Set(elsewhere.map(({ type }) => type))).toEqual(
      new Set(["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"]),
    );
  });

  it("with mail alone and without AWS Health makes nothing of the others, and tells alarms by mail", async () => {
    const { slack, backlog, health, ...rest } = pipelineArgs("https://services.example.com");
    const resources = await made({ ...rest, requiredChannels: ["mail"] });

    expect(resources.filter(({ name }) => /slack|backlog|health/.test(name))).toEqual([]);
    const notice = resources.find(({ name, type }) => name === "alerts-alarm-notice" && type.startsWith("aws:lambda"));
    expect(notice?.inputs.environment).toEqual({ variables: { MAIL_TOPIC: "arn:of:alerts-mail-topic" } });
  });

  it("protects what would silence it or lose what waits, nothing that the settings may switch off; and keeps messages as told", async () => {
    const args = pipelineArgs("https://services.example.com");
    const resources = await made({ ...args, protect: true, queueRetentionDays: 3 });

    const guarded = resources.filter(({ type, protect }) => protect && type.startsWith("aws:")).map(({ name }) => name);
    expect(guarded).toEqual([
      "alerts-alarm-key",
      "alerts-alarm-key-alias",
      "alerts-check-schedule",
      "alerts-check-schedule-permission",
      "alerts-check-schedule-target",
      "alerts-closing",
      "alerts-closing-target",
      "alerts-failed-alerts",
      "alerts-failed-alerts-policy",
      "alerts-failures",
      "alerts-failures-target",
      "alerts-health",
      "alerts-health-bus",
      "alerts-health-bus-policy",
      "alerts-health-forwarded",
      "alerts-health-forwarded-target",
      "alerts-health-target",
      "alerts-intake-closing",
      "alerts-intake-closing-policy",
      "alerts-intake-dead-letters",
      "alerts-intake-health",
      "alerts-intake-health-policy",
      "alerts-intake-opening",
      "alerts-intake-opening-policy",
      "alerts-key",
      "alerts-key-alias",
      "alerts-opening",
      "alerts-opening-target",
      "alerts-reopen-failing-schedule",
      "alerts-reopen-failing-schedule-permission",
      "alerts-reopen-failing-schedule-target",
      "alerts-requested",
      "alerts-requested-target",
      "alerts-rule-dead-letters",
      "alerts-rule-dead-letters-policy",
      "alerts-self-check",
      "alerts-self-check-permission",
      "alerts-self-check-target",
      "alerts-settle-queue",
      "alerts-settle-queue-dead-letters",
      "alerts-suppression-end-schedule",
      "alerts-suppression-end-schedule-permission",
      "alerts-suppression-end-schedule-target",
      "alerts-sweep",
      "alerts-sweep-permission",
      "alerts-sweep-target",
      "alerts-table",
    ]);
    const queues = resources.filter(({ type }) => type === "aws:sqs/queue:Queue");
    expect(queues).toHaveLength(8);
    expect(new Set(queues.map(({ inputs }) => inputs.messageRetentionSeconds))).toEqual(new Set([3 * 86_400]));
    const alarm = resources.find(({ name }) => name === "alerts-alarm-failed-alerts");
    expect(alarm?.inputs.alarmDescription).toContain("They stay 3 days.");
  });

  it("takes findings from the source that is asked for, and may read and mark those of no other", async () => {
    const args = pipelineArgs("https://services.example.com");
    const resources = await made({ ...args, findingSource: "v2" });

    const named = (type: string, name: string) =>
      resources.find((resource) => resource.type === type && resource.name === name)?.inputs;
    const rules = ["alerts-opening", "alerts-closing"].map((name) =>
      JSON.parse(String(named("aws:cloudwatch/eventRule:EventRule", name)?.eventPattern)),
    );
    expect(rules).toMatchObject([
      { "detail-type": ["Findings Imported V2"] },
      { "detail-type": ["Findings Imported V2"] },
    ]);
    const hubRights = resources.flatMap(({ type, name, inputs }) => {
      if (type !== "aws:iam/rolePolicy:RolePolicy") return [];
      const { Statement } = JSON.parse(String(inputs.policy)) as {
        Statement: { Action: string[]; Resource: string[] }[];
      };
      return Statement.filter(({ Action }) => Action.some((action) => action.startsWith("securityhub:"))).map(
        ({ Action, Resource }) => [name, Action, Resource],
      );
    });
    const hub = ["arn:aws:securityhub:ap-northeast-1:222222222222:hubv2/*"];
    const readAndMark = ["securityhub:GetFindings", "securityhub:BatchUpdateFindings"];
    const cspm = ["arn:aws:securityhub:ap-northeast-1:222222222222:hub/default"];
    expect(hubRights).toEqual([
      ["alerts-backlog-poll-policy", readAndMark, hub],
      ["alerts-check-policy", ["securityhub:GetFindings"], hub],
      // Members, and the rules of suppressions with what they suppress, are CSPM's alone.
      ["alerts-check-policy", ["securityhub:ListMembers"], cspm],
      ["alerts-intake-policy", ["securityhub:GetFindings"], hub],
      ["alerts-reopen-failing-policy", readAndMark, hub],
      ["alerts-settle-policy", readAndMark, hub],
      ["alerts-suppression-end-policy", readAndMark, cspm],
      ["alerts-suppression-end-policy", ["securityhub:ListAutomationRules"], ["*"]],
      [
        "alerts-suppression-end-policy",
        ["securityhub:BatchGetAutomationRules"],
        ["arn:aws:securityhub:*:222222222222:automation-rule/*"],
      ],
      ["alerts-sweeper-policy", ["securityhub:GetFindings"], hub],
    ]);
  });

  it("looks for what people close where there is a Backlog and the settings do not switch it off", async () => {
    const { backlog, ...rest } = pipelineArgs("https://services.example.com");
    if (!backlog) throw new Error("the pipeline of the tests has one");

    const resources = await made({ ...rest, backlog: { ...backlog, closeFindings: false } });

    expect(resources.filter(({ name }) => name.includes("backlog-poll"))).toEqual([]);
    expect(resources.filter(({ name }) => name === "alerts-reopen-failing")).not.toEqual([]);
  });

  it("tells whoever operates it where its parts are", async () => {
    const args = pipelineArgs("https://services.example.com");
    const results = { "aws:sqs/queue:Queue": (name: string) => ({ url: `url-of-${name}` }) };

    const { result } = await recorded(() => valuesOf({ of: new NotificationPipeline("alerts", args).output }), {
      results,
    });

    expect(result.of).toEqual({
      alertTable: "alerts-table",
      workflow: "arn:of:alerts-workflow",
      channels: ["slack", "backlog", "mail"],
      severities: ["HIGH", "CRITICAL"],
      findingSource: "cspm",
      queues: {
        opening: "url-of-alerts-intake-opening",
        closing: "url-of-alerts-intake-closing",
        health: "url-of-alerts-intake-health",
        settle: "url-of-alerts-settle-queue",
      },
      kept: {
        intake: "url-of-alerts-intake-dead-letters",
        rules: "url-of-alerts-rule-dead-letters",
        settle: "url-of-alerts-settle-queue-dead-letters",
        failed: "url-of-alerts-failed-alerts",
      },
    });
  });

  it("has no bus where no account forwards events of AWS Health", async () => {
    const { health, ...rest } = pipelineArgs("https://services.example.com");
    const resources = await made({ ...rest, ...(health && { health: { choice: health.choice } }) });

    const named = resources.filter(({ name, type }) => /health/.test(name) && type.startsWith("aws:"));
    expect(named.map(({ name }) => name)).toEqual([
      "alerts-alarm-health-late",
      "alerts-alarm-health-not-delivered",
      "alerts-health",
      "alerts-health-target",
      "alerts-intake-health",
      "alerts-intake-health-consumer",
      "alerts-intake-health-policy",
    ]);
  });

  it("reads existing secrets, each with its own key or none, and makes none", async () => {
    const { slack, backlog, ...rest } = pipelineArgs("https://services.example.com");
    if (!slack || !backlog) throw new Error("the pipeline of the tests has both");
    const [token, apiKey] = [{ arn: "arn:slack-token" }, { arn: "arn:backlog-key", keyArn: "arn:its-key" }];

    const resources = await made({ ...rest, slack: { ...slack, token }, backlog: { ...backlog, apiKey } });

    expect(resources.filter(({ type }) => type.startsWith("aws:secretsmanager"))).toEqual([]);
    const secretRights = (name: string) => {
      const policy = resources.find((resource) => resource.name === `${name}-policy`)?.inputs.policy;
      const { Statement } = JSON.parse(String(policy)) as { Statement: { Action: string[]; Resource: string[] }[] };
      return Statement.filter(({ Action }) => /^(secretsmanager|kms):/.test(String(Action[0]))).map(
        ({ Action, Resource }) => [Action, Resource],
      );
    };
    const read = (arn: string) => [["secretsmanager:GetSecretValue"], [arn]];
    expect(secretRights("alerts-slack")).toEqual([read("arn:slack-token")]);
    expect(secretRights("alerts-alarm-notice")).toEqual([read("arn:slack-token")]);
    expect(secretRights("alerts-backlog")).toEqual([read("arn:backlog-key"), [["kms:Decrypt"], ["arn:its-key"]]]);
    expect(secretRights("alerts-backlog-poll").slice(-2)).toEqual(secretRights("alerts-backlog"));
  });

  it("names no right that a role does not need by its resource: no star alone, but where AWS lets nobody name one", async () => {
    const resources = await everything();

    for (const { name, inputs } of resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")) {
      const { Statement } = JSON.parse(String(inputs.policy)) as {
        Statement: { Action: string[]; Resource: string[] }[];
      };
      for (const { Action, Resource } of Statement) {
        if (!isNameless(Action)) expect(Resource, name).not.toContain("*");
        for (const action of Action) expect(action, name).not.toContain("*");
      }
    }
  });
});
