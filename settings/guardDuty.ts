import { z } from "zod";
import { AGENTS, type AutoEnable, PLANS, type Plan } from "../handlers/guardDutyPlans";
import { addressLists } from "./addressLists";
import { findingExport } from "./findingExport";
import { KNOWN_REGIONS } from "./regions";
import { oneOf, text } from "./shapes";

export type { AutoEnable, Plan };
export { PLANS };

const autoEnable = () => oneOf(["ALL", "NEW", "NONE"]);
/** An organizational unit or an account. */
const target = text(
  /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|\d{12})$/,
  "it must be the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes",
);
const targets = () => z.array(target, "it must be a list of organizational units and accounts").default([]);

const plan = (byDefault: AutoEnable) =>
  z
    .preprocess(
      (given) => (typeof given === "string" ? { autoEnable: given } : given),
      z.strictObject(
        {
          autoEnable: autoEnable().default(byDefault).meta({
            description:
              "In which accounts the plan is switched on by itself; in invited ones `NEW` is the same as `ALL`. `NONE` switches it off in those that have it, the administrator's too, but for `enabledIn`.",
            defaultMeaning: "`ALL`, of RUNTIME_MONITORING `NONE`",
          }),
          enabledIn: targets().meta({
            description:
              "Organizational units, with all below them, and accounts where the plan is on nevertheless. The administrator's own account counts by its id alone.",
            defaultMeaning: "none",
          }),
          disabledIn: targets().meta({
            description:
              "The same, where it is off nevertheless. With `ALL` only invited accounts, since AWS switches it on again in the others.",
            defaultMeaning: "none",
          }),
        },
        "it must be ALL, NEW or NONE, or an object with the keys autoEnable, enabledIn and disabledIn",
      ),
    )
    .prefault({});

const region = z.enum(KNOWN_REGIONS, "it must be a region that hakken knows");

/** The setting `guardDuty`. */
export const guardDuty = z
  .strictObject(
    {
      autoEnable: autoEnable().default("ALL").meta({
        description: "Which accounts of the organization get a detector by themselves.",
      }),
      publishingFrequency: oneOf(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]).default("FIFTEEN_MINUTES").meta({
        description:
          "How often news of a finding that is there already are sent on; a new finding always is, within minutes. The administrator's detectors have it, members take it over.",
      }),
      plans: z
        .strictObject(
          Object.fromEntries(
            PLANS.map((name) => [
              name,
              plan(name === "RUNTIME_MONITORING" ? "NONE" : "ALL").meta({
                description: `Protection plan ${name}.`,
                defaultMeaning: name === "RUNTIME_MONITORING" ? "`NONE`" : "`ALL`",
              }),
            ]),
          ) as Record<Plan, ReturnType<typeof plan>>,
          `it must be an object of protection plans: ${PLANS.join(", ")}`,
        )
        .prefault({})
        .meta({
          description: "Protection plans, for the organization and the administrator's own detector.",
          defaultMeaning: "see below",
        }),
      agents: z
        .array(oneOf(AGENTS), `it must be a list of ${AGENTS.join(", ")}`)
        .optional()
        .meta({
          description:
            "Security agents that GuardDuty installs by itself wherever RUNTIME_MONITORING is on. They put a VPC endpoint and a security group into the accounts' VPCs, which then can't be deleted before these. One that is taken out of the list is switched off in existing accounts too.",
          defaultMeaning: "all three",
        }),
      absentPlans: z
        .strictObject(
          Object.fromEntries(
            PLANS.map((name) => [
              name,
              z
                .array(region, "it must be a list of regions")
                .optional()
                .meta({
                  description: `Regions that lack ${name}.`,
                  defaultMeaning: "as hakken knows it",
                }),
            ]),
          ) as Record<Plan, z.ZodOptional<z.ZodArray<typeof region>>>,
          `it must be an object of protection plans (${PLANS.join(", ")}), each with a list of regions`,
        )
        .default({})
        .meta({
          description:
            "Regions where AWS does not offer a plan, in place of what hakken knows of it (an empty list: it is everywhere by now). The plan is left out there; each run and the output `absentPlans` say so.",
          defaultMeaning: "none",
        }),
      export: findingExport,
      ...addressLists,
    },
    "it must be an object with the keys autoEnable, publishingFrequency, plans, agents, absentPlans, export, trustedIps and threatIps",
  )
  .prefault({})
  .meta({
    description: "GuardDuty in every account of the organization.",
    defaultMeaning: "see below",
    example: {
      autoEnable: "ALL",
      plans: { RUNTIME_MONITORING: { autoEnable: "NONE", enabledIn: ["ou-abcd-12345678"] } },
      agents: ["EKS_ADDON_MANAGEMENT"],
    },
  });

export type GuardDutySettings = z.output<typeof guardDuty>;
