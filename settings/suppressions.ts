import { z } from "zod";
import type { Show } from "./problems";
import { KNOWN_REGIONS } from "./regions";
import { oneOf, oneOrMore, severity, text } from "./shapes";

/**
 * Why a finding need not be told. What is wrong with the finding, not with the resource, may stand for good; everything else is a
 * decision that somebody takes again.
 */
const REASONS = ["risk_accepted", "false_positive", "pending_fix", "no_fix", "duplicate", "other"] as const;
const LASTING = ["false_positive", "no_fix", "duplicate"];

/** AWS's limits: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AutomationRulesFindingFilters.html */
const FEW = 20;
const MANY = 100;
/** Automation rules of an administrator in a region. https://docs.aws.amazon.com/securityhub/latest/userguide/automation-rules.html */
const MOST_RULES = 100;

const DATE = "it must be a date such as 2027-03-31, or a time with its zone such as 2027-03-31T18:00:00+09:00";
const CONTROL = "it must be the id of a control, such as S3.8";
const PRODUCT = "it must be the name of a product, such as GuardDuty";
const ACCOUNT = "it must be the 12 digits of an account id, in quotes";
const SEVERITY = "it must be one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL";
const REGION = "it must be a region of hakken:regions";
const START = "a * at its end, and nowhere else, stands for anything that may follow";
/** What must be equal, or only begin so. */
const beginning = (most: number, what: string) =>
  text(new RegExp(`^[^*]{1,${most}}\\*?$`), `it must be ${what} (${START})`);

const suppression = z
  .strictObject(
    {
      name: text(
        /^[a-z0-9][a-z0-9-]{0,46}[a-z0-9]$/,
        "it must be 2 to 48 lower-case letters, digits and hyphens, such as dev-public-buckets",
      ).meta({ description: "Name of the rule. Another name is another rule." }),
      control: oneOrMore(text(/^[A-Z][A-Za-z0-9]*\.\d+$/, CONTROL), FEW, CONTROL).meta({
        description: "Security Hub's controls, in whatever standard.",
        defaultMeaning: "any finding",
      }),
      product: oneOrMore(text(/^[^*]{1,100}$/, PRODUCT), FEW, PRODUCT).meta({
        description: "What reports the finding, by the finding's `ProductName`: GuardDuty, Inspector, Macie ...",
        defaultMeaning: "any",
      }),
      account: oneOrMore(text(/^\d{12}$/, ACCOUNT), MANY, ACCOUNT).meta({
        description: "Accounts in which it was found.",
        defaultMeaning: "any",
      }),
      resourceId: oneOrMore(
        beginning(512, "the id of a resource, mostly its ARN"),
        MANY,
        "it must be the id of a resource, mostly its ARN",
      ).meta({
        description:
          "A resource of the finding, by its whole id, such as `arn:aws:s3:::acme-assets`, or by its beginning, such as `arn:aws:s3:::acme-dev-*`.",
        defaultMeaning: "any",
      }),
      resourceTag: z
        .strictObject(
          {
            key: text(/^.{1,128}$/, "it must be the key of a tag").meta({ description: "The tag's key." }),
            value: text(/^.{0,256}$/, "it must be the value of a tag, in quotes where it is a number").meta({
              description: "Its value, in full.",
            }),
          },
          "it must be an object with the keys key and value",
        )
        .optional()
        .meta({
          description:
            "A tag of the resource, as the finding has it; not every kind of finding has the resource's tags.",
          defaultMeaning: "any",
        }),
      title: oneOrMore(beginning(256, "the title of a finding"), MANY, "it must be the title of a finding").meta({
        description: "The finding's title, in full, or its beginning with a `*` after it.",
        defaultMeaning: "any",
      }),
      severity: oneOrMore(severity, 5, SEVERITY).meta({
        description: "Only findings that come in with these severities. Not enough by itself, nor with `region` alone.",
        defaultMeaning: "any",
      }),
      region: oneOrMore(z.enum(KNOWN_REGIONS, REGION), KNOWN_REGIONS.length, REGION).meta({
        description: "Regions in which the rule is made; it sees what was found there.",
        defaultMeaning: "all",
      }),
      reason: oneOf(REASONS).meta({ description: "Why. Stands in the finding's note." }),
      owner: text(/^\S.{0,79}$/, "it must be up to 80 letters: who answers for it").meta({
        description: "Who answers for it: a team, or a person.",
      }),
      note: text(/^\S[\s\S]{0,255}$/, "it must be up to 256 letters: what was decided, or where that is written").meta({
        description: "What was decided, or where that is written down.",
      }),
      expires: z
        .string(DATE)
        .refine((given) => expiryOf(given) !== undefined, DATE)
        .transform((given) => expiryOf(given) ?? given)
        .optional()
        .meta({
          description:
            "Until when findings are suppressed, by the time of their last update (`UpdatedAt`). A date alone lasts to the end of that day in Japan (UTC+09:00). From then on the rule does nothing, with no deployment.",
          defaultMeaning: `none, which takes the reason ${LASTING.join(", ")}`,
        }),
    },
    "it must be an object with the keys name, reason, owner and note, what it matches, and mostly expires",
  )
  .superRefine(({ reason, expires, ...given }, context) => {
    const matchers = ["control", "product", "account", "resourceId", "resourceTag", "title"] as const;
    if (matchers.every((key) => given[key] === undefined))
      context.addIssue({ code: "custom", message: `it must have one of ${matchers.join(", ")} at least` });
    if (expires === undefined && !LASTING.includes(reason))
      context.addIssue({
        code: "custom",
        path: ["expires"],
        message: `${DATE}, since the reason is ${reason} (without it: ${LASTING.join(", ")})`,
      });
  });

