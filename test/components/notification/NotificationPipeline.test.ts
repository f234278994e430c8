import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { NotificationPipelineArgs } from "../../../components/notification/NotificationPipeline";
import { type Recorded, recorded } from "../../pulumi/recorded";
import { pipelineArgs } from "../../zips/pipeline";

// Compiled: vitest's own transform does not survive the serialization of the handlers.
const { NotificationPipeline } = createRequire(__filename)(
  "../../../bin/components/notification/NotificationPipeline.js",
);

const made = async (args: NotificationPipelineArgs): Promise<Recorded[]> =>
  (await recorded(() => void new NotificationPipeline("alerts", args))).resources;

/** Policies as objects, and no code: the tests of the zips look at that. */
const readable = ({ inputs: { code, ...inputs }, ...rest }: Recorded) => ({
  ...rest,
  inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, unfolded(value)])),
});
function unfolded(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  return JSON.parse(value);
}
const text = (resources: unknown) => `${JSON.stringify(resources, null, 2)}\n`;

describe("the notification pipeline", () => {
  it("is exactly this, with every channel", async () => {
    const resources = await made(pipelineArgs("https://services.example.com"));

    await expect(text(resources.map(readable))).toMatchFileSnapshot("./NotificationPipeline.expected.json");
  });

  it("is all in the home region, but for what has none", async () => {
    const resources = await made(pipelineArgs("https://services.example.com"));

    const elsewhere = resources.filter(
      ({ type, inputs }) => type.startsWith("aws:") && inputs.region !== "ap-northeast-1",
    );
    expect(new Set(elsewhere.map(({ type }) => type))).toEqual(
      new Set(["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"]),
    );
  });

  it("with mail alone makes nothing of Slack and Backlog, and tells alarms by mail", async () => {
    const { slack, backlog, ...rest } = pipelineArgs("https://services.example.com");
    const resources = await made({ ...rest, requiredChannels: ["mail"] });

    expect(resources.filter(({ name }) => /slack|backlog/.test(name))).toEqual([]);
    const notice = resources.find(({ name, type }) => name === "alerts-alarm-notice" && type.startsWith("aws:lambda"));
    expect(notice?.inputs.environment).toEqual({ variables: { MAIL_TOPIC: "arn:of:alerts-mail-topic" } });
  });

  it("names no right that a role does not need by its resource: no star alone", async () => {
    const resources = await made(pipelineArgs("https://services.example.com"));

    for (const { name, inputs } of resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")) {
      const { Statement } = JSON.parse(String(inputs.policy)) as {
        Statement: { Action: string[]; Resource: string[] }[];
      };
      for (const { Action, Resource } of Statement) {
        expect(Resource, name).not.toContain("*");
        for (const action of Action) expect(action, name).not.toContain("*");
      }
    }
  });
});
