import type * as sdk from "@aws-sdk/client-organizations";
import { ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import type { Organization } from "./organization";
import type { Policy } from "./policies";

const invalid = (message: string) => new ServiceError("InvalidInputException", 400, message);

export interface Callers {
  /** Refuses who may not read the organization. */
  reader(call: Call): void;
  /** Refuses everybody but the management account. */
  management(call: Call): void;
}

/** Policies of every type: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html */
export function policyOperations(organization: Organization, callers: Callers): Operations {
  return {
    ...writing(organization, callers),
    ...attaching(organization, callers),
    ...reading(organization, callers),
    ...types(organization, callers),
    ...tagging(organization, callers),
  };
}

const summary = (organization: Organization, policy: Policy): sdk.PolicySummary => ({
  Id: policy.id,
  Arn: organization.policies.arn(policy),
  Name: policy.name,
  Description: policy.description,
  Type: policy.type,
  AwsManaged: policy.awsManaged,
});

const shape = (organization: Organization, policy: Policy) => ({
  Policy: { PolicySummary: summary(organization, policy), Content: policy.content },
});

const tagMap = (tags: sdk.Tag[] = []) => new Map(tags.map(({ Key = "", Value = "" }) => [Key, Value]));

function writing(organization: Organization, { management }: Callers): Operations {
  const { policies } = organization;
  return {
    CreatePolicy: (input: sdk.CreatePolicyCommandInput, call: Call) => {
      management(call);
      const { Name: name = "", Description: description = "", Content: content = "", Type: type } = input;
      if (!type) throw invalid("INVALID_ENUM_POLICY_TYPE: Type");
      return shape(organization, policies.create(type, { name, description, content }, tagMap(input.Tags)));
    },
    UpdatePolicy: (input: sdk.UpdatePolicyCommandInput, call: Call) => {
      management(call);
      const { Name: name, Description: description, Content: content } = input;
      const changes = Object.fromEntries(
        Object.entries({ name, description, content }).filter(([, value]) => value !== undefined),
      );
      return shape(organization, policies.update(input.PolicyId, changes));
    },
    DeletePolicy: (input: sdk.DeletePolicyCommandInput, call: Call) => {
      management(call);
      policies.delete(input.PolicyId);
    },
  };
}

function attaching(organization: Organization, { management }: Callers): Operations {
  const { policies } = organization;
  return {
    AttachPolicy: (input: sdk.AttachPolicyCommandInput, call: Call) => {
      management(call);
      policies.attach(input.PolicyId, input.TargetId ?? "");
    },
    DetachPolicy: (input: sdk.DetachPolicyCommandInput, call: Call) => {
      management(call);
      policies.detach(input.PolicyId, input.TargetId ?? "");
    },
  };
}

function reading(organization: Organization, { reader }: Callers): Operations {
  const { policies } = organization;
  const paged = <T>(items: T[], input: { MaxResults?: number; NextToken?: string }) =>
    page(items, input.MaxResults ?? 20, input.NextToken, () =>
      invalid("INVALID_NEXT_TOKEN: You specified an invalid pagination token."),
    );
  const target = (id: string): sdk.PolicyTargetSummary => {
    const account = organization.accounts.get(id);
    const unit = organization.units.find((one) => one.id === id);
    if (account) return { TargetId: id, Arn: organization.arn("account", id), Name: account.name, Type: "ACCOUNT" };
    if (unit) return { TargetId: id, Arn: organization.arn("ou", id), Name: unit.name, Type: "ORGANIZATIONAL_UNIT" };
    return { TargetId: id, Arn: organization.arn("root", id), Name: "Root", Type: "ROOT" };
  };
  return {
    DescribePolicy: (input: sdk.DescribePolicyCommandInput, call: Call) => {
      reader(call);
      return shape(organization, policies.get(input.PolicyId));
    },
    ListPolicies: (input: sdk.ListPoliciesCommandInput, call: Call) => {
      reader(call);
      const { items, NextToken } = paged(policies.ofType(input.Filter as sdk.PolicyType), input);
      return { Policies: items.map((policy) => summary(organization, policy)), NextToken };
    },
    ListPoliciesForTarget: (input: sdk.ListPoliciesForTargetCommandInput, call: Call) => {
      reader(call);
      const { items, NextToken } = paged(policies.on(input.TargetId ?? "", input.Filter as sdk.PolicyType), input);
      return { Policies: items.map((policy) => summary(organization, policy)), NextToken };
    },
    ListTargetsForPolicy: (input: sdk.ListTargetsForPolicyCommandInput, call: Call) => {
      reader(call);
      const { items, NextToken } = paged(policies.targets(policies.get(input.PolicyId)), input);
      return { Targets: items.map(target), NextToken };
    },
  };
}

function types(organization: Organization, { management }: Callers): Operations {
  const asked = (input: { RootId?: string; PolicyType?: string }): sdk.PolicyType => {
    if (input.RootId !== organization.rootId)
      throw new ServiceError("RootNotFoundException", 400, "We can't find a root with the RootId that you specified.");
    return input.PolicyType as sdk.PolicyType;
  };
  return {
    EnablePolicyType: (input: sdk.EnablePolicyTypeCommandInput, call: Call) => {
      management(call);
      organization.policies.enableType(asked(input));
      return { Root: organization.root() };
    },
    DisablePolicyType: (input: sdk.DisablePolicyTypeCommandInput, call: Call) => {
      management(call);
      organization.policies.disableType(asked(input));
      return { Root: organization.root() };
    },
  };
}

function tagging(organization: Organization, { management, reader }: Callers): Operations {
  const tags = (id: string | undefined) => organization.policies.get(id).tags;
  return {
    TagResource: (input: sdk.TagResourceCommandInput, call: Call) => {
      management(call);
      for (const [key, value] of tagMap(input.Tags)) tags(input.ResourceId).set(key, value);
    },
    UntagResource: (input: sdk.UntagResourceCommandInput, call: Call) => {
      management(call);
      for (const key of input.TagKeys ?? []) tags(input.ResourceId).delete(key);
    },
    ListTagsForResource: (input: sdk.ListTagsForResourceCommandInput, call: Call) => {
      reader(call);
      return { Tags: [...tags(input.ResourceId)].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
