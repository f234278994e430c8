import { everything, type Finder, regionOf, unless } from "../finding";
import { hubIn, OFF } from "./hub";

const findSubscription: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const securityhub = hubIn(around, region);
  const enabled = await around.account.once(`securityhub standards ${region}`, () =>
    unless(
      OFF,
      everything(
        (NextToken) => securityhub.getEnabledStandards({ NextToken }),
        ({ StandardsSubscriptions }) => StandardsSubscriptions,
      ),
    ),
  );
  const { standardsArn } = sought.inputs;
  const there = enabled?.find(({ StandardsArn }) => StandardsArn === standardsArn);
  return there && { id: String(there.StandardsSubscriptionArn), now: { standardsArn } };
};

/** A control of a standard that is on: AWS tells of no others. */
const findControl: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const securityhub = hubIn(around, region);
  const { securityControlId, standardsArn } = sought.inputs;
  const SecurityControlId = String(securityControlId);
  const everywhere = await around.account.once(`securityhub control ${SecurityControlId} ${region}`, () =>
    unless(
      // Where the region lacks the control, `up` says so.
      new RegExp(`${OFF.source}|ResourceNotFound|InvalidInput`, "i"),
      everything(
        (NextToken) => securityhub.listStandardsControlAssociations({ SecurityControlId, NextToken }),
        ({ StandardsControlAssociationSummaries }) => StandardsControlAssociationSummaries,
      ),
    ),
  );
  const there = everywhere?.find(({ StandardsArn }) => StandardsArn === standardsArn);
  return (
    there && {
      id: `${SecurityControlId},${standardsArn}`,
      now: { associationStatus: there.AssociationStatus, updatedReason: there.UpdatedReason },
    }
  );
};

/** What standards the account has by itself, and which of their controls. */
export const securityHubStandards: Readonly<Record<string, Finder>> = {
  "aws:securityhub/standardsSubscription:StandardsSubscription": findSubscription,
  "aws:securityhub/standardsControlAssociation:StandardsControlAssociation": findControl,
};
