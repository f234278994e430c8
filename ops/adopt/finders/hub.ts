import { SecurityHub } from "@aws-sdk/client-securityhub";
import type { Around } from "../finding";

/** AWS's words where Security Hub is off. */
export const OFF = /not subscribed/i;

/** Security Hub of one region. */
export const hubIn = ({ account }: Around, region: string): SecurityHub => account.client(SecurityHub, region);
