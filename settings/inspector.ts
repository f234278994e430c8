import { z } from "zod";
import { SCAN_TYPES, type ScanType } from "../handlers/inspectorScans";
import { KNOWN_REGIONS } from "./regions";
import { list, oneOf } from "./shapes";

const region = z.enum(
  KNOWN_REGIONS,
  `it must be a region that hakken knows: correct or remove it. Known: ${KNOWN_REGIONS.join(", ")}`,
);
const absent = (type: ScanType) =>
  z
    .array(region, "it must be a list of regions")
    .optional()
    .meta({ description: `Regions that lack ${type}.`, defaultMeaning: "as hakken knows it" });

/** The setting `inspector`. */
export const inspector = z
  .strictObject(
    {
      scan: list(oneOf(SCAN_TYPES), `it must be a list of ${SCAN_TYPES.join(", ")}`)
        .refine(
          (types) => !types.includes("LAMBDA_CODE") || types.includes("LAMBDA"),
          "it must be a list that has LAMBDA where it has LAMBDA_CODE, which AWS refuses without it",
        )
        .refine((types) => new Set(types).size === types.length, "it must be a list that names each type once")
        .meta({
          description: "What is scanned. Each type is billed by itself.",
        }),
      absentTypes: z
        .strictObject(
          Object.fromEntries(SCAN_TYPES.map((type) => [type, absent(type)])) as Record<
            ScanType,
            ReturnType<typeof absent>
          >,
          `it must be an object with the keys ${SCAN_TYPES.join(", ")}, each a list of regions`,
        )
        .prefault({})
        .meta({
          description:
            "Regions where Inspector does not offer a type, in place of what hakken knows of it (an empty list: it is everywhere by now). It is left out there; each run and the output `absentScans` say so.",
          defaultMeaning: "as hakken knows it",
        }),
    },
    "it must be an object with the keys scan and absentTypes",
  )
  .optional()
  .meta({
    description:
      "Amazon Inspector, which looks for known vulnerabilities, in every account of the organization, those that join too, in each region: what is in `scan` is switched on and all else off, and both again every hour. Off unless it is set, since it costs by what there is to scan: about $1.3 a month for each EC2 instance, $0.09 for each image that is pushed, $0.3 a month for each Lambda function. Taken out again, it is switched off in all of them, and no account that joins gets it.",
    defaultMeaning: "off",
    example: { scan: ["EC2", "ECR", "LAMBDA"] },
  });
