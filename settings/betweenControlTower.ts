import type { MemberRecorderSettings } from "./config";
import { type ControlTowerSettings, skippedBy } from "./controlTower";
import type { Show } from "./problems";
import type { TrailSettings } from "./trail";

interface Values {
  homeRegion?: string;
  regions?: readonly string[];
  memberRecorders?: MemberRecorderSettings;
  controlTower?: ControlTowerSettings;
  trail?: TrailSettings;
}

/** What is wrong between Control Tower and what hakken is to make beside it. */
export function controlTowerProblems(values: Values, show: Show): string[] {
  if (!values.controlTower) return [];
  return [...skipProblems(values, show), ...recorderProblems(values), ...trailProblems(values)];
}

function skipProblems({ homeRegion, regions, controlTower }: Values, show: Show): string[] {
  if (!homeRegion || !regions) return [];
  const skipped = skippedBy({ controlTower });
  const problems = skipped.flatMap((region, index) => {
    const says = (what: string) => [
      `hakken:controlTower.skippedRegions[${index}].region: ${show("controlTower", `"${region}"`)} ${what}`,
    ];
    if (region === homeRegion)
      return says(
        "is the home region, where findings are gathered: remove it here, or set hakken:homeRegion to another one.",
      );
    return regions.includes(region)
      ? []
      : says("is not among hakken:regions, so nothing is made there anyway: remove it here.");
  });
  if (regions.length > 1 && regions.every((region) => region === homeRegion || skipped.includes(region))) {
    problems.push(
      `hakken:controlTower.skippedRegions leaves ${show("homeRegion", homeRegion)} alone: add a region to hakken:regions, since Security Hub's central configuration needs one to link.`,
    );
  }
  return problems;
}

/** AWS takes one recorder an account and region, and Control Tower makes them wherever it governs. */
function recorderProblems({ memberRecorders }: Values): string[] {
  if (!memberRecorders?.enabled || memberRecorders.units) return [];
  return [
    "hakken:memberRecorders reaches every account of the organization, and with hakken:controlTower those have recorders: take its enabled out, or name in its units those that Control Tower does not govern.",
  ];
}

/** A landing zone has a trail of the whole organization, and a second one is billed by the call. */
function trailProblems({ trail }: Values): string[] {
  if (!trail) return [];
  return [
    "hakken:trail makes a trail of the organization, and with hakken:controlTower there is one: take hakken:trail out, or set it to false.",
  ];
}
