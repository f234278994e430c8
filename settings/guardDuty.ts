import { z } from "zod";
import { oneOf, text } from "./shapes";

/** Protection plans in the order in which GuardDuty lists them. EKS_RUNTIME_MONITORING is not among them: RUNTIME_MONITORING replaces it. */
export const PLANS = [
  "S3_DATA_EVENTS",
  "EKS_AUDIT_LOGS",
  "EBS_MALWARE_PROTECTION",
  "RDS_LOGIN_EVENTS",
  "LAMBDA_NETWORK_LOGS",
  "RUNTIME_MONITORING",
  "AI_PROTECTION",
] as const;

export type Plan = (typeof PLANS)[number];

/** Which accounts a service or plan is switched on in by itself: all, those that join from now on, or none. */
export type AutoEnable = "ALL" | "NEW" | "NONE";

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
              "In which accounts the plan is switched on by itself. `NONE` switches it off in those that have it, the administrator's too, but for `enabledIn`.",
            defaultMeaning: "`ALL`, of RUNTIME_MONITORING `NONE`",
          }),
          enabledIn: targets().meta({
            description: "Organizational units, with all below them, and accounts where the plan is on nevertheless.",
            defaultMeaning: "none",
          }),
          disabledIn: targets().meta({
            description:
              "The same, where it is off nevertheless. Not with `ALL`, under which AWS switches it on again.",
            defaultMeaning: "none",
          }),
        },
        "it must be ALL, NEW or NONE, or an object with the keys autoEnable, enabledIn and disabledIn",
      ),
    )
    .prefault({});

/** The setting `guardDuty`. */
export const guardDuty = z
  .strictObject(
    {
      autoEnable: autoEnable().default("ALL").meta({
        description: "Which accounts of the organization get a detector by themselves.",
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
    },
    "it must be an object with the keys autoEnable and plans",
  )
  .prefault({})
  .meta({
    description: "GuardDuty in every account of the organization.",
    defaultMeaning: "see below",
    example: {
      autoEnable: "ALL",
      plans: { RUNTIME_MONITORING: { autoEnable: "NONE", enabledIn: ["ou-abcd-12345678"] } },
    },
  });

export type GuardDutySettings = z.output<typeof guardDuty>;
