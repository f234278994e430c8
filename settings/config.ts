import { z } from "zod";
import { oneOf, text, wholeNumber, yesOrNo } from "./shapes";

const unit = text(
  /^(r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/,
  "it must be the id of an organizational unit or of the root, such as ou-abcd-12345678",
);
const account = text(/^\d{12}$/, "it must be the 12 digits of an account id, in quotes");

/** The setting `recorder`. */
export const recorder = oneOf(["managed", "existing"]).optional().meta({
  description:
    "Who makes the AWS Config recorders of this stack's account: hakken (`managed`), or somebody else, such as Control Tower (`existing`), so that nothing of AWS Config is made. AWS takes one recorder a region. `managed` to `existing` takes away what hakken made; its bucket stays.",
  defaultMeaning:
    "`managed`; of a member account that `memberRecorders` reaches `existing`; with `controlTower` `existing` too, but for the management account",
});

/** The setting `memberRecorders`. */
export const memberRecorders = z
  .strictObject(
    {
      enabled: yesOrNo().optional().meta({
        description:
          "Whether there are StackSets. `false`, once deployed, stops and deletes the recorders that they made; what was delivered stays.",
        defaultMeaning: "`true`; with `controlTower`, only where `units` are named",
      }),
      units: z
        .array(unit, "it must be a list of organizational units")
        .min(1, "it must be a list of organizational units, one at least")
        .optional()
        .meta({
          description: "Organizational units whose accounts get one, with all units below them.",
          defaultMeaning: "the whole organization, by its root",
        }),
      excludedAccounts: z.array(account, "it must be a list of account ids").default([]).meta({
        description:
          "Accounts that get none: those with a recorder of their own (a stack of their own, or Control Tower). The audit account never gets one, since its stack makes it. An account that is moved to another unit later is reached all the same: AWS goes by units then.",
        defaultMeaning: "none",
      }),
    },
    "it must be an object with the keys enabled, units and excludedAccounts",
  )
  .prefault({})
  .meta({
    description:
      "AWS Config recorders in the member accounts of the organization that have no stack of their own, in each of `regions`, by CloudFormation StackSets: an account that joins gets them by itself. What is recorded is delivered to one bucket of the audit account.",
    defaultMeaning: "see below",
    example: { units: ["ou-abcd-12345678"], excludedAccounts: ["777788889999"] },
  });

/** The setting `recorderHistoryDays`. */
export const recorderHistoryDays = wholeNumber(30, 36500).optional().meta({
  description: "Days that what AWS Config delivers is kept in each of hakken's buckets. Audits often ask for years.",
  defaultMeaning: "for ever",
});

export type MemberRecorderSettings = z.output<typeof memberRecorders>;
