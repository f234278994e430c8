import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectionSettings } from "../../sandbox/detectionSettings";
import { ACCOUNTS, enabledIn, OPT_IN_REGION, ORGANIZATION } from "../../sandbox/organization";
import { DEFAULT_REGIONS } from "../../settings/regions";
import { type Coverage, coverage } from "./coverage";
import { type RaisedEstate, raiseEstate } from "./estate";
import { everythingThere } from "./leftovers";

const REGIONS = [...DEFAULT_REGIONS, OPT_IN_REGION];
const STACKS = ["audit", "management", "organization", "partner", "prod"];
// What Inspector offers in all of these regions.
const SETTINGS = { "hakken:inspector": { scan: ["EC2", "LAMBDA"] } };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let estate: RaisedEstate;

beforeAll(async () => {
  estate = await raiseEstate({ name: "organization", regions: REGIONS, settings: SETTINGS });
}, 900_000);

afterAll(() => estate?.close(), 60_000);

const NOTHING: Coverage = {
  guardDuty: "nothing",
  plans: [],
  securityHub: false,
  standards: [],
  recorded: false,
  scanned: [],
};
const MEMBER: Coverage = {
  guardDuty: "member",
  plans: [
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "AI_PROTECTION",
    "RUNTIME_MONITORING",
  ],
  securityHub: true,
  standards: ["aws-foundational-security-best-practices", "cis-aws-foundations-benchmark"],
  recorded: true,
  scanned: ["ec2", "lambda"],
};

/** An account of the unit Workloads in so many regions, as sandbox/detectionSettings.ts has it: one of them lacks a plan. */
const watched = (regions: number, without: string[] = []) => {
  const plans = MEMBER.plans.filter((plan) => !without.includes(plan)).sort();
  return [
    { ...MEMBER, plans, regions: regions - 1 },
    { ...MEMBER, plans: plans.filter((plan) => plan !== "AI_PROTECTION"), regions: 1 },
  ];
};

/** Once what runs in the background meanwhile has ended: CloudFormation's stacks, the reconciler's hourly run. */
const comesToBe = (account: `${number}`, expected: object[]) =>
  expect.poll(() => coverage(estate, account, DEFAULT_REGIONS), { timeout: 90_000, interval: 500 }).toEqual(expected);

const unchanged = STACKS.map((stack) => ({ stack, changes: [] }));

describe("an organization in 18 regions", { timeout: 600_000 }, () => {
  it.each(["prod", "dev"] as const)("is watched in every region that %s has", async (account) => {
    const found = await coverage(estate, account, REGIONS);

    const enabled = enabledIn(ORGANIZATION[account].optedIn, REGIONS);
    expect(enabled).toHaveLength(account === "dev" ? 17 : 18);
    expect(found).toEqual(watched(enabled.length));
  });

  it("is watched in its management account, by GuardDuty as a member of the administrator's", async () => {
    const found = await coverage(estate, "management", REGIONS);

    // By the policy for everyone: the other standard is that of the unit, and so is the plan.
    const standards = ["aws-foundational-security-best-practices"];
    expect(found).toEqual(watched(18, ["RUNTIME_MONITORING"]).map((each) => ({ ...each, standards })));
  });

  it("has a control off and a parameter set where the policy of its unit says so", async () => {
    const inRegion = async (account: "dev" | "audit", region: string) => {
      const hub = new SecurityHub(estate.as(account, region));
      const { StandardsControlAssociationSummaries: associations = [] } = await hub.listStandardsControlAssociations({
        SecurityControlId: "IAM.6",
      });
      const { SecurityControls = [] } = await hub.batchGetSecurityControls({ SecurityControlIds: ["IAM.7"] });
      const age = SecurityControls[0]?.Parameters?.MaxPasswordAge?.Value?.Integer;
      return [...associations.map(({ AssociationStatus }) => AssociationStatus), age];
    };

    const dev = await Promise.all(DEFAULT_REGIONS.map((region) => inRegion("dev", region)));
    const audit = await inRegion("audit", "us-east-1");

    expect(dev).toEqual(DEFAULT_REGIONS.map(() => ["DISABLED", "DISABLED", 60]));
    expect(audit).toEqual(["ENABLED", undefined]);
  });

  it("says that one account lacks a region, and nothing else that is not covered", () => {
    const { uncovered } = resourcesOf("organization").find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};

    expect(uncovered).toEqual([
      expect.stringMatching(/^account 444444444444 lacks the region ap-east-1, and with it GuardDuty: /),
      expect.stringMatching(/^account 444444444444 lacks the region ap-east-1, and with it Inspector: /),
    ]);
  });

  it("is joined by the account of another company that is invited, in every region", async () => {
    const found = await coverage(estate, "partner", REGIONS);

    const fsbp = ["aws-foundational-security-best-practices"];
    for (const one of found) expect(one).toMatchObject({ guardDuty: "member", securityHub: true, standards: fsbp });
    expect(found.reduce((sum, { regions }) => sum + regions, 0)).toBe(18);
    for (const region of REGIONS) {
      const { Administrator } = await new SecurityHub(estate.as("partner", region)).getAdministratorAccount({});
      expect([region, Administrator?.AccountId]).toEqual([region, ACCOUNTS.audit]);
    }
  });

  it("has one provider in the state of each stack", () => {
    for (const stack of STACKS) expect([stack, providersOf(stack)]).toEqual([stack, ["account"]]);
  });

  it("changes nothing when the same is deployed again", async () => {
    expect(await estate.deploy("up")).toMatchObject(unchanged);
  });
});

