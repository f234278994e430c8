import type * as pulumi from "@pulumi/pulumi";
import { readSettings, type Settings } from "./settings";
import { audit } from "./stacks/audit";
import { skippedRegions } from "./stacks/controlTower";
import { management } from "./stacks/management";
import { member } from "./stacks/member";
import { organization } from "./stacks/organization";
import { regionsOf } from "./stacks/removedRegions";
import { refuseSwitch } from "./stacks/securityHubConfiguration";

/** The program: makes the stack of the role that the settings name, and gives its outputs. Pulumi calls it, and so does ops. */
export = async (): Promise<pulumi.Inputs> => {
  const { settings, outputs } = await regionsOf(readSettings());
  await refuseSwitch(settings);
  const all = { ...(await stackOf(settings)), ...outputs, skippedRegions: skippedRegions(settings) };
  // Pulumi warns of each output without a value.
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

function stackOf(settings: Settings): Promise<pulumi.Inputs> {
  switch (settings.role) {
    case "audit":
      return audit(settings);
    case "management":
      return management(settings);
    case "organization":
      return organization(settings);
    case "member":
      return member(settings);
  }
}
