import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Aws, startAws } from "../aws/authorise";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane, UNIT } from "./plane";
import { BUCKET, both, channel, recorder, role } from "./templates";

let running: RunningPlane;
let aws: Aws;
let cloudformation: CloudFormation;

const as = (account: string, region = HOME) => ({
  endpoint: aws.endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: "any" },
});

beforeAll(async () => {
  running = await new RunningPlane({ stackSetOperation: 0, autoDeployment: 0 }).start();
  const doubles = {
    cloudformation: running.endpoint("cloudformation"),
    organizations: running.endpoint("organizations"),
  };
  aws = await startAws({ SANDBOX_DOUBLES: JSON.stringify(doubles) });
  running.local = aws.endpoint;
  cloudformation = new CloudFormation(as(MANAGEMENT));
  const s3 = new S3({ ...as(AUDIT), forcePathStyle: true });
  await s3.createBucket({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: HOME } });
  const config = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } };
  const Condition = { StringEquals: { "aws:SourceOrgID": running.plane.organization.id } };
  await s3.putBucketPolicy({
    Bucket: BUCKET,
    Policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { ...config, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: `arn:aws:s3:::${BUCKET}`, Condition },
        { ...config, Action: "s3:PutObject", Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/*/Config/*`, Condition },
      ],
    }),
  });
});
afterAll(async () => {
  await aws?.stop();
  await running?.close();
});

const autoDeployment = { Enabled: true, RetainStacksOnAccountRemoval: false };
const make = (StackSetName: string, template: object, more: object = {}) =>
  cloudformation.createStackSet({
    StackSetName,
    TemplateBody: JSON.stringify(template),
    PermissionModel: "SERVICE_MANAGED",
    AutoDeployment: autoDeployment,
    ...more,
  });
const everywhere = (StackSetName: string, Regions = [HOME, LINKED], more: object = {}) => ({
  StackSetName,
  Regions,
  DeploymentTargets: { OrganizationalUnitIds: [UNIT] },
  OperationPreferences: { FailureTolerancePercentage: 100 },
  ...more,
});
const deploy = async (StackSetName: string, Regions?: string[], more?: object) => {
  const { OperationId } = await cloudformation.createStackInstances(everywhere(StackSetName, Regions, more));
  return ended(StackSetName, OperationId);
};
const ended = async (StackSetName: string, OperationId: string | undefined) => {
  await running.plane.stackSets.idle();
  const { StackSetOperation: operation } = await cloudformation.describeStackSetOperation({
    StackSetName,
    OperationId,
  });
  return operation?.Status;
};
const empty = async (StackSetName: string) => {
  const { OperationId } = await cloudformation.deleteStackInstances({
    ...everywhere(StackSetName),
    RetainStacks: false,
  });
  return ended(StackSetName, OperationId);
};
const standing = async (StackSetName: string) => {
  const { Summaries = [] } = await cloudformation.listStackInstances({ StackSetName });
  return Summaries.map(({ Account, Region, Status, StackInstanceStatus }) =>
    [Account, Region, Status, StackInstanceStatus?.DetailedStatus].join(" "),
  ).sort();
};
const recordersOf = async (account: string, region = HOME) => {
  const { ConfigurationRecorders = [] } = await new ConfigService(as(account, region)).describeConfigurationRecorders(
    {},
  );
  return ConfigurationRecorders.map((one) => `${one.name} ${one.recordingGroup?.includeGlobalResourceTypes}`);
};
const refused = (call: Promise<unknown>) =>
  call.then(
    () => "taken",
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe("before StackSets may reach the organization's accounts", () => {
  it("takes no service-managed StackSet, not by trusted access alone", async () => {
    const never = await refused(make("early", both));
    running.plane.organization.enableAccess("member.org.stacksets.cloudformation.amazonaws.com");
    const trusted = await refused(make("early", both));
    await cloudformation.activateOrganizationsAccess({});
    const { Status } = await cloudformation.describeOrganizationsAccess({});

    const words = "ValidationError: You must enable organizations access to operate a service managed stack set";
    expect([never, trusted, Status]).toEqual([words, words, "ENABLED"]);
  });

  it("lets nobody but the management account activate or make any", async () => {
    const other = new CloudFormation(as(PROD));

    expect(await refused(other.activateOrganizationsAccess({}))).toMatch(/^InvalidOperationException/);
    expect(
      await refused(
        other.createStackSet({ StackSetName: "a", TemplateBody: "{}", PermissionModel: "SERVICE_MANAGED" }),
      ),
    ).toMatch(/^ValidationError: You must be the management account/);
  });
});

describe("a StackSet", () => {
  beforeEach(async () => {
    await cloudformation.activateOrganizationsAccess({});
  });

  it("makes its resources in each account and region by the services' own calls, and takes them away again", async () => {
    await make("role", { Resources: { Role: role } });
    await deploy("role", [HOME]);
    await make("recorders", both);

    const status = await deploy("recorders");

    expect(status).toBe("SUCCEEDED");
    expect(await standing("recorders")).toEqual([HOME, LINKED].map((region) => `${PROD} ${region} CURRENT SUCCEEDED`));
    expect(await recordersOf(PROD)).toEqual(["default true"]);
    expect(await recordersOf(PROD, LINKED)).toEqual(["default false"]);
    const { ConfigurationRecordersStatus: [runs] = [] } = await new ConfigService(
      as(PROD),
    ).describeConfigurationRecorderStatus({});
    expect(runs?.recording).toBe(true);
    expect(await refused(cloudformation.deleteStackSet({ StackSetName: "recorders" }))).toMatch(
      /^StackSetNotEmptyException/,
    );

    expect(await empty("recorders")).toBe("SUCCEEDED");
    await cloudformation.deleteStackSet({ StackSetName: "recorders" });
    await empty("role");
    await cloudformation.deleteStackSet({ StackSetName: "role" });

    expect(await recordersOf(PROD)).toEqual([]);
    expect(await refused(cloudformation.describeStackSet({ StackSetName: "recorders" }))).toMatch(
      /^StackSetNotFoundException/,
    );
  });

  it("fails where a recorder or the role is there already, with the reason, and leaves what was there", async () => {
    await new IAM(as(PROD)).createServiceLinkedRole({ AWSServiceName: "config.amazonaws.com" });
    const roleARN = `arn:aws:iam::${PROD}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
    const there = new ConfigService(as(PROD));
    await there.putConfigurationRecorder({ ConfigurationRecorder: { name: "towers", roleARN } });
    await make("second", both);
    await make("role-again", { Resources: { Role: role } });

    const tolerated = await deploy("second");
    const strict = await deploy("role-again", [HOME], { OperationPreferences: {} });

    expect([tolerated, strict]).toEqual(["SUCCEEDED", "FAILED"]);
    const { Summaries = [] } = await cloudformation.listStackInstances({ StackSetName: "second" });
    const home = Summaries.find(({ Region }) => Region === HOME);
    expect([home?.Status, home?.StackInstanceStatus?.DetailedStatus]).toEqual(["OUTDATED", "FAILED"]);
    expect(home?.StatusReason).toMatch(
      /^ResourceLogicalId:Recorder, ResourceType:AWS::Config::ConfigurationRecorder, ResourceStatusReason:.*maximum number of configuration recorders: 1 is reached/,
    );
    expect(await recordersOf(PROD)).toEqual(["towers undefined"]);
    await there.deleteConfigurationRecorder({ ConfigurationRecorderName: "towers" });
    for (const name of ["second", "role-again"]) {
      await empty(name);
      await cloudformation.deleteStackSet({ StackSetName: name });
    }
  });

  it("never completes a recorder whose channel waits for it", async () => {
    const waiting = { ...both, Resources: { Recorder: recorder, Channel: { ...channel, DependsOn: "Recorder" } } };
    await make("deadlock", waiting);

    await deploy("deadlock", [LINKED]);

    expect(await standing("deadlock")).toEqual([`${PROD} ${LINKED} OUTDATED FAILED`]);
    expect(await recordersOf(PROD, LINKED)).toEqual([]);
    await empty("deadlock");
    await cloudformation.deleteStackSet({ StackSetName: "deadlock" });
  });

  it("reaches an account that joins, after those StackSets that it depends on, and lets go of one that leaves", async () => {
    const newcomer = "555555555555";
    await make("role", { Resources: { Role: { ...role, DeletionPolicy: "Retain" } } });
    await deploy("role", [HOME]);
    const { StackSet } = await cloudformation.describeStackSet({ StackSetName: "role" });
    await make("recorders", both, { AutoDeployment: { ...autoDeployment, DependsOn: [StackSet?.StackSetARN] } });
    await deploy("recorders");

    const account = running.plane.organization.addAccount({ id: newcomer, name: "newcomer", parent: UNIT });
    running.plane.stackSets.settle();
    await running.plane.stackSets.idle();

    expect(await standing("recorders")).toContain(`${newcomer} ${LINKED} CURRENT SUCCEEDED`);
    expect(await recordersOf(newcomer)).toEqual(["default true"]);

    account.parent = running.plane.organization.rootId;
    running.plane.stackSets.settle();
    await running.plane.stackSets.idle();

    expect(await recordersOf(newcomer)).toEqual([]);
    expect((await standing("recorders")).join()).not.toContain(newcomer);
    for (const name of ["recorders", "role"]) {
      await empty(name);
      await cloudformation.deleteStackSet({ StackSetName: name });
    }
  });

  it("refuses unknown types, unknown properties, and targets that it can't have", async () => {
    const queue = { Resources: { Queue: { Type: "AWS::SQS::Queue" } } };
    const strange = { Resources: { Role: { ...role, Properties: { ...role.Properties, Colour: "red" } } } };
    await make("strange", strange);
    const targets = (given: object) =>
      refused(cloudformation.createStackInstances(everywhere("strange", [HOME], { DeploymentTargets: given })));

    expect(await refused(make("queue", queue))).toBe(
      "ValidationError: Template format error: Unrecognized resource types: [AWS::SQS::Queue]",
    );
    expect(await targets({ Accounts: [PROD] })).toMatch(/^ValidationError/);
    expect(await targets({ OrganizationalUnitIds: [UNIT], Accounts: [PROD] })).toMatch(/AccountFilterType must/);
    expect(await targets({ OrganizationalUnitIds: ["ou-hakk-nowhere1"] })).toMatch(/does not exist/);
    await deploy("strange", [HOME]);
    expect(await standing("strange")).toEqual([`${PROD} ${HOME} OUTDATED FAILED`]);
    await empty("strange");
    await cloudformation.deleteStackSet({ StackSetName: "strange" });
  });

  it("skips a suspended account, in which no stack then stands in the way of its end", async () => {
    await make("skipping", both);
    const account = running.plane.organization.accounts.get(PROD);
    if (account) account.status = "SUSPENDED";

    await deploy("skipping", [HOME], { DeploymentTargets: { OrganizationalUnitIds: [UNIT] } });
    const skipped = await standing("skipping");
    await empty("skipping");
    if (account) account.status = "ACTIVE";

    expect(skipped).toEqual([`${PROD} ${HOME} OUTDATED SKIPPED_SUSPENDED_ACCOUNT`]);
    expect(await standing("skipping")).toEqual([]);
    await expect(cloudformation.deleteStackSet({ StackSetName: "skipping" })).resolves.toBeDefined();
  });

  it("fails in a region that the account lacks, where nothing then stands in the way of its end", async () => {
    await make("lacking", both);
    const lacks = vi.spyOn(running.plane.organization, "hasRegion").mockReturnValue(false);

    await deploy("lacking", [LINKED], { DeploymentTargets: { OrganizationalUnitIds: [UNIT] } });
    const failed = await standing("lacking");
    await empty("lacking");
    lacks.mockRestore();

    expect(failed).toEqual([`${PROD} ${LINKED} OUTDATED FAILED`]);
    expect(await standing("lacking")).toEqual([]);
  });

  it("does one operation at a time, and leaves out the management account and those that a filter excludes", async () => {
    await make("slow", both);
    running.plane.timing.stackSetOperation = 200;
    const targets = { OrganizationalUnitIds: [running.plane.organization.rootId] };
    const DeploymentTargets = { ...targets, Accounts: [AUDIT, PROD], AccountFilterType: "DIFFERENCE" as const };

    const { OperationId } = await cloudformation.createStackInstances(
      everywhere("slow", [HOME], { DeploymentTargets }),
    );
    const busy = await refused(cloudformation.createStackInstances(everywhere("slow")));
    await ended("slow", OperationId);
    running.plane.timing.stackSetOperation = 0;

    expect(busy).toMatch(/^OperationInProgressException/);
    // Accounts that are as new as the organization are asked for before their time has come, and after.
    running.plane.timing.autoDeployment = 60_000_000;
    await standing("slow");
    running.plane.timing.autoDeployment = 0;
    await standing("slow");
    await running.plane.stackSets.idle();
    expect((await standing("slow")).map((one) => one.split(" ")[0])).toEqual(["555555555555"]);
  });
});
