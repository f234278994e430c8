import { readFileSync } from "node:fs";
import path from "node:path";
import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ImportResource, Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ImportFile, importInto } from "../../../ops/adopt/importing";
import { nameOf } from "../../../ops/events";
import { ACCOUNTS, type OrganizationCloud, reason, startOrganization, values } from "./cloud";

const [HOME, LINKED] = ["ap-northeast-1", "us-east-1"] as const;
const ROLE = `arn:aws:iam::${ACCOUNTS.audit}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;

let cloud: OrganizationCloud;

beforeAll(async () => {
  cloud = await startOrganization({
    regions: [HOME, LINKED],
  });
});
afterAll(() => cloud?.close());

/** Detectors in a component, one explicit provider, tags for all. */
const watched = async () => {
  const provider = new aws.Provider("account", {
    region: HOME,
    profile: "audit",
    allowedAccountIds: [ACCOUNTS.audit],
    defaultTags: { tags: { Owner: "security" } },
  });
  const part = new pulumi.ComponentResource("test:index:Watch", "watch", {}, { provider, protect: true });
  const ids = [HOME, LINKED].map((region) => {
    const made = new aws.guardduty.Detector(
      `watch-${region}`,
      { region, findingPublishingFrequency: "FIFTEEN_MINUTES" },
      { parent: part },
    );
    new aws.guardduty.DetectorFeature(
      `watch-s3-${region}`,
      { detectorId: made.id, name: "S3_DATA_EVENTS", status: "ENABLED", region },
      { parent: part },
    );
    return made.id;
  });
  new aws.securityhub.Account("hub", { enableDefaultStandards: false, region: HOME }, { provider, protect: true });
  new aws.cfg.Recorder(
    "recorder",
    {
      name: "default",
      roleArn: ROLE,
      recordingGroup: { allSupported: true, includeGlobalResourceTypes: false },
      region: LINKED,
    },
    { provider },
  );
  return { ids };
};

/** What the engine would make, as it writes it down for an import, with the ids of what is there; the rest left out. */
async function skeleton(stack: Stack, ids: Readonly<Record<string, string>>): Promise<ImportFile> {
  const file = path.join(cloud.folder, "import.json");
  await stack.preview({ importFile: file });
  const { resources, nameTable } = JSON.parse(readFileSync(file, "utf8")) as ImportFile;
  const named = (one: ImportResource) => ids[one.logicalName ?? one.name];
  const taken = resources.filter((one) => one.component || one.type.startsWith("pulumi:providers:") || named(one));
  return { nameTable, resources: taken.map((one) => ({ ...one, ...(named(one) && { id: named(one) }) })) };
}

const take = async (stack: Stack, file: ImportFile) => {
  const { workDir, pulumiCommand: cli, envVars, pulumiHome = "" } = stack.workspace;
  await importInto(stack.name, file, { cli, workDir, env: { ...envVars, PULUMI_HOME: pulumiHome }, protect: true });
};

const managed = async (stack: Stack) =>
  (await stack.exportStack()).deployment.resources.map(({ id, inputs, protect, type, urn }: Resource) => [
    type,
    nameOf(urn).name,
    { id, inputs, protect },
  ]);

interface Resource {
  type: string;
  urn: string;
  id?: string;
  inputs?: object;
  protect?: boolean;
}

describe("an import", () => {
  it("takes over what was made by hand, in each region, and the next update changes it in place", async () => {
    const guardduty = new GuardDuty(cloud.as(ACCOUNTS.audit, LINKED));
    const { DetectorId = "" } = await guardduty.createDetector({ Enable: true, Tags: { madeBy: "hand" } });
    await new SecurityHub(cloud.as(ACCOUNTS.audit)).enableSecurityHub({ EnableDefaultStandards: true });
    const config = new ConfigService(cloud.as(ACCOUNTS.audit, LINKED));
    await config.putConfigurationRecorder({ ConfigurationRecorder: { name: "default", roleARN: ROLE } });
    const stack = await cloud.stack("taken", watched);

    await take(
      stack,
      await skeleton(stack, {
        [`watch-${LINKED}`]: `${DetectorId}@${LINKED}`,
        hub: ACCOUNTS.audit,
        recorder: `default@${LINKED}`,
      }),
    );
    const imported = await managed(stack);
    const replaced: string[] = [];
    const up = await stack.up({
      onEvent: ({ resourcePreEvent: pre }) => {
        if (pre && /replace|delete/.test(pre.metadata.op)) replaced.push(pre.metadata.urn);
      },
    });
    const preview = await stack.preview({ expectNoChanges: true });

    expect(imported).toEqual(
      expect.arrayContaining([
        ["pulumi:providers:aws", "account", expect.anything()],
        ["test:index:Watch", "watch", expect.anything()],
        [
          "aws:guardduty/detector:Detector",
          `watch-${LINKED}`,
          {
            id: DetectorId,
            inputs: {
              enable: true,
              findingPublishingFrequency: "SIX_HOURS",
              region: LINKED,
              tags: { madeBy: "hand" },
              __defaults: [],
            },
            protect: true,
          },
        ],
        ["aws:securityhub/account:Account", "hub", expect.objectContaining({ id: ACCOUNTS.audit })],
        [
          "aws:cfg/recorder:Recorder",
          "recorder",
          { id: "default", inputs: expect.objectContaining({ name: "default", region: LINKED }), protect: true },
        ],
      ]),
    );
    expect(imported).toHaveLength(6);
    expect(replaced).toEqual([]);
    expect(up.summary.resourceChanges).toMatchObject({ create: 3, update: 3 });
    expect(values(up.outputs).ids).toContain(DetectorId);
    expect((await guardduty.getDetector({ DetectorId })).FindingPublishingFrequency).toBe("FIFTEEN_MINUTES");
    expect(Object.keys(preview.changeSummary)).toEqual(["same"]);
  });

  it("fails for what is not there, and for a type that the official provider can't import", async () => {
    const stack = await cloud.stack("refused", watched);

    const missing = await take(stack, await skeleton(stack, { recorder: `another@${LINKED}` })).catch(reason);
    const feature = await take(stack, await skeleton(stack, { [`watch-s3-${LINKED}`]: `x@${LINKED}` })).catch(reason);

    expect(missing).toMatch(/resource 'another@us-east-1' does not exist/);
    expect(feature).toMatch(/DetectorFeature doesn't support import/);
  });
});
