import type { AssociationStatus } from "@aws-sdk/client-securityhub";
import type { StandardsControlAssociationArgs } from "@pulumi/aws/securityhub/standardsControlAssociation";
import type { StandardsSubscriptionArgs } from "@pulumi/aws/securityhub/standardsSubscription";
import { found, type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

/** The answer, or undefined where Security Hub is off, and its standards with it. */
async function whereOn<T>(answer: Promise<T>): Promise<T | undefined> {
  return found(answer).catch((error) => {
    if (error.name === "InvalidAccessException" && /not subscribed/i.test(error.message)) return undefined;
    throw error;
  });
}

async function subscription({ securityhub }: Scope, arn: string) {
  const now = await whereOn(securityhub.getEnabledStandards({ StandardsSubscriptionArns: [arn] }));
  return now?.StandardsSubscriptions?.[0];
}

async function associate({ securityhub }: Scope, inputs: Plain<StandardsControlAssociationArgs>): Promise<void> {
  const { securityControlId, standardsArn, associationStatus, updatedReason } = inputs;
  const { UnprocessedAssociationUpdates: [refused] = [] } = await securityhub.batchUpdateStandardsControlAssociations({
    StandardsControlAssociationUpdates: [
      {
        SecurityControlId: securityControlId,
        StandardsArn: standardsArn,
        AssociationStatus: associationStatus as AssociationStatus,
        UpdatedReason: updatedReason,
      },
    ],
  });
  if (refused) throw new Error(`${refused.ErrorCode}: ${refused.ErrorReason}`);
}

/** An account's own standards, and which controls of them are on. */
export const securityHubStandards: Record<string, ResourceType> = {
  "aws:securityhub/standardsSubscription:StandardsSubscription": resource<StandardsSubscriptionArgs>({
    inputs: { standardsArn: true },
    replaceOn: ["standardsArn"],
    async create(aws, { standardsArn }, made) {
      const { StandardsSubscriptions = [] } = await aws.securityhub.batchEnableStandards({
        StandardsSubscriptionRequests: [{ StandardsArn: standardsArn }],
      });
      const id = String(StandardsSubscriptions[0]?.StandardsSubscriptionArn);
      made(id);
      await until(aws, `the standard ${standardsArn}`, async () => {
        const status = (await subscription(aws, id))?.StandardsStatus;
        if (status === "FAILED") throw new Error(`the standard ${standardsArn} failed`);
        return status === "READY" || status === "INCOMPLETE" || undefined;
      });
      return id;
    },
    async read(aws, id) {
      const now = await subscription(aws, id);
      return now && { standardsArn: now.StandardsArn };
    },
    async delete(aws, id) {
      if (!(await subscription(aws, id))) return;
      await aws.securityhub.batchDisableStandards({ StandardsSubscriptionArns: [id] });
      await until(aws, `the end of the standard ${id}`, async () => ((await subscription(aws, id)) ? undefined : true));
    },
  }),

  "aws:securityhub/standardsControlAssociation:StandardsControlAssociation": resource<StandardsControlAssociationArgs>({
    inputs: { associationStatus: true, securityControlId: true, standardsArn: true, updatedReason: true },
    replaceOn: ["securityControlId", "standardsArn"],
    async create(aws, inputs) {
      await associate(aws, inputs);
      return `${inputs.securityControlId},${inputs.standardsArn}`;
    },
    async read({ securityhub }, id) {
      const [SecurityControlId = "", standardsArn] = id.split(",");
      const now = await whereOn(securityhub.listStandardsControlAssociations({ SecurityControlId }));
      const here = now?.StandardsControlAssociationSummaries?.find(({ StandardsArn }) => StandardsArn === standardsArn);
      return (
        here && {
          securityControlId: SecurityControlId,
          standardsArn,
          associationStatus: here.AssociationStatus,
          updatedReason: here.UpdatedReason,
        }
      );
    },
    update: (aws, _id, inputs) => associate(aws, inputs),
    // As the official provider: the control stays as it is.
    delete: async () => undefined,
  }),
};
