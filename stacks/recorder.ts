import type * as aws from "@pulumi/aws";
import { ConfigRecorder, findConfigRole } from "../components/baseline/ConfigRecorder";
import type { Settings } from "../settings";
import { prefixed } from "./account";

/** The AWS Config recorder of the stack's own account. */
export async function accountRecorder(settings: Settings, provider: aws.Provider): Promise<ConfigRecorder> {
  const { account, homeRegion, linkedRegions, protect } = settings;
  return new ConfigRecorder(
    "recorder",
    {
      accountId: account,
      homeRegion,
      linkedRegions,
      serviceLinkedRole: await findConfigRole({ provider }),
      bucketName: prefixed(settings, "recorder"),
    },
    { provider, protect },
  );
}