describe("an account that joins", { timeout: 600_000 }, () => {
  it("is watched with no deployment, once AWS has come round to it, and only in regions that it has", async () => {
    await estate.timing({ enrolment: DAY, association: DAY });
    await estate.account({ id: "777777777777", name: "seventh", unit: "Workloads" });

    const atOnce = await coverage(estate, "777777777777", DEFAULT_REGIONS);
    await estate.advance(DAY + HOUR);

    expect(atOnce).toEqual([{ ...NOTHING, regions: 17 }]);
    await comesToBe("777777777777", watched(17));
  });

  it("is left alone by GuardDuty with auto-enable NONE, while those that are in stay", async () => {
    const guardDuty = { ...(detectionSettings["hakken:guardDuty"] as object), autoEnable: "NONE" };
    await estate.deploy("up", { only: ["organization"], settings: { ...SETTINGS, "hakken:guardDuty": guardDuty } });
    await estate.account({ id: "999999999999", name: "eighth", unit: "Workloads" });
    await estate.advance(DAY + HOUR);

    await comesToBe("999999999999", [{ ...MEMBER, guardDuty: "nothing", plans: [], regions: 17 }]);
    await comesToBe("777777777777", watched(17));

    await estate.deploy("up", { only: ["organization"], settings: SETTINGS });
  });

  it("is no reason to change a stack, nor are five hundred", async () => {
    // Their recorders would be made one by one, in a local AWS.
    await estate.timing({ autoDeployment: DAY });
    for (let n = 0; n < 500; n++) await estate.account({ id: String(800000000000 + n), unit: "Workloads" });

    const shown = await estate.deploy("preview").finally(async () => {
      for (let n = 0; n < 500; n++) await estate.account({ id: String(800000000000 + n), outside: true });
    });

    expect(shown).toMatchObject(unchanged);
  });
});

describe("the whole of it", { timeout: 600_000 }, () => {
  it("is destroyed, but for what outlives it, and deployed again", async () => {
    await estate.timing({ enrolment: 0, association: 100 });

    await estate.deploy("destroy");
    const left = await everythingThere(estate.run.endpoint, REGIONS);
    await estate.deploy("up");

    // docs/decisions/what-a-destroy-leaves.md
    expect(kindsOf(left)).toEqual({
      "audit bucket guardduty-export-bucket": 1,
      "audit bucket member-recorders-bucket": 1,
      "audit bucket recorder-bucket": 1,
      "audit hub default": 17,
      "audit hub of V2": 18,
      "audit key hakken: alarms: PendingDeletion": 1,
      "audit key hakken: exported findings of GuardDuty: Enabled": 1,
      "audit key hakken: queues, secrets, mails: PendingDeletion": 1,
      "audit secret alerts-backlog-api-key: deleted": 1,
      "audit secret alerts-slack-token: deleted": 1,
      "audit table alerts-table": 1,
      "dev detector": 17,
      "dev hub default": 17,
      "dev role /aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig": 1,
      "management bucket recorder-bucket": 1,
      "management bucket trail-bucket": 1,
      "management hub default": 17,
      "management hub of V2": 18,
      "management key hakken: trail of the organization: Enabled": 1,
      "partner bucket recorder-bucket": 1,
      "prod bucket recorder-bucket": 1,
      "prod detector": 18,
      "prod hub default": 18,
      "prod hub of V2": 18,
    });
  });
});

interface Resource {
  type: string;
  urn: string;
  outputs?: Record<string, unknown>;
}

const resourcesOf = (stack: string): Resource[] => {
  const file = join(estate.places.state, ".pulumi", "stacks", "hakken", `${stack}.json`);
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint: { latest: { resources: Resource[] } };
  };
  return checkpoint.latest.resources;
};

const providersOf = (stack: string): string[] =>
  resourcesOf(stack)
    .filter(({ type }) => type === "pulumi:providers:aws")
    .map(({ urn }) => urn.split("::").pop() ?? "");

/** How often each kind was left in an account, over all regions. */
function kindsOf(left: string[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const line of left) {
    const kind = line.replace(/^(\S+) \S+ /, "$1 ");
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}
