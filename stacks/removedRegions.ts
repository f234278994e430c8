import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { isInvited } from "../settings/invitedAccounts";
import { stackOutputs } from "./outputs";

/** What each stack notes of its regions, and reads again the next time. */
export interface RegionOutputs {
  homeRegion: string;
  /** Where it has something, those that it is about to leave among them. */
  regions: string[];
  /** Those that it is about to leave: no longer protected, and deleted by the next run. */
  leaving: string[];
}

/** An invited account's stack goes by other rules than those of the organization's accounts. */
const kindOf = (settings: Settings): Settings["role"] | "invited" => (isInvited(settings) ? "invited" : settings.role);
type Kind = ReturnType<typeof kindOf>;

/** The stacks that must have left a region before one of this role may. AWS refuses another order, or leaves accounts behind. */
const LATER: Readonly<Record<Kind, readonly ("organization" | "management")[]>> = {
  // The first of all: it leaves its administrator, who deletes it from its members and then lets the others go. That `organization` does not
  // come before is seen to by the reconciler, since that stack knows accounts, not the names of their stacks.
  invited: [],
  organization: [],
  management: ["organization"],
  audit: ["organization", "management"],
  member: ["organization"],
};

/** What goes with a region, by role. */
const LOSSES: Readonly<Record<Kind, string>> = {
  invited:
    "its detector with the findings in it, Security Hub, its membership of the administrator there, and its AWS Config recorder",
  audit: "its detector with the findings in it, its protection plans, and its AWS Config recorder",
  management: "its detector with the findings in it, its AWS Config recorder, and the designation of the administrator",
  organization:
    "GuardDuty's organization configuration, the membership of every account there, the link that brings findings to the home region, and all else that is set for the region",
  member: "its AWS Config recorder, without which Security Hub checks nothing there",
};

/**
 * Refuses what would silently end the watch over a region or move its home, by what the stack itself noted the last time; and takes
 * a region away in two runs, since the engine deletes nothing that its state calls protected: the first lifts the protection of all
 * that is there, the second deletes it. Gives the settings to go on with, and what to note.
 */
export async function regionsOf<S extends Settings>(settings: S): Promise<{ settings: S; outputs: RegionOutputs }> {
  const { homeRegion, regions, removeRegions } = settings;
  const before = (await stackOutputs<RegionOutputs>(pulumi.getStack())) ?? {};
  // Also with protection off: AWS takes no such change in place, and the engine would come half-way.
  if (before.homeRegion && before.homeRegion !== homeRegion) {
    throw new pulumi.RunError(
      `hakken:homeRegion: "${homeRegion}" is not the one that this stack was deployed with, ${before.homeRegion}. A move would lose the pipeline with its record of what has been told, Security Hub's central configuration with its policies, and the aggregation of findings. Set it back; or, if it is meant, take all stacks down (hakken:protect false, npm run ops -- up, npm run ops -- destroy --stack all) with the old one, and deploy them with the new one.`,
    );
  }
  const dropped = (before.regions ?? []).filter((region) => !regions.includes(region));
  const unnamed = dropped.filter((region) => !removeRegions.includes(region));
  if (unnamed.length > 0) {
    throw new pulumi.RunError(
      `hakken:regions: ${unnamed.join(", ")} was watched by this stack and is not among them any more. Each would lose ${LOSSES[kindOf(settings)]}. Put it back; or, if it is meant, name it in hakken:removeRegions.`,
    );
  }
  if (dropped.length > 0) await waitForLater(settings, dropped);

  const leaving = dropped.filter((region) => !before.leaving?.includes(region));
  if (leaving.length > 0) liftProtection(leaving);
  const kept = [...regions, ...leaving];
  return {
    settings: {
      ...settings,
      regions: kept,
      linkedRegions: kept.filter((region) => region !== homeRegion),
      absentRegions: settings.absentRegions.filter((region) => !leaving.includes(region)),
    },
    outputs: { homeRegion, regions: kept, leaving },
  };
}

/** Only said in a preview, which a pull request asks of all stacks at once. */
async function waitForLater(settings: Settings, dropped: readonly string[]): Promise<void> {
  for (const stack of LATER[kindOf(settings)]) {
    const name = settings.stacks[stack] ?? stack;
    const { regions = [] } = (await stackOutputs<RegionOutputs>(name)) ?? {};
    const still = dropped.filter((region) => regions.includes(region));
    if (still.length === 0) continue;
    const words = `hakken:removeRegions: the stack ${name} still has ${still.join(", ")}: run pulumi up --stack ${name} first, twice, until its output "regions" names it no more.`;
    if (!pulumi.runtime.isDryRun()) throw new pulumi.RunError(words);
    void pulumi.log.warn(words);
  }
}

function liftProtection(regions: readonly string[]): void {
  pulumi.runtime.registerStackTransformation(({ name, props, opts }) =>
    // By its name where it is of that region and made from another, as the reconciler's duties are.
    regions.some((region) => region === props.region || name.endsWith(`-${region}`))
      ? { props, opts: { ...opts, protect: false } }
      : undefined,
  );
  void pulumi.log.warn(
    `hakken:removeRegions: this run lifts the protection of what is in ${regions.join(", ")}; the next pulumi up deletes it, and leaves the other regions as they are.`,
  );
}
