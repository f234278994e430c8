import { z } from "zod";
import { list, text } from "./shapes";

const target = text(
  /^(root|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|\d{12})$/,
  "it must be root (the whole organization), the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes",
);
const principal = text(
  /^arn:aws:iam::(\d{12}|\*):(root|role\/[\w+=,.@/*?-]+)$/,
  "it must be the ARN of a role or of root, with * for any account or any part of a name, such as arn:aws:iam::*:role/security-admin",
);

/** The setting `serviceControlPolicy`. */
export const serviceControlPolicy = z
  .strictObject(
    {
      targets: list(target, "it must be a list of root, organizational units and accounts")
        .refine((targets) => new Set(targets).size === targets.length, "it must be a list that names each target once")
        .meta({
          description:
            "What it is attached to: `root`, organizational units, or accounts. It binds every member account there, the audit account too; **AWS never lets it bind the management account.**",
        }),
      exempt: z.array(principal, "it must be a list of ARNs of roles and root").default([]).meta({
        description:
          "Who may still do what it denies, besides the role of `deployRoleArn` (by its name, in every account), hakken's own Reconciler, StackSets and Control Tower. Whoever runs a member stack must be among them.",
        defaultMeaning: "none",
      }),
    },
    "it must be an object with the keys targets and exempt",
  )
  .optional()
  .meta({
    description:
      "A service control policy that denies member accounts what would end detection: deleting detectors, leaving the administrator, switching Security Hub or Inspector off, stopping the recorder. It denies nothing else. Service control policies must be switched on in the organization.",
    defaultMeaning: "none is made",
    example: { targets: ["ou-abcd-12345678"], exempt: ["arn:aws:iam::*:role/security-admin"] },
  });

export type ServiceControlPolicySettings = NonNullable<z.output<typeof serviceControlPolicy>>;
