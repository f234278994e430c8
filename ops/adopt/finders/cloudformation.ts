import { type CallAs, CloudFormation } from "@aws-sdk/client-cloudformation";
import { type Finder, unless } from "../finding";

const findStackSet: Finder = async ({ region, inputs }, around) => {
  const { name, callAs } = inputs;
  const cloudformation = around.account.client(CloudFormation, region ?? around.homeRegion);
  const asked = cloudformation.describeStackSet({ StackSetName: String(name), CallAs: callAs as CallAs | undefined });
  const set = (await unless(/StackSetNotFound/, asked))?.StackSet;
  if (!set || set.Status === "DELETED") return undefined;
  return {
    id: callAs === "DELEGATED_ADMIN" ? `${name},${callAs}` : String(name),
    now: {
      name,
      description: set.Description,
      templateBody: set.TemplateBody,
      permissionModel: set.PermissionModel,
      parameters: Object.fromEntries(
        (set.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
      ),
      capabilities: set.Capabilities,
    },
  };
};

/** What CloudFormation has already. Instances of a StackSet that are there are taken as they are when ours are made. */
export const cloudformation: Readonly<Record<string, Finder>> = {
  "aws:cloudformation/stackSet:StackSet": findStackSet,
};
