import * as aws from "@pulumi/aws";
import { type Case, changed, made } from "./cases";

const { securityhub } = aws;

/** Changes of Security Hub, by what is done. */
export const securityhubCases: Record<string, Case> = {
  "new controls stay off": changed(
    securityhub.Account,
    {},
    { autoEnableControls: true },
    { autoEnableControls: false },
    "new controls are not switched on",
  ),
  "control off": changed(
    securityhub.StandardsControl,
    { standardsControlArn: "arn:aws:securityhub:us-east-1:111122223333:control/x/S3.1" },
    { controlStatus: "ENABLED" },
    { controlStatus: "DISABLED" },
    "a control is switched off",
  ),
  "control off in a standard": made(
    securityhub.StandardsControlAssociation,
    { associationStatus: "DISABLED", securityControlId: "S3.1", standardsArn: "arn:aws:securityhub:::standards/x" },
    "a control is switched off in a standard",
  ),
  "a region less": changed(
    securityhub.FindingAggregator,
    { linkingMode: "SPECIFIED_REGIONS" },
    { specifiedRegions: ["us-east-1", "eu-west-1"] },
    { specifiedRegions: ["us-east-1"] },
    "findings of fewer regions are gathered",
  ),
  "a region more": changed(
    securityhub.FindingAggregator,
    { linkingMode: "SPECIFIED_REGIONS" },
    { specifiedRegions: ["us-east-1"] },
    { specifiedRegions: ["eu-west-1", "us-east-1"] },
  ),
  "all regions no longer": changed(
    securityhub.FindingAggregator,
    {},
    { linkingMode: "ALL_REGIONS" },
    { linkingMode: "ALL_REGIONS_EXCEPT_SPECIFIED", specifiedRegions: ["us-east-1"] },
    "findings of fewer regions are gathered",
  ),
  "one more region left out": changed(
    securityhub.FindingAggregator,
    { linkingMode: "ALL_REGIONS_EXCEPT_SPECIFIED" },
    { specifiedRegions: ["us-east-1"] },
    { specifiedRegions: ["us-east-1", "eu-west-1"] },
    "findings of fewer regions are gathered",
  ),
  "V2 a region less": changed(
    securityhub.AggregatorV2,
    { regionLinkingMode: "SPECIFIED_REGIONS" },
    { linkedRegions: ["us-east-1", "eu-west-1"] },
    { linkedRegions: ["eu-west-1"] },
    "findings of fewer regions are gathered",
  ),
  "V2 no regions": changed(
    securityhub.AggregatorV2,
    {},
    { regionLinkingMode: "SPECIFIED_REGIONS", linkedRegions: ["us-east-1"] },
    { regionLinkingMode: "NO_REGIONS" },
    "findings of fewer regions are gathered",
  ),
  "central configuration ends": changed(
    securityhub.OrganizationConfiguration,
    {},
    { autoEnable: false, autoEnableStandards: "NONE", organizationConfiguration: { configurationType: "CENTRAL" } },
    { autoEnable: true, autoEnableStandards: "DEFAULT", organizationConfiguration: { configurationType: "LOCAL" } },
    "central configuration ends: accounts may switch Security Hub off themselves",
  ),
  "central configuration begins": changed(
    securityhub.OrganizationConfiguration,
    {},
    { autoEnable: true, autoEnableStandards: "DEFAULT", organizationConfiguration: { configurationType: "LOCAL" } },
    { autoEnable: false, autoEnableStandards: "NONE", organizationConfiguration: { configurationType: "CENTRAL" } },
  ),
  "new accounts without": changed(
    securityhub.OrganizationConfiguration,
    { organizationConfiguration: { configurationType: "LOCAL" } },
    { autoEnable: true, autoEnableStandards: "DEFAULT" },
    { autoEnable: false, autoEnableStandards: "NONE" },
    "Security Hub is not switched on in new accounts; standards are not switched on in new accounts",
  ),
  ...policies(),
  "target managed by itself": changed(
    securityhub.ConfigurationPolicyAssociation,
    { targetId: "r-abcd" },
    { policyId: "1" },
    { policyId: "SELF_MANAGED_SECURITY_HUB" },
    "the target's accounts may switch Security Hub off themselves; another policy applies to the target",
  ),
  "another policy": changed(
    securityhub.ConfigurationPolicyAssociation,
    { targetId: "r-abcd" },
    { policyId: "1" },
    { policyId: "2" },
    "another policy applies to the target",
  ),
  ...rules(),
};

