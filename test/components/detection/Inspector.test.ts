import { expect, it } from "vitest";
import { InspectorAdmin } from "../../../components/detection/InspectorAdmin";
import { InspectorOrganization } from "../../../components/detection/InspectorOrganization";
import { InspectorScanning } from "../../../components/detection/InspectorScanning";
import { type ScanType, scansIn, scansLeftOut } from "../../../handlers/inspectorScans";
import { recorded } from "../../pulumi/recorded";

const types: Record<string, ScanType[]> = {
  "ap-northeast-1": ["LAMBDA", "EC2"],
  "us-east-1": ["ECR"],
  "eu-west-3": [],
};

it("scans its own account in each region where there is something to scan, and waits for AWS", async () => {
  const { resources } = await recorded(() => new InspectorScanning("inspector", { accountId: "444455556666", types }));

  const enabler = (region: string, resourceTypes: string[]) => ({
    type: "aws:inspector2/enabler:Enabler",
    name: `inspector-${region}`,
    inputs: { accountIds: ["444455556666"], resourceTypes, region },
    timeouts: { create: "15m", update: "15m" },
  });
  expect(resources).toEqual([
    { type: "hakken:detection:InspectorScanning", name: "inspector", inputs: {} },
    enabler("ap-northeast-1", ["EC2", "LAMBDA"]),
    enabler("us-east-1", ["ECR"]),
  ]);
});

it("designates the home region alone, then the others, after the designations of other services", async () => {
  const { resources } = await recorded(() => {
    const other = new InspectorScanning("other", { accountId: "444455556666", types: { "us-east-1": ["EC2"] } });
    return new InspectorAdmin("admin", {
      adminAccountId: "444455556666",
      homeRegion: "ap-northeast-1",
      linkedRegions: ["us-east-1", "us-west-2"],
      after: Object.values(other.enablers),
    });
  });

  const designation = (region: string, after: string[]) => ({
    type: "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount",
    name: `admin-${region}`,
    inputs: { accountId: "444455556666", region },
    after,
  });
  expect(resources.filter(({ name }) => name.startsWith("admin"))).toEqual([
    { type: "hakken:detection:InspectorAdmin", name: "admin", inputs: {} },
    designation("ap-northeast-1", ["other-us-east-1"]),
    designation("us-east-1", ["admin-ap-northeast-1"]),
    designation("us-west-2", ["admin-ap-northeast-1"]),
  ]);
});

it("says of each type whether accounts that join get it, where there is something to scan", async () => {
  const { resources } = await recorded(() => new InspectorOrganization("inspector", { types }));

  const off = { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false };
  const configuration = (region: string, on: object) => ({
    type: "aws:inspector2/organizationConfiguration:OrganizationConfiguration",
    name: `inspector-${region}`,
    inputs: { autoEnable: { ...off, ...on }, region },
  });
  expect(resources).toEqual([
    { type: "hakken:detection:InspectorOrganization", name: "inspector", inputs: {} },
    configuration("ap-northeast-1", { ec2: true, lambda: true }),
    configuration("us-east-1", { ecr: true }),
  ]);
});

it("leaves code out where the region does not scan it, unless the settings know better", () => {
  const scan: ScanType[] = ["EC2", "LAMBDA", "LAMBDA_CODE"];

  expect(scansIn("ap-northeast-1", { scan, absentTypes: {} })).toEqual(scan);
  expect(scansIn("ap-northeast-3", { scan, absentTypes: {} })).toEqual(["EC2", "LAMBDA"]);
  expect(scansIn("ap-northeast-3", { scan, absentTypes: { LAMBDA_CODE: [] } })).toEqual(scan);
  expect(scansIn("us-east-1", { scan, absentTypes: { EC2: ["us-east-1"] } })).toEqual(["LAMBDA", "LAMBDA_CODE"]);
  expect(scansLeftOut(["ap-northeast-3", "us-east-1"], { scan, absentTypes: {} })).toEqual([
    { type: "LAMBDA_CODE", region: "ap-northeast-3" },
  ]);
});
