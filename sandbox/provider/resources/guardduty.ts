import type {
  AutoEnableMembers,
  DetectorFeature,
  FeatureAdditionalConfiguration,
  FeatureStatus,
  FindingPublishingFrequency,
  OrgFeature,
  OrgFeatureAdditionalConfiguration,
  OrgFeatureStatus,
} from "@aws-sdk/client-guardduty";
import type { DetectorArgs } from "@pulumi/aws/guardduty/detector";
import type { DetectorFeatureArgs } from "@pulumi/aws/guardduty/detectorFeature";
import type { OrganizationAdminAccountArgs } from "@pulumi/aws/guardduty/organizationAdminAccount";
import type { OrganizationConfigurationArgs } from "@pulumi/aws/guardduty/organizationConfiguration";
import type { OrganizationConfigurationFeatureArgs } from "@pulumi/aws/guardduty/organizationConfigurationFeature";
import { type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

/** The answer, or undefined where GuardDuty says, by a general error, that the detector is none of this account's. */
async function ofOwn<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error) => {
    if (/detectorId is not owned by the current account/i.test(error.message)) return undefined;
    throw error;
  });
}

const updateFeature = ({ guardduty }: Scope, inputs: Plain<DetectorFeatureArgs>) =>
  guardduty.updateDetector({
    DetectorId: inputs.detectorId,
    Features: [
      {
        Name: inputs.name as DetectorFeature,
        Status: inputs.status as FeatureStatus,
        AdditionalConfiguration: inputs.additionalConfigurations?.map(({ name, status }) => ({
          Name: name as FeatureAdditionalConfiguration,
          Status: status as FeatureStatus,
        })),
      },
    ],
  });

const updateOrganization = ({ guardduty }: Scope, inputs: Plain<OrganizationConfigurationArgs>) =>
  guardduty.updateOrganizationConfiguration({
    DetectorId: inputs.detectorId,
    AutoEnableOrganizationMembers: inputs.autoEnableOrganizationMembers as AutoEnableMembers,
  });

async function updateOrganizationFeature(
  { guardduty }: Scope,
  inputs: Plain<OrganizationConfigurationFeatureArgs>,
): Promise<void> {
  const { detectorId: DetectorId } = inputs;
  // Who is enrolled must be said again with every change of a feature.
  const now = await guardduty.describeOrganizationConfiguration({ DetectorId });
  await guardduty.updateOrganizationConfiguration({
    DetectorId,
    AutoEnableOrganizationMembers: now.AutoEnableOrganizationMembers,
    Features: [
      {
        Name: inputs.name as OrgFeature,
        AutoEnable: inputs.autoEnable as OrgFeatureStatus,
        AdditionalConfiguration: inputs.additionalConfigurations?.map(({ name, autoEnable }) => ({
          Name: name as OrgFeatureAdditionalConfiguration,
          AutoEnable: autoEnable as OrgFeatureStatus,
        })),
      },
    ],
  });
}

/** The account's entry among the delegated administrators, with its status. */
async function designated({ guardduty }: Scope, account: string) {
  const { AdminAccounts = [] } = await guardduty.listOrganizationAdminAccounts({});
  return AdminAccounts.find(({ AdminAccountId }) => AdminAccountId === account);
}

