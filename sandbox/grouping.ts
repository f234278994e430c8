import { type Grouping, groupOf } from "../handlers/alert/group";
import type { Finding } from "../handlers/alert/types";

/** How the sandbox's findings become alerts: as a user's, whose settings say nothing of it. */
const GROUPING: Grouping = { controls: "control", vulnerabilities: "vulnerability", routes: [] };

/** The alert that tells a finding. */
export const alertKeyOf = (finding: Finding): string => groupOf(finding, GROUPING).alertKey;
