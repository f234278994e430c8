import type { z } from "zod";
import { memberRecorders, recorder, recorderHistoryDays } from "./config";
import { controlTower } from "./controlTower";
import { guardDuty } from "./guardDuty";
import { health } from "./health";
import { inspector } from "./inspector";
import { invitedAccounts } from "./invitedAccounts";
import { securityHub } from "./securityHub";
import { securityHubV2 } from "./securityHubV2";
import { serviceControlPolicy } from "./serviceControlPolicy";
import { suppressions } from "./suppressions";
import { trail } from "./trail";

/**
 * What is detected, and what guards it, over the whole organization. Every stack takes these settings, since they belong into
 * `Pulumi.yaml`; each makes of them what is for its account to make.
 */
export const detection = {
  controlTower,
  guardDuty,
  health,
  inspector,
  invitedAccounts,
  securityHub,
  securityHubV2,
  recorder,
  memberRecorders,
  recorderHistoryDays,
  serviceControlPolicy,
  suppressions,
  trail,
} satisfies Record<string, z.ZodType>;
