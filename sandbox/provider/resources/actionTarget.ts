import type { ActionTargetArgs } from "@pulumi/aws/securityhub/actionTarget";
import { found, type ResourceType, resource } from "../resource";

/** Security Hub's custom actions. */
export const actionTarget: Record<string, ResourceType> = {
  "aws:securityhub/actionTarget:ActionTarget": resource<ActionTargetArgs>({
    inputs: { name: true, description: true, identifier: true },
    replaceOn: ["identifier"],
    async create({ securityhub }, { name, description, identifier }) {
      const made = await securityhub.createActionTarget({ Name: name, Description: description, Id: identifier });
      return String(made.ActionTargetArn);
    },
    async read({ securityhub }, id) {
      const { ActionTargets: [one] = [] } =
        (await found(securityhub.describeActionTargets({ ActionTargetArns: [id] }))) ?? {};
      return one && { arn: id, identifier: id.split("/").at(-1), name: one.Name, description: one.Description };
    },
    update: ({ securityhub }, id, { name, description }) =>
      securityhub.updateActionTarget({ ActionTargetArn: id, Name: name, Description: description }),
    delete: ({ securityhub }, id) => securityhub.deleteActionTarget({ ActionTargetArn: id }),
  }),
};
