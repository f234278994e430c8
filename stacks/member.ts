import type * as pulumi from "@pulumi/pulumi";
import { ConfigRecorder, findConfigRole } from "../components/baseline/ConfigRecorder";
import type { PlainSettings } from "../settings";
import { accountProvider } from "./account";

/** The stack of one workload account, such as `prod`. GuardDuty and Security Hub reach it through the organization. */
export async function member(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, homeRegion, linkedRegions } = settings;
  const provider = accountProvider(settings);

  const recorder = new ConfigRecorder(
    "recorder",
    { accountId: account, homeRegion, linkedRegions, serviceLinkedRole: await findConfigRole({ provider }) },
    { provider },
  );

  return { configBucket: recorder.bucket.bucket };
}
