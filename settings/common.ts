import { z } from "zod";
import { DEFAULT_REGIONS, KNOWN_REGIONS } from "./regions";
import { flag, list, oneOf, text } from "./shapes";

const region = z.enum(
  KNOWN_REGIONS,
  `it must be a region that hakken knows: correct or remove it. Known: ${KNOWN_REGIONS.join(", ")}`,
);
const stack = text(
  /^[^/\s]+\/[^/\s]+\/[^/\s]+$/,
  'it must be the full name of a stack, organization/project/stack (outside Pulumi Cloud the organization is called "organization")',
);

/** 50 a resource are AWS's limit, and one is hakken's own. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const MOST_TAGS = 49;
const LETTERS = "[\\p{L}\\p{N}\\p{Zs}_.:/=+@-]";
const tagKey =
  "it must be a map of tags whose keys are 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with aws: (AWS's own) or hakken: (hakken's)";
const tagValue =
  "it must be text (in quotes where it is a number) of up to 256 letters, digits, spaces and _ . : / = + - @";

/** Said by each run of a stack whose `hakken:protect` is off. */
export const PROTECTION_OFF =
  "hakken:protect is off: what guards the organization may be deleted. Take the setting out when done.";

/** Settings of every stack. */
export const common = {
  role: oneOf(["audit", "management", "organization", "member"]).meta({
    description: "Which stack this is. `prod`, like every other workload account, is a `member`.",
  }),
  account: text(/^\d{12}$/, 'it must be the 12 digits of an account id, in quotes, such as "111122223333"').meta({
    description: "The account that this stack runs in. Nothing is done with the credentials of another one.",
  }),
  organizationId: text(/^o-[a-z0-9]{10,32}$/, "it must be the id of an organization, such as o-a1b2c3d4e5")
    .optional()
    .meta({
      description:
        "The organization that the account must belong to; best set for all stacks in `Pulumi.yaml`. Compared with what AWS Organizations says before anything is made (needs `organizations:DescribeOrganization`).",
      defaultMeaning: "not compared",
    }),
  profile: text(/^\S(.*\S)?$/, "it must be the name of a profile in ~/.aws/config")
    .optional()
    .meta({
      description: "Profile of the shared AWS files whose credentials are used.",
      defaultMeaning: "what the environment gives",
    }),
  deployRoleArn: text(
    /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    "it must be the ARN of a role, such as arn:aws:iam::111122223333:role/hakken-deploy",
  )
    .optional()
    .meta({
      description:
        "Role of this stack's account that deploys, assumed under the session name `hakken` with the credentials of `profile`, or of the environment.",
      defaultMeaning: "none, the credentials are used as they are",
    }),
  homeRegion: z
    .enum(
      DEFAULT_REGIONS,
      `it must be one of the regions that are enabled by default, since Security Hub takes no other as home: ${DEFAULT_REGIONS.join(", ")}`,
    )
    .default("ap-northeast-1")
    .meta({ description: "The region where findings are gathered, and told from. The same in every stack." }),
  regions: list(region, "it must be a list of regions")
    .default([...DEFAULT_REGIONS])
    .meta({
      description: "The regions to watch, the home region among them. The same in every stack.",
      defaultMeaning: `the ${DEFAULT_REGIONS.length} that are enabled by default`,
      example: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
    }),
  absentRegions: z
    .array(region, "it must be a list of regions")
    .default([])
    .meta({
      description:
        "Those of `regions` that this stack's account does not have, since it has not opted in or a policy of the organization denies them. Nothing is made there; each run and the output `absentRegions` say so. What the audit account lacks is left out of the organization's set-up too, and of GuardDuty's what the management account lacks, with no need to say it in the other stacks.",
      defaultMeaning: "none",
      example: ["ap-northeast-3"],
    }),
  removeRegions: z
    .array(region, "it must be a list of regions")
    .default([])
    .meta({
      description:
        "Regions that `regions` had and that are to be left. Without it a region that is missing there is refused. Each stack leaves it in two runs, the first of which lifts the protection: `organization`, then `management`, then `audit` and the members. Take it out when done.",
      defaultMeaning: "none",
      example: ["ap-northeast-3"],
    }),
  stacks: z
    .strictObject(
      {
        audit: stack.optional().meta({
          description: "Full name of the stack whose account administers.",
          defaultMeaning: "`audit` of this project",
        }),
        management: stack.optional().meta({
          description: "Full name of the stack that designates it.",
          defaultMeaning: "`management` of this project",
        }),
        organization: stack.optional().meta({
          description: "Full name of the stack that configures the organization: asked before a region is left.",
          defaultMeaning: "`organization` of this project",
        }),
      },
      "it must be an object with the keys audit, management and organization",
    )
    .default({})
    .meta({
      description:
        "The stacks whose outputs this one needs, where they are called otherwise or are of another project.",
      defaultMeaning: "`audit` and `management` of this project",
      example: { audit: "acme/security/audit", management: "acme/security/management" },
    }),
  protect: flag().default(true).meta({
    description:
      "Refuses to delete or replace what weakens the guard: detectors, recorders, Security Hub, the designation and set-up of its administrator, and of the pipeline its keys, table, queues and rules. To take such a thing away, set `false`, run `pulumi up`, then change the settings or run `pulumi destroy`.",
  }),
  tags: z
    .record(
      z.string().regex(new RegExp(`^(?!aws:|hakken:)${LETTERS}{1,128}$`, "iu"), tagKey),
      z.string(tagValue).regex(new RegExp(`^${LETTERS}{0,256}$`, "u"), tagValue),
      "it must be a map of tags",
    )
    .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `it must be a map of up to ${MOST_TAGS} tags`)
    // A role that has both is refused, in the middle of a deployment.
    .refine(
      (tags) => new Set(Object.keys(tags).map((key) => key.toLowerCase())).size === Object.keys(tags).length,
      "it must be a map of tags whose keys differ in more than capitals, since IAM takes them for one",
    )
    .default({})
    .meta({
      description: "Tags of everything that takes tags.",
      defaultMeaning: "none",
      example: { Owner: "security", CostCenter: "1234" },
    }),
  namePrefix: text(
    /^(?!xn-|sthree|amzn-s3-demo)[a-z][a-z0-9-]{0,14}[a-z0-9]$/,
    "it must be 2 to 16 lower-case letters, digits and hyphens, with a letter first and no hyphen last (not xn-, sthree or amzn-s3-demo, which S3 keeps for itself)",
  )
    .optional()
    .meta({
      description:
        "What the names of the pipeline's resources, of AWS Config's buckets and of the organization's trail begin with, such as `acme` for `acme-alerts-table`. To be chosen before the first `up`: a change makes the pipeline, the buckets and the trail anew, with an empty alert table, so that what is still NEW is told again.",
      defaultMeaning: "nothing, names begin with `alerts-` and `recorder-`",
    }),
};