function policies(): Record<string, Case> {
  type Policy = aws.types.input.securityhub.ConfigurationPolicyConfigurationPolicy;
  const policy = (before: Partial<Policy>, after: Partial<Policy>, says?: string) =>
    changed(
      securityhub.ConfigurationPolicy,
      {},
      { configurationPolicy: { serviceEnabled: true, ...before } },
      { configurationPolicy: { serviceEnabled: true, ...after } },
      says,
    );
  const all = { disabledControlIdentifiers: [] };
  const parameter = (value: number) => ({
    ...all,
    securityControlCustomParameters: [
      {
        securityControlId: "IAM.7",
        parameters: [{ name: "MaxPasswordAge", valueType: "CUSTOM", int: { value } }],
      },
    ],
  });
  return {
    "hub off by policy": policy({}, { serviceEnabled: false }, "Security Hub is off where the policy applies"),
    "a standard less": policy(
      { enabledStandardArns: ["arn:fsbp", "arn:cis"], securityControlsConfiguration: all },
      { enabledStandardArns: ["arn:fsbp"], securityControlsConfiguration: all },
      "a standard is off where the policy applies",
    ),
    "a standard more": policy({ enabledStandardArns: ["arn:fsbp"] }, { enabledStandardArns: ["arn:cis", "arn:fsbp"] }),
    "a control off by policy": policy(
      { securityControlsConfiguration: all },
      { securityControlsConfiguration: { disabledControlIdentifiers: ["S3.1"] } },
      "controls are off where the policy applies",
    ),
    "listed controls alone": policy(
      { securityControlsConfiguration: all },
      { securityControlsConfiguration: { enabledControlIdentifiers: ["S3.1"] } },
      "only the controls that it lists stay on where the policy applies",
    ),
    "a control more in the list": policy(
      { securityControlsConfiguration: { enabledControlIdentifiers: ["S3.1"] } },
      { securityControlsConfiguration: { enabledControlIdentifiers: ["S3.1", "S3.2"] } },
    ),
    "a parameter": policy(
      { securityControlsConfiguration: parameter(90) },
      { securityControlsConfiguration: parameter(365) },
      "parameters of controls change, perhaps to laxer ones",
    ),
  };
}

function rules(): Record<string, Case> {
  const says = "a rule sets findings aside (suppressed, closed, or rated anew), which are then not told";
  const rule = { description: "", ruleName: "r", ruleOrder: 1 };
  const criteria = { productNames: [{ comparison: "EQUALS", value: "Inspector" }] };
  const sets = (findingFieldsUpdate: aws.types.input.securityhub.AutomationRuleActionFindingFieldsUpdate) => ({
    actions: [{ type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate }],
  });
  const v2 = { ...rule, criteria: { ocsfFindingCriteriaJson: "{}" } };
  return {
    "rule that suppresses": made(
      securityhub.AutomationRule,
      { ...rule, criteria, ...sets({ workflow: { status: "SUPPRESSED" } }) },
      says,
    ),
    "rule that rates lower": made(
      securityhub.AutomationRule,
      { ...rule, criteria, ...sets({ severity: { label: "LOW" } }) },
      says,
    ),
    "rule switched on": changed(
      securityhub.AutomationRule,
      { ...rule, criteria, ...sets({ workflow: { status: "RESOLVED" } }) },
      { ruleStatus: "DISABLED" },
      { ruleStatus: "ENABLED" },
      says,
    ),
    "rule that suppresses more": changed(
      securityhub.AutomationRule,
      { ...rule, ...sets({ workflow: { status: "SUPPRESSED" } }) },
      { criteria },
      { criteria: {} },
      says,
    ),
    "rule that notes": made(securityhub.AutomationRule, { ...rule, criteria, ...sets({ confidence: 20 }) }),
    "rule that is renamed": changed(
      securityhub.AutomationRule,
      { ruleOrder: 1, description: "", criteria, ...sets({ workflow: { status: "SUPPRESSED" } }) },
      { ruleName: "r" },
      { ruleName: "s" },
    ),
    "V2 rule that suppresses": made(
      securityhub.AutomationRuleV2,
      { ...v2, action: { type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: { statusId: 3 } } },
      says,
    ),
    "V2 rule that reopens": made(securityhub.AutomationRuleV2, {
      ...v2,
      action: { type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: { statusId: 1 } },
    }),
  };
}
