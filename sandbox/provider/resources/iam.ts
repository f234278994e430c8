import type { RoleArgs } from "@pulumi/aws/iam/role";
import type { RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy";
import type { RolePolicyAttachmentArgs } from "@pulumi/aws/iam/rolePolicyAttachment";
import type { ServiceLinkedRoleArgs } from "@pulumi/aws/iam/serviceLinkedRole";
import { found, type ResourceType, resource, tagList, until } from "../resource";

export const iam: Record<string, ResourceType> = {
  "aws:iam/role:Role": resource<RoleArgs>({
    inputs: {
      name: true,
      assumeRolePolicy: true,
      description: true,
      path: true,
      maxSessionDuration: true,
      permissionsBoundary: true,
      tags: true,
    },
    replaceOn: ["name", "path"],
    async create({ iam }, inputs) {
      await iam.createRole({
        RoleName: inputs.name,
        AssumeRolePolicyDocument: String(inputs.assumeRolePolicy),
        Description: inputs.description,
        Path: inputs.path,
        MaxSessionDuration: inputs.maxSessionDuration,
        PermissionsBoundary: inputs.permissionsBoundary,
        Tags: tagList(inputs.tags),
      });
      return String(inputs.name);
    },
    async read({ iam }, id) {
      const { Role: role } = await iam.getRole({ RoleName: id });
      return {
        name: id,
        arn: role?.Arn,
        uniqueId: role?.RoleId,
        path: role?.Path,
        description: role?.Description,
        maxSessionDuration: role?.MaxSessionDuration,
        permissionsBoundary: role?.PermissionsBoundary?.PermissionsBoundaryArn,
        createDate: role?.CreateDate?.toISOString(),
        assumeRolePolicy: decodeURIComponent(role?.AssumeRolePolicyDocument ?? ""),
      };
    },
    async update({ iam }, id, inputs, changed) {
      if (changed.has("assumeRolePolicy"))
        await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: String(inputs.assumeRolePolicy) });
      if (changed.has("description") || changed.has("maxSessionDuration"))
        await iam.updateRole({
          RoleName: id,
          Description: inputs.description ?? "",
          MaxSessionDuration: inputs.maxSessionDuration ?? 3600,
        });
      if (!changed.has("permissionsBoundary")) return;
      if (inputs.permissionsBoundary)
        await iam.putRolePermissionsBoundary({ RoleName: id, PermissionsBoundary: inputs.permissionsBoundary });
      else await iam.deleteRolePermissionsBoundary({ RoleName: id });
    },
    delete: ({ iam }, id) => iam.deleteRole({ RoleName: id }),
    tags: {
      put: ({ iam }, { name }, tags) => iam.tagRole({ RoleName: String(name), Tags: tagList(tags) }),
      remove: ({ iam }, { name }, keys) => iam.untagRole({ RoleName: String(name), TagKeys: keys }),
    },
  }),

  "aws:iam/rolePolicy:RolePolicy": resource<RolePolicyArgs>({
    inputs: { name: true, role: true, policy: true },
    replaceOn: ["name", "role"],
    async create({ iam }, inputs) {
      await iam.putRolePolicy({
        RoleName: String(inputs.role),
        PolicyName: inputs.name,
        PolicyDocument: String(inputs.policy),
      });
      return `${inputs.role}:${inputs.name}`;
    },
    async read({ iam }, id) {
      const [role, name] = id.split(":");
      const answer = await iam.getRolePolicy({ RoleName: role, PolicyName: name });
      return { role, name, policy: decodeURIComponent(answer.PolicyDocument ?? "") };
    },
    update: ({ iam }, _id, inputs) =>
      iam.putRolePolicy({
        RoleName: String(inputs.role),
        PolicyName: inputs.name,
        PolicyDocument: String(inputs.policy),
      }),
    delete({ iam }, id) {
      const [role, name] = id.split(":");
      return iam.deleteRolePolicy({ RoleName: role, PolicyName: name });
    },
  }),

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": resource<RolePolicyAttachmentArgs>({
    inputs: { role: true, policyArn: true },
    replaceOn: ["role", "policyArn"],
    async create({ iam }, { role, policyArn }) {
      await iam.attachRolePolicy({ RoleName: String(role), PolicyArn: policyArn });
      return `${role}/${policyArn}`;
    },
    async read({ iam }, _id, { role, policyArn }) {
      const { AttachedPolicies: attached = [] } = await iam.listAttachedRolePolicies({ RoleName: String(role) });
      return attached.some(({ PolicyArn }) => PolicyArn === policyArn) ? { role, policyArn } : undefined;
    },
    delete: ({ iam }, _id, { role, policyArn }) =>
      iam.detachRolePolicy({ RoleName: String(role), PolicyArn: policyArn }),
  }),

  "aws:iam/serviceLinkedRole:ServiceLinkedRole": resource<ServiceLinkedRoleArgs>({
    inputs: { awsServiceName: true, customSuffix: true, description: true, tags: true },
    replaceOn: ["awsServiceName", "customSuffix"],
    async create({ iam }, inputs) {
      const { Role: role } = await iam.createServiceLinkedRole({
        AWSServiceName: inputs.awsServiceName,
        CustomSuffix: inputs.customSuffix,
        Description: inputs.description,
      });
      if (inputs.tags) await iam.tagRole({ RoleName: role?.RoleName, Tags: tagList(inputs.tags) });
      return String(role?.Arn);
    },
    async read({ iam }, id) {
      const { Role: role } = await iam.getRole({ RoleName: id.split("/").pop() });
      return {
        arn: role?.Arn,
        name: role?.RoleName,
        path: role?.Path,
        awsServiceName: role?.Path?.split("/")[2],
        uniqueId: role?.RoleId,
        description: role?.Description,
        createDate: role?.CreateDate?.toISOString(),
      };
    },
    update: ({ iam }, id, { description }) =>
      iam.updateRole({ RoleName: id.split("/").pop(), Description: description ?? "" }),
    async delete(aws, id) {
      const role = id.split("/").pop();
      const { DeletionTaskId } = await aws.iam.deleteServiceLinkedRole({ RoleName: role });
      await until(aws, `the deletion of the service-linked role ${role}`, async () => {
        const task = await found(aws.iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId }));
        if (task?.Status === "FAILED") throw new Error(`it is in use: ${task.Reason?.Reason}`);
        return !task || task.Status === "SUCCEEDED" || undefined;
      });
    },
    tags: {
      put: ({ iam }, { name }, tags) => iam.tagRole({ RoleName: String(name), Tags: tagList(tags) }),
      remove: ({ iam }, { name }, keys) => iam.untagRole({ RoleName: String(name), TagKeys: keys }),
    },
  }),
};
