import type { FindingSource } from "../handlers/alert/types";
import type { InvitedAccounts } from "./invitedAccounts";
import type { Show } from "./problems";
import type { SecurityHubV2Settings } from "./securityHubV2";
import { oneOf } from "./shapes";
import type { SuppressionSettings } from "./suppressions";

/** The setting `findingSource`. */
export const findingSource = oneOf(["cspm", "v2"]).default("cspm").meta({
  description:
    "Which form of Security Hub findings are taken from, never both, so that nothing is told twice. `cspm`: all that Security Hub CSPM has, of products of other companies and of your own too. `v2`: what Security Hub V2 has, exposures among it, in the whole organization; `hakken:securityHubV2` must then leave nobody out.",
});

interface Around {
  findingSource?: FindingSource;
  securityHubV2?: SecurityHubV2Settings;
  suppressions?: readonly SuppressionSettings[];
  invitedAccounts?: InvitedAccounts;
}

const V2 = "hakken:securityHubV2";
const OR_CSPM = "or set hakken:findingSource to cspm";

/** What would not be told, though it is watched, were V2 the source. A finding that nobody hears of must not come of a setting. */
export function findingSourceProblems(values: Around, show: Show): string[] {
  if (values.findingSource !== "v2") return [];
  const { securityHubV2, suppressions = [], invitedAccounts = [] } = values;
  const source = `hakken:findingSource: ${show("findingSource", '"v2"')}`;
  if (!securityHubV2) return [`${source} has no findings to tell: set ${V2}, by which V2 is switched on, ${OR_CSPM}.`];
  if (!securityHubV2.enabled)
    return [`${source} has no findings to tell, since ${V2}.enabled is false: set it to true, ${OR_CSPM}.`];
  const untold = (key: string, value: string, where: string) =>
    `${key}: ${show(key.split(/[.[:]/)[1] ?? key, JSON.stringify(value))} has no findings of V2, so that nobody would hear of what is found ${where}: take it out, ${OR_CSPM}.`;
  const { targets, disabledIn, absentRegions } = securityHubV2;
  return [
    ...(targets.includes("root")
      ? []
      : [`${V2}.targets lacks root, so that nobody would hear of what is found elsewhere: add it, ${OR_CSPM}.`]),
    ...disabledIn.map((one, index) => untold(`${V2}.disabledIn[${index}]`, one, "there")),
    ...absentRegions.map((one, index) => untold(`${V2}.absentRegions[${index}]`, one, "there")),
    ...invitedAccounts.map(({ account }, index) =>
      untold(`hakken:invitedAccounts[${index}].account`, account, "in it"),
    ),
    ...(suppressions.length === 0
      ? []
      : [
          `hakken:suppressions sets findings of CSPM aside, not those of V2, which would be told: take it out and make automation rules in V2, ${OR_CSPM}.`,
        ]),
  ];
}
