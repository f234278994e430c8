import type * as pulumi from "@pulumi/pulumi";
import { readSettings } from "./settings";
import { audit } from "./stacks/audit";
import { management } from "./stacks/management";
import { member } from "./stacks/member";
import { organization } from "./stacks/organization";

/** The program: makes the stack of the role that the settings name, and gives its outputs. Pulumi calls it, and so does ops. */
export = async (): Promise<pulumi.Inputs> => {
  const settings = readSettings();
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
};
