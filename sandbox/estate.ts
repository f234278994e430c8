import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { KNOWN_REGIONS } from "../settings/regions";
import { type AccountName, enabledIn, HOME_REGION, ORGANIZATION } from "./organization";
import type { Places } from "./places";

/** Each stack's account, in the words of its settings. Stack `organization` runs in the audit account. */
export const STACK_ACCOUNTS = {
  audit: { role: "audit", account: "audit" },
  management: { role: "management", account: "management" },
  organization: { role: "organization", account: "audit" },
  prod: { role: "member", account: "prod" },
  // Of another company, and invited.
  partner: { role: "member", account: "partner" },
} as const satisfies Record<string, { role: string; account: AccountName }>;

export type StackName = keyof typeof STACK_ACCOUNTS;

/** What a sandbox is made of, where it differs from the one that everybody gets. */
export interface Estate {
  /** The regions that its AWS has, and that its stacks watch. */
  regions: readonly string[];
  /** Whether the organization has a plan of AWS Support that gives it the API of AWS Health. */
  supportPlan: boolean;
  /** Settings of every stack, by their full keys, over those that the sandbox deploys with; null takes one of those away. */
  settings: Readonly<Record<string, unknown>>;
  /** The same for one stack, by its name; over `settings`. */
  stacks: Readonly<Partial<Record<StackName, Readonly<Record<string, unknown>>>>>;
  /** Environment variables of the local AWS's launcher, such as SANDBOX_WINDOW_SCALE. */
  launcher: Readonly<Record<string, string>>;
}

/** Three regions are enough to tell the home region from linked ones, and one linked region from another. */
export const DEFAULT_ESTATE: Estate = {
  regions: [HOME_REGION, "us-east-1", "ap-northeast-3"],
  supportPlan: true,
  settings: {},
  stacks: {},
  launcher: {},
};

const settings = z
  .record(z.string(), z.unknown())
  .refine((given) => Object.keys(given).every((key) => key.startsWith("hakken:")), "must have keys like hakken:tags");
const schema = z.strictObject({
  regions: z
    .array(z.enum(KNOWN_REGIONS, "must be a region of AWS"))
    .refine((given) => given.includes(HOME_REGION), `must hold the home region, ${HOME_REGION}`)
    .optional(),
  supportPlan: z.boolean().optional(),
  settings: settings.optional(),
  stacks: z.partialRecord(z.enum(Object.keys(STACK_ACCOUNTS) as [StackName, ...StackName[]]), settings).optional(),
  launcher: z.record(z.string().regex(/^(SANDBOX|LAMBDA)_[A-Z_]+$/), z.string()).optional(),
});

/** The estate of a sandbox: what `estate.json` in its folder says, and the default for the rest. Throws an error that names what is wrong there. */
export const estateIn = ({ estate: file }: Pick<Places, "estate">): Estate => {
  if (!existsSync(file)) return DEFAULT_ESTATE;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ...DEFAULT_ESTATE, ...parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"} ${message}`);
  throw new Error(`${file} describes no sandbox: ${problems.join("; ")}`);
};

/** Writes what `estateIn` reads; what is left out is as in the default. It is read when the sandbox starts, and at each deployment. */
export const writeEstate = (places: Places, estate: Partial<Estate>): void => {
  mkdirSync(places.folder, { recursive: true });
  writeFileSync(places.estate, `${JSON.stringify(estate, undefined, 2)}\n`);
};

/** What an estate sets for a stack, over what the sandbox does. */
export const settingsFor = (stack: StackName, { settings, stacks }: Estate): Readonly<Record<string, unknown>> => ({
  ...settings,
  ...stacks[stack],
});

/** Those of the estate's regions that an account lacks, as `hakken:absentRegions` has them. */
export const absentFrom = (account: AccountName, { regions }: Estate): string[] => {
  const enabled = enabledIn(ORGANIZATION[account].optedIn, regions);
  return regions.filter((region) => !enabled.includes(region));
};
