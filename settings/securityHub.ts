import { z } from "zod";
import { OWN_IDS, SAME_IDS, STANDARD_NAMES, STANDARDS } from "../components/detection/standards";
import { KNOWN_REGIONS } from "./regions";
import { list, oneOf, text, yesOrNo } from "./shapes";

const CONTROL = "it must be the id of a control, such as S3.6";
const control = () => text(/^[A-Za-z0-9]+\.\d+$/, CONTROL);
const reason = () => text(/\S/, "it must be the reason in words");
const STANDARD = `it must be one of ${STANDARD_NAMES.join(", ")}, or the ARN of another standard`;
const standard = z
  .string(STANDARD)
  .refine(
    (given) => given in STANDARDS || /^arn:aws:securityhub:[a-z0-9-]*::(standards|ruleset)\/\S+$/.test(given),
    STANDARD,
  );
const ofSameIds = `it must be one of ${SAME_IDS.join(", ")}`;
const target = text(
  /^(root|r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|\d{12})$/,
  "it must be root, the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes",
);

const standards = () => z.array(standard, `it must be a list of standards: ${STANDARD_NAMES.join(", ")}, or ARNs`);

const disabledControls = () =>
  z
    .array(
      z.strictObject(
        {
          control: control().meta({ description: "Its id, the same in all standards." }),
          reason: reason().meta({ description: "Why it is off, for whoever asks." }),
        },
        "it must be an object with the keys control and reason",
      ),
      "it must be a list of objects with the keys control and reason",
    )
    .default([])
    .meta({ description: "Controls that are off, in every standard.", defaultMeaning: "none" });

const VALUE = "it must be true or false, a number, text, or a list of numbers or of texts";
const parameters = () =>
  z
    .array(
      z.strictObject(
        {
          control: control().meta({ description: "Id of the control that the parameter belongs to." }),
          name: text(/^\S+$/, "it must be the name of a parameter, such as maxPasswordAge").meta({
            description: "As Security Hub's documentation of the control has it.",
          }),
          value: z
            .union([z.boolean(), z.number(), z.string(), z.array(z.number()).min(1), z.array(z.string()).min(1)], VALUE)
            .meta({ description: "Instead of AWS's default." }),
          type: oneOf(["double", "enum", "enumList", "string", "stringList"]).optional().meta({
            description:
              "Needed where the value does not tell: `enum` and `enumList` for a choice among fixed words, `double` for a fraction that happens to be whole.",
            defaultMeaning:
              "by the value: a boolean, an integer, a fraction, a string, or a list of integers or strings",
          }),
          reason: reason().meta({ description: "Why it is not AWS's default." }),
        },
        "it must be an object with the keys control, name, value, type and reason",
      ),
      "it must be a list of objects with the keys control, name, value and reason",
    )
    .default([])
    .meta({ description: "Parameters of controls that are not at AWS's default.", defaultMeaning: "none" });

const policy = z.strictObject(
  {
    name: text(
      /^[A-Za-z0-9\-.!*/]{1,128}$/,
      "it must be 1 to 128 letters, digits and - . ! * /, since AWS takes no others",
    ).meta({ description: "Name of the configuration policy." }),
    description: text(/\S/, "it must be text").optional().meta({
      description: "Shown in the console, before the controls that are off with their reasons.",
      defaultMeaning: "the standards in words",
    }),
    enabled: yesOrNo().default(true).meta({
      description: "`false` switches Security Hub off for the targets.",
    }),
    standards: standards()
      .optional()
      .meta({ description: "Standards that are on; all others are off.", defaultMeaning: "`fsbp`" }),
    disabledControls: disabledControls(),
    enabledControls: list(control(), "it must be a list of control ids").optional().meta({
      description: "The only controls that are on, of all standards. New ones of AWS stay off.",
      defaultMeaning: "all but `disabledControls`, and new ones of AWS too",
    }),
    parameters: parameters(),
    targets: list(target, "it must be a list of root, organizational units and accounts").optional().meta({
      description:
        "What the policy applies to. A unit's goes before that of one above it, an account's before both. `root` is one target for all, which AWS reports as failed where one account is suspended.",
      defaultMeaning:
        "everyone: the top organizational units and the active accounts directly below the root, but for targets of other policies; for one policy at most",
    }),
    regions: z
      .undefined(
        "it must be left out, since central configuration applies a policy in every linked region alike: for a difference between regions take hakken:securityHub.configuration LOCAL and hakken:securityHub.local.regions",
      )
      .optional()
      .meta({ description: "Nothing can be set by region here. See `local.regions`.", defaultMeaning: "none" }),
  },
  "it must be an object with the keys name, description, enabled, standards, disabledControls, enabledControls, parameters and targets",
);

