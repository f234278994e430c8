import { z } from "zod";

/** Days that CloudTrail shows management events by itself, without any trail. */
const SHOWN_ANYWAY = 90;
const MOST = 36_500;
const days = `it must be a whole number of days from ${SHOWN_ANYWAY} to ${MOST} (CloudTrail itself shows calls for ${SHOWN_ANYWAY})`;

/** The setting `trail`, which true turns on with its defaults. Pulumi hands true and false over as text. */
export const trail = z
  .preprocess(
    (given) => (given === "true" ? {} : given === "false" ? undefined : given),
    z
      .strictObject(
        {
          retentionDays: z.int(days).min(SHOWN_ANYWAY, days).max(MOST, days).default(365).meta({
            description: "Days that what is recorded is kept in the bucket. Audits often ask for years.",
          }),
        },
        "it must be true or false, or an object with the key retentionDays",
      )
      .optional(),
  )
  .optional()
  .meta({
    description:
      "A trail of CloudTrail for the whole organization, made by the stack `management`: the calls in every region of every account, those that join too, in a bucket of the management account under a key of its own; `true` is enough. Not beside Control Tower, nor beside a trail of the organization that is there already: it would be billed as a second copy. Bucket and key stay when it is switched off again, or on destroy.",
    defaultMeaning: "off",
    example: { retentionDays: 2555 },
  });

export type TrailSettings = NonNullable<z.output<typeof trail>>;
