import { GuardDuty } from "@aws-sdk/client-guardduty";
import { everything, type Finder, regionOf } from "../finding";
import { detectorIn } from "./detector";

/** A detector takes one list of trusted addresses, whatever its name. */
const findTrusted: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const DetectorId = await detectorIn(around, region);
  if (!DetectorId) return undefined;
  const guardduty = around.account.client(GuardDuty, region);
  const [IpSetId] = await everything(
    (NextToken) => guardduty.listIPSets({ DetectorId, NextToken }),
    ({ IpSetIds }) => IpSetIds,
  );
  if (!IpSetId) return undefined;
  const { Name, Format, Location, Status, Tags = {} } = await guardduty.getIPSet({ DetectorId, IpSetId });
  return {
    id: `${DetectorId}:${IpSetId}`,
    now: { format: Format, location: Location, activate: Status === "ACTIVE" || Status === "ACTIVATING", tags: Tags },
    loses: [
      `the list ${Name} is made anew with the addresses of hakken:guardDuty.trustedIps alone: put those of before among them that are still trusted`,
    ],
  };
};

/** https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_upload-lists.html */
const THREAT_LISTS = 6;

/** Those that are there stay beside ours, for as long as there is room. */
const findThreats: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const DetectorId = await detectorIn(around, region);
  if (!DetectorId) return undefined;
  const guardduty = around.account.client(GuardDuty, region);
  const ids = await everything(
    (NextToken) => guardduty.listThreatIntelSets({ DetectorId, NextToken }),
    ({ ThreatIntelSetIds }) => ThreatIntelSetIds,
  );
  if (ids.length < THREAT_LISTS) return undefined;
  return {
    what: `GuardDuty in ${region} has ${ids.length} lists of threatening addresses, as many as AWS takes`,
    fix: `put the addresses of one into hakken:guardDuty.threatIps, and delete it: aws guardduty delete-threat-intel-set --detector-id ${DetectorId} --region ${region} --threat-intel-set-id ID, of ${ids.join(", ")}`,
  };
};

/** A detector exports to one bucket. */
const findDestination: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const DetectorId = await detectorIn(around, region);
  if (!DetectorId) return undefined;
  const guardduty = around.account.client(GuardDuty, region);
  const all = await everything(
    (NextToken) => guardduty.listPublishingDestinations({ DetectorId, NextToken }),
    ({ Destinations }) => Destinations,
  );
  const DestinationId = all.find(({ DestinationType }) => DestinationType === "S3")?.DestinationId;
  if (!DestinationId) return undefined;
  const { DestinationProperties: to, Tags = {} } = await guardduty.describePublishingDestination({
    DetectorId,
    DestinationId,
  });
  return {
    id: `${DetectorId}:${DestinationId}`,
    now: { destinationArn: to?.DestinationArn, kmsKeyArn: to?.KmsKeyArn, tags: Tags },
    loses: [`nothing more is exported to ${to?.DestinationArn}; what is there stays`],
  };
};

/** GuardDuty's lists of addresses, and where it exports findings to. */
export const guarddutyLists: Readonly<Record<string, Finder>> = {
  "aws:guardduty/iPSet:IPSet": findTrusted,
  "aws:guardduty/threatIntelSet:ThreatIntelSet": findThreats,
  "aws:guardduty/publishingDestination:PublishingDestination": findDestination,
};
