import { z } from "zod";
import { KNOWN_REGIONS } from "./regions";
import { text } from "./shapes";

const skippedRegion = z.strictObject(
  {
    region: z
      .enum(
        KNOWN_REGIONS,
        `it must be a region that hakken knows: correct or remove it. Known: ${KNOWN_REGIONS.join(", ")}`,
      )
      .meta({ description: "One of `hakken:regions`." }),
    reason: text(/^\S(.*\S)?$/, "it must be text that says why").meta({
      description: "Why, for whoever reads the log or the output.",
    }),
  },
  "it must be an object with the keys region and reason",
);

/** The setting `controlTower`. */
export const controlTower = z
  .strictObject(
    {
      skippedRegions: z
        .array(skippedRegion, "it must be a list of objects with the keys region and reason")
        .refine(
          (skipped) => new Set(skipped.map(({ region }) => region)).size === skipped.length,
          "it must be a list that names each region once",
        )
        .default([])
        .meta({
          description:
            "Regions in which hakken does nothing, in no account, such as those that Control Tower's region deny control closes. Each run says so, and the output `skippedRegions`. One that was watched before must stand in `hakken:removeRegions` too, and be left before it is denied.",
          defaultMeaning: "none",
        }),
    },
    "it must be an object with the key skippedRegions",
  )
  .optional()
  .meta({
    description:
      "For an organization with a landing zone of AWS Control Tower, `{}` at least. Its recorders are left alone: of the audit account and of member accounts hakken makes none, unless the stack's `recorder` is `managed`; Control Tower doesn't record the management account, so hakken does. So is its administrator of AWS Config: hakken registers none, and wants the audit account to be one already. And so is its trail: `hakken:trail` is refused.",
    defaultMeaning: "there is none",
    example: {
      skippedRegions: [{ region: "ap-northeast-3", reason: "closed by Control Tower's region deny control" }],
    },
  });

export type ControlTowerSettings = NonNullable<z.output<typeof controlTower>>;

interface Tower {
  controlTower?: ControlTowerSettings;
}

/** The regions that Control Tower has hakken leave out. */
export const skippedBy = ({ controlTower }: Tower): string[] =>
  (controlTower?.skippedRegions ?? []).map(({ region }) => region);
