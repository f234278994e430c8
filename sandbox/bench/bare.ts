import * as aws from "@pulumi/aws";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { ACCOUNTS, HOME_REGION } from "../organization";

/** A program that makes nothing but this many resources of the simplest kind: what an engine takes for their number alone. */
export const bareProgram =
  (count: number): PulumiFn =>
  async () => {
    const provider = new aws.Provider("account", {
      region: HOME_REGION,
      profile: "audit",
      allowedAccountIds: [ACCOUNTS.audit],
    });
    for (let one = 0; one < count; one++)
      new aws.cloudwatch.LogGroup(`bare-${one}`, { name: `bare-${count}-${one}`, region: HOME_REGION }, { provider });
  };

/** The project of those programs: its folder, below the sandbox's own. */
export const BARE_PROJECT = `name: bare
runtime: nodejs
config:
  pulumi:disable-default-providers:
    value: [aws]
`;
