import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { BacklogSettings } from "../handlers/backlog";
import { secretArn, secretKeyArn } from "./existingSecret";
import { oneOf, severity, text, url } from "./shapes";

const defaultPriorities = {
  CRITICAL: "high",
  HIGH: "high",
  MEDIUM: "normal",
  LOW: "low",
  INFORMATIONAL: "low",
} satisfies BacklogSettings["priorities"];

/** The setting `backlog`. */
export const backlog = z
  .strictObject(
    {
      spaceUrl: url("https://example.backlog.com").meta({ description: "The space's own address." }),
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
