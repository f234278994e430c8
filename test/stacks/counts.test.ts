import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PlainSettings } from "../../settings";
import { DEFAULT_REGIONS } from "../../settings/regions";
import { securityHub } from "../../settings/securityHub";
import { type Answers, recorded } from "../pulumi/recorded";
import { detectionDefaults } from "../settings/configs";
import { auditOutputs, auditSettings, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// Compiled, since handlers can't be serialized from what vitest makes of them.
const compiled = createRequire(__filename);
const { audit }: typeof import("../../stacks/audit") = compiled("../../bin/stacks/audit.js");
const { management }: typeof import("../../stacks/management") = compiled("../../bin/stacks/management.js");
const { organization }: typeof import("../../stacks/organization") = compiled("../../bin/stacks/organization.js");
const { member }: typeof import("../../stacks/member") = compiled("../../bin/stacks/member.js");

const regions = [...DEFAULT_REGIONS];
const everywhere = { regions, linkedRegions: regions.filter((region) => region !== "ap-northeast-1") };
// As it is by default, but for prod, which has a stack of its own.
const memberRecorders = { ...detectionDefaults.memberRecorders, excludedAccounts: ["777788889999"] };
const detectorIds = Object.fromEntries(regions.map((region) => [region, `d-${region}`]));

const stacks = outputs({
  "organization/hakken/audit": { ...auditOutputs, detectorIds, memberBucket: "history" },
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: [] },
  // The stack itself, which has never been deployed.
  "organization/hakken/test": {},
});

const reached = {
  "aws:organizations/getOrganization:getOrganization": () => ({
    id: "o-a1b2c3d4e5",
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd" }],
    awsServiceAccessPrincipals: ["member.org.stacksets.cloudformation.amazonaws.com"],
  }),
};

/** What AWS answers in an organization of this many accounts, half of them in each of two units, and one in the root. */
const inOrganizationOf = (accounts: number): Answers => {
  const ids = Array.from({ length: accounts - 1 }, (_, index) => String(100000000000 + index));
  const half = (which: number) =>
    Object.fromEntries(ids.filter((_, index) => index % 2 === which).map((id) => [id, "ACTIVE"]));
  const units = {
    "r-abcd": { accounts: { "111122223333": "ACTIVE" } },
    "ou-abcd-11111111": { accounts: half(0) },
    "ou-abcd-22222222": { accounts: half(1) },
  };
  return { ...aws, ...reached, ...organizationAnswers(units), ...stacks };
};

const of = (role: PlainSettings["role"], account: string, other: Partial<PlainSettings>) => ({
  ...plainSettings(role, account),
  ...everywhere,
  memberRecorders,
  ...other,
});

/** How many resources of AWS a stack makes. */
const count = async (program: () => Promise<unknown>, answers: Answers): Promise<number> =>
  (await recorded(program, { answers })).resources.filter(({ type }) => type.startsWith("aws:")).length;

const SIZES = [5, 50, 500] as const;

/** Of each stack, the number in an organization of each size. */
const counts = async (other: Partial<PlainSettings>): Promise<Record<string, number[]>> => {
  const programs = {
    management: () => management(of("management", "111122223333", other)),
    organization: () => organization(of("organization", "444455556666", other)),
    prod: () => member(of("member", "777788889999", other)),
  };
  const counted: Record<string, number[]> = { audit: await audits(other) };
  for (const [stack, program] of Object.entries(programs)) {
    counted[stack] = [];
    for (const size of SIZES) counted[stack].push(await count(program, inOrganizationOf(size)));
  }
  return counted;
};

/** Takes seconds, and is given nothing to ask of the organization: so once stands for every size. */
const audits = async (other: Partial<PlainSettings>): Promise<number[]> => {
  const { role: _, ...detection } = of("member", "", other);
  const settings = { ...auditSettings(), ...detection, account: "444455556666" };
  const once = await count(() => audit(settings), { ...aws, ...reached, ...stacks });
  return SIZES.map(() => once);
};

const local = { securityHub: securityHub.parse({ configuration: "LOCAL" }) };

describe("the number of a stack's resources", { timeout: 600_000 }, () => {
  it("does not grow with the accounts, and is as docs/detection.md has it", async () => {
    const [central, ofLocal] = [await counts({}), await counts(local)];

    const rows = Object.entries(central).map(([stack, numbers]) => {
      const one = new Set(ofLocal[stack]);
      expect([new Set(numbers).size, one.size]).toEqual([1, 1]);
      return `| \`${stack}\` | ${[...numbers, ...one].join(" | ")} |`;
    });
    const head = `| stack | ${SIZES.map((size) => `${size} accounts`).join(" | ")} | any number, under LOCAL |`;
    const page = readFileSync(join(__dirname, "..", "..", "docs", "detection.md"), "utf8");
    const section = page.split("## How many resources")[1]?.split("\n##")[0];
    const table = section?.split("\n").filter((line) => line.startsWith("|"));
    expect(table).toEqual([head, "| --- | --- | --- | --- | --- |", ...rows]);
  });
});
