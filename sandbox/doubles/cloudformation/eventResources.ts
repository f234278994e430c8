import type { Target } from "@aws-sdk/client-eventbridge";
import type { MemberResource } from "./memberResources";

interface InlinePolicy {
  PolicyName: string;
  PolicyDocument: object;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
const role: MemberResource = {
  properties: ["RoleName", "AssumeRolePolicyDocument", "Policies", "Description"],
  required: ["AssumeRolePolicyDocument", "RoleName"],
  replaceOn: ["RoleName"],
  async create({ iam }, { RoleName, AssumeRolePolicyDocument, Policies, Description }) {
    const name = String(RoleName);
    await iam.createRole({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument),
      Description: Description as string | undefined,
    });
    for (const { PolicyName, PolicyDocument } of (Policies ?? []) as InlinePolicy[])
      await iam.putRolePolicy({ RoleName: name, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
    return name;
  },
  async update({ iam }, id, { AssumeRolePolicyDocument, Policies }) {
    await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: JSON.stringify(AssumeRolePolicyDocument) });
    const wanted = (Policies ?? []) as InlinePolicy[];
    const { PolicyNames: there = [] } = await iam.listRolePolicies({ RoleName: id });
    for (const PolicyName of there.filter((name) => !wanted.some((one) => one.PolicyName === name)))
      await iam.deleteRolePolicy({ RoleName: id, PolicyName });
    for (const { PolicyName, PolicyDocument } of wanted)
      await iam.putRolePolicy({ RoleName: id, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
  },
  async delete({ iam }, id) {
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: id });
    for (const PolicyName of PolicyNames) await iam.deleteRolePolicy({ RoleName: id, PolicyName });
    await iam.deleteRole({ RoleName: id });
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html */
const rule: MemberResource = {
  properties: ["Name", "Description", "EventPattern", "State", "Targets"],
  required: [],
  replaceOn: ["Name"],
  async create(member, properties) {
    // CloudFormation's own names: of the stack, the logical id and letters of chance.
    const name = String(properties.Name ?? `StackSet-Rule-${Math.random().toString(36).slice(2, 14).toUpperCase()}`);
    await rule.update(member, name, properties);
    return name;
  },
  async update({ events }, id, { Description, EventPattern, State, Targets }) {
    await events.putRule({
      Name: id,
      Description: Description as string | undefined,
      EventPattern: EventPattern === undefined ? undefined : JSON.stringify(EventPattern),
      State: State as "ENABLED" | undefined,
    });
    const wanted = (Targets ?? []) as Target[];
    const { Targets: there = [] } = await events.listTargetsByRule({ Rule: id });
    const gone = there.filter(({ Id }) => !wanted.some((one) => one.Id === Id)).flatMap(({ Id }) => Id ?? []);
    if (gone.length > 0) await events.removeTargets({ Rule: id, Ids: gone });
    if (wanted.length > 0) await events.putTargets({ Rule: id, Targets: wanted });
  },
  async delete({ events }, id) {
    const { Targets = [] } = await events.listTargetsByRule({ Rule: id });
    const Ids = Targets.flatMap(({ Id }) => Id ?? []);
    if (Ids.length > 0) await events.removeTargets({ Rule: id, Ids });
    await events.deleteRule({ Name: id });
  },
};

export const EVENT_RESOURCES: Readonly<Record<string, MemberResource>> = {
  "AWS::IAM::Role": role,
  "AWS::Events::Rule": rule,
};
