import type { DestinationType } from "@aws-sdk/client-guardduty";
import type { PublishingDestinationArgs } from "@pulumi/aws/guardduty/publishingDestination";
import { type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

/** The ids of the provider's own: `DETECTOR:DESTINATION`. */
const partsOf = (id: string) => {
  const [DetectorId = "", DestinationId = ""] = id.split(":");
  return { DetectorId, DestinationId };
};

const propertiesOf = ({ destinationArn, kmsKeyArn }: Plain<PublishingDestinationArgs>) => ({
  DestinationArn: destinationArn,
  KmsKeyArn: kmsKeyArn,
});

/** What the service says of it; undefined where, by a general error, it says that there is none. */
async function described({ guardduty }: Scope, id: string) {
  return guardduty.describePublishingDestination(partsOf(id)).catch((error) => {
    if (/not owned by the current account|one or more input parameters have invalid values/i.test(error.message))
      return undefined;
    throw error;
  });
}

/** Where GuardDuty exports its findings to. */
export const guarddutyExport: Record<string, ResourceType> = {
  "aws:guardduty/publishingDestination:PublishingDestination": resource<PublishingDestinationArgs>({
    inputs: { detectorId: true, destinationType: true, destinationArn: true, kmsKeyArn: true, tags: true },
    replaceOn: ["detectorId"],
    async create(aws, inputs, made) {
      const { DestinationId } = await aws.guardduty.createPublishingDestination({
        DetectorId: inputs.detectorId,
        DestinationType: (inputs.destinationType ?? "S3") as DestinationType,
        DestinationProperties: propertiesOf(inputs),
        Tags: inputs.tags,
      });
      const id = `${inputs.detectorId}:${DestinationId}`;
      made(id);
      await until(aws, `GuardDuty's destination ${id}`, async () => {
        const now = await described(aws, id);
        return now?.Status === "PUBLISHING" || undefined;
      });
      return id;
    },
    async read(aws, id) {
      const now = await described(aws, id);
      const { DetectorId, DestinationId } = partsOf(id);
      return (
        now && {
          arn: `arn:${aws.partition}:guardduty:${aws.region}:${aws.account}:detector/${DetectorId}/publishingDestination/${DestinationId}`,
          detectorId: DetectorId,
          destinationId: DestinationId,
          destinationType: now.DestinationType,
          destinationArn: now.DestinationProperties?.DestinationArn,
          kmsKeyArn: now.DestinationProperties?.KmsKeyArn,
          tags: now.Tags,
        }
      );
    },
    update: ({ guardduty }, id, inputs) =>
      guardduty.updatePublishingDestination({ ...partsOf(id), DestinationProperties: propertiesOf(inputs) }),
    // As the official provider: whatever GuardDuty finds wrong with the request, it counts as gone.
    delete: ({ guardduty }, id) =>
      guardduty.deletePublishingDestination(partsOf(id)).catch((error) => {
        if (error.name !== "BadRequestException") throw error;
      }),
    tags: {
      put: ({ guardduty }, { arn }, tags) => guardduty.tagResource({ ResourceArn: String(arn), Tags: tags }),
      remove: ({ guardduty }, { arn }, keys) => guardduty.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),
};
