import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { PlainSettings } from "../../settings";
import { DEFAULT_REGIONS } from "../../settings/regions";
import { type Answers, recorded } from "../pulumi/recorded";
import { auditOutputs, auditSettings, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// Compiled, since handlers can't be serialized from what vitest makes of them.
const compiled = createRequire(__filename);
const { audit }: typeof import("../../stacks/audit") = compiled("../../bin/stacks/audit.js");
const { management }: typeof import("../../stacks/management") = compiled("../../bin/stacks/management.js");
const { organization }: typeof import("../../stacks/organization") = compiled("../../bin/stacks/organization.js");
const { member }: typeof import("../../stacks/member") = compiled("../../bin/stacks/member.js");

const regions = [...DEFAULT_REGIONS];
const everywhere = { regions, linkedRegions: regions.filter((region) => region !== "ap-northeast-1") };
const detectorIds = Object.fromEntries(regions.map((region) => [region, `d-${region}`]));

const stacks = outputs({
  "organization/hakken/audit": { ...auditOutputs, detectorIds },
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: [] },
});

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
  return { ...aws, ...organizationAnswers(units), ...stacks };
};

const of = (role: PlainSettings["role"], account: string, other: Partial<PlainSettings>) => ({
  ...plainSettings(role, account),
  ...everywhere,
  ...other,
});

/** How many resources of AWS a stack makes. */
const count = async (program: () => Promise<unknown>, answers: Answers): Promise<number> =>
  (await recorded(program, { answers })).resources.filter(({ type }) => type.startsWith("aws:")).length;

const counts = async (accounts: number, other: Partial<PlainSettings>): Promise<Record<string, number>> => {
  const answers = inOrganizationOf(accounts);
  return {
    management: await count(() => management(of("management", "111122223333", other)), answers),
    organization: await count(() => organization(of("organization", "444455556666", other)), answers),
    prod: await count(() => member(of("member", "777788889999", other)), answers),
  };
};

describe("the number of a stack's resources, in 17 regions", { timeout: 300_000 }, () => {
  it.each([["CENTRAL", {}]] as const)("does not grow with the accounts under %s", async (_, other) => {
    const [few, some, many] = [await counts(5, other), await counts(50, other), await counts(500, other)];

    expect([some, many]).toEqual([few, few]);
    expect(few).toEqual({ management: 93, organization: 140, prod: 57 });
  });

  it("does not go by the organization at all in the stack audit, which asks nothing of it", async () => {
    const settings = { ...auditSettings(), ...everywhere };

    expect(await count(() => audit(settings), aws)).toBe(278);
  });
});
