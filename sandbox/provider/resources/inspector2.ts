import type { ResourceScanType, ResourceState, Status } from "@aws-sdk/client-inspector2";
import type { DelegatedAdminAccountArgs } from "@pulumi/aws/inspector2/delegatedAdminAccount";
import type { EnablerArgs } from "@pulumi/aws/inspector2/enabler";
import type { OrganizationConfigurationArgs } from "@pulumi/aws/inspector2/organizationConfiguration";
import { type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

const TYPES: Record<ResourceScanType, keyof ResourceState> = {
  EC2: "ec2",
  ECR: "ecr",
  LAMBDA: "lambda",
  LAMBDA_CODE: "lambdaCode",
  CODE_REPOSITORY: "codeRepository",
};

/** The types that have this status in all accounts. */
async function typesThat(aws: Scope, accountIds: string[], statuses: Status[]): Promise<ResourceScanType[]> {
  const { accounts = [], failedAccounts = [] } = await aws.inspector2.batchGetAccountStatus({ accountIds });
  refuse(failedAccounts);
  return (Object.keys(TYPES) as ResourceScanType[]).filter((type) =>
    accounts.every(({ resourceState }) => statuses.includes(resourceState?.[TYPES[type]]?.status ?? "DISABLED")),
  );
}

function refuse(failed: { accountId?: string; errorCode?: string; errorMessage?: string }[]): void {
  if (failed.length === 0) return;
  const words = failed.map((one) => `(${one.accountId}) ${one.errorCode}: ${one.errorMessage}`);
  throw new Error(`${words.length} error occurred: ${words.join("; ")}`);
}

async function enable(aws: Scope, accountIds: string[], resourceTypes: ResourceScanType[]): Promise<void> {
  refuse((await aws.inspector2.enable({ accountIds, resourceTypes })).failedAccounts ?? []);
  await until(aws, "Inspector to be enabled", async () => {
    const on = await typesThat(aws, accountIds, ["ENABLED"]);
    return resourceTypes.every((type) => on.includes(type)) || undefined;
  });
}

async function disable(aws: Scope, accountIds: string[], resourceTypes: ResourceScanType[]): Promise<void> {
  if (resourceTypes.length === 0) return;
  refuse((await aws.inspector2.disable({ accountIds, resourceTypes })).failedAccounts ?? []);
  await until(aws, "Inspector to be disabled", async () => {
    const off = await typesThat(aws, accountIds, ["DISABLED"]);
    return resourceTypes.every((type) => off.includes(type)) || undefined;
  });
}

const types = (given: unknown) => [...(given as ResourceScanType[])].sort();

export const inspector2: Record<string, ResourceType> = {
  "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount": resource<DelegatedAdminAccountArgs>({
    inputs: { accountId: true },
    replaceOn: ["accountId"],
    async create({ inspector2 }, { accountId }) {
      await inspector2.enableDelegatedAdminAccount({ delegatedAdminAccountId: accountId });
      return accountId;
    },
    async read({ inspector2 }, id) {
      const { delegatedAdminAccounts = [] } = await inspector2.listDelegatedAdminAccounts({});
      const one = delegatedAdminAccounts.find(({ accountId }) => accountId === id);
      return one && { accountId: id, relationshipStatus: one.status };
    },
    delete: ({ inspector2 }, id) => inspector2.disableDelegatedAdminAccount({ delegatedAdminAccountId: id }),
  }),

  "aws:inspector2/enabler:Enabler": resource<EnablerArgs>({
    inputs: { accountIds: true, resourceTypes: true },
    replaceOn: ["accountIds"],
    async create(aws, { accountIds, resourceTypes }) {
      await enable(aws, accountIds, types(resourceTypes));
      return `${[...accountIds].sort().join(":")}-${types(resourceTypes).join(":")}`;
    },
    async read(aws, id) {
      const accountIds = (id.split("-")[0] ?? "").split(":");
      const resourceTypes = await typesThat(aws, accountIds, ["ENABLED", "ENABLING"]);
      return resourceTypes.length > 0 ? { accountIds, resourceTypes: resourceTypes.sort() } : undefined;
    },
    async update(aws, _id, { accountIds, resourceTypes }) {
      const on = await typesThat(aws, accountIds, ["ENABLED", "ENABLING"]);
      await enable(aws, accountIds, types(resourceTypes));
      await disable(
        aws,
        accountIds,
        on.filter((type) => !resourceTypes.includes(type)),
      );
    },
    delete: (aws, _id, { accountIds, resourceTypes }) => disable(aws, accountIds, types(resourceTypes)),
  }),

  "aws:inspector2/organizationConfiguration:OrganizationConfiguration": resource<OrganizationConfigurationArgs>({
    inputs: { autoEnable: { codeRepository: true, ec2: true, ecr: true, lambda: true, lambdaCode: true } },
    async create({ inspector2, account }, { autoEnable }) {
      await inspector2.updateOrganizationConfiguration({ autoEnable });
      return account;
    },
    async read({ inspector2 }) {
      const { autoEnable, maxAccountLimitReached } = await inspector2.describeOrganizationConfiguration({});
      return { autoEnable, maxAccountLimitReached };
    },
    update: ({ inspector2 }, _id, { autoEnable }) => inspector2.updateOrganizationConfiguration({ autoEnable }),
    delete: ({ inspector2 }) =>
      inspector2.updateOrganizationConfiguration({
        autoEnable: { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false },
      }),
  }),
};
