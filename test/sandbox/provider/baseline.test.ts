import { Inspector2 } from "@aws-sdk/client-inspector2";
import { Organizations } from "@aws-sdk/client-organizations";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deliveryBucket } from "../../../components/baseline/deliveryBucket";
import { ServiceControlPolicy } from "../../../components/baseline/ServiceControlPolicy";
import { InspectorAdmin } from "../../../components/detection/InspectorAdmin";
import { InspectorOrganization } from "../../../components/detection/InspectorOrganization";
import { InspectorScanning } from "../../../components/detection/InspectorScanning";
import { ACCOUNTS, type OrganizationCloud, startOrganization, values } from "./cloud";

const [HOME, LINKED] = ["ap-northeast-1", "us-east-1"] as const;
let cloud: OrganizationCloud;

beforeAll(async () => {
  cloud = await startOrganization({
    regions: [HOME, LINKED],
    policyTypes: ["SERVICE_CONTROL_POLICY"],
  });
});
afterAll(() => cloud?.close());

const program = async () => {
  const of = (profile: keyof typeof ACCOUNTS) =>
    new aws.Provider(profile, { region: HOME, profile, allowedAccountIds: [ACCOUNTS[profile]] });
  const [audit, management] = [{ provider: of("audit") }, { provider: of("management") }];
  const types = { [HOME]: ["EC2", "LAMBDA"] as const, [LINKED]: ["EC2"] as const };
  const own = new InspectorScanning("inspector", { accountId: ACCOUNTS.audit, types }, audit);
  const admin = new InspectorAdmin(
    "admin",
    { adminAccountId: ACCOUNTS.audit, homeRegion: HOME, linkedRegions: [LINKED], after: Object.values(own.enablers) },
    management,
  );
  new InspectorOrganization("organization", { types }, { ...audit, dependsOn: [admin] });
  new ServiceControlPolicy(
    "scp",
    {
      policyName: "hakken",
      targetIds: [ACCOUNTS.prod, "r-hakk"],
      exempt: ["arn:aws:iam::*:root"],
      pipelineAccountId: ACCOUNTS.audit,
      pipelinePrefix: "alerts-",
    },
    management,
  );
};

it("brings Inspector and a service control policy up, sees no change, and takes both down again", async () => {
  const stack = await cloud.stack("baseline", program);
  const inspector = new Inspector2(cloud.as(ACCOUNTS.audit));
  const organizations = new Organizations(cloud.as(ACCOUNTS.management));
  const policies = async (TargetId: string) =>
    (await organizations.listPoliciesForTarget({ TargetId, Filter: "SERVICE_CONTROL_POLICY" })).Policies?.map(
      ({ Name }) => Name,
    );

  await stack.up();
  const { autoEnable } = await inspector.describeOrganizationConfiguration({});
  const attached = await policies(ACCOUNTS.prod);
  await stack.refresh();
  const { changeSummary } = await stack.preview();
  const deployed = (await stack.exportStack()).deployment.resources as { type: string; id?: string }[];
  await stack.destroy();
  const { accounts } = await inspector.batchGetAccountStatus({});

  expect(autoEnable).toEqual({ ec2: true, ecr: false, lambda: true, lambdaCode: false, codeRepository: false });
  expect(attached).toEqual(["FullAWSAccess", "hakken"]);
  expect(Object.keys(changeSummary)).toEqual(["same"]);
  expect(
    deployed.filter(({ type }) => /enabler|Attachment/.test(type)).map(({ id }) => id?.replace(/p-.*/, "p-")),
  ).toEqual(expect.arrayContaining([`${ACCOUNTS.audit}-EC2:LAMBDA`, `${ACCOUNTS.prod}:p-`, "r-hakk:p-"]));
  expect(accounts?.[0]?.state?.status).toBe("DISABLED");
  expect(await policies(ACCOUNTS.prod)).toEqual(["FullAWSAccess"]);
});

it("goes on with a recorder's bucket that was made before it had a component of its own", async () => {
  const below = (make: (parent: pulumi.Resource) => { name: pulumi.Output<string> }) => async () => {
    const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
    const parent = new pulumi.ComponentResource("test:index:Recorder", "recorder", {}, { provider, protect: true });
    return { name: make(parent).name };
  };
  const before = below((parent) => {
    const own = { parent, retainOnDelete: true };
    const { bucket } = new aws.s3.Bucket("recorder-bucket", { region: HOME }, own);
    const versioningConfiguration = { status: "Enabled" };
    new aws.s3.BucketVersioning("recorder-bucket-versioning", { bucket, region: HOME, versioningConfiguration }, own);
    return { name: bucket };
  });
  const now = below((parent) =>
    deliveryBucket("recorder", { whose: { accountId: ACCOUNTS.audit }, region: HOME, parent }),
  );
  const former = await (await cloud.stack("bucket", before)).up();

  const { outputs, summary } = await (await cloud.stack("bucket", now)).up();

  expect(values(outputs)).toEqual(values(former.outputs));
  // The component, its policy, encryption, life cycle and closed doors; nothing is deleted.
  expect(summary.resourceChanges).toEqual({ create: 5, same: 5 });
});
