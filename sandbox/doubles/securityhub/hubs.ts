import type * as sdk from "@aws-sdk/client-securityhub";
import type { Call, Operations } from "../controlPlane/service";
import type { Hub } from "./records";
import { defaultStandards, standardArns } from "./standards";
import { conflict, invalidAccess, invalidInput, notFound, type SecurityHubState, selfDecided } from "./state";
import type { SecurityHubV2State } from "./v2State";

const hubArn = ({ account, region }: Call) => `arn:aws:securityhub:${region}:${account}:hub/default`;

/** Security Hub in one account and region: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html */
export function hubOperations(state: SecurityHubState, v2: SecurityHubV2State): Operations {
  return {
    EnableSecurityHub: (input: sdk.EnableSecurityHubCommandInput, call: Call) => {
      selfDecided(state, call);
      if (state.hub(call.account, call.region) !== undefined)
        throw conflict("Account is already subscribed to Security Hub");
      const hub = state.enable(call.account, call.region);
      hub.tags = { ...input.Tags };
      hub.controlFindingGenerator = generator(input.ControlFindingGenerator) ?? "SECURITY_CONTROL";
      if (input.EnableDefaultStandards !== false) hub.standards = new Set(defaultStandards(call.region));
    },

    DescribeHub: (input: sdk.DescribeHubCommandInput, call: Call) => {
      const hub = state.subscribed(call);
      if (input.HubArn !== undefined && input.HubArn !== hubArn(call)) throw notFound(`Hub ${input.HubArn} not found`);
      return {
        HubArn: hubArn(call),
        SubscribedAt: new Date(hub.subscribedAt).toISOString(),
        AutoEnableControls: hub.autoEnableControls,
        ControlFindingGenerator: reporting(state, call, hub).controlFindingGenerator,
      };
    },

    UpdateSecurityHubConfiguration: (input: sdk.UpdateSecurityHubConfigurationCommandInput, call: Call) => {
      const hub = state.subscribed(call);
      // A policy decides on controls, and on no account's way of reporting them, which is the administrator's, also under a policy:
      // https://github.com/hashicorp/terraform-provider-aws/issues/39687 and /30980
      if (input.AutoEnableControls !== undefined) selfDecided(state, call);
      if (input.ControlFindingGenerator !== undefined && state.administratorOf(call.account, call.region))
        throw invalidAccess(
          `Request contains configurations that cannot be updated by a member account ${call.account}`,
        );
      hub.autoEnableControls = input.AutoEnableControls ?? hub.autoEnableControls;
      hub.controlFindingGenerator = generator(input.ControlFindingGenerator) ?? hub.controlFindingGenerator;
    },

    DisableSecurityHub: (_input: sdk.DisableSecurityHubCommandInput, call: Call) => {
      selfDecided(state, call);
      if (state.hub(call.account, call.region) === undefined)
        throw notFound(`Account ${call.account} is not subscribed to Security Hub`);
      if (state.admins.get(call.region) === call.account)
        throw invalidInput("Cannot disable Security Hub on the delegated administrator account of the organization");
      if (state.memberships.of(call.account, call.region).some(({ status }) => status === "Enabled"))
        throw invalidInput("Cannot disable Security Hub on the Security Hub administrator");
      state.disable(call.account, call.region);
    },

    ...standardOperations(state),
    ...tagOperations(state, v2),
  };
}

/** Whose way of reporting controls counts for an account: its administrator's, else its own. */
function reporting(state: SecurityHubState, { account, region }: Call, own: Hub): Hub {
  const admin = state.administratorOf(account, region);
  return (admin && state.hub(admin, region)) || own;
}

function generator(value: string | undefined): string | undefined {
  if (value === undefined || value === "SECURITY_CONTROL" || value === "STANDARD_CONTROL") return value;
  throw invalidInput("Invalid parameter 'ControlFindingGenerator'.");
}

function standardOperations(state: SecurityHubState): Operations {
  const subscriptionArn = (call: Call, standard: string) =>
    `arn:aws:securityhub:${call.region}:${call.account}:subscription/${standard.replace(/^.*:(?:standards|ruleset)\//, "")}`;
  const subscription = (call: Call, standard: string, StandardsStatus: string) => ({
    StandardsArn: standard,
    StandardsSubscriptionArn: subscriptionArn(call, standard),
    StandardsInput: {},
    StandardsStatus,
  });
  return {
    DescribeStandards: (_input: sdk.DescribeStandardsCommandInput, call: Call) => {
      state.subscribed(call);
      const Standards = standardArns(call.region).map((StandardsArn) => ({
        StandardsArn,
        Name: StandardsArn.split("/").slice(1).join(" "),
        EnabledByDefault: defaultStandards(call.region).includes(StandardsArn),
      }));
      return { Standards };
    },
    GetEnabledStandards: (input: sdk.GetEnabledStandardsCommandInput, call: Call) => {
      const asked = input.StandardsSubscriptionArns;
      const standards = [...state.subscribed(call).standards].filter(
        (standard) => asked === undefined || asked.includes(subscriptionArn(call, standard)),
      );
      return { StandardsSubscriptions: standards.map((standard) => subscription(call, standard, "READY")) };
    },
    BatchEnableStandards: (input: sdk.BatchEnableStandardsCommandInput, call: Call) => {
      selfDecided(state, call);
      const hub = state.subscribed(call);
      const wanted = (input.StandardsSubscriptionRequests ?? []).map((one) => one.StandardsArn ?? "");
      for (const arn of wanted)
        if (!standardArns(call.region).includes(arn)) throw invalidInput(`Invalid StandardsArn ${arn}`);
      for (const arn of wanted) hub.standards.add(arn);
      return { StandardsSubscriptions: wanted.map((standard) => subscription(call, standard, "PENDING")) };
    },
    BatchDisableStandards: (input: sdk.BatchDisableStandardsCommandInput, call: Call) => {
      selfDecided(state, call);
      const hub = state.subscribed(call);
      const asked = input.StandardsSubscriptionArns ?? [];
      const found = [...hub.standards].filter((standard) => asked.includes(subscriptionArn(call, standard)));
      if (found.length !== asked.length) throw invalidInput("Invalid StandardsSubscriptionArns");
      for (const standard of found) {
        hub.standards.delete(standard);
        for (const key of [...hub.controlsOff.keys()]) if (key.startsWith(`${standard} `)) hub.controlsOff.delete(key);
      }
      return { StandardsSubscriptions: found.map((standard) => subscription(call, standard, "DELETING")) };
    },
  };
}

/** Tags of a hub, an automation rule or a configuration policy, and of what V2 has. */
function tagOperations(state: SecurityHubState, v2: SecurityHubV2State): Operations {
  const tagged = (arn: string | undefined, call: Call): Pick<Hub, "tags"> => {
    if (arn === hubArn(call)) return state.subscribed(call);
    const rule = state.rulesOf(call.account, call.region).get(arn ?? "");
    if (rule !== undefined) return rule;
    const ofV2 = [v2.hub(call.account, call.region), v2.aggregators.get(call.account)].find((one) => one?.arn === arn);
    if (ofV2 !== undefined) return ofV2;
    const policy = [...state.policies.values()].find((one) => one.arn === arn);
    if (policy === undefined || state.admin !== call.account) throw notFound(`Resource ${arn} not found`);
    return policy;
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
