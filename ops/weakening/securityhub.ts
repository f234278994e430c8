import {
  appears,
  at,
  type Check,
  changes,
  falls,
  grows,
  type Inputs,
  listOf,
  loses,
  shrinks,
  turns,
  type Watched,
} from "./checks";

const SWITCH = ["ENABLED", "DISABLED"];
const STAYS = "it stays in AWS as it is, but nothing keeps it so";
// No less is told than before, but nor is what one would expect to be told again.
const SET_ASIDE =
  "findings that it has set aside stay so until somebody sets them back to NEW, as hakken does with what a suppression of the settings held";

/** An aggregator gathers from fewer regions, by its inputs for the mode and for the regions named. */
const fewerRegions = (mode: string, regions: string): Check => ({
  reason: "findings of fewer regions are gathered",
  weaker: (before, after) => {
    const [old, now] = [at(before, mode), at(after, mode)];
    if (before === undefined) return now === "NO_REGIONS";
    if (old !== now) return old === "ALL_REGIONS" || now === "NO_REGIONS" || now === "SPECIFIED_REGIONS";
    if (now === "ALL_REGIONS_EXCEPT_SPECIFIED") return loses(at(after, regions), at(before, regions));
    return now === "SPECIFIED_REGIONS" && loses(at(before, regions), at(after, regions));
  },
});

// Under CENTRAL both automatic ways must be off: there the policies decide.
const underLocal = (check: Check): Check => ({
  reason: check.reason,
  weaker: (before, after) =>
    at(after, "organizationConfiguration.configurationType") !== "CENTRAL" && check.weaker(before, after),
});

/** A rule that works on findings so that they may not be told is new, or takes other findings or another action. */
const setsAside = (actions: string, effect: (action: unknown) => boolean): Check => ({
  reason: "a rule sets findings aside (suppressed, closed, or rated anew), which are then not told",
  weaker: (before, after) => {
    const works = (rule: Inputs) => rule.ruleStatus !== "DISABLED" && listOf(rule[actions]).some(effect);
    if (!works(after)) return false;
    return (
      before === undefined ||
      !works(before) ||
      appears("criteria", "").weaker(before, after) ||
      appears(actions, "").weaker(before, after)
    );
  },
});

const policy = "configurationPolicy";
const controls = `${policy}.securityControlsConfiguration`;

/** Security Hub, both CSPM and the newer one ("V2"), by type. */
export const securityhub: Readonly<Record<string, Watched>> = {
  "aws:securityhub/account:Account": {
    gone: "Security Hub is off in the region: no findings, no controls",
    checks: [turns("autoEnableControls", false, "new controls are not switched on", { newToo: false })],
  },
  "aws:securityhub/accountV2:AccountV2": { gone: "Security Hub is off in the region" },
  "aws:securityhub/featureV2:FeatureV2": { gone: STAYS },
  "aws:securityhub/standardsSubscription:StandardsSubscription": { gone: "the controls of a standard are off" },
  "aws:securityhub/standardsControl:StandardsControl": {
    gone: STAYS,
    checks: [falls("controlStatus", SWITCH, "a control is switched off")],
  },
  "aws:securityhub/standardsControlAssociation:StandardsControlAssociation": {
    gone: STAYS,
    checks: [falls("associationStatus", SWITCH, "a control is switched off in a standard")],
  },
  "aws:securityhub/findingAggregator:FindingAggregator": {
    gone: "findings of other regions don't reach the home region, where they are told",
    checks: [fewerRegions("linkingMode", "specifiedRegions")],
  },
  "aws:securityhub/aggregatorV2:AggregatorV2": {
    gone: "V2's findings of other regions don't reach the home region",
    checks: [fewerRegions("regionLinkingMode", "linkedRegions")],
  },
  "aws:securityhub/organizationConfiguration:OrganizationConfiguration": {
    gone: "central configuration ends: accounts may switch Security Hub off themselves",
    checks: [
      falls(
        "organizationConfiguration.configurationType",
        ["CENTRAL", "LOCAL"],
        "central configuration ends: accounts may switch Security Hub off themselves",
        { whenMissing: "LOCAL", newToo: false },
      ),
      underLocal(turns("autoEnable", false, "Security Hub is not switched on in new accounts")),
      underLocal(
        falls("autoEnableStandards", ["DEFAULT", "NONE"], "standards are not switched on in new accounts", {
          whenMissing: "DEFAULT",
        }),
      ),
    ],
  },
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": {
    gone: "the accounts that it applied to are configured by nobody",
    checks: [
      turns(`${policy}.serviceEnabled`, false, "Security Hub is off where the policy applies"),
      shrinks(`${policy}.enabledStandardArns`, "a standard is off where the policy applies"),
      grows(`${controls}.disabledControlIdentifiers`, "controls are off where the policy applies"),
      {
        reason: "only the controls that it lists stay on where the policy applies",
        weaker: (before, after) => {
          const listed = `${controls}.enabledControlIdentifiers`;
          if (at(after, listed) === undefined) return false;
          return before === undefined || at(before, listed) === undefined || shrinks(listed, "").weaker(before, after);
        },
      },
      changes(`${controls}.securityControlCustomParameters`, "parameters of controls change, perhaps to laxer ones"),
    ],
  },
  "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation": {
    gone: "the target is configured by nobody, or by the policy above it",
    checks: [
      turns("policyId", "SELF_MANAGED_SECURITY_HUB", "the target's accounts may switch Security Hub off themselves"),
      changes("policyId", "another policy applies to the target"),
    ],
  },
  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount": {
    gone: "nobody administers Security Hub for the organization, and members' findings don't arrive",
  },
  "aws:securityhub/member:Member": { gone: "an account's findings don't arrive" },
  "aws:securityhub/inviteAccepter:InviteAccepter": { gone: "the account's findings don't arrive" },
  "aws:securityhub/productSubscription:ProductSubscription": { gone: "findings of a product don't arrive" },
  "aws:securityhub/actionTarget:ActionTarget": { gone: "nobody can ask by it any more that a finding be told" },
  "aws:securityhub/automationRule:AutomationRule": {
    gone: SET_ASIDE,
    checks: [
      setsAside("actions", (action) => {
        const status = at(action, "findingFieldsUpdate.workflow.status");
        // NOTIFIED too: what bears it counts as told.
        return at(action, "findingFieldsUpdate.severity") !== undefined || (status !== undefined && status !== "NEW");
      }),
    ],
  },
  "aws:securityhub/automationRuleV2:AutomationRuleV2": {
    gone: SET_ASIDE,
    checks: [
      setsAside("action", (action) => {
        const status = at(action, "findingFieldsUpdate.statusId");
        // 1 is NEW in OCSF.
        return at(action, "findingFieldsUpdate.severityId") !== undefined || (status !== undefined && status !== 1);
      }),
    ],
  },
};
