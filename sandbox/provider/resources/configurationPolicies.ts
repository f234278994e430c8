import type { ParameterValue, Policy, SecurityControlCustomParameter } from "@aws-sdk/client-securityhub";
import type { ConfigurationPolicyArgs } from "@pulumi/aws/securityhub/configurationPolicy";
import type { ConfigurationPolicyAssociationArgs } from "@pulumi/aws/securityhub/configurationPolicyAssociation";
import { found, type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

/** The answer, or undefined where central configuration is off, without which there are no policies. */
async function whereCentral<T>(answer: Promise<T>): Promise<T | undefined> {
  return found(answer).catch((error) => {
    if (error.name === "AccessDeniedException" && /central configuration/i.test(error.message)) return undefined;
    throw error;
  });
}

function policy({ configurationPolicy: wanted }: Plain<ConfigurationPolicyArgs>): Policy {
  const controls = wanted.securityControlsConfiguration;
  return {
    SecurityHub: {
      ServiceEnabled: wanted.serviceEnabled,
      EnabledStandardIdentifiers: wanted.enabledStandardArns,
      SecurityControlsConfiguration: controls && {
        // One list excludes the other; neither means that no control is off.
        ...(controls.enabledControlIdentifiers
          ? { EnabledSecurityControlIdentifiers: controls.enabledControlIdentifiers }
          : { DisabledSecurityControlIdentifiers: controls.disabledControlIdentifiers ?? [] }),
        SecurityControlCustomParameters: controls.securityControlCustomParameters?.map(customParameter),
      },
    },
  };
}

/** The provider's name of each type of value, the service's, and what the value stands under. */
const VALUE_TYPES = [
  ["bool", "Boolean", "value"],
  ["double", "Double", "value"],
  ["enum", "Enum", "value"],
  ["enumList", "EnumList", "values"],
  ["int", "Integer", "value"],
  ["intList", "IntegerList", "values"],
  ["string", "String", "value"],
  ["stringList", "StringList", "values"],
] as const;

const VALUE_SHAPES = Object.fromEntries(VALUE_TYPES.map(([ours, , under]) => [ours, { [under]: true as const }]));

type Blocks = NonNullable<
  NonNullable<
    Plain<ConfigurationPolicyArgs>["configurationPolicy"]["securityControlsConfiguration"]
  >["securityControlCustomParameters"]
>;

const customParameter = ({ securityControlId, parameters }: Blocks[number]): SecurityControlCustomParameter => ({
  SecurityControlId: securityControlId,
  Parameters: Object.fromEntries(
    parameters.map(({ name, valueType, ...given }) => {
      const values = given as Record<string, Record<string, unknown> | undefined>;
      const [type] = VALUE_TYPES.filter(([ours]) => values[ours] !== undefined);
      const Value = type && ({ [type[1]]: values[type[0]]?.[type[2]] } as unknown as ParameterValue);
      return [name, { ValueType: valueType as "CUSTOM" | "DEFAULT", ...(Value && { Value }) }];
    }),
  ),
});

/** As the official provider reads it: blocks in the service's order, parameters by name. */
const customBlock = ({ SecurityControlId, Parameters = {} }: SecurityControlCustomParameter) => ({
  securityControlId: SecurityControlId,
  parameters: Object.entries(Parameters).map(([name, { ValueType, Value }]) => {
    const values = (Value ?? {}) as unknown as Record<string, unknown>;
    const [type] = VALUE_TYPES.filter(([, theirs]) => values[theirs] !== undefined);
    return { name, valueType: ValueType, ...(type && { [type[0]]: { [type[2]]: values[type[1]] } }) };
  }),
});

const target = (id: string) =>
  /^\d{12}$/.test(id) ? { AccountId: id } : id.startsWith("r-") ? { RootId: id } : { OrganizationalUnitId: id };

async function associate(aws: Scope, { policyId, targetId }: Plain<ConfigurationPolicyAssociationArgs>) {
  await aws.securityhub.startConfigurationPolicyAssociation({
    ConfigurationPolicyIdentifier: policyId,
    Target: target(targetId),
  });
}

/** Waits for an association. That it failed is an error, that it takes long is none, as with the official provider. */
async function associated(aws: Scope, targetId: string): Promise<void> {
  const waiting = until(aws, `the configuration policy of ${targetId}`, async () => {
    const now = await aws.securityhub.getConfigurationPolicyAssociation({ Target: target(targetId) });
    if (now.AssociationStatus === "FAILED")
      throw new Error(`the association with ${targetId} failed: ${now.AssociationStatusMessage}`);
    return now.AssociationStatus === "SUCCESS" || undefined;
  });
  await waiting.catch((error: Error) => {
    if (!/^timeout/.test(error.message)) throw error;
  });
}

export const configurationPolicies: Record<string, ResourceType> = {
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": resource<ConfigurationPolicyArgs>({
    inputs: {
      name: true,
      description: true,
      configurationPolicy: {
        serviceEnabled: true,
        enabledStandardArns: true,
        securityControlsConfiguration: {
          enabledControlIdentifiers: true,
          disabledControlIdentifiers: true,
          securityControlCustomParameters: {
            securityControlId: true,
            parameters: { name: true, valueType: true, ...VALUE_SHAPES },
          },
        },
      },
    },
    async create({ securityhub }, inputs) {
      const answer = await securityhub.createConfigurationPolicy({
        Name: inputs.name,
        Description: inputs.description,
        ConfigurationPolicy: policy(inputs),
      });
      return String(answer.Id);
    },
    async read({ securityhub }, id) {
      const now = await whereCentral(securityhub.getConfigurationPolicy({ Identifier: id }));
      const hub = now?.ConfigurationPolicy?.SecurityHub;
      const controls = hub?.SecurityControlsConfiguration;
      return (
        now && {
          arn: now.Arn,
          name: now.Name,
          description: now.Description,
          configurationPolicy: {
            serviceEnabled: hub?.ServiceEnabled,
            enabledStandardArns: hub?.EnabledStandardIdentifiers,
            securityControlsConfiguration: controls && {
              enabledControlIdentifiers: controls.EnabledSecurityControlIdentifiers,
              disabledControlIdentifiers: controls.DisabledSecurityControlIdentifiers,
              securityControlCustomParameters: controls.SecurityControlCustomParameters?.map(customBlock),
            },
          },
        }
      );
    },
    update: ({ securityhub }, id, inputs) =>
      securityhub.updateConfigurationPolicy({
        Identifier: id,
        Name: inputs.name,
        Description: inputs.description ?? "",
        ConfigurationPolicy: policy(inputs),
      }),
    delete: ({ securityhub }, id) => whereCentral(securityhub.deleteConfigurationPolicy({ Identifier: id })),
  }),

  "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation":
    resource<ConfigurationPolicyAssociationArgs>({
      inputs: { policyId: true, targetId: true },
      replaceOn: ["targetId"],
      async create(aws, inputs, made) {
        await associate(aws, inputs);
        made(inputs.targetId);
        await associated(aws, inputs.targetId);
        return inputs.targetId;
      },
      async read({ securityhub }, id) {
        const now = await whereCentral(securityhub.getConfigurationPolicyAssociation({ Target: target(id) }));
        return now && { policyId: now.ConfigurationPolicyId, targetId: id };
      },
      async update(aws, id, inputs) {
        await associate(aws, inputs);
        await associated(aws, id);
      },
      // As the official provider: started, and not waited for.
      delete: ({ securityhub }, id, { policyId }) =>
        found(
          securityhub.startConfigurationPolicyDisassociation({
            ConfigurationPolicyIdentifier: policyId,
            Target: target(id),
          }),
        ),
    }),
};
