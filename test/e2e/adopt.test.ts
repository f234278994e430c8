import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { S3 } from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../ops/report";
import { projectRoot } from "../../ops/root";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import { engineEnvironment } from "../../sandbox/project";
import { exportByHand, memberByHand, trustByHand } from "./byHand";
import { type RaisedEstate, raiseEstate } from "./estate";

const REGIONS = [HOME_REGION, "us-east-1", "ap-northeast-3"];
const THEIRS = "findings-by-hand";
const OTHER_ADMIN_IN = "us-east-1";
const ROLE = `arn:aws:iam::${ACCOUNTS.prod}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
const [EXPORT, LIST] = [`guardduty-export-${HOME_REGION}`, `guardduty-lists-trusted-${HOME_REGION}`] as const;
let estate: RaisedEstate;
let byHand: Record<string, string>;
/** Where the list of trusted addresses lies, at home. */
let trusted: () => Promise<string | undefined>;

beforeAll(async () => {
  estate = await raiseEstate({ name: "adopt", regions: REGIONS, deployed: false });
  byHand = await setUpByHand();
}, 900_000);

afterAll(() => estate?.close(), 60_000);

/** What somebody clicked together: three detectors, one of which exports and trusts, a hub with standards, another administrator in one region, Control Tower's recorder, a trail. */
async function setUpByHand(): Promise<Record<string, string>> {
  const detectors = REGIONS.map(async (region, index) => {
    const { DetectorId = "" } = await new GuardDuty(estate.as("audit", region)).createDetector({
      Enable: true,
      FindingPublishingFrequency: index ? "ONE_HOUR" : "SIX_HOURS",
      Features: [{ Name: "S3_DATA_EVENTS", Status: index ? "DISABLED" : "ENABLED" }],
      Tags: { madeBy: "hand" },
    });
    return [region, DetectorId];
  });
  await new SecurityHub(estate.as("audit")).enableSecurityHub({ ControlFindingGenerator: "STANDARD_CONTROL" });
  await inviteByHand(detectors[0]);
  const [, own = ""] = (await detectors[0]) ?? [];
  await exportByHand(estate, own, THEIRS);
  trusted = await trustByHand(estate, own);
  await new GuardDuty(estate.as("management", OTHER_ADMIN_IN)).enableOrganizationAdminAccount({
    AdminAccountId: ACCOUNTS.dev,
  });
  await new ConfigService(estate.as("prod")).putConfigurationRecorder({
    ConfigurationRecorder: { name: "aws-controltower-BaselineConfigRecorder", roleARN: ROLE },
  });
  await trailByHand();
  return Object.fromEntries(await Promise.all(detectors));
}

/** Of our name, of one account and region, into a bucket that is open to every trail. */
async function trailByHand(): Promise<void> {
  const Bucket = "by-hand";
  const s3 = new S3({ ...estate.as("management"), forcePathStyle: true });
  await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: HOME_REGION } });
  const open = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "s3:*" };
  const Statement = [{ ...open, Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`] }];
  await s3.putBucketPolicy({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  await new CloudTrail(estate.as("management")).createTrail({ Name: "hakken", S3BucketName: Bucket });
}

/** The account of another company accepted invitations in the home region, with Security Hub and a detector of its own. */
async function inviteByHand(detector: Promise<string[]> | undefined): Promise<void> {
  const [, DetectorId] = (await detector) ?? [];
  const AccountDetails = [{ AccountId: ACCOUNTS.partner, Email: "aws@partner.example.com" }];
  const [AccountIds, AdministratorId] = [[ACCOUNTS.partner], ACCOUNTS.audit];
  const [hub, theirHub] = [new SecurityHub(estate.as("audit")), new SecurityHub(estate.as("partner"))];
  await hub.createMembers({ AccountDetails });
  await hub.inviteMembers({ AccountIds });
  await theirHub.enableSecurityHub({});
  const { Invitations: [one] = [] } = await theirHub.listInvitations({});
  await theirHub.acceptAdministratorInvitation({ AdministratorId, InvitationId: one?.InvitationId });
  const [guardDuty, theirs] = [new GuardDuty(estate.as("audit")), new GuardDuty(estate.as("partner"))];
  await guardDuty.createMembers({ DetectorId, AccountDetails });
  await guardDuty.inviteMembers({ DetectorId, AccountIds });
  const own = await theirs.createDetector({ Enable: true });
  const { Invitations: [other] = [] } = await theirs.listInvitations({});
  const InvitationId = other?.InvitationId;
  await theirs.acceptAdministratorInvitation({ DetectorId: own.DetectorId, AdministratorId, InvitationId });
}

interface Ended {
  code: number | null;
  report: Report;
  stderr: string;
}

/** The ops script as a user starts it: the sandbox stands in for AWS by the variables that AWS's own SDK honours. */
function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended>; says(words: RegExp): Promise<void> } {
  const { places, run } = estate;
  const { CI: _, ...env } = process.env;
  // Pulumi's home stays the user's: the CLI is there.
  const { PULUMI_HOME: _home, ...engine } = engineEnvironment(places, run);
  const script = join(projectRoot(), "bin", "ops", "main.js");
  const child = spawn(process.execPath, [script, ...args, "--json", "--cwd", places.work], {
    env: { ...env, ...engine, AWS_ENDPOINT_URL: run.endpoint, AWS_SHARED_CREDENTIALS_FILE: places.credentials },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, report: JSON.parse(stdout), stderr }));
  });
  const says = async (words: RegExp) => {
    while (!words.test(stderr)) {
      if (child.exitCode !== null) throw new Error(`It ended without ${words}:\n${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, says };
}

const ops = (...args: string[]): Promise<Ended> => start(...args).ended;

/** Deploys, and fails with what it said where that fails. */
async function up(stack: string): Promise<string[]> {
  const { code, report, stderr } = await ops("up", "--yes", "--stack", stack);
  if (code) throw new Error(stderr);
  return (report.stacks[0]?.changes ?? []).map(({ operation, name }) => `${operation} ${name}`);
}

const adoptionOf = ({ report }: Ended, stack: string) => report.stacks.find((one) => one.stack === stack)?.adoption;

async function detectorsOf(account: "audit" | "management"): Promise<Record<string, string | undefined>> {
  const found = REGIONS.map(async (region) => {
    const { DetectorIds } = await new GuardDuty(estate.as(account, region)).listDetectors({});
    return [region, DetectorIds?.[0]];
  });
  return Object.fromEntries(await Promise.all(found));
}

describe("accounts that were set up by hand", { timeout: 900_000 }, () => {
  it("are told what would change, and nothing is taken over unless somebody says yes", async () => {
    const shown = await ops("adopt", "--create");
    const stacks = await start("preview", "--stack", "audit").ended;

    expect(shown.code, shown.stderr).toBe(2);
    expect(shown.stderr).toMatch(/there is nobody to ask: add --yes/);
    for (const line of [
      "findingPublishingFrequency: SIX_HOURS → FIFTEEN_MINUTES",
      "findingPublishingFrequency: ONE_HOUR → FIFTEEN_MINUTES",
      "controlFindingGenerator: STANDARD_CONTROL → SECURITY_CONTROL",
      "tags.madeBy: hand → (removed)",
      `nothing more is exported to arn:aws:s3:::${THEIRS}`,
      "the list office is made anew with the addresses of hakken:guardDuty.trustedIps alone",
    ])
      expect(shown.stderr).toContain(line);
    expect(shown.stderr).toMatch(/S3_DATA_EVENTS \(ap-northeast-3, us-east-1\)\n +status: DISABLED → ENABLED/);
    expect(shown.stderr).toMatch(/management: what it makes can be told once/);
    expect(stacks.report.stacks[0]?.changes.filter(({ operation }) => operation !== "create")).toEqual([]);
  });

  it("are taken over where they don't stand in the way, and changed in place", async () => {
    const adopted = await ops("adopt", "--yes", "--stack", "audit");
    const again = await ops("adopt", "--yes", "--stack", "audit");
    const changed = await up("audit");

    expect(adopted.code).toBe(0);
    expect(
      adoptionOf(adopted, "audit")
        ?.existing.map(({ name }) => name)
        .sort(),
    ).toEqual([...REGIONS.map((region) => `detectors-${region}`).sort(), EXPORT, LIST, "securityhub"]);
    expect(adoptionOf(again, "audit")?.existing).toEqual([]);
    expect(changed.filter((change) => /^(update|replace|delete)/.test(change)).sort()).toEqual(
      [
        ...[`delete-replaced ${LIST}`, `replace ${LIST}`],
        ...REGIONS.map((region) => `update detectors-${region}`),
        `update ${EXPORT}`,
      ].sort(),
    );
    expect(await trusted()).toMatch(
      /^https:\/\/s3\.amazonaws\.com\/guardduty-lists-bucket[^,]*\/trusted-[0-9a-f]+\.txt$/,
    );
    expect(await detectorsOf("audit")).toEqual(byHand);
    const { FindingPublishingFrequency } = await new GuardDuty(estate.as("audit")).getDetector({
      DetectorId: byHand[HOME_REGION],
    });
    expect(FindingPublishingFrequency).toBe("FIFTEEN_MINUTES");
  });

  it("are refused with the fix where another account administers a region, and taken over once it is made", async () => {
    const management = new GuardDuty(estate.as("management", OTHER_ADMIN_IN));

    const refused = await ops("adopt", "--yes", "--stack", "management");
    await management.disableOrganizationAdminAccount({ AdminAccountId: ACCOUNTS.dev });
    const adopted = await ops("adopt", "--yes", "--stack", "management");
    await up("management");

    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      `${ACCOUNTS.dev} is GuardDuty's delegated administrator in ${OTHER_ADMIN_IN}, and not ${ACCOUNTS.audit}. Fix: run in the management account: aws guardduty disable-organization-admin-account --admin-account-id ${ACCOUNTS.dev} --region ${OTHER_ADMIN_IN}`,
    );
    expect(adopted.code).toBe(0);
    const { AdminAccounts } = await management.listOrganizationAdminAccounts({});
    expect(AdminAccounts).toMatchObject([{ AdminAccountId: ACCOUNTS.audit }]);
    const { trailList = [] } = await new CloudTrail(estate.as("management")).describeTrails({});
    const { TrailARN: arn = "" } = trailList[0] ?? {};
    expect(adoptionOf(adopted, "management")?.existing).toContainEqual(
      expect.objectContaining({ type: "aws:cloudtrail/trail:Trail", id: `${arn}@${HOME_REGION}` }),
    );
    expect(trailList).toMatchObject([{ Name: "hakken", IsOrganizationTrail: true, LogFileValidationEnabled: true }]);
    expect(await new CloudTrail(estate.as("management")).getTrailStatus({ Name: arn })).toMatchObject({
      IsLogging: true,
    });
  });

  it("have their organization taken over, standards and all, with what changes in members told before", async () => {
    const runtimeMonitoring = await memberByHand(estate, byHand[HOME_REGION]);
    const adopted = await ops("adopt", "--yes", "--stack", "organization");
    const before = await runtimeMonitoring();
    await up("organization");

    expect(adopted.code).toBe(0);
    expect(adoptionOf(adopted, "organization")?.existing).toContainEqual(
      expect.objectContaining({
        type: "aws:securityhub/organizationConfiguration:OrganizationConfiguration",
        loses: [
          expect.stringMatching(/cis-aws-foundations-benchmark\/v\/1\.2\.0, on in this account, goes off/),
          expect.stringMatching(/what other accounts have set by themselves can't be read/),
        ],
      }),
    );
    // By the reconciler: under a policy the provider's call is refused.
    const { ControlFindingGenerator } = await new SecurityHub(estate.as("audit")).describeHub({});
    expect(ControlFindingGenerator).toBe("SECURITY_CONTROL");
    expect(adoptionOf(adopted, "organization")?.members).toContainEqual({
      ...{ service: "GuardDuty", setting: "RUNTIME_MONITORING", now: "ENABLED", ours: "DISABLED" },
      accounts: [{ account: ACCOUNTS.management, regions: [HOME_REGION] }],
    });
    expect([before, await runtimeMonitoring()]).toEqual(["ENABLED", "DISABLED"]);
    expect(await detectorsOf("audit")).toEqual(byHand);
    const members = adoptionOf(adopted, "organization")?.existing.filter(({ type }) => /:Member$/.test(type));
    expect(members?.map(({ name }) => name).sort()).toEqual(
      ["invited", "invited-securityhub"].map((name) => `${name}-${ACCOUNTS.partner}-${HOME_REGION}`),
    );
  });

  it("keep invitations that were accepted, on both sides", async () => {
    const adopted = await ops("adopt", "--yes", "--stack", "partner");
    const changed = await up("partner");

    expect(adopted.code).toBe(0);
    expect(
      adoptionOf(adopted, "partner")
        ?.existing.map(({ name }) => name)
        .sort(),
    ).toEqual([
      `detectors-${HOME_REGION}`,
      `invitations-${HOME_REGION}`,
      `securityhub-${HOME_REGION}`,
      `securityhub-invitation-${HOME_REGION}`,
      `securityhub-standards-${HOME_REGION}-fsbp`,
    ]);
    expect(changed.filter((change) => /^(replace|delete)/.test(change))).toEqual([]);
    const { Members } = await new SecurityHub(estate.as("audit")).getMembers({ AccountIds: [ACCOUNTS.partner] });
    expect(Members).toMatchObject([{ MemberStatus: "Enabled", Email: "aws@partner.example.com" }]);
  });

  it("keep Control Tower's recorder: refused with the setting that leaves it alone", async () => {
    const refused = await ops("adopt", "--yes", "--stack", "prod");
    await estate.deploy("preview", { stacks: { prod: { "hakken:recorder": "existing" } }, only: ["prod"] });
    const adopted = await ops("adopt", "--yes", "--stack", "prod");
    await up("prod");

    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /aws-controltower-BaselineConfigRecorder is not to be touched. Fix: set hakken:recorder to existing/,
    );
    expect(adopted.code).toBe(0);
    const { ConfigurationRecorders } = await new ConfigService(estate.as("prod")).describeConfigurationRecorders();
    expect(ConfigurationRecorders).toMatchObject([{ name: "aws-controltower-BaselineConfigRecorder" }]);
  });

  it("show no change afterwards, and a second adopt finds nothing to do", async () => {
    const preview = await ops("preview", "--expect-no-changes");
    const again = await ops("adopt");

    expect(preview.stderr).not.toMatch(/✗/);
    expect(preview.code).toBe(0);
    expect(again.code).toBe(0);
    expect(again.report.stacks.flatMap(({ adoption }) => adoption?.existing ?? [])).toEqual([]);
    expect(again.report.stacks.flatMap(({ adoption }) => adoption?.members ?? [])).toEqual([]);
    expect(again.report.stacks.flatMap(({ changes }) => changes)).toEqual([]);
  });
});
