import { SecurityHub } from "@aws-sdk/client-securityhub";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SecurityHubV2Policy } from "../../../components/detection/SecurityHubV2Policy";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";

const [HOME, LINKED, OTHER] = ["ap-northeast-1", "us-east-1", "us-west-2"] as const;
let cloud: OrganizationCloud;

beforeAll(async () => {
  cloud = await startOrganization({
    regions: [HOME, LINKED, OTHER],
    policyTypes: ["SECURITYHUB_POLICY"],
    timing: { organizationPolicy: 0 },
  });
});
afterAll(() => cloud?.close());

const program =
  (linkedRegions: string[], enabled = true) =>
  async () => {
    const of = (profile: keyof typeof ACCOUNTS) =>
      new aws.Provider(profile, { region: HOME, profile, allowedAccountIds: [ACCOUNTS[profile]] });
    const policy = new SecurityHubV2Policy(
      "v2",
      { policyName: "hakken-v2", enabled, regions: [HOME, LINKED], targetIds: ["r-hakk"] },
      { provider: of("management") },
    );
    if (!enabled) return;
    new aws.securityhub.AggregatorV2(
      "aggregator",
      { regionLinkingMode: "SPECIFIED_REGIONS", linkedRegions, region: HOME, tags: { Owner: "security" } },
      { provider: of("audit"), dependsOn: [policy] },
    );
  };

it("switches V2 on everywhere and gathers, changes in place, and leaves V2 on when it is taken down, unless it says off", async () => {
  const hub = (account: keyof typeof ACCOUNTS, region: string = HOME) =>
    new SecurityHub({ ...cloud.as(ACCOUNTS[account]), region });
  const isOn = (account: keyof typeof ACCOUNTS, region?: string) =>
    hub(account, region)
      .describeSecurityHubV2({})
      .then(
        () => true,
        () => false,
      );
  const stack = await cloud.stack("v2", program([LINKED]));

  await stack.up();
  const on = await Promise.all([isOn("management"), isOn("prod"), isOn("prod", LINKED), isOn("prod", OTHER)]);
  await stack.refresh();
  const { changeSummary } = await stack.preview();
  const { summary } = await stack.up({ program: program([LINKED, OTHER]) });
  const { AggregatorsV2 = [] } = await hub("audit").listAggregatorsV2({});
  const [{ AggregatorV2Arn } = {}] = AggregatorsV2;
  const gathered = await hub("audit").getAggregatorV2({ AggregatorV2Arn });
  const { Tags } = await hub("audit").listTagsForResource({ ResourceArn: AggregatorV2Arn });
  await stack.destroy();
  const left = await isOn("prod");
  const { AggregatorsV2: none } = await hub("audit").listAggregatorsV2({});
  await stack.up({ program: program([], false) });

  expect(on).toEqual([true, true, true, false]);
  expect(Object.keys(changeSummary)).toEqual(["same"]);
  expect(summary.resourceChanges).toMatchObject({ update: 1 });
  expect(summary.resourceChanges).not.toHaveProperty("replace");
  expect(gathered.LinkedRegions).toEqual([LINKED, OTHER]);
  expect(Tags).toEqual({ Owner: "security" });
  expect([left, none]).toEqual([true, []]);
  expect([await isOn("prod"), await isOn("management", LINKED)]).toEqual([false, false]);
}, 120_000);
