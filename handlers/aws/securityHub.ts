import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { Findings } from "../alert/ports";
import type { FindingSource } from "../alert/types";
import { findingsOfCspm } from "./securityHubCspm";
import { findingsOfV2 } from "./securityHubV2";

/**
 * A client that keeps to Security Hub's limits, which all functions share (GetFindings 3 a second, 6 at once; BatchUpdateFindings 10
 * and 30): adaptive, so that it asks more seldom once it is throttled, instead of as often again.
 * Of the function's own region, or of the one given.
 * https://docs.aws.amazon.com/securityhub/1.0/APIReference/Welcome.html
 */
export const securityHubClient = (region?: string): SecurityHubClient =>
  new SecurityHubClient({ ...(region && { region }), retryMode: "adaptive", maxAttempts: 6 });

/** The findings of one form of Security Hub, whichever form they were known by before. */
export const securityHubFindings = (client: SecurityHubClient, source: FindingSource = "cspm"): Findings =>
  source === "v2" ? findingsOfV2(client) : findingsOfCspm(client);
