import type * as sdk from "@aws-sdk/client-guardduty";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { badRequest, changePlans, checkFeatures, checkLegacy, onByDefault, planResults } from "./features";
import type { GuardDutyState } from "./state";

/** A detector, or what it keeps under an id of its own. */
interface Tagged {
  tags: Record<string, string>;
}

const frequencies = ["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"];

const checkFrequency = (frequency: string | undefined) => {
  if (frequency !== undefined && !frequencies.includes(frequency))
    throw badRequest(
      "an invalid or out-of-range value is specified as an input parameter: findingPublishingFrequency.",
    );
};

/** One account's own detector: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html */
export function detectorOperations(state: GuardDutyState): Operations {
  return {
    CreateDetector: (input: sdk.CreateDetectorCommandInput, { account, region }: Call) => {
      checkLegacy(input.DataSources, input.Features);
      checkFeatures(input.Features ?? [], region);
      checkFrequency(input.FindingPublishingFrequency);
      if (state.detectorOf(account, region) !== undefined)
        throw badRequest("a detector already exists for the current account.");
      const detector = state.createDetector(account, region, onByDefault);
      detector.enabled = input.Enable ?? false;
      detector.frequency = input.FindingPublishingFrequency ?? "SIX_HOURS";
      detector.tags = { ...input.Tags };
      changePlans(detector.plans, input.Features ?? [], state.clock);
      return { DetectorId: detector.id };
    },

    ListDetectors: (input: sdk.ListDetectorsCommandInput, { account, region }: Call) => {
      const own = state.detectorOf(account, region);
      const ids = own === undefined ? [] : [own.id];
      const { items, NextToken } = page(ids, input.MaxResults ?? 50, input.NextToken, () =>
        badRequest("nextToken is invalid."),
      );
      return { DetectorIds: items, NextToken };
    },

    GetDetector: (input: sdk.GetDetectorCommandInput, { account, region }: Call) => {
      const detector = state.owned(account, region, input.DetectorId);
      return {
        CreatedAt: new Date(detector.createdAt).toISOString(),
        UpdatedAt: new Date(detector.updatedAt).toISOString(),
        FindingPublishingFrequency: detector.frequency,
        ServiceRole: `arn:aws:iam::${account}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty`,
        Status: detector.enabled ? "ENABLED" : "DISABLED",
        Features: planResults(detector.plans, detector.createdAt),
        Tags: detector.tags,
      };
    },

    UpdateDetector: (input: sdk.UpdateDetectorCommandInput, { account, region }: Call) => {
      const detector = state.owned(account, region, input.DetectorId);
      checkLegacy(input.DataSources, input.Features);
      checkFeatures(input.Features ?? [], region);
      checkFrequency(input.FindingPublishingFrequency);
      if (state.isMember(account, region)) refuseMember(input);
      detector.enabled = input.Enable ?? detector.enabled;
      detector.frequency = input.FindingPublishingFrequency ?? detector.frequency;
      detector.updatedAt = state.clock.now();
      changePlans(detector.plans, input.Features ?? [], state.clock);
    },

    DeleteDetector: (input: sdk.DeleteDetectorCommandInput, { account, region }: Call) => {
      const detector = state.owned(account, region, input.DetectorId);
      const members = [...state.membersOf(account, region).values()];
      if (members.some(({ status }) => status === "Enabled" || status === "Invited"))
        throw badRequest("the account cannot delete detector while it has invited or associated members.");
      if (state.isMember(account, region))
        throw badRequest("a member account cannot delete its detector while its administrator manages it.");
      state.detectors.splice(state.detectors.indexOf(detector), 1);
    },

    ...tagOperations(state),
  };
}

/** The administrator decides these for its members. */
function refuseMember(input: sdk.UpdateDetectorCommandInput): void {
  if (input.FindingPublishingFrequency !== undefined)
    throw badRequest("a member account cannot update the finding publishing frequency; its administrator decides it.");
  if (input.Features !== undefined)
    throw badRequest("a member account cannot update features; its administrator decides them.");
  if (input.Enable === false) throw badRequest("a member account cannot suspend GuardDuty.");
}

function tagOperations(state: GuardDutyState): Operations {
  const tagged = (arn: string | undefined, { account, region }: Call): Tagged => {
    const id = /^arn:aws:guardduty:([^:]+):(\d{12}):detector\/([0-9a-f]{32})(?:\/\w+\/([0-9a-f]{32}))?$/.exec(
      arn ?? "",
    );
    if (id?.[1] !== region || id[2] !== account)
      throw badRequest("the resource ARN is not of this account and region.");
    const detector = state.owned(account, region, id[3]);
    const found =
      id[4] === undefined ? detector : [detector.destination, ...detector.lists].find((one) => one?.id === id[4]);
    if (found === undefined) throw badRequest("the resource ARN names nothing that is there.");
    return found;
  };
  return {
    ListTagsForResource: (input: sdk.ListTagsForResourceCommandInput, call: Call) => ({
      Tags: tagged(input.ResourceArn, call).tags,
    }),
    TagResource: (input: sdk.TagResourceCommandInput, call: Call) => {
      Object.assign(tagged(input.ResourceArn, call).tags, input.Tags);
    },
    UntagResource: (input: sdk.UntagResourceCommandInput, call: Call) => {
      const { tags } = tagged(input.ResourceArn, call);
      for (const key of input.TagKeys ?? []) delete tags[key];
    },
  };
}
