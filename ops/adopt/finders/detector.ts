import { GuardDuty } from "@aws-sdk/client-guardduty";
import type { Around } from "../finding";

/** The id of the one detector that an account has in a region. */
export const detectorIn = ({ account }: Around, region: string): Promise<string | undefined> =>
  account.once(`guardduty detector ${region}`, async () => {
    const { DetectorIds = [] } = await account.client(GuardDuty, region).listDetectors({});
    return DetectorIds[0];
  });