const OFF_LOCALLY = "it must be an object with the keys control, reason, standards and ids";
const localDisabledControls = () =>
  z
    .array(
      z.strictObject(
        {
          control: control().meta({ description: "Its id, the same in most standards." }),
          reason: reason().meta({ description: "Why it is off, for whoever asks." }),
          standards: z
            .array(z.enum(SAME_IDS, ofSameIds), `it must be a list of standards: ${SAME_IDS.join(", ")}`)
            .optional()
            .meta({
              description:
                "Standards that it is off in, of those that call it by the same id. AWS refuses one that lacks it.",
              defaultMeaning: "all of them that are on",
            }),
          ids: z
            .partialRecord(
              z.enum(OWN_IDS, "it must be a standard with ids of its own"),
              text(/^\S+$/, "it must be the id of the control in that standard, such as 1.14"),
              `it must be a map of standards that have ids of their own (${OWN_IDS.join(", ")}) to the control's id there`,
            )
            .optional()
            .meta({
              description:
                "Its id in each of the standards that number controls by themselves, where it is to be off there too.",
              defaultMeaning: "it stays on in those",
            }),
        },
        OFF_LOCALLY,
      ),
      "it must be a list of objects with the keys control, reason, standards and ids",
    )
    .default([])
    .meta({
      description: "Controls that are off. One that is taken out of the list is on again by the next deployment.",
      defaultMeaning: "none",
    });

const ofRegion = z.strictObject(
  {
    standards: standards().optional().meta({
      description: "Instead of `local.standards`.",
      defaultMeaning: "as everywhere",
    }),
    disabledControls: localDisabledControls().unwrap().optional().meta({
      description: "Instead of `local.disabledControls`.",
      defaultMeaning: "as everywhere",
    }),
    parameters: parameters().unwrap().optional().meta({
      description: "Instead of `local.parameters`.",
      defaultMeaning: "as everywhere",
    }),
  },
  "it must be an object with the keys standards, disabledControls and parameters",
);

const local = z
  .strictObject(
    {
      autoEnable: yesOrNo().default(true).meta({
        description:
          "Whether accounts become members, with Security Hub on, by themselves: those that join, and by hakken those that are there.",
      }),
      autoEnableStandards: oneOf(["DEFAULT", "NONE"]).default("NONE").meta({
        description:
          "Whether AWS switches its default standards on in accounts that join. `NONE` leaves standards to hakken.",
      }),
      standards: standards().default(["fsbp"]).meta({ description: "Standards that are on." }),
      disabledControls: localDisabledControls(),
      parameters: parameters(),
      regions: z
        .partialRecord(
          z.enum(KNOWN_REGIONS, "it must be a region that hakken knows"),
          ofRegion,
          "it must be a map of regions",
        )
        .default({})
        .meta({ description: "What is different in a region.", defaultMeaning: "none" }),
    },
    "it must be an object with the keys autoEnable, autoEnableStandards, standards, disabledControls, parameters and regions",
  )
  .optional()
  .meta({
    description: "What `LOCAL` configures, in each region by itself. Not under `CENTRAL`.",
    defaultMeaning: "see below",
  });

