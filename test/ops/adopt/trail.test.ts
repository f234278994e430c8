import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Report } from "../../../ops/report";
import { projectRoot } from "../../../ops/root";
import { ORGANIZATION_ID } from "../../../sandbox/organization";
import { ACCOUNTS, type Cloud } from "../../sandbox/provider/cloud";
import { arnOf, BOTH, bucketFor } from "../../sandbox/provider/trailBuckets";
import { environmentOf, HOME, startAccounts } from "./accounts";

const bin = (file: string) => JSON.stringify(join(projectRoot(), "bin", file));

/** The trail of the organization alone. */
const PROGRAM = `
const aws = require("@pulumi/aws");
const { endWith, ops } = require(${bin("ops/commands/ops.js")});
const { OrganizationTrail } = require(${bin("components/baseline/OrganizationTrail.js")});
ops(process.argv.slice(2), () => {
  const provider = new aws.Provider("account", { region: "${HOME}", profile: "management", allowedAccountIds: ["${ACCOUNTS.management}"] });
  new OrganizationTrail("trail", {
    accountId: "${ACCOUNTS.management}",
    organizationId: "${ORGANIZATION_ID}",
    region: "${HOME}",
    trailName: "hakken",
    retentionDays: 365,
  }, { provider, protect: true });
}).then(endWith);
`;

let cloud: Cloud;
let close: () => Promise<void>;
let folder: string;

beforeAll(async () => {
  ({ cloud, close } = await startAccounts());
  folder = mkdtempSync(join(tmpdir(), "hakken-adopt-trail-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hakken\nruntime: nodejs\n");
  writeFileSync(join(folder, "Pulumi.audit.yaml"), "config: {}\n");
  writeFileSync(join(folder, "ops.cjs"), PROGRAM);
  symlinkSync(join(projectRoot(), "node_modules"), join(folder, "node_modules"));
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await close?.();
});

const ops = (...args: string[]) =>
  new Promise<{ code: number; report: Report; stderr: string }>((resolve) => {
    const line = [join(folder, "ops.cjs"), ...args, "--stack", "audit", "--json", "--cwd", folder];
    execFile(process.execPath, line, { env: environmentOf(cloud, folder) }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), report: JSON.parse(stdout), stderr }),
    );
  });

it("takes over a trail that is there, and the next up changes it in place", async () => {
  const management = new CloudTrail(cloud.as(ACCOUNTS.management));
  const S3BucketName = await bucketFor(cloud, "by-hand", arnOf("hakken"), BOTH);
  await management.createTrail({ Name: "hakken", S3BucketName, IsMultiRegionTrail: true });

  const adopted = await ops("adopt", "--yes", "--create");
  const up = await ops("up", "--yes");
  const preview = await ops("preview", "--expect-no-changes");
  const { trailList = [] } = await management.describeTrails({});

  const [found] = adopted.report.stacks[0]?.adoption?.existing ?? [];
  expect([adopted.code, up.code, preview.code]).toEqual([0, 0, 0]);
  expect(found).toMatchObject({ type: "aws:cloudtrail/trail:Trail", id: `${arnOf("hakken")}@${HOME}` });
  expect(found?.differences.map(({ setting }) => setting)).toEqual(
    expect.arrayContaining(["s3BucketName", "isOrganizationTrail", "enableLogFileValidation", "enableLogging"]),
  );
  const changed = up.report.stacks[0]?.changes.filter(({ type }) => type === "aws:cloudtrail/trail:Trail");
  expect(changed?.map(({ operation }) => operation)).toEqual(["update"]);
  expect(trailList).toMatchObject([{ Name: "hakken", IsOrganizationTrail: true, LogFileValidationEnabled: true }]);
  expect(trailList[0]?.S3BucketName).not.toBe(S3BucketName);
}, 180_000);
