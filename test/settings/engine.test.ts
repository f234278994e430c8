import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { beforeEach, describe, expect, it } from "vitest";
import { engine } from "../../ops/engine/engine";

// Compiled, as ops loads it.
const program: PulumiFn = createRequire(__filename)("../../bin/index.js");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hakken-settings-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hakken\nruntime: nodejs\n");
  return () => rmSync(folder, { recursive: true, force: true });
});

/** The problems that a person reads who previews a stack with this file: nothing but the engine is between. */
async function preview(stack: string, yaml: string): Promise<string[]> {
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), yaml);
  const { root } = await engine({ progress: console.error });
  const workspace = await LocalWorkspace.create({
    workDir: folder,
    program,
    pulumiCommand: await PulumiCommand.get({ root }),
    envVars: {
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "x",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  });
  await workspace.createStack(stack);
  const said = await (await Stack.select(stack, workspace)).preview().then(
    () => "",
    (error: Error) => error.message,
  );
  const lines = said.split("\n").map((line) => line.replace(/^.*error: /, "").trim());
  return [...new Set(lines.filter((line) => line.startsWith("hakken:")))];
}

describe("a settings file that the engine reads", () => {
  it("with eight different mistakes gives eight readable problems in one go", async () => {
    const problems = await preview(
      "audit",
      `config:
  hakken:role: audit
  hakken:account: 44445555666
  hakken:deployRoleArn: hakken-deploy
  hakken:regions: [ap-northeast-1, ap-northeast-9]
  hakken:severities: [HIHG]
  hakken:slack:
    chanel: C0123456789
    channel: "#security"
  hakken:slackToken: xoxb-in-clear
  hakken:queueRetentionDays: 30
  hakken:alarms:
    addresses: [sre@example.com]
`,
    );

    expect(problems.map((line) => line.replace(/Known: .*/, "Known: ..."))).toEqual([
      'hakken:account: "44445555666" is wrong: it must be the 12 digits of an account id, in quotes, such as "111122223333".',
      'hakken:deployRoleArn: "hakken-deploy" is wrong: it must be the ARN of a role, such as arn:aws:iam::111122223333:role/hakken-deploy.',
      'hakken:regions[1]: "ap-northeast-9" is wrong: it must be a region that hakken knows: correct or remove it. Known: ...',
      'hakken:severities[0]: "HIHG" is wrong: it must be one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL.',
      'hakken:slack.channel: "#security" is wrong: it must be the id of a channel (last line of its details), such as C0123456789.',
      "hakken:slack.chanel is not a setting: did you mean hakken:slack.channel?",
      'hakken:queueRetentionDays: "30" is wrong: it must be a whole number from 1 to 14.',
      "hakken:slackToken stands in clear: withdraw it where it was issued, then run pulumi config set --stack audit --secret hakken:slackToken with a new one.",
    ]);
  });

  it("says which commands to run first, where the needed stack was never made", async () => {
    const problems = await preview(
      "management",
      'config:\n  hakken:role: management\n  hakken:account: "111122223333"\n',
    );

    expect(problems).toEqual([
      'hakken: there is no stack "organization/hakken/audit" yet: run pulumi stack init audit, then run pulumi up --stack audit first. Is it another one? Then name it in hakken:stacks.audit.',
    ]);
  });
});
