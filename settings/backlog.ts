import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { BacklogSettings } from "../handlers/backlog";
import { secretArn, secretKeyArn } from "./existingSecret";
import { list, oneOf, severity, text, url, yesOrNo } from "./shapes";

const defaultPriorities = {
  CRITICAL: "high",
  HIGH: "high",
  MEDIUM: "normal",
  LOW: "low",
  INFORMATIONAL: "low",
} satisfies BacklogSettings["priorities"];

/** Backlog's resolutions, which no space can change. By id, since a user's language decides their names. */
const RESOLUTION_IDS = {
  Fixed: 0,
  "Won't Fix": 1,
  Invalid: 2,
  Duplication: 3,
  "Cannot Reproduce": 4,
  対応済み: 0,
  対応しない: 1,
  無効: 2,
  重複: 3,
  再現しない: 4,
} as const;
const resolution = oneOf(Object.keys(RESOLUTION_IDS) as (keyof typeof RESOLUTION_IDS)[]);

/** Backlog's own hosts: their API is at the root. Another may be a proxy, with a path. */
const SPACES = /\.(backlog\.com|backlog\.jp|backlogtool\.com)$/;
const person = text(/\S/, "it must be the name, login id or mail address of a member of the project");
const daysMustBe = "it must be a whole number of days, 0 or more";

/** The setting `backlog`. */
export const backlog = z
  .strictObject(
    {
      spaceUrl: url("https://example.backlog.com", SPACES).meta({
        description: "The space's own address, without the path of a page in it.",
      }),
      project: text(/^[A-Z0-9_]+$/, "it must be the key of a project, such as SEC").meta({
        description: "Key of the project.",
      }),
      issueType: text(/\S/, "it must be the name of one of the project's issue types").meta({
        description: "Name of the issue type, as the project spells it.",
      }),
      priorities: z
        .partialRecord(
          severity,
          oneOf(["high", "normal", "low"]),
          "it must be an object of severities (HIGH, CRITICAL, ...) and priorities (high, normal, low)",
        )
        .default({})
        .transform((given) => ({ ...defaultPriorities, ...given }))
        .meta({
          description: "Priority of the issue by severity: high, normal or low.",
          defaultMeaning: "high from HIGH up, normal for MEDIUM, low below",
          example: { MEDIUM: "high" },
        }),
      categories: list(text(/\S/, "it must be the name of a category"), "it must be a list of the project's categories")
        .optional()
        .meta({
          description:
            "Names of the issue's categories, as the project spells them. One that it does not have is left out, which the issue says.",
          defaultMeaning: "none",
          example: ["AWS"],
        }),
      assignee: person.optional().meta({
        description:
          "Who sees to the issue: name, login id or mail address of a member of the project. While no member has it, or several have, the issue is filed without, and says so.",
        defaultMeaning: "nobody",
        example: "sato",
      }),
      notifiedUsers: list(person, "it must be a list of the project's members")
        .optional()
        .meta({
          description:
            "Who is told of each issue and comment beside those who follow the project, named like the assignee.",
          defaultMeaning: "nobody",
          example: ["suzuki"],
        }),
      dueDays: z
        .partialRecord(
          severity,
          z.int(daysMustBe).min(0, daysMustBe).max(3650, daysMustBe),
          "it must be an object of severities (HIGH, CRITICAL, ...) and numbers of days",
        )
        .optional()
        .meta({
          description:
            "By severity, in how many days an issue is due: counted from the day that the alert opened, or rose to that severity, in the time zone of the Backlog space. A rise only ever brings the due date forward.",
          defaultMeaning: "no due date",
          example: { CRITICAL: 1, HIGH: 7 },
        }),
      textFormat: oneOf(["markdown", "backlog"]).optional().meta({
        description: "How texts are formatted: in Markdown, or in Backlog's own notation.",
        defaultMeaning: "as the project is set",
      }),
      closeFindings: yesOrNo().default(true).meta({
        description:
          "Whether an issue that a person closes closes its findings in Security Hub, with a note that names the issue. Looked for every ten minutes.",
      }),
      suppressResolutions: z
        .array(resolution, "it must be a list of resolutions")
        .default(["Won't Fix", "Invalid"])
        .transform((given) => [...new Set(given.map((name) => RESOLUTION_IDS[name]))])
        .meta({
          description:
            "Resolutions of closed issues by which findings are SUPPRESSED, so that they stay silent: Backlog's own, in English or Japanese. By all others, and by none, they are RESOLVED; then what a control still fails comes back after `reopenFailingAfter`.",
          defaultMeaning: "`[Won't Fix, Invalid]`, which are `[対応しない, 無効]`",
          example: ["対応しない"],
        }),
      apiKeySecretArn: secretArn.optional().meta({
        description: "A secret that holds the API key, nothing else, in place of `backlogApiKey`. None is made then.",
        defaultMeaning: "the secret that hakken makes of `backlogApiKey`",
      }),
      apiKeySecretKeyArn: secretKeyArn.optional().meta({
        description: "The customer-managed key of that secret, which hakken may then decrypt with.",
        defaultMeaning: "none, the secret is under `aws/secretsmanager`",
      }),
    },
    "it must be an object with the keys spaceUrl, project and issueType",
  )
  .optional()
  .meta({
    description:
      "The Backlog project that gets an issue for each alert. Goes with `backlogApiKey` or `apiKeySecretArn`.",
    defaultMeaning: "no Backlog",
    example: { spaceUrl: "https://example.backlog.com", project: "SEC", issueType: "タスク" },
  });

/** The setting `backlogApiKey`. */
export const backlogApiKey = text(/^\S+$/, "it must be an API key")
  .transform((value): pulumi.Output<string> => pulumi.secret(value))
  .optional()
  .meta({
    description: "API key of a Backlog user of hakken's own, who may add and edit issues.",
    defaultMeaning: "no Backlog, or what `backlog.apiKeySecretArn` names",
    secret: true,
  });
