import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigService } from "@aws-sdk/client-config-service";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Report } from "../../../ops/report";
import { projectRoot } from "../../../ops/root";
import { ACCOUNTS, type Cloud } from "../../sandbox/provider/cloud";
import { environmentOf, HOME, LINKED, startAccounts } from "./accounts";

const RECORDER = "aws-controltower-BaselineConfigRecorder";
const ROLE = `arn:aws:iam::${ACCOUNTS.prod}:role/aws-controltower-ConfigRecorderRole`;

/** hakken's own program; of the stack audit only what others ask of it. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { endWith, ops } = require(${JSON.stringify(join(projectRoot(), "bin", "ops", "commands", "ops.js"))});
const program = require(${JSON.stringify(join(projectRoot(), "bin", "index.js"))});
ops(process.argv.slice(2), () => (pulumi.getStack() === "audit" ? { accountId: "${ACCOUNTS.audit}" } : program())).then(endWith);
`;

let cloud: Cloud;
let close: () => Promise<void>;
let folder: string;

beforeAll(async () => {
  ({ cloud, close } = await startAccounts());
  folder = mkdtempSync(join(tmpdir(), "hakken-adopt-tower-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hakken\nruntime: nodejs\n");
  writeFileSync(join(folder, "Pulumi.audit.yaml"), "config: {}\n");
  writeFileSync(join(folder, "ops.cjs"), PROGRAM);
  symlinkSync(join(projectRoot(), "node_modules"), join(folder, "node_modules"));
  await ops("up", "--yes", "--create", "--stack", "audit");
  for (const region of [HOME, LINKED]) {
    await config(region).putConfigurationRecorder({ ConfigurationRecorder: { name: RECORDER, roleARN: ROLE } });
  }
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await close?.();
});

const config = (region: string) => new ConfigService(cloud.as(ACCOUNTS.prod, region));

const settings = (more: Record<string, unknown> = {}) =>
  writeFileSync(
    join(folder, "Pulumi.prod.yaml"),
    stringify({
      config: {
        "hakken:role": "member",
        "hakken:account": ACCOUNTS.prod,
        "hakken:profile": "prod",
        "hakken:homeRegion": HOME,
        "hakken:regions": [HOME, LINKED],
        "hakken:memberRecorders": { excludedAccounts: [ACCOUNTS.prod] },
        ...more,
      },
    }),
  );

const ops = (...args: string[]) =>
  new Promise<{ code: number; report: Report; stderr: string }>((resolve) => {
    const line = [join(folder, "ops.cjs"), ...args, "--json", "--cwd", folder];
    execFile(process.execPath, line, { env: environmentOf(cloud, folder) }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), report: JSON.parse(stdout), stderr }),
    );
  });

it("leaves Control Tower's recorders alone: refused with the setting that says so, and with it nothing is made or changed", async () => {
  settings();
  const refused = await ops("adopt", "--yes", "--create", "--stack", "prod");
  settings({ "hakken:recorder": "existing" });
  const adopted = await ops("adopt", "--yes", "--stack", "prod");
  const up = await ops("up", "--yes", "--stack", "prod");
  const preview = await ops("preview", "--expect-no-changes", "--stack", "prod");

  expect(refused.code).toBe(1);
  expect(refused.report.stacks[0]?.adoption?.obstacles).toMatchObject(
    [HOME, LINKED].map((region) => ({
      region,
      what: `account ${ACCOUNTS.prod} is recorded by Control Tower in ${region}, whose recorder ${RECORDER} is not to be touched`,
      fix: expect.stringContaining("set hakken:recorder to existing"),
    })),
  );
  expect([adopted.code, up.code, preview.code]).toEqual([0, 0, 0]);
  expect(adopted.report.stacks[0]?.adoption).toEqual({ existing: [], overwritten: [], members: [], obstacles: [] });
  expect(up.report.stacks[0]?.changes.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
  for (const region of [HOME, LINKED]) {
    const { ConfigurationRecorders } = await config(region).describeConfigurationRecorders();
    expect(ConfigurationRecorders).toMatchObject([{ name: RECORDER, roleARN: ROLE }]);
  }
}, 180_000);
