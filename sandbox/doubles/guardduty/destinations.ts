import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-guardduty";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { badRequest } from "./features";
import type { Destination, Detector, GuardDutyState } from "./state";

/**
 * Where a detector's findings are exported to. Whether GuardDuty may write there is the local AWS's to say (launcher/exports.py).
 * https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreatePublishingDestination.html
 */
export function destinationOperations(state: GuardDutyState): Operations {
  const owned = (id: string | undefined, { account, region }: Call) => state.owned(account, region, id);
  const known = (detector: Detector, id: string | undefined): Destination => {
    if (detector.destination === undefined || detector.destination.id !== id)
      throw badRequest("the one or more input parameters have invalid values.");
    return detector.destination;
  };

  return {
    CreatePublishingDestination: (input: sdk.CreatePublishingDestinationCommandInput, call: Call) => {
      const detector = owned(input.DetectorId, call);
      if (detector.destination !== undefined)
        throw badRequest("a publishing destination of this type already exists for the detector.");
      const { bucketArn, keyArn } = properties(input.DestinationProperties);
      const id = createHash("md5").update(`${detector.id}/${bucketArn}/${state.clock.now()}`).digest("hex");
      detector.destination = { id, bucketArn, keyArn, tags: { ...input.Tags } };
      return { DestinationId: id };
    },

    DescribePublishingDestination: (input: sdk.DescribePublishingDestinationCommandInput, call: Call) => {
      const { id, bucketArn, keyArn, tags } = known(owned(input.DetectorId, call), input.DestinationId);
      return {
        DestinationId: id,
        DestinationType: "S3",
        Status: "PUBLISHING",
        PublishingFailureStartTimestamp: 0,
        DestinationProperties: { DestinationArn: bucketArn, KmsKeyArn: keyArn },
        Tags: tags,
      };
    },

    ListPublishingDestinations: (input: sdk.ListPublishingDestinationsCommandInput, call: Call) => {
      const { destination } = owned(input.DetectorId, call);
      const listed = destination
        ? [{ DestinationId: destination.id, DestinationType: "S3", Status: "PUBLISHING" }]
        : [];
      const refused = () => badRequest("nextToken is invalid.");
      const { items, NextToken } = page(listed, input.MaxResults ?? 50, input.NextToken, refused);
      return { Destinations: items, NextToken };
    },

    UpdatePublishingDestination: (input: sdk.UpdatePublishingDestinationCommandInput, call: Call) => {
      const destination = known(owned(input.DetectorId, call), input.DestinationId);
      if (input.DestinationProperties) Object.assign(destination, properties(input.DestinationProperties));
    },

    DeletePublishingDestination: (input: sdk.DeletePublishingDestinationCommandInput, call: Call) => {
      const detector = owned(input.DetectorId, call);
      known(detector, input.DestinationId);
      detector.destination = undefined;
    },
  };
}

function properties(given: sdk.DestinationProperties | undefined): Pick<Destination, "bucketArn" | "keyArn"> {
  const { DestinationArn, KmsKeyArn } = given ?? {};
  if (!DestinationArn || !KmsKeyArn)
    throw badRequest("an S3 destination needs both destinationArn and kmsKeyArn among its properties.");
  return { bucketArn: DestinationArn, keyArn: KmsKeyArn };
}
