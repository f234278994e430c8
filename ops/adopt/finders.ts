import { cloudformation } from "./finders/cloudformation";
import { cloudtrail } from "./finders/cloudtrail";
import { config } from "./finders/config";
import { guardduty } from "./finders/guardduty";
import { inspector } from "./finders/inspector";
import { organizations } from "./finders/organizations";
import { securityhub } from "./finders/securityhub";
import type { Finder } from "./finding";

/**
 * How each type is looked for that can be there before hakken makes it, by its token in @pulumi/aws: an account has one of it, or so
 * many, or it has a name that somebody else may have given too. All other types get names that are hakken's own, or none has had yet.
 */
export const FINDERS: Readonly<Record<string, Finder>> = {
  ...cloudformation,
  ...cloudtrail,
  ...config,
  ...guardduty,
  ...inspector,
  ...organizations,
  ...securityhub,
};
