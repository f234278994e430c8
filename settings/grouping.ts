import { z } from "zod";
import { duration, list, oneOf, text } from "./shapes";

const wildcards = (what: string, example: string) =>
  list(z.string(`it must be ${what}`), `it must be a list of ${what}`)
    .optional()
    .meta({ description: `One of these, "*" standing for any text: such as ${example}.`, defaultMeaning: "any" });

/** What findings have to have: all that is given must hold. */
export const routeMatch = z.strictObject(
  {
    accounts: wildcards("account ids", '["111111111111"]'),
    regions: wildcards("regions", '["us-*"]'),
    products: wildcards("product names", '["GuardDuty"]'),
    controls: wildcards("controls", '["S3.*"]'),
  },
  "it must be an object with accounts, regions, products or controls",
);

/** How findings become alerts, and how long words on one are held back. Alertmanager's terms. */
export const grouping = {
  groupBy: z
    .strictObject(
      {
        controls: oneOf(["control", "finding"]).default("control").meta({
          description:
            "Findings of security controls: one alert a control, account and route, with all its resources in all regions, and told once for all standards; or one a finding.",
        }),
        vulnerabilities: oneOf(["vulnerability", "image", "finding"]).default("vulnerability").meta({
          description:
            "What Inspector finds: one alert a vulnerability, account and route; one a container image (else a vulnerability); or one a finding.",
        }),
      },
      "it must be an object with the keys controls and vulnerabilities",
    )
    .prefault({})
    .meta({
      description: "What findings have in common that are told as one alert. All other findings are told one by one.",
      defaultMeaning: "controls by control, vulnerabilities by vulnerability",
      example: { controls: "finding" },
    }),
  groupWait: duration("0s", "15m").default(30).meta({
    description: "How long the first word on a new alert of several findings waits for more of them.",
    defaultMeaning: "30s",
  }),
  groupInterval: duration("0s", "24h").default(300).meta({
    description: "The least time between two words on the same alert in one channel.",
    defaultMeaning: "5m",
  }),
  reopenWithin: duration("0s", "365d")
    .default(7 * 86_400)
    .meta({
      description:
        "An alert that opens again within this time of its closing goes on in the same Slack message and the same Backlog issue; later it gets new ones, which link the old.",
      defaultMeaning: "7d",
    }),
  reopenFailingAfter: duration("1d", "365d")
    .default(14 * 86_400)
    .meta({
      description:
        "What somebody has set RESOLVED although its control fails, in Security Hub or by closing a Backlog issue, is set NEW again after this time, and told again: Security Hub itself stays silent on it until the control passes. Until then it stands in the digest as closed but failing. What is SUPPRESSED stays so.",
      defaultMeaning: "14d",
    }),
  routes: z
    .array(
      z.strictObject(
        {
          name: text(
            /^(?!default$)[A-Za-z0-9_-]{1,64}$/,
            "it must be a name of letters, digits, - and _, not default",
          ).meta({ description: "Whoever owns them." }),
          match: routeMatch.meta({ description: "What a finding must have; all that is given must hold." }),
        },
        "it must be an object with the keys name and match",
      ),
      "it must be a list of routes",
    )
    .default([])
    .meta({
      description:
        "Whose findings are told apart: no alert has findings of two routes. The first that matches wins; what none matches takes the route default. A finding that is told already keeps its route.",
      defaultMeaning: "none: all take the route default",
      example: [{ name: "payments", match: { accounts: ["333333333333"] } }],
    }),
};
