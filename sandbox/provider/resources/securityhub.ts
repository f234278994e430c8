import type {
  AutoEnableStandards,
  ControlFindingGenerator,
  OrganizationConfigurationConfigurationType,
} from "@aws-sdk/client-securityhub";
import type { AccountArgs } from "@pulumi/aws/securityhub/account";
import type { FindingAggregatorArgs } from "@pulumi/aws/securityhub/findingAggregator";
import type { OrganizationAdminAccountArgs } from "@pulumi/aws/securityhub/organizationAdminAccount";
import type { OrganizationConfigurationArgs } from "@pulumi/aws/securityhub/organizationConfiguration";
import { type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";
import { actionTarget } from "./actionTarget";
import { automationRules } from "./automationRules";
import { configurationPolicies } from "./configurationPolicies";
import { securityHubStandards } from "./securityHubStandards";
import { securityHubV2 } from "./securityHubV2";

/** The answer, or undefined where Security Hub is not on in this account and region. */
async function whereOn<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error) => {
    if (error.name === "InvalidAccessException" && /not subscribed/i.test(error.message)) return undefined;
    throw error;
  });
}

async function configureOrganization(aws: Scope, inputs: Plain<OrganizationConfigurationArgs>) {
  await aws.securityhub.updateOrganizationConfiguration({
    AutoEnable: inputs.autoEnable,
    AutoEnableStandards: inputs.autoEnableStandards as AutoEnableStandards | undefined,
    OrganizationConfiguration: inputs.organizationConfiguration && {
      ConfigurationType: inputs.organizationConfiguration
        .configurationType as OrganizationConfigurationConfigurationType,
    },
  });
  if (!inputs.organizationConfiguration) return;
  await until(aws, "Security Hub's organization configuration", async () => {
    const { OrganizationConfiguration: now } = await aws.securityhub.describeOrganizationConfiguration({});
    if (now?.Status === "FAILED") throw new Error(`the organization configuration failed: ${now.StatusMessage}`);
    return now?.Status !== "PENDING" || undefined;
  });
}

/** The account's entry among the delegated administrators, with its status. */
async function designated({ securityhub }: Scope, account: string) {
  const { AdminAccounts = [] } = await securityhub.listOrganizationAdminAccounts({});
  return AdminAccounts.find(({ AccountId }) => AccountId === account);
}

const linked = ({ linkingMode, specifiedRegions }: Plain<FindingAggregatorArgs>) => ({
  RegionLinkingMode: linkingMode,
  Regions: specifiedRegions,
});

export const securityhub: Record<string, ResourceType> = {
  ...actionTarget,
  ...automationRules,
  ...configurationPolicies,
  ...securityHubStandards,
  ...securityHubV2,

  "aws:securityhub/account:Account": resource<AccountArgs>({
    inputs: { enableDefaultStandards: true, autoEnableControls: true, controlFindingGenerator: true },
    replaceOn: ["enableDefaultStandards"],
    defaults: { autoEnableControls: true },
    async create({ securityhub, account }, inputs, made) {
      await securityhub.enableSecurityHub({
        EnableDefaultStandards: inputs.enableDefaultStandards ?? true,
        ControlFindingGenerator: inputs.controlFindingGenerator as ControlFindingGenerator | undefined,
      });
      made(account);
      await securityhub.updateSecurityHubConfiguration({ AutoEnableControls: inputs.autoEnableControls ?? true });
      return account;
    },
    async read({ securityhub }, _id, { enableDefaultStandards }) {
      const hub = await whereOn(securityhub.describeHub({}));
      return (
        hub && {
          // As the official provider: AWS doesn't tell, and an import takes it for false.
          enableDefaultStandards: enableDefaultStandards ?? false,
          arn: hub.HubArn,
          autoEnableControls: hub.AutoEnableControls,
          controlFindingGenerator: hub.ControlFindingGenerator,
        }
      );
    },
    update: ({ securityhub }, _id, inputs) =>
      securityhub.updateSecurityHubConfiguration({
        AutoEnableControls: inputs.autoEnableControls ?? true,
        ControlFindingGenerator: inputs.controlFindingGenerator as ControlFindingGenerator | undefined,
      }),
    delete: ({ securityhub }) => whereOn(securityhub.disableSecurityHub({})),
  }),

  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount": resource<OrganizationAdminAccountArgs>({
    inputs: { adminAccountId: true },
    replaceOn: ["adminAccountId"],
    async create(aws, { adminAccountId }, made) {
      await aws.securityhub.enableOrganizationAdminAccount({ AdminAccountId: adminAccountId });
      made(adminAccountId);
      await until(aws, `Security Hub's administrator ${adminAccountId}`, async () => {
        const admin = await designated(aws, adminAccountId);
        return admin?.Status === "ENABLED" || undefined;
      });
      return adminAccountId;
    },
    async read(aws, id) {
      return (await designated(aws, id)) && { adminAccountId: id };
    },
    async delete(aws, id) {
      await aws.securityhub.disableOrganizationAdminAccount({ AdminAccountId: id });
      await until(aws, `the end of Security Hub's administrator ${id}`, async () =>
        (await designated(aws, id)) ? undefined : true,
      );
    },
  }),

  "aws:securityhub/findingAggregator:FindingAggregator": resource<FindingAggregatorArgs>({
    inputs: { linkingMode: true, specifiedRegions: true },
    async create({ securityhub }, inputs) {
      return String((await securityhub.createFindingAggregator(linked(inputs))).FindingAggregatorArn);
    },
    async read({ securityhub }, id) {
      const now = await whereOn(securityhub.getFindingAggregator({ FindingAggregatorArn: id }));
      return now && { arn: id, linkingMode: now.RegionLinkingMode, specifiedRegions: now.Regions };
    },
    update: ({ securityhub }, id, inputs) =>
      securityhub.updateFindingAggregator({ FindingAggregatorArn: id, ...linked(inputs) }),
    delete: ({ securityhub }, id) => whereOn(securityhub.deleteFindingAggregator({ FindingAggregatorArn: id })),
  }),

  "aws:securityhub/organizationConfiguration:OrganizationConfiguration": resource<OrganizationConfigurationArgs>({
    inputs: { autoEnable: true, autoEnableStandards: true, organizationConfiguration: { configurationType: true } },
    async create(aws, inputs, made) {
      made(aws.account);
      await configureOrganization(aws, inputs);
      return aws.account;
    },
    async read({ securityhub }) {
      const now = await whereOn(securityhub.describeOrganizationConfiguration({}));
      return (
        now && {
          autoEnable: now.AutoEnable,
          autoEnableStandards: now.AutoEnableStandards,
          organizationConfiguration: { configurationType: now.OrganizationConfiguration?.ConfigurationType ?? "LOCAL" },
        }
      );
    },
    update: (aws, _id, inputs) => configureOrganization(aws, inputs),
    // As the official provider: back to local configuration, nothing enabled for new accounts.
    delete: (aws) =>
      configureOrganization(aws, {
        autoEnable: false,
        autoEnableStandards: "NONE",
        organizationConfiguration: { configurationType: "LOCAL" },
      }),
  }),
};
