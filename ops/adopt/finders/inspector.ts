import { Inspector2 } from "@aws-sdk/client-inspector2";
import { type Around, type Finder, type Sought, unless } from "../finding";

const inspectorIn = ({ account, homeRegion }: Around, { region = homeRegion }: Sought): Inspector2 =>
  account.client(Inspector2, region);

const findAdmin: Finder = async (sought, around) => {
  const { region = around.homeRegion, inputs } = sought;
  // Where nobody is designated, AWS answers without one, or that there is none.
  const asked = inspectorIn(around, sought).getDelegatedAdminAccount({});
  const admin = (await unless(/ResourceNotFound/, asked))?.delegatedAdmin?.accountId;
  if (!admin) return undefined;
  return admin === inputs.accountId
    ? { id: admin, now: { accountId: admin } }
    : {
        what: `${admin} is Inspector's delegated administrator in ${region}, and not ${inputs.accountId}`,
        fix: `run in the management account: aws inspector2 disable-delegated-admin-account --delegated-admin-account-id ${admin} --region ${region}`,
      };
};

const findOrganization: Finder = async (sought, around) => {
  const asked = inspectorIn(around, sought).describeOrganizationConfiguration({});
  // For the administrator alone.
  const now = await unless(/AccessDenied/, asked);
  return now && { now: { autoEnable: now.autoEnable } };
};

/** What Amazon Inspector has already. Scanning that is on in the stack's own account is left on, and needs nothing taken over. */
export const inspector: Readonly<Record<string, Finder>> = {
  "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount": findAdmin,
  "aws:inspector2/organizationConfiguration:OrganizationConfiguration": findOrganization,
};
