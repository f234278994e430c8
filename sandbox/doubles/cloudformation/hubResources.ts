import type { ParameterConfiguration, SecurityHub } from "@aws-sdk/client-securityhub";
import type { MemberResource } from "./memberResources";

interface StandardsControl {
  StandardsControlArn: string;
  Reason?: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-securityhub-hub.html */
const hub: MemberResource = {
  properties: ["AutoEnableControls", "ControlFindingGenerator", "EnableDefaultStandards", "Tags"],
  required: [],
  replaceOn: [],
  async create({ securityhub }, { AutoEnableControls, ControlFindingGenerator, EnableDefaultStandards, Tags }) {
    // Refused by the service where Security Hub is on: CloudFormation takes over nothing.
    await securityhub.enableSecurityHub({
      EnableDefaultStandards: (EnableDefaultStandards as boolean | undefined) ?? true,
      ControlFindingGenerator: ControlFindingGenerator as never,
      Tags: Tags as Record<string, string> | undefined,
    });
    await securityhub.updateSecurityHubConfiguration({ AutoEnableControls: (AutoEnableControls as boolean) ?? true });
    return String((await securityhub.describeHub({})).HubArn);
  },
  update: ({ securityhub }, _id, { AutoEnableControls, ControlFindingGenerator }) =>
    securityhub.updateSecurityHubConfiguration({
      AutoEnableControls: AutoEnableControls as boolean | undefined,
      ControlFindingGenerator: ControlFindingGenerator as never,
    }),
  delete: ({ securityhub }) => securityhub.disableSecurityHub({}),
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-securityhub-standard.html */
const standard: MemberResource = {
  properties: ["StandardsArn", "DisabledStandardsControls"],
  required: ["StandardsArn"],
  replaceOn: ["StandardsArn"],
  async create({ securityhub }, { StandardsArn, DisabledStandardsControls }) {
    const { StandardsSubscriptions: there = [] } = await securityhub.getEnabledStandards({});
    // The API would take it; CloudFormation's ResourceConflictException says so of one that is on.
    if (there.some((one) => one.StandardsArn === StandardsArn)) throw new Error("Standards is already enabled");
    const { StandardsSubscriptions: made = [] } = await securityhub.batchEnableStandards({
      StandardsSubscriptionRequests: [{ StandardsArn: String(StandardsArn) }],
    });
    const id = String(made[0]?.StandardsSubscriptionArn);
    await switchOff(securityhub, id, DisabledStandardsControls as StandardsControl[] | undefined).catch(
      async (error: unknown) => {
        await securityhub.batchDisableStandards({ StandardsSubscriptionArns: [id] });
        throw error;
      },
    );
    return id;
  },
  update: ({ securityhub }, id, { DisabledStandardsControls }) =>
    switchOff(securityhub, id, DisabledStandardsControls as StandardsControl[] | undefined),
  delete: ({ securityhub }, id) => securityhub.batchDisableStandards({ StandardsSubscriptionArns: [id] }),
};

/** Switches these controls of a standard off, and all others on. */
async function switchOff(securityhub: SecurityHub, StandardsSubscriptionArn: string, off: StandardsControl[] = []) {
  const { Controls: all = [] } = await securityhub.describeStandardsControls({ StandardsSubscriptionArn });
  const arns = off.map(({ StandardsControlArn }) => StandardsControlArn);
  for (const { StandardsControlArn, ControlStatus } of all)
    if (ControlStatus === "DISABLED" && !arns.includes(StandardsControlArn ?? ""))
      await securityhub.updateStandardsControl({ StandardsControlArn, ControlStatus: "ENABLED" });
  for (const { StandardsControlArn, Reason: DisabledReason } of off)
    await securityhub.updateStandardsControl({ StandardsControlArn, ControlStatus: "DISABLED", DisabledReason });
}

type Parameters = Record<string, ParameterConfiguration>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-securityhub-securitycontrol.html */
const securityControl: MemberResource = {
  properties: ["SecurityControlId", "SecurityControlArn", "Parameters", "LastUpdateReason"],
  required: ["Parameters"],
  replaceOn: ["SecurityControlId", "SecurityControlArn"],
  async create({ securityhub }, { SecurityControlId, SecurityControlArn, Parameters, LastUpdateReason }) {
    const id = String(SecurityControlId ?? SecurityControlArn);
    await securityhub.updateSecurityControl({
      SecurityControlId: id,
      Parameters: Parameters as Parameters,
      LastUpdateReason: LastUpdateReason as string | undefined,
    });
    return id;
  },
  async update({ securityhub }, id, { Parameters, LastUpdateReason }) {
    await securityhub.updateSecurityControl({
      SecurityControlId: id,
      Parameters: { ...(await defaultsOf(securityhub, id)), ...(Parameters as Parameters) },
      LastUpdateReason: LastUpdateReason as string | undefined,
    });
  },
  delete: async ({ securityhub }, id) =>
    securityhub.updateSecurityControl({ SecurityControlId: id, Parameters: await defaultsOf(securityhub, id) }),
};

async function defaultsOf(securityhub: SecurityHub, id: string): Promise<Parameters> {
  const { SecurityControls: [control] = [] } = await securityhub.batchGetSecurityControls({ SecurityControlIds: [id] });
  return Object.fromEntries(Object.keys(control?.Parameters ?? {}).map((name) => [name, { ValueType: "DEFAULT" }]));
}

/** The types of Security Hub that a template may hold. */
export const HUB_RESOURCES: Readonly<Record<string, MemberResource>> = {
  "AWS::SecurityHub::Hub": hub,
  "AWS::SecurityHub::Standard": standard,
  "AWS::SecurityHub::SecurityControl": securityControl,
};
