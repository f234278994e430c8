import { SecurityHub } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, type AccountName, HOME_REGION } from "../../sandbox/organization";
import { type RaisedEstate, raiseEstate } from "./estate";
import { type InForce, policiesInForce, proven } from "./policies";

const REGIONS = [HOME_REGION, "us-east-1", "ap-northeast-3"];
const NEWCOMER = "777777777777";
const HOUR = 3_600_000;
const noRoot = { control: "IAM.6", reason: "root users have no credentials" };
const local = {
  standards: ["fsbp", "cis-1.2"],
  disabledControls: [{ ...noRoot, ids: { "cis-1.2": "1.14" } }],
  parameters: [{ control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our password rules" }],
  regions: { "us-east-1": { standards: ["fsbp", "nist-800-53"], disabledControls: [], parameters: [] } },
};
const settingsWith = (changes: object = {}) => ({
  "hakken:securityHub": { configuration: "LOCAL", local: { ...local, ...changes } },
});

let estate: RaisedEstate;
let inForce: InForce;
beforeAll(async () => {
  estate = await raiseEstate({ name: "local", regions: REGIONS, settings: settingsWith() });
}, 900_000);
afterAll(() => estate?.close(), 60_000);

const hubOf = (account: AccountName | `${number}`, region = HOME_REGION) => new SecurityHub(estate.as(account, region));
/** Who is a member, by the account's name. */
const members = async (region: string) => {
  const { Members = [] } = await hubOf("audit", region).listMembers({ OnlyAssociated: true });
  const nameOf = (id?: string) => Object.entries(ACCOUNTS).find(([, own]) => own === id)?.[0] ?? id;
  return Members.map(({ AccountId }) => nameOf(AccountId)).sort();
};
const standards = async (account: AccountName | `${number}`, region: string) => {
  const { StandardsSubscriptions = [] } = await hubOf(account, region).getEnabledStandards({});
  return StandardsSubscriptions.map(({ StandardsArn = "" }) => StandardsArn.split("/")[1]).sort();
};
const offIn = async (account: AccountName | `${number}`, region: string) => {
  const hub = hubOf(account, region);
  const { StandardsControlAssociationSummaries: all = [] } = await hub.listStandardsControlAssociations({
    SecurityControlId: "IAM.6",
  });
  const off = all.filter(({ AssociationStatus }) => AssociationStatus === "DISABLED");
  return off.map(({ StandardsArn = "", UpdatedReason }) => `${StandardsArn.split("/")[1]}: ${UpdatedReason}`).sort();
};
const passwordAge = async (account: AccountName | `${number}`, region: string) => {
  const { SecurityControls: [control] = [] } = await hubOf(account, region).batchGetSecurityControls({
    SecurityControlIds: ["IAM.7"],
  });
  return control?.Parameters?.MaxPasswordAge?.Value;
};
const CIS = "cis-aws-foundations-benchmark";
const FSBP = "aws-foundational-security-best-practices";
const OFF = [`${FSBP}: ${noRoot.reason}`, `${CIS}: ${noRoot.reason}`];

describe("an organization under LOCAL", { timeout: 600_000 }, () => {
  it("has every active account, and the one that is invited, as a member in every region", async () => {
    for (const region of REGIONS)
      expect([region, await members(region)]).toEqual([region, ["dev", "management", "partner", "prod"]]);
  });

  it.each(["audit", "management", "prod", "dev", "partner"] as const)(
    "has the standards of each region in %s",
    async (account) => {
      expect(await standards(account, HOME_REGION)).toEqual([FSBP, CIS]);
      expect(await standards(account, "ap-northeast-3")).toEqual([FSBP, CIS]);
      expect(await standards(account, "us-east-1")).toEqual([FSBP, "nist-800-53"]);
      expect(await offIn(account, HOME_REGION)).toEqual(OFF);
      expect(await offIn(account, "us-east-1")).toEqual([]);
    },
  );

  it("has the parameters in the administrator and the members, but for the management account", async () => {
    const found = await Promise.all(
      (["audit", "prod", "management"] as const).map((account) => passwordAge(account, HOME_REGION)),
    );

    expect(found).toEqual([{ Integer: 60 }, { Integer: 60 }, undefined]);
    expect(await passwordAge("prod", "us-east-1")).toBeUndefined();
  });

  it("changes nothing when the same is deployed again", async () => {
    for (const { stack, changes } of await estate.deploy("up")) expect([stack, changes]).toEqual([stack, []]);
  });

  it("covers an account that joins, with no deployment", async () => {
    await estate.account({ id: NEWCOMER, name: "seventh", unit: "Workloads" });
    await estate.advance(HOUR);

    await expect.poll(() => standards(NEWCOMER, HOME_REGION), { timeout: 60_000 }).toEqual([FSBP, CIS]);
    await expect.poll(() => offIn(NEWCOMER, HOME_REGION), { timeout: 60_000 }).toEqual(OFF);
    await expect.poll(() => members("us-east-1")).toContain(NEWCOMER);
  });

  it("switches a control on again in members when the settings don't name it any more", async () => {
    await estate.deploy("up", { only: ["management"], settings: settingsWith({ disabledControls: [] }) });

    expect(await offIn("prod", HOME_REGION)).toEqual([]);
    expect(await offIn("prod", "ap-northeast-3")).toEqual([]);
    expect(await offIn("management", HOME_REGION)).toEqual([]);
  });

  it("does so in the audit account, and sets parameters back there", async () => {
    const nothing = settingsWith({ disabledControls: [], parameters: [] });

    await estate.deploy("up", { only: ["audit", "organization"], settings: nothing });
    const second = await estate.deploy("preview", { only: ["audit"], settings: nothing });

    expect(await offIn("audit", HOME_REGION)).toEqual([]);
    expect(await passwordAge("audit", HOME_REGION)).toBeUndefined();
    expect(second.flatMap(({ changes }) => changes)).toEqual([]);
  });

  it("does not become CENTRAL in place, in any of the stacks", async () => {
    const other = { "hakken:securityHub": {} };
    for (const stack of ["audit", "management", "organization"] as const) {
      const attempt = estate.deploy("preview", { only: [stack], settings: other });
      await expect(attempt).rejects.toThrow(/"CENTRAL" is not what the stack organization was deployed with, LOCAL/);
    }
  });

  it("is destroyed, and leaves Security Hub on in members, with no standard and nobody's", async () => {
    inForce = await policiesInForce({ ...estate, endpoint: estate.run.endpoint });

    await estate.deploy("destroy", { settings: settingsWith() });

    expect(await standards("prod", HOME_REGION)).toEqual([]);
    expect(await hubOf("prod", "us-east-1").getAdministratorAccount({})).not.toHaveProperty("Administrator");
    await expect(hubOf("audit", "us-east-1").describeHub({})).rejects.toThrow("not subscribed");
    await expect(hubOf("management", "us-east-1").describeHub({})).rejects.toThrow("not subscribed");
  });

  it("needed, with that, each right that LOCAL gives the reconciler", async () => {
    const { report, words } = await proven(estate, inForce);

    const ofLocal = report.statements.filter(({ sid }) => sid === "EnrolInSecurityHub" || sid === "SetParameters");
    // Security Hub's members and controls have no ARN to be named by: how wide that looks goes by the hubs that the run met.
    const found = report.findings.filter(
      ({ sid, problem }) => problem !== "wide" && ofLocal.some((one) => one.sid === sid),
    );
    expect(ofLocal.map(({ sid }) => sid)).toEqual(["EnrolInSecurityHub", "SetParameters"]);
    expect(found.map(words)).toEqual([]);
  });

  it("is deployed by CENTRAL after that", async () => {
    await estate.deploy("up", { settings: {} });

    expect(await standards("dev", "us-east-1")).toEqual([FSBP, CIS]); // of cis, version 3.0
    await expect(hubOf("prod").disableSecurityHub({})).rejects.toThrow("managed by a configuration policy");
  });
});
