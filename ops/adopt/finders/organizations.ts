import { Organizations } from "@aws-sdk/client-organizations";
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

/** What AWS Organizations has already. */
export const organizations: Readonly<Record<string, Finder>> = {
  "aws:organizations/delegatedAdministrator:DelegatedAdministrator": findDelegatedAdministrator,
  "aws:organizations/awsServiceAccess:AwsServiceAccess": findServiceAccess,
};
