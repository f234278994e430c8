import { z } from "zod";
import { KNOWN_REGIONS } from "./regions";
import { list, text, yesOrNo } from "./shapes";

const target = text(
  /^(root|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|\d{12})$/,
  "it must be root (the whole organization), the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes",
);
const unitOrAccount = text(
  /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|\d{12})$/,
  "it must be the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes",
);
const region = z.enum(
  KNOWN_REGIONS,
  `it must be a region that hakken knows: correct or remove it. Known: ${KNOWN_REGIONS.join(", ")}`,
);
const eachOnce = (given: readonly string[]) => new Set(given).size === given.length;

/** The setting `securityHubV2`. */
export const securityHubV2 = z
  .strictObject(
    {
      enabled: yesOrNo().default(true).meta({
        description:
          "`false` switches V2 off in every account below `targets`. Taking the whole setting out does not: AWS leaves V2 as it is where no policy speaks of it.",
      }),
      targets: list(target, "it must be a list of root, organizational units and accounts")
        .refine(eachOnce, "it must be a list that names each target once")
        .default(["root"])
        .meta({
          description:
            "Where it is on, or off: `root`, organizational units, or accounts, those that join too. The audit account is always among them, since it gathers the findings; the management account is below `root` alone.",
        }),
      disabledIn: z
        .array(unitOrAccount, "it must be a list of organizational units and accounts")
        .refine(eachOnce, "it must be a list that names each unit and account once")
        .default([])
        .meta({
          description: "Organizational units and accounts below `targets` where it is switched off.",
          defaultMeaning: "none",
        }),
      absentRegions: z
        .array(region, "it must be a list of regions")
        .refine(eachOnce, "it must be a list that names each region once")
        .default([])
        .meta({
          description: "Regions that lack V2, in which AWS takes no policy of it.",
          defaultMeaning: "none",
        }),
    },
    "it must be an object with the keys enabled, targets, disabledIn and absentRegions",
  )
  .optional()
  .meta({
    description:
      "Security Hub's newer form (V2), which correlates findings into exposures, beside the one that checks controls (CSPM): switched on in accounts that are there and those that join, in each of `hakken:regions`, by a policy of AWS Organizations; findings are gathered in the home region. Of CSPM and V2 hakken tells the findings of one alone (`hakken:findingSource`), so that nothing is told twice. V2 has prices of its own, by resource. The policy type must be switched on in the organization.",
    defaultMeaning: "left as it is",
    example: { disabledIn: ["ou-abcd-12345678"] },
  });

export type SecurityHubV2Settings = NonNullable<z.output<typeof securityHubV2>>;
