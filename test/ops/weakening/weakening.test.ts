import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type StepEventMetadata } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engine } from "../../../ops/engine/engine";
import { runLog } from "../../../ops/events";
import { previewMarkdown } from "../../../ops/markdown";
import { WATCHED, weakening } from "../../../ops/weakening";
import { accountCases } from "./accountCases";
import { alarmCases } from "./alarmCases";
import { startAnyProvider } from "./anyProvider";
import type { Case } from "./cases";
import { guarddutyCases } from "./guarddutyCases";
import { securityhubCases } from "./securityhubCases";
import { tellingCases } from "./tellingCases";

const cases: Record<string, Case> = {
  ...guarddutyCases,
  ...securityhubCases,
  ...accountCases,
  ...tellingCases,
  ...alarmCases,
};
/** An input of no type's own, whose change replaces. */
const REPLACES = "replaces";

/** Every watched type once to be deleted, and once to be replaced. */
class Plain extends pulumi.CustomResource {
  constructor(type: string, name: string, value: string, opts: pulumi.CustomResourceOptions) {
    super(
      type,
      name,
      { [REPLACES]: value, tags: "canary in clear", key: pulumi.secret("canary that is secret") },
      opts,
    );
  }
}

let folder: string;
let stop = () => {};
/** The steps of the preview, by the name of the resource. */
const steps = new Map<string, StepEventMetadata[]>();
const log = runLog({ begun: () => {}, changed: () => {}, warned: () => {} });

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "weakening-"));
  const { root } = await engine({ progress: console.error });
  const provider = await startAnyProvider([REPLACES]);
  stop = provider.stop;

  let changed = false;
  const program = async () => {
    const opts = { provider: new aws.Provider("account", { region: "ap-northeast-1" }) };
    for (const [name, { before, after }] of Object.entries(cases)) (changed ? after : before)?.(name, opts);
    for (const type of Object.keys(WATCHED)) {
      if (!changed) new Plain(type, `${type} deleted`, "a", opts);
      new Plain(type, `${type} replaced`, changed ? "b" : "a", opts);
    }
  };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "organization/weakening/test", projectName: "weakening", program },
    {
      workDir: folder,
      pulumiHome: path.join(folder, "home"),
      pulumiCommand: await PulumiCommand.get({ root }),
      projectSettings: { name: "weakening", runtime: "nodejs", backend: { url: `file://${folder}` } },
      envVars: {
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DEBUG_PROVIDERS: `aws:${provider.port}`,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
  await stack.up();
  changed = true;
  await stack.preview({
    onEvent: (event) => {
      log.take(event);
      const { resOutputsEvent } = event;
      if (!resOutputsEvent) return;
      const name = resOutputsEvent.metadata.urn.split("::").slice(3).join("::");
      steps.set(name, [...(steps.get(name) ?? []), resOutputsEvent.metadata]);
    },
  });
}, 1_200_000);

afterAll(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

const reasonsOf = (name: string) => {
  const found = steps.get(name);
  if (!found) throw new Error(`the engine did nothing with ${name}`);
  return found.map(weakening);
};

describe("weakening, by the engine's own preview", () => {
  it.each(Object.entries(cases))("%s", (name, { says }) => {
    expect(reasonsOf(name)).toEqual([says]);
  });

  it.each(Object.entries(WATCHED))("deletes and replaces %s", (type, { gone }) => {
    const again = gone && `replaced, and until the new one works: ${gone}`;

    expect(reasonsOf(`${type} deleted`)).toEqual([gone]);
    expect(steps.get(`${type} replaced`)?.map(({ op }) => op)).toEqual([
      "create-replacement",
      "replace",
      "delete-replaced",
    ]);
    expect(reasonsOf(`${type} replaced`)).toEqual([again, again, again]);
  });

  it("goes into the run's log, where what changes nothing else is left out", () => {
    const changes = new Map(log.changes().map((change) => [change.name, change]));

    expect(changes.get("detector off")).toMatchObject({ operation: "update", weakens: cases["detector off"]?.says });
    expect(changes.get("protection taken off")).toMatchObject({
      operation: "same",
      weakens: "it is no longer protected from being deleted",
    });
    expect(changes.get("detector on")).not.toHaveProperty("weakens");
    expect(changes.has("protection put on")).toBe(false);
  });

  it("tells no property's value, nor does the comment", () => {
    const texts = Object.values(WATCHED).flatMap(({ gone, checks = [] }) => [
      ...(gone ? [gone, `replaced, and until the new one works: ${gone}`] : []),
      ...checks.map(({ reason }) => reason),
    ]);
    const fixed = new Set([
      ...texts,
      "it is no longer protected from being deleted",
      "it stays in AWS as it is, but nothing keeps it so",
    ]);
    const changes = log.changes();

    const markdown = previewMarkdown({
      stack: "test",
      outcome: "succeeded",
      changes,
      outputs: { out: "canary" },
      secretOutputs: ["canary"],
      seconds: 1,
      failures: [],
      exitCode: 0,
    });

    expect(changes.flatMap(({ weakens }) => weakens?.split("; ") ?? []).filter((text) => !fixed.has(text))).toEqual([]);
    expect(JSON.stringify([...steps.values()])).toContain("canary in clear");
    expect(markdown).toContain("- replace aws:kms/key:Key");
    expect(markdown).not.toMatch(/canary|777788889999|arn:/);
  });

  it("has a case for each reason of each type", () => {
    const said = new Set(
      Object.keys(cases).flatMap((name) =>
        (steps.get(name) ?? []).flatMap((step) =>
          (weakening(step) ?? "").split("; ").map((reason) => `${step.type}: ${reason}`),
        ),
      ),
    );
    const unsaid = Object.entries(WATCHED).flatMap(([type, { checks = [] }]) =>
      checks.map(({ reason }) => `${type}: ${reason}`).filter((reason) => !said.has(reason)),
    );

    expect(unsaid).toEqual([]);
  });
});

it("names types as @pulumi/aws does", () => {
  const declared = new Set(
    Object.keys(WATCHED).flatMap((type) => {
      const module = type.split(/[:/]/)[1] ?? "";
      const inner = path.join(path.dirname(require.resolve("@pulumi/aws/package.json")), module);
      return readdirSync(inner)
        .filter((file) => file.endsWith(".js"))
        .flatMap((file) => /__pulumiType = '([^']+)'/.exec(readFileSync(path.join(inner, file), "utf8"))?.[1] ?? []);
    }),
  );

  expect(Object.keys(WATCHED).filter((type) => !declared.has(type))).toEqual([]);
});

it("names every type that the program makes and whose loss matters, or says here why it needs no watching", () => {
  const harmless = [
    "aws:kms/alias:Alias", // a name
    "aws:cloudwatch/dashboard:Dashboard", // shows, and tells nobody
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", // the four below guard the history, not the delivery
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketObjectv2:BucketObjectv2", // a list that GuardDuty has read; its sets are watched
    "aws:lambda/callbackFunction:CallbackFunction", // a Function by its type
  ];
  const made = ["components", "stacks"].flatMap((folder) =>
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(path.join(folder, file), "utf8").matchAll(/new aws\.(\w+)\.(\w+)\(/g)])
      .map(([, module, type = ""]) => `aws:${module}/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`),
  );

  expect([...new Set(made)].filter((type) => !(type in WATCHED) && !harmless.includes(type))).toEqual([]);
});
