import type { AwsServiceAccessArgs } from "@pulumi/aws/organizations/awsServiceAccess";
import type { DelegatedAdministratorArgs } from "@pulumi/aws/organizations/delegatedAdministrator";
import { type ResourceType, resource } from "../resource";

export const organizations: Record<string, ResourceType> = {
  "aws:organizations/delegatedAdministrator:DelegatedAdministrator": resource<DelegatedAdministratorArgs>({
    inputs: { accountId: true, servicePrincipal: true },
    async create({ organizations }, { accountId, servicePrincipal }) {
      await organizations.registerDelegatedAdministrator({ AccountId: accountId, ServicePrincipal: servicePrincipal });
      return `${accountId}/${servicePrincipal}`;
    },
    async read({ organizations }, id) {
      const [accountId, servicePrincipal] = id.split("/");
      const answer = await organizations.listDelegatedAdministrators({ ServicePrincipal: servicePrincipal });
      const admin = answer.DelegatedAdministrators?.find(({ Id }) => Id === accountId);
      return (
        admin && {
          accountId,
          servicePrincipal,
          arn: admin.Arn,
          name: admin.Name,
          email: admin.Email,
          status: admin.Status,
          joinedMethod: admin.JoinedMethod,
          joinedTimestamp: admin.JoinedTimestamp?.toISOString(),
          delegationEnabledDate: admin.DelegationEnabledDate?.toISOString(),
        }
      );
    },
    delete({ organizations }, id) {
      const [AccountId, ServicePrincipal] = id.split("/");
      return organizations.deregisterDelegatedAdministrator({ AccountId, ServicePrincipal });
    },
  }),

  "aws:organizations/awsServiceAccess:AwsServiceAccess": resource<AwsServiceAccessArgs>({
    inputs: { servicePrincipal: true },
    async create({ organizations }, { servicePrincipal }) {
      await organizations.enableAWSServiceAccess({ ServicePrincipal: servicePrincipal });
      return servicePrincipal;
    },
    async read({ organizations }, id) {
      const { EnabledServicePrincipals: enabled = [] } = await organizations.listAWSServiceAccessForOrganization({});
      const one = enabled.find(({ ServicePrincipal }) => ServicePrincipal === id);
      return one && { servicePrincipal: id, dateEnabled: one.DateEnabled?.toISOString() };
    },
    delete: ({ organizations }, id) => organizations.disableAWSServiceAccess({ ServicePrincipal: id }),
  }),
};