export const guardduty: Record<string, ResourceType> = {
  "aws:guardduty/detector:Detector": resource<DetectorArgs>({
    inputs: { enable: true, findingPublishingFrequency: true, tags: true },
    async create({ guardduty }, inputs) {
      const answer = await guardduty.createDetector({
        Enable: inputs.enable ?? true,
        FindingPublishingFrequency: inputs.findingPublishingFrequency as FindingPublishingFrequency | undefined,
        Tags: inputs.tags,
      });
      return String(answer.DetectorId);
    },
    async read({ guardduty, region, partition, account }, id) {
      const now = await ofOwn(guardduty.getDetector({ DetectorId: id }));
      return (
        now && {
          accountId: account,
          arn: `arn:${partition}:guardduty:${region}:${account}:detector/${id}`,
          enable: now.Status === "ENABLED",
          findingPublishingFrequency: now.FindingPublishingFrequency,
          tags: now.Tags,
        }
      );
    },
    update: ({ guardduty }, id, inputs, changed) =>
      guardduty.updateDetector({
        DetectorId: id,
        Enable: inputs.enable ?? true,
        // The administrator decides it for its members: said only where the program says it.
        FindingPublishingFrequency: changed.has("findingPublishingFrequency")
          ? (inputs.findingPublishingFrequency as FindingPublishingFrequency | undefined)
          : undefined,
      }),
    delete: ({ guardduty }, id) => ofOwn(guardduty.deleteDetector({ DetectorId: id })),
    tags: {
      put: ({ guardduty }, { arn }, tags) => guardduty.tagResource({ ResourceArn: String(arn), Tags: tags }),
      remove: ({ guardduty }, { arn }, keys) => guardduty.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),

  "aws:guardduty/detectorFeature:DetectorFeature": resource<DetectorFeatureArgs>({
    inputs: { detectorId: true, name: true, status: true, additionalConfigurations: { name: true, status: true } },
    noImport: true,
    replaceOn: ["detectorId", "name"],
    async create(aws, inputs) {
      await updateFeature(aws, inputs);
      return `${inputs.detectorId}/${inputs.name}`;
    },
    async read({ guardduty }, _id, { detectorId, name }) {
      const detector = await ofOwn(guardduty.getDetector({ DetectorId: detectorId }));
      const feature = detector?.Features?.find(({ Name }) => Name === name);
      return (
        feature && {
          detectorId,
          name,
          status: feature.Status,
          additionalConfigurations: feature.AdditionalConfiguration?.map(({ Name, Status }) => ({
            name: Name,
            status: Status,
          })),
        }
      );
    },
    update: (aws, _id, inputs) => updateFeature(aws, inputs),
    delete: async () => {}, // as the official provider: the feature stays as it is
  }),

  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount": resource<OrganizationAdminAccountArgs>({
    inputs: { adminAccountId: true },
    replaceOn: ["adminAccountId"],
    async create(aws, { adminAccountId }, made) {
      await aws.guardduty.enableOrganizationAdminAccount({ AdminAccountId: adminAccountId });
      made(adminAccountId);
      await until(aws, `GuardDuty's administrator ${adminAccountId}`, async () => {
        const admin = await designated(aws, adminAccountId);
        return admin?.AdminStatus === "ENABLED" || undefined;
      });
      return adminAccountId;
    },
    async read(aws, id) {
      return (await designated(aws, id)) && { adminAccountId: id };
    },
    async delete(aws, id) {
      await aws.guardduty.disableOrganizationAdminAccount({ AdminAccountId: id });
      await until(aws, `the end of GuardDuty's administrator ${id}`, async () =>
        (await designated(aws, id)) ? undefined : true,
      );
    },
  }),

  "aws:guardduty/organizationConfiguration:OrganizationConfiguration": resource<OrganizationConfigurationArgs>({
    inputs: { detectorId: true, autoEnableOrganizationMembers: true },
    replaceOn: ["detectorId"],
    async create(aws, inputs) {
      await updateOrganization(aws, inputs);
      return inputs.detectorId;
    },
    async read({ guardduty }, id) {
      const now = await ofOwn(guardduty.describeOrganizationConfiguration({ DetectorId: id }));
      return now && { detectorId: id, autoEnableOrganizationMembers: now.AutoEnableOrganizationMembers };
    },
    update: (aws, _id, inputs) => updateOrganization(aws, inputs),
    delete: async () => {}, // as the official provider: whoever wants it off says NONE
  }),

  "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature":
    resource<OrganizationConfigurationFeatureArgs>({
      inputs: {
        detectorId: true,
        name: true,
        autoEnable: true,
        additionalConfigurations: { name: true, autoEnable: true },
      },
      noImport: true,
      replaceOn: ["detectorId", "name"],
      async create(aws, inputs) {
        await updateOrganizationFeature(aws, inputs);
        return `${inputs.detectorId}/${inputs.name}`;
      },
      async read({ guardduty }, _id, { detectorId, name }) {
        const now = await ofOwn(guardduty.describeOrganizationConfiguration({ DetectorId: detectorId }));
        const feature = now?.Features?.find(({ Name }) => Name === name);
        return (
          feature && {
            detectorId,
            name,
            autoEnable: feature.AutoEnable,
            additionalConfigurations: feature.AdditionalConfiguration?.map(({ Name, AutoEnable }) => ({
              name: Name,
              autoEnable: AutoEnable,
            })),
          }
        );
      },
      update: (aws, _id, inputs) => updateOrganizationFeature(aws, inputs),
      delete: async () => {}, // as the official provider
    }),
};
