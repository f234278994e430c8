import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConfigRecorder, findConfigRole } from "../components/baseline/ConfigRecorder";
import type { Settings } from "../settings";
import { isReached } from "../settings/betweenRecorders";
import { prefixed } from "./account";

/** The AWS Config recorder of the stack's own account; none where somebody else makes it. */
export async function accountRecorder(settings: Settings, provider: aws.Provider): Promise<ConfigRecorder | undefined> {
  const { account, homeRegion, linkedRegions, recorderHistoryDays, protect } = settings;
  if (isElsewhere(settings)) return undefined;
  return new ConfigRecorder(
    "recorder",
    {
      accountId: account,
      homeRegion,
      linkedRegions,
      serviceLinkedRole: await findConfigRole({ provider }),
      bucketName: prefixed(settings, "recorder"),
      historyDays: recorderHistoryDays,
    },
    { provider, protect },
  );
}

function isElsewhere(settings: Settings): boolean {
  const reached = isReached(settings);
  // Which it makes in every account that it governs, but for the management account.
  const tower = settings.controlTower !== undefined && settings.role !== "management";
  const existing = (settings.recorder ?? (reached || tower ? "existing" : "managed")) === "existing";
  if (existing) {
    const whose = reached
      ? "the StackSets of hakken:memberRecorders make them"
      : settings.recorder
        ? "hakken:recorder is existing"
        : "Control Tower makes them";
    void pulumi.log.info(`hakken: makes no AWS Config recorders in account ${settings.account}: ${whose}.`);
  }
  return existing;
}
