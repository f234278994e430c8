import { GuardDuty } from "@aws-sdk/client-guardduty";
import { type Around, everything, type Finder, regionOf, unless } from "../finding";
import { detectorIn } from "./detector";
import { guarddutyInvitations } from "./guarddutyInvitations";
import { guarddutyLists } from "./guarddutyLists";

const detector = (around: Around, region: string) =>
  around.account.once(`guardduty detector's settings ${region}`, async () => {
    const id = await detectorIn(around, region);
    return id ? { id, ...(await around.account.client(GuardDuty, region).getDetector({ DetectorId: id })) } : undefined;
  });

const findDetector: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const there = await detector(around, region);
  if (!there) return undefined;
  const guardduty = around.account.client(GuardDuty, region);
  const { Administrator: admin } = await guardduty.getAdministratorAccount({ DetectorId: there.id });
  if (admin?.AccountId && admin.AccountId !== around.administrator) {
    const { AccountId: other } = admin;
    return {
      what: `account ${around.account.id} is a member of GuardDuty's administrator ${other} in ${region}${
        around.administrator ? `, and not of ${around.administrator}` : ", and no member can administer others"
      }`,
      fix: `where ${other} invited it, run in account ${around.account.id}: aws guardduty disassociate-from-administrator-account --detector-id ${there.id} --region ${region}; where ${other} administers the organization there, run in the management account: ${disableAdmin(other, region)}`,
    };
  }
  return {
    id: there.id,
    now: {
      enable: there.Status === "ENABLED",
      findingPublishingFrequency: there.FindingPublishingFrequency,
      tags: there.Tags ?? {},
    },
  };
};

const disableAdmin = (admin: string, region: string): string =>
  `aws guardduty disable-organization-admin-account --admin-account-id ${admin} --region ${region}`;

const findDetectorFeature: Finder = async (sought, around) => {
  const there = await detector(around, regionOf(sought, around));
  const feature = there?.Features?.find(({ Name }) => Name === sought.inputs.name);
  return (
    feature && {
      now: {
        status: feature.Status,
        additionalConfigurations: feature.AdditionalConfiguration?.map(({ Name, Status }) => ({
          name: Name,
          status: Status,
        })),
      },
    }
  );
};

const findAdmin: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const guardduty = around.account.client(GuardDuty, region);
  const admins = await everything(
    (NextToken) => guardduty.listOrganizationAdminAccounts({ NextToken }),
    ({ AdminAccounts }) => AdminAccounts,
  );
  const wanted = sought.inputs.adminAccountId;
  if (admins.some(({ AdminAccountId }) => AdminAccountId === wanted)) {
    return { id: String(wanted), now: { adminAccountId: wanted } };
  }
  const [other] = admins.flatMap(({ AdminAccountId }) => AdminAccountId ?? []);
  return other === undefined
    ? undefined
    : {
        what: `${other} is GuardDuty's delegated administrator in ${region}, and not ${wanted}`,
        fix: `run in the management account: ${disableAdmin(other, region)}. The members' detectors stay on, and become members of ${wanted} with the stack organization`,
      };
};

/** Undefined where the account is not, or not yet, the administrator. */
const organizationIn = async (around: Around, region: string) => {
  const DetectorId = await detectorIn(around, region);
  if (!DetectorId) return undefined;
  return around.account.once(`guardduty organization ${region}`, async () => {
    const guardduty = around.account.client(GuardDuty, region);
    const asked = guardduty.describeOrganizationConfiguration({ DetectorId });
    const now = await unless(/BadRequestException.*administrator/i, asked);
    return now && { DetectorId, ...now };
  });
};

const findOrganization: Finder = async (sought, around) => {
  const now = await organizationIn(around, regionOf(sought, around));
  return now && { id: now.DetectorId, now: { autoEnableOrganizationMembers: now.AutoEnableOrganizationMembers } };
};

const findOrganizationFeature: Finder = async (sought, around) => {
  const now = await organizationIn(around, regionOf(sought, around));
  const feature = now?.Features?.find(({ Name }) => Name === sought.inputs.name);
  return (
    feature && {
      now: {
        autoEnable: feature.AutoEnable,
        additionalConfigurations: feature.AdditionalConfiguration?.map(({ Name, AutoEnable }) => ({
          name: Name,
          autoEnable: AutoEnable,
        })),
      },
    }
  );
};

/** What GuardDuty has already. */
export const guardduty: Readonly<Record<string, Finder>> = {
  "aws:guardduty/detector:Detector": findDetector,
  "aws:guardduty/detectorFeature:DetectorFeature": findDetectorFeature,
  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount": findAdmin,
  "aws:guardduty/organizationConfiguration:OrganizationConfiguration": findOrganization,
  "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature": findOrganizationFeature,
  ...guarddutyInvitations,
  ...guarddutyLists,
};