/** The setting `securityHub`. */
export const securityHub = z
  .strictObject(
    {
      configuration: oneOf(["CENTRAL", "LOCAL"]).default("CENTRAL").meta({
        description:
          "`CENTRAL`: policies set in the home region apply everywhere, in accounts that join too, and nobody can change what they set. `LOCAL`: each account and region is set by itself, members by a StackSet.",
      }),
      linkingMode: oneOf(["SPECIFIED_REGIONS", "ALL_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED"])
        .default("SPECIFIED_REGIONS")
        .meta({
          description:
            "From which regions findings are gathered in the home region: those of `hakken:regions`; all, those that AWS adds too; or all but `exceptRegions`. Policies apply in the same regions, also where there is no detector and recorder of hakken.",
        }),
      exceptRegions: list(
        z.enum(KNOWN_REGIONS, "it must be a region that hakken knows"),
        "it must be a list of regions",
      )
        .optional()
        .meta({
          description: "Regions that are not gathered from, with linkingMode ALL_REGIONS_EXCEPT_SPECIFIED.",
          defaultMeaning: "none",
        }),
      controlFindings: oneOf(["SECURITY_CONTROL", "STANDARD_CONTROL"]).default("SECURITY_CONTROL").meta({
        description:
          "One finding a control, whatever standards it is in, or one for each of them. AWS takes the administrator's choice for all accounts, in each region by itself: hakken sets it in those of `hakken:regions`, under `CENTRAL` within the hour where a policy has just switched Security Hub on.",
      }),
      policies: list(policy, "it must be a list of policies").optional().meta({
        description: "Configuration policies. Not under `LOCAL`.",
        defaultMeaning: "one for everyone, named `hakken`, with the standard `fsbp`",
      }),
      local,
    },
    "it must be an object with the keys configuration, linkingMode, exceptRegions, controlFindings, policies and local",
  )
  .prefault({})
  .meta({
    description: "Security Hub in every account of the organization.",
    defaultMeaning: "see below",
    example: {
      policies: [
        {
          name: "workloads",
          standards: ["fsbp", "cis-3.0"],
          disabledControls: [{ control: "IAM.6", reason: "root users have no credentials" }],
          parameters: [{ control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our password rules" }],
          targets: ["ou-abcd-12345678"],
        },
        { name: "everyone" },
      ],
    },
  });

export type SecurityHubSettings = z.output<typeof securityHub>;
export type HubPolicy = z.output<typeof policy>;
export type LocalHub = NonNullable<SecurityHubSettings["local"]>;
export type DisabledControl = HubPolicy["disabledControls"][number];
export type LocalDisabledControl = LocalHub["disabledControls"][number];
export type ControlParameter = HubPolicy["parameters"][number];

/** The policies of the settings, or the one for everyone where none is given. */
export const policiesOf = ({ policies }: SecurityHubSettings): readonly HubPolicy[] =>
  policies ?? [policy.parse({ name: "hakken", description: "AWS Foundational Security Best Practices" })];

const isForEveryone = ({ targets }: HubPolicy): boolean => !targets || targets.some((one) => /^r(oot|-)/.test(one));

/**
 * Whether the settings alone say of every account of the organization that it has Security Hub: all, but for those accounts; or
 * "unknown", where a unit's accounts don't have it, or nobody decides about some.
 */
export function hubsOf(settings: SecurityHubSettings): { exceptAccounts: string[] } | "unknown" {
  if (settings.configuration === "LOCAL") return localOf(settings).autoEnable ? { exceptAccounts: [] } : "unknown";
  const policies = policiesOf(settings);
  const off = policies.filter(({ enabled }) => !enabled);
  const areAccounts = off.every(({ targets }) => targets?.every((target) => /^\d{12}$/.test(target)));
  if (!areAccounts || !policies.some(isForEveryone)) return "unknown";
  return { exceptAccounts: off.flatMap(({ targets = [] }) => targets) };
}

/**
 * What an account outside the organization has, which no policy reaches: under CENTRAL the standards of the policy for everyone, none
 * where there is no such policy; under LOCAL what every account has.
 */
export function outsideIn(region: string, settings: SecurityHubSettings) {
  if (settings.configuration === "LOCAL") return localIn(region, settings);
  const everyone = policiesOf(settings).find(isForEveryone);
  const standards = everyone?.enabled ? (everyone.standards ?? ["fsbp"]) : [];
  return { standards, disabledControls: [], parameters: [] };
}

/** What LOCAL sets where the settings say nothing of it. */
export const localOf = (settings: SecurityHubSettings): LocalHub =>
  settings.local ?? (local.unwrap().parse({}) as LocalHub);

/** What LOCAL sets in one region. */
export function localIn(region: string, settings: SecurityHubSettings) {
  const { standards, disabledControls, parameters, regions } = localOf(settings);
  const here = regions[region as keyof typeof regions];
  return {
    standards: here?.standards ?? standards,
    disabledControls: here?.disabledControls ?? disabledControls,
    parameters: here?.parameters ?? parameters,
  };
}