/** The setting `suppressions`. */
export const suppressions = z
  .array(suppression, "it must be a list of suppressions")
  .superRefine((list, context) => {
    for (const [index, { name }] of list.entries())
      if (list.findIndex((other) => other.name === name) < index)
        context.addIssue({ code: "custom", path: [index, "name"], message: "it must be a name that no other one has" });
  })
  .default([])
  .meta({
    description:
      "What is not told, though it is found: a rule in Security Hub sets it SUPPRESSED, with a note of who decided it, why, and until when. What a rule names must all hold; of a list, any one value. What no rule covers any more, since it was taken out or has expired, is set back to NEW within the hour, and told.",
    defaultMeaning: "none",
    example: [
      {
        name: "dev-public-buckets",
        control: "S3.8",
        account: ["777788889999"],
        resourceId: "arn:aws:s3:::acme-dev-*",
        region: "ap-northeast-1",
        reason: "risk_accepted",
        owner: "platform team",
        note: "Test data alone, SEC-123",
        expires: "2027-03-31",
      },
    ],
  });

export type SuppressionSettings = z.output<typeof suppression>;

/** What is wrong between suppressions and the regions. */
export function suppressionProblems(
  { suppressions = [], regions = [] }: { suppressions?: readonly SuppressionSettings[]; regions?: readonly string[] },
  show: Show,
): string[] {
  const strangers = suppressions.flatMap(({ region = [] }, index) =>
    region
      .filter((name) => !regions.includes(name))
      .map(
        (name) =>
          `hakken:suppressions[${index}].region: ${show("suppressions", `"${name}"`)} is not among hakken:regions, so nothing is found there: remove it here, or add it there.`,
      ),
  );
  const rulesIn = (name: string) =>
    suppressions.filter(({ region }) => !region || region.some((one) => one === name)).length;
  const full = regions.filter((name) => rulesIn(name) > MOST_RULES);
  if (full.length === 0) return strangers;
  return [
    ...strangers,
    `hakken:suppressions makes more than the ${MOST_RULES} rules that AWS takes in a region: ${full.map((name) => `${rulesIn(name)} in ${show("regions", name)}`).join(", ")}. Put several accounts, controls or resources into a list of one suppression, limit some to a region, or remove those that have expired.`,
  ];
}

/** The end of Japan's day, so that a date means the same whoever deploys, wherever. */
const END_OF_DAY = "T23:59:59.999+09:00";

/** The last moment, in ISO 8601 and UTC; undefined where the text is no date, and no time with its zone. */
function expiryOf(given: string): string | undefined {
  const [, date = "", isoTime, isoZone, goTime, goZone] = SHAPE.exec(given) ?? [];
  const [time, zone = ""] = [isoTime ?? goTime, isoZone ?? goZone];
  // The 31st of February would become a day in March.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined;
  const offset = zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  // A date without quotes is midnight in UTC by the time it comes here.
  const bare = time === undefined || (/^00:00(:00)?$/.test(time) && /^(Z|\+00:00)$/.test(offset));
  const moment = new Date(`${date}${bare ? END_OF_DAY : `T${time}${offset}`}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/**
 * A date, or a time with its zone. Where YAML took it for a time, since it had no quotes, Pulumi hands it over in ISO 8601 from
 * Pulumi.yaml, and from a stack file as Go prints it: "2027-03-31 18:00:00 +0900 +0900", "... +0000 UTC".
 */
const SHAPE =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)| (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4}) \S+)?$/;
