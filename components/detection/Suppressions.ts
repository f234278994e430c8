import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** A decision that findings of a kind need not be told. What it names must all hold; of a list, any one value. */
export interface Suppression {
  /** Its own among all. */
  name: string;
  /** Ids of controls. Default: any finding. */
  control?: readonly string[];
  /** Names of products, such as GuardDuty. Default: any. */
  product?: readonly string[];
  /** Account ids. Default: any. */
  account?: readonly string[];
  /** Ids of resources; with a * at the end, what they begin with. Default: any. */
  resourceId?: readonly string[];
  /** A tag of the resource. Default: any. */
  resourceTag?: { key: string; value: string };
  /** Titles of findings; with a * at the end, what they begin with. Default: any. */
  title?: readonly string[];
  /** Labels of severities. Default: any. */
  severity?: readonly string[];
  /** Regions in which it is made. Default: all. */
  region?: readonly string[];
  /** Why: risk_accepted, false_positive and the like. */
  reason: string;
  /** Who answers for it. */
  owner: string;
  /** What was decided. */
  note: string;
  /** The last moment at which it holds, in ISO 8601. Default: for good. */
  expires?: string;
}

export interface SuppressionsArgs {
  suppressions: readonly Suppression[];
  /** Where the account administers Security Hub: a rule sees the findings of its own region alone. */
  regions: readonly string[];
  /** What makes the account the administrator in all of them: the rules come after it, and go before it. */
  organization: pulumi.Resource;
}

/**
 * Rules by which Security Hub suppresses findings as they come in, or are updated, before anybody hears of them. Must be deployed in
 * the administrator's account, once it is the administrator in every region given. What a rule that goes
 * had suppressed is set back to NEW by the pipeline's SuppressionEnd.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/automation-rules.html
 */
export class Suppressions extends pulumi.ComponentResource {
  constructor(name: string, args: SuppressionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:Suppressions", name, {}, opts);

    for (const suppression of args.suppressions) {
      const regions = args.regions.filter((region) => suppression.region?.includes(region) ?? true);
      for (const region of regions) {
        new aws.securityhub.AutomationRule(
          `${name}-${suppression.name}-${region}`,
          {
            ruleName: `hakken-${suppression.name}`,
            description: noteOf(suppression),
            ruleOrder: orderOf(suppression.name),
            ruleStatus: "ENABLED",
            isTerminal: false,
            criteria: criteriaOf(suppression),
            actions: [
              {
                type: "FINDING_FIELDS_UPDATE",
                findingFieldsUpdate: {
                  workflow: { status: "SUPPRESSED" },
                  // By its author a finding is known to be suppressed by this rule, and no other.
                  note: { text: noteOf(suppression), updatedBy: `hakken-${suppression.name}` },
                },
              },
            ],
            region,
          },
          { parent: this, dependsOn: args.organization },
        );
      }
    }

    this.registerOutputs();
  }
}

function criteriaOf(suppression: Suppression): aws.types.input.securityhub.AutomationRuleCriteria {
  const { control, product, account, resourceId, resourceTag, title, severity, expires } = suppression;
  return {
    ...(control && { complianceSecurityControlIds: control.map(equal) }),
    ...(product && { productNames: product.map(equal) }),
    ...(account && { awsAccountIds: account.map(equal) }),
    ...(resourceId && { resourceIds: resourceId.map(equalOrBeginning) }),
    ...(resourceTag && { resourceTags: [{ comparison: "EQUALS", ...resourceTag }] }),
    ...(title && { titles: title.map(equalOrBeginning) }),
    ...(severity && { severityLabels: severity.map(equal) }),
    // A later report does not match any more, so that the rule ends by itself. AWS takes no end without a start.
    ...(expires && { updatedAts: [{ start: "2000-01-01T00:00:00.000Z", end: expires }] }),
  };
}

const equal = (value: string) => ({ comparison: "EQUALS", value });

const equalOrBeginning = (value: string) =>
  value.endsWith("*") ? { comparison: "PREFIX", value: value.slice(0, -1) } : equal(value);

/** At most 512 letters: AWS's limit, which the settings' own limits keep. */
function noteOf({ reason, owner, note, expires }: Suppression): string {
  return `${reason}: ${note} (${owner}, ${expires ? `until ${expires}` : "for good"})`;
}

/**
 * 501 to 1000 by the name alone, so that one suppression more or less changes no other. After an organization's own rules, which
 * may rate a finding first. Two with one number are no harm: both suppress.
 */
function orderOf(name: string): number {
  return 501 + (createHash("sha256").update(name).digest().readUInt32BE() % 500);
}
