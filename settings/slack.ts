import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { secretArn, secretKeyArn } from "./existingSecret";
import { text, url } from "./shapes";

/** The setting `slack`. */
export const slack = z
  .strictObject(
    {
      apiUrl: url("https://slack.com/api")
        .default("https://slack.com/api")
        .meta({ description: "Base of Slack's Web API." }),
      channel: text(
        /^[CG][A-Z0-9]{6,}$/,
        "it must be the id of a channel (last line of its details), such as C0123456789",
      ).meta({
        description:
          "The channel, which the app must be a member of. Not its name: `conversations.history` takes none.",
      }),
      tokenSecretArn: secretArn.optional().meta({
        description: "A secret that holds the bot token, nothing else, in place of `slackToken`. None is made then.",
        defaultMeaning: "the secret that hakken makes of `slackToken`",
      }),
      tokenSecretKeyArn: secretKeyArn.optional().meta({
        description: "The customer-managed key of that secret, which hakken may then decrypt with.",
        defaultMeaning: "none, the secret is under `aws/secretsmanager`",
      }),
    },
    "it must be an object with the key channel, the id of a channel",
  )
  .optional()
  .meta({
    description: "The Slack channel that is posted to. Goes with `slackToken` or `tokenSecretArn`.",
    defaultMeaning: "no Slack",
    example: { channel: "C0123456789" },
  });

/** The setting `slackToken`. */
export const slackToken = text(/^\S+$/, "it must be a bot token")
  .transform((value): pulumi.Output<string> => pulumi.secret(value))
  .optional()
  .meta({
    description: "Bot token with `chat:write` and `channels:history` (`groups:history` for a private channel).",
    defaultMeaning: "no Slack, or what `slack.tokenSecretArn` names",
    secret: true,
  });
