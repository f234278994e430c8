import { z } from "zod";
import { HEALTH_CATEGORIES, HEALTH_SEVERITIES, type HealthCategory } from "../handlers/alert/healthChoice";
import { KNOWN_REGIONS } from "./regions";
import { oneOf, oneOrMore, severity, text } from "./shapes";

const MANY = 100;
const CATEGORY = `it must be one of ${HEALTH_CATEGORIES.join(", ")}`;
const SERVICE =
  "it must be a service as AWS Health writes it, such as EC2; a * stands for any letters, and never two in a row";
const TYPE_CODE =
  "it must be an event type code, such as AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED or AWS_EC2_*; a * stands for any letters, and never two in a row";
const NAME = /^(?!.*\*\*)[A-Z0-9_*-]{1,100}$/;

const matcher = z
  .strictObject(
    {
      category: oneOrMore(oneOf(HEALTH_CATEGORIES), HEALTH_CATEGORIES.length, CATEGORY).meta({
        description: "What kind of event it is.",
        defaultMeaning: "any",
      }),
      service: oneOrMore(text(NAME, SERVICE), MANY, SERVICE).meta({
        description: "The AWS service that it is about. `*` stands for any letters.",
        defaultMeaning: "any",
      }),
      typeCode: oneOrMore(text(NAME, TYPE_CODE), MANY, TYPE_CODE).meta({
        description:
          "Its event type code, such as `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED`. `*` stands for any letters.",
        defaultMeaning: "any",
      }),
    },
    "it must be an object with one or more of the keys category, service and typeCode",
  )
  .refine((given) => Object.values(given).some(Boolean), "it must have one of category, service, typeCode at least");

const region = z.enum(
  KNOWN_REGIONS,
  `it must be a region that hakken knows: correct or remove it. Known: ${KNOWN_REGIONS.join(", ")}`,
);
const unit = text(
  /^(r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/,
  "it must be the id of an organizational unit or of the root, such as ou-abcd-12345678",
);

/** The setting `health`. */
export const health = z
  .strictObject(
    {
      mode: oneOf(["organization", "forwarding", "off"]).default("organization").meta({
        description:
          "How events of all accounts come to the audit account. `organization`: AWS Health's organizational view brings them, once it is enabled in the management account ([how](deploy.md#aws-health)); until then only the audit account's own come. `forwarding`: a rule in each region of each account, made by StackSets, for those who may not switch it on. `off`: events of AWS Health are not told, but for those that are findings of Security Hub. Accounts outside the organization with a stack of the role `member` forward theirs in both modes.",
      }),
      include: z.array(matcher, "it must be a list of matchers").default([]).meta({
        description: "The events that are told: those that match one of these.",
        defaultMeaning: "all",
      }),
      exclude: z.array(matcher, "it must be a list of matchers").default([]).meta({
        description:
          "Of these, the events that are not told: those that match one of these. What Security Hub surely tells of as a finding is left out by itself: in accounts that have it by `hakken:securityHub` and `hakken:invitedAccounts`. Where a policy has it off for a unit, no policy is for everyone, or `local.autoEnable` is false, nothing is left out, and an account that has it may be told twice.",
        defaultMeaning: "none",
      }),
      severities: z
        .strictObject(
          Object.fromEntries(
            HEALTH_CATEGORIES.map((category) => [
              category,
              severity
                .default(HEALTH_SEVERITIES[category])
                .meta({ description: `Severity of the category ${category}.` }),
            ]),
          ) as Record<HealthCategory, z.ZodDefault<typeof severity>>,
          `it must be an object with the keys ${HEALTH_CATEGORIES.join(", ")}, each a severity`,
        )
        .prefault({})
        .meta({
          description:
            "The severity that an event gets by its category, since AWS Health gives none; it is told if the severity is in `hakken:severities`.",
          defaultMeaning: "see below",
        }),
      extraRegions: z.array(region, "it must be a list of regions").default(["us-east-1", "us-west-2"]).meta({
        description:
          "Regions besides `hakken:regions` where events are taken: AWS Health sends what is of no region to us-east-1, and a second copy of other regions' events to us-west-2 (of us-west-2's to us-east-1). An event that comes twice is told once. With us-east-1, calls of the management account that take an administrator's place away are told too. Take out what a policy of the organization denies.",
      }),
      units: z
        .array(unit, "it must be a list of organizational units")
        .min(1, "it must be a list of organizational units, one at least")
        .optional()
        .meta({
          description: "With `forwarding`: organizational units whose accounts forward, with all units below them.",
          defaultMeaning: "the whole organization, by its root",
        }),
    },
    "it must be an object with the keys mode, include, exclude, severities, extraRegions and units",
  )
  .prefault({})
  .meta({
    description:
      "Events of AWS Health: outages, changes that AWS has scheduled, notices to accounts. One alert each, with all accounts, regions and resources that it affects, closed as AWS closes it.",
    defaultMeaning: "see below",
    example: {
      mode: "organization",
      exclude: [{ category: "accountNotification" }, { service: "VPN", typeCode: "AWS_VPN_SINGLE_TUNNEL_*" }],
      severities: { scheduledChange: "MEDIUM" },
    },
  });

export type HealthSettings = z.output<typeof health>;

/** What is wrong within the setting of AWS Health. */
export function healthProblems({ health }: { health?: HealthSettings }): string[] {
  if (!health?.units || health.mode === "forwarding") return [];
  return [
    `hakken:health.units goes with hakken:health.mode forwarding, and it is ${health.mode}: set that, or take units out.`,
  ];
}
