import { z } from "zod";
import { text } from "./shapes";

/** The setting `accessPortal`. */
export const accessPortal = z
  .strictObject(
    {
      url: text(
        /^https:\/\/[a-z0-9.-]+(\/[\w.-]+)*\/?$/i,
        "it must be the portal's https URL without what follows #, such as https://d-1234567890.awsapps.com/start",
      )
        .transform((value) => value.replace(/\/$/, ""))
        .meta({
          description: "The portal's address: IAM Identity Center shows it as AWS access portal URL.",
        }),
      roleName: text(/^[\w+=,.@-]{1,32}$/, "it must be the name of a permission set, such as SecurityAudit")
        .optional()
        .meta({
          description: "Permission set that the console is opened with, the same in every account.",
          defaultMeaning: "each person chooses",
        }),
    },
    "it must be an object with the key url, the portal's address",
  )
  .optional()
  .meta({
    description:
      "AWS access portal (IAM Identity Center) that links to the AWS console go through, so that each opens in the right account: Security Hub in the audit account, a product's page and the resource in the finding's.",
    defaultMeaning: "links open in the account that one is signed in to",
    example: { url: "https://d-1234567890.awsapps.com/start", roleName: "SecurityAudit" },
  });
