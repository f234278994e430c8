import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { projectRoot } from "../../../ops/root";
import { ACCOUNTS, type Cloud } from "../../sandbox/provider/cloud";
import { type Steps, startAtTerminal } from "../atTerminal";
import { environmentOf, HOME, LINKED, startAccounts } from "./accounts";

const ASKED = "[y/N]";
const ROLE = `arn:aws:iam::${ACCOUNTS.audit}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;

/** Detectors, which are protected, with a plan each, and a recorder, which is not: so there are two imports. */
const PROGRAM = `
const aws = require("@pulumi/aws");
const { endWith, ops } = require(${JSON.stringify(join(projectRoot(), "bin", "ops", "commands", "ops.js"))});
ops(process.argv.slice(2), async () => {
  const provider = new aws.Provider("account", { region: "${HOME}", profile: "audit", allowedAccountIds: ["${ACCOUNTS.audit}"] });
  for (const region of ["${HOME}", "${LINKED}"]) {
    const { id } = new aws.guardduty.Detector("watch-" + region, { region, findingPublishingFrequency: "FIFTEEN_MINUTES" }, { provider, protect: true });
    new aws.guardduty.DetectorFeature("watch-" + region + "-s3", { detectorId: id, name: "S3_DATA_EVENTS", status: "ENABLED", region }, { provider });
  }
  new aws.cfg.Recorder("recorder", { name: "default", roleArn: "${ROLE}", region: "${HOME}" }, { provider });
}).then(endWith);
`;

let cloud: Cloud;
let close: () => Promise<void>;
let folder: string;

beforeAll(async () => {
  ({ cloud, close } = await startAccounts());
  for (const region of [HOME, LINKED]) {
    await new GuardDuty(cloud.as(ACCOUNTS.audit, region)).createDetector({
      Enable: true,
      Features: [{ Name: "S3_DATA_EVENTS", Status: "DISABLED" }],
    });
  }
  await record();
});
afterAll(async () => {
  await close?.();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hakken-adopt-terminal-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: sample\nruntime: nodejs\n");
  writeFileSync(join(folder, "Pulumi.audit.yaml"), "config: {}\n");
  writeFileSync(join(folder, "ops.cjs"), PROGRAM);
  symlinkSync(join(projectRoot(), "node_modules"), join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const config = () => new ConfigService(cloud.as(ACCOUNTS.audit, HOME));
const record = () => config().putConfigurationRecorder({ ConfigurationRecorder: { name: "default", roleARN: ROLE } });

const adopt = (steps: Steps, ...args: string[]) =>
  startAtTerminal(
    steps,
    [process.execPath, join(folder, "ops.cjs"), "adopt", ...args, "--cwd", folder],
    environmentOf(cloud, folder),
  );

/** What of AWS the state holds, by name. */
const taken = (): string[] => {
  const state = JSON.parse(readFileSync(join(folder, ".pulumi", "stacks", "sample", "audit.json"), "utf8"));
  const resources: { urn: string; type: string }[] = state.checkpoint.latest?.resources ?? [];
  return resources
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ urn }) => urn.split("::").at(-1) ?? "")
    .sort();
};

const ALL = ["recorder", `watch-${HOME}`, `watch-${LINKED}`];

describe("ops adopt at a terminal", { timeout: 120_000 }, () => {
  it("asks about what has no import by itself, regions that change alike at once, and then about the rest", async () => {
    const { code, plain } = await adopt(
      [
        [ASKED, "y\r"],
        [ASKED, "y\r"],
      ],
      "--create",
    ).ended;

    expect(code).toBe(0);
    expect(plain).toMatch(
      /audit: the next up sets .*watch-\*-s3 \((ap-northeast-1, us-east-1|us-east-1, ap-northeast-1)\), which can't be imported:\s+status: DISABLED → ENABLED\s+Is that wanted\? \[y\/N\]/,
    );
    expect(plain).toMatch(/Take that over into the state of audit\? Nothing in AWS changes yet\. \[y\/N\]/);
    expect(plain.split(ASKED)).toHaveLength(3);
    expect(taken()).toEqual(ALL);
  });

  it.each<[string, Steps, number]>([
    ["no to what has no import", [[ASKED, "n\r"]], 8],
    [
      "no to the rest",
      [
        [ASKED, "y\r"],
        [ASKED, "\r"],
      ],
      8,
    ],
    ["Ctrl-C", [[ASKED, "\u0003"]], 130],
  ])("takes nothing over after %s", async (_what, steps, exitCode) => {
    const { code, plain } = await adopt(steps, "--create").ended;

    expect(code).toBe(exitCode);
    expect(plain.split(ASKED)).toHaveLength(steps.length + 1);
    expect(taken()).toEqual([]);
  });

  it("keeps what it took over before a failure, says how to go on, and takes the rest the next time", async () => {
    const first = adopt(
      [
        [ASKED, "y\r"],
        [ASKED, null],
      ],
      "--create",
    );
    await first.says("Take that over");
    await config().deleteConfigurationRecorder({ ConfigurationRecorderName: "default" });
    first.type("y");
    const failed = await first.ended;
    const before = taken();
    await record();
    const second = await adopt([
      [ASKED, "y\r"],
      [ASKED, "y\r"],
    ]).ended;

    expect(failed.code).not.toBe(0);
    expect(failed.plain).toMatch(
      /does not exist[\s\S]*What was taken over before that is in the state\. To go on: npm run ops -- adopt/,
    );
    expect(before).toEqual([`watch-${HOME}`, `watch-${LINKED}`]);
    expect(second.code).toBe(0);
    expect(second.plain).toMatch(/audit: 1 resource was taken over/);
    expect(taken()).toEqual(ALL);
  });

  it("goes on after Ctrl-C during the import, whatever that had come to", async () => {
    const first = await adopt(
      [
        [ASKED, "y\r"],
        [ASKED, "y\r"],
        ["import", "\u0003"],
      ],
      "--create",
    ).ended;
    const second = await adopt([
      [ASKED, "y\r"],
      [ASKED, "y\r"],
    ]).ended;

    expect(first.code).toBe(130);
    expect(taken()).toEqual(ALL);
    expect(second.code).toBe(0);
  });
});
