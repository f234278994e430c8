import { type PolicyType, paginateListTargetsForPolicy, type Tag } from "@aws-sdk/client-organizations";
import type { AwsServiceAccessArgs } from "@pulumi/aws/organizations/awsServiceAccess";
import type { DelegatedAdministratorArgs } from "@pulumi/aws/organizations/delegatedAdministrator";
import type { PolicyArgs } from "@pulumi/aws/organizations/policy";
import type { PolicyAttachmentArgs } from "@pulumi/aws/organizations/policyAttachment";
import { type ResourceType, resource, tagList } from "../resource";

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

  "aws:organizations/policy:Policy": resource<PolicyArgs>({
    inputs: { content: true, description: true, name: true, skipDestroy: true, tags: true, type: true },
    replaceOn: ["type"],
    json: ["content"],
    async create({ organizations }, { content, description, name, tags, type = "SERVICE_CONTROL_POLICY" }) {
      const { Policy: policy } = await organizations.createPolicy({
        Content: content,
        Description: description ?? "",
        Name: name,
        Type: type as PolicyType,
        Tags: tagList(tags),
      });
      return String(policy?.PolicySummary?.Id);
    },
    async read({ organizations }, id) {
      const { Policy: policy } = await organizations.describePolicy({ PolicyId: id });
      const { Tags: tags = [] } = await organizations.listTagsForResource({ ResourceId: id });
      const { Arn, Name, Description, Type } = policy?.PolicySummary ?? {};
      return {
        arn: Arn,
        name: Name,
        description: Description || undefined,
        type: Type,
        content: policy?.Content,
        ...(tags.length > 0 && { tags: Object.fromEntries(tags.map(({ Key, Value }: Tag) => [Key, Value])) }),
      };
    },
    update: ({ organizations }, id, { content, description, name }, changed) =>
      ["content", "description", "name"].some((input) => changed.has(input))
        ? organizations.updatePolicy({ PolicyId: id, Content: content, Description: description ?? "", Name: name })
        : Promise.resolve(),
    delete: ({ organizations }, id, { skipDestroy }) =>
      skipDestroy ? Promise.resolve() : organizations.deletePolicy({ PolicyId: id }),
    tags: {
      put: ({ organizations }, { arn }, tags) =>
        organizations.tagResource({ ResourceId: policyOf(arn), Tags: tagList(tags) }),
      remove: ({ organizations }, { arn }, keys) =>
        organizations.untagResource({ ResourceId: policyOf(arn), TagKeys: keys }),
    },
  }),

  "aws:organizations/policyAttachment:PolicyAttachment": resource<PolicyAttachmentArgs>({
    inputs: { policyId: true, skipDestroy: true, targetId: true },
    replaceOn: ["policyId", "targetId"],
    async create({ organizations }, { policyId: PolicyId, targetId: TargetId }) {
      await organizations.attachPolicy({ PolicyId, TargetId });
      return `${TargetId}:${PolicyId}`;
    },
    async read({ organizations }, id) {
      const [targetId = "", policyId = ""] = id.split(":");
      const pages = paginateListTargetsForPolicy({ client: organizations }, { PolicyId: policyId });
      for await (const { Targets = [] } of pages)
        if (Targets.some(({ TargetId }) => TargetId === targetId)) return { policyId, targetId };
      return undefined;
    },
    delete({ organizations }, id, { skipDestroy }) {
      const [TargetId, PolicyId] = id.split(":");
      return skipDestroy ? Promise.resolve() : organizations.detachPolicy({ PolicyId, TargetId });
    },
  }),
};

const policyOf = (arn: unknown) => String(arn).split("/").pop();
