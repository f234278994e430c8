import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { DelegatedAdmin } from "../../../components/detection/DelegatedAdmin";
import { recorded } from "../../pulumi/recorded";

const hub = () => new aws.securityhub.Account("hub", {});
const detector = (region: string) => new aws.guardduty.Detector(`detector-${region}`, { region });

it("designates the home region alone, then Security Hub, then the linked regions, each after what it administers", async () => {
  const program = () =>
    new DelegatedAdmin("admin", {
      adminAccountId: "444455556666",
      homeRegion: "ap-northeast-1",
      linkedRegions: ["ap-northeast-3", "us-east-1"],
      detectors: Object.fromEntries(
        ["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => [region, detector(region)]),
      ),
      hubs: { "ap-northeast-1": hub() },
    });

  const { resources } = await recorded(program);

  const guardDuty = (region: string, after: string[]) => ({
    type: "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount",
    name: `admin-guardduty-${region}`,
    inputs: { adminAccountId: "444455556666", region },
    after,
  });
  const home = "admin-guardduty-ap-northeast-1";
  expect(resources.filter(({ name }) => name.startsWith("admin"))).toEqual([
    { type: "hakken:detection:DelegatedAdmin", name: "admin", inputs: {} },
    guardDuty("ap-northeast-1", ["detector-ap-northeast-1"]),
    guardDuty("ap-northeast-3", [home, "admin-securityhub", "detector-ap-northeast-3"]),
    guardDuty("us-east-1", [home, "admin-securityhub", "detector-us-east-1"]),
    {
      type: "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount",
      name: "admin-securityhub",
      inputs: { adminAccountId: "444455556666", region: "ap-northeast-1" },
      after: [home, "hub"],
    },
  ]);
});

it("designates Security Hub in each region that has it, after the home region's, where the organization is configured locally", async () => {
  const regions = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
  const hubIn = (region: string) => new aws.securityhub.Account(`hub-${region}`, { region });
  const program = () =>
    new DelegatedAdmin("admin", {
      adminAccountId: "444455556666",
      homeRegion: "ap-northeast-1",
      linkedRegions: ["us-east-1"],
      detectors: Object.fromEntries(regions.map((region) => [region, detector(region)])),
      hubs: Object.fromEntries(regions.map((region) => [region, hubIn(region)])),
    });

  const { resources } = await recorded(program);

  const ofHub = resources.filter(
    ({ type }) => type === "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount",
  );
  expect(ofHub.map(({ name, inputs, after }) => [name, inputs.region, after])).toEqual([
    ["admin-securityhub", "ap-northeast-1", ["admin-guardduty-ap-northeast-1", "hub-ap-northeast-1"]],
    ["admin-securityhub-us-east-1", "us-east-1", ["admin-securityhub", "hub-us-east-1"]],
  ]);
});

it("refuses a region without a detector, which GuardDuty could not administer", async () => {
  const program = () =>
    new DelegatedAdmin("admin", {
      adminAccountId: "444455556666",
      homeRegion: "ap-northeast-1",
      linkedRegions: ["us-east-1"],
      detectors: { "ap-northeast-1": detector("ap-northeast-1") },
      hubs: { "ap-northeast-1": hub() },
    });

  const attempt = recorded(program);

  await expect(attempt).rejects.toThrow("no detector is given for us-east-1");
});
