import { z } from "zod";

/** Days that GuardDuty keeps a finding by itself. */
const KEPT_ANYWAY = 90;
const MOST = 3_650;
const days = `it must be a whole number of days from ${KEPT_ANYWAY} to ${MOST} (GuardDuty itself keeps findings for ${KEPT_ANYWAY})`;

/** The setting `guardDuty.export`, which true turns on with its defaults. */
export const findingExport = z
  .preprocess(
    (given) => (given === true ? {} : given === false ? undefined : given),
    z
      .strictObject(
        {
          retentionDays: z.int(days).min(KEPT_ANYWAY, days).max(MOST, days).default(365).meta({
            description: "Days that an exported finding is kept in the bucket.",
          }),
        },
        "it must be true or false, or an object with the key retentionDays",
      )
      .optional(),
  )
  .optional()
  .meta({
    description:
      "Exports GuardDuty's findings of every account and region into a bucket of the audit account, under a key of its own; `true` is enough. Both stay when it is switched off again, or on destroy.",
    defaultMeaning: "off",
  });

export type FindingExportSettings = NonNullable<z.output<typeof findingExport>>;
