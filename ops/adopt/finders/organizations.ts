import { Organizations, type PolicyType } from "@aws-sdk/client-organizations";
import { type Around, everything, type Finder } from "../finding";

// AWS Organizations is global: its one endpoint is in us-east-1.
const organizationsOf = ({ account }: Around): Organizations => account.client(Organizations, "us-east-1");

const findDelegatedAdministrator: Finder = async ({ inputs }, around) => {
  const { accountId, servicePrincipal } = inputs;
  const all = await everything(
    (NextToken) =>
      organizationsOf(around).listDelegatedAdministrators({ ServicePrincipal: String(servicePrincipal), NextToken }),
    ({ DelegatedAdministrators }) => DelegatedAdministrators,
  );
  // Others may administer the service too: most take several.
  return all.some(({ Id }) => Id === accountId)
    ? { id: `${accountId}/${servicePrincipal}`, now: { accountId, servicePrincipal } }
    : undefined;
};

const findServiceAccess: Finder = async ({ inputs: { servicePrincipal } }, around) => {
  const enabled = await around.account.once("organizations service access", () =>
    everything(
      (NextToken) => organizationsOf(around).listAWSServiceAccessForOrganization({ NextToken }),
      ({ EnabledServicePrincipals }) => EnabledServicePrincipals,
    ),
  );
  return enabled.some(({ ServicePrincipal }) => ServicePrincipal === servicePrincipal)
    ? { id: String(servicePrincipal), now: { servicePrincipal } }
    : undefined;
};

/** The policies of a type, which have names of their own there. */
const policiesOf = (around: Around, type: unknown) =>
  around.account.once(`organizations policies ${type}`, () =>
    everything(
      (NextToken) =>
        organizationsOf(around).listPolicies({ Filter: (type ?? "SERVICE_CONTROL_POLICY") as PolicyType, NextToken }),
      ({ Policies }) => Policies,
    ),
  );

const findPolicy: Finder = async ({ inputs: { name, type } }, around) => {
  const one = (await policiesOf(around, type)).find(({ Name }) => Name === name);
  if (!one?.Id) return undefined;
  const { Policy: policy } = await organizationsOf(around).describePolicy({ PolicyId: one.Id });
  const { Tags = [] } = await organizationsOf(around).listTagsForResource({ ResourceId: one.Id });
  return {
    id: one.Id,
    now: {
      name: one.Name,
      description: one.Description,
      content: policy?.Content,
      tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
    },
  };
};

/**
 * The attachments of a policy that is there; its id isn't known to the program yet, but which one it is, by the component, and where
 * there are several of that type by the name that begins like its own.
 */
const findAttachment: Finder = async ({ urn, name, inputs: { targetId } }, around) => {
  const component = parentOf(urn);
  const policies = around.all.filter((one) => one.type === POLICY && parentOf(one.urn) === component);
  const [policy] =
    policies.length > 1 ? policies.filter((one) => name === one.name.replace(/policy$/, String(targetId))) : policies;
  if (!policy) return undefined;
  const one = (await policiesOf(around, policy.inputs.type)).find(({ Name }) => Name === policy.inputs.name);
  if (!one?.Id) return undefined;
  const { Id: PolicyId } = one;
  const targets = await around.account.once(`organizations targets ${PolicyId}`, () =>
    everything(
      (NextToken) => organizationsOf(around).listTargetsForPolicy({ PolicyId, NextToken }),
      ({ Targets }) => Targets,
    ),
  );
  return targets.some(({ TargetId }) => TargetId === targetId)
    ? { id: `${targetId}:${PolicyId}`, now: { targetId } }
    : undefined;
};

const POLICY = "aws:organizations/policy:Policy";

/** The types of all components that a resource stands in. */
const parentOf = (urn: string): string => urn.split("::")[2]?.split("$").slice(0, -1).join("$") ?? "";

/** What AWS Organizations has already. */
export const organizations: Readonly<Record<string, Finder>> = {
  "aws:organizations/delegatedAdministrator:DelegatedAdministrator": findDelegatedAdministrator,
  [POLICY]: findPolicy,
  "aws:organizations/policyAttachment:PolicyAttachment": findAttachment,
  "aws:organizations/awsServiceAccess:AwsServiceAccess": findServiceAccess,
};
