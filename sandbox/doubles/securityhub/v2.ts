import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-securityhub";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import type { AggregatorV2, SecurityHubV2State } from "./v2State";

const invalid = (message: string) => new ServiceError("ValidationException", 400, message);
const conflict = (message: string) => new ServiceError("ConflictException", 409, message);

/** Security Hub V2, as far as it is switched on and gathered: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHubV2.html */
export function v2Operations(state: SecurityHubV2State): Operations {
  return {
    // A second time changes nothing: among its errors is no conflict.
    EnableSecurityHubV2: (input: sdk.EnableSecurityHubV2CommandInput, call: Call) => {
      state.selfDecided(call);
      const hub = state.enable(call.account, call.region);
      Object.assign(hub.tags, input.Tags);
      return { HubV2Arn: hub.arn };
    },

    DescribeSecurityHubV2: (_input: sdk.DescribeSecurityHubV2CommandInput, call: Call) => {
      const hub = state.subscribed(call);
      return { HubV2Arn: hub.arn, SubscribedAt: new Date(hub.subscribedAt).toISOString(), Features: {} };
    },

    DisableSecurityHubV2: (_input: sdk.DisableSecurityHubV2CommandInput, call: Call) => {
      state.selfDecided(call);
      if (state.hub(call.account, call.region) !== undefined) state.disable(call.account, call.region);
    },

    ...aggregatorOperations(state),
  };
}

/** https://docs.aws.amazon.com/securityhub/latest/userguide/security-hub-region-aggregation.html */
function aggregatorOperations(state: SecurityHubV2State): Operations {
  const shape = ({ arn, region, linkedRegions }: AggregatorV2) => ({
    AggregatorV2Arn: arn,
    AggregationRegion: region,
    RegionLinkingMode: "SPECIFIED_REGIONS",
    LinkedRegions: linkedRegions,
  });
  const whereOn = ({ account, region }: Call) => {
    if (state.hub(account, region) === undefined) throw conflict("Security Hub V2 is not enabled");
  };
  const own = (arn: string | undefined, call: Call): AggregatorV2 => {
    whereOn(call);
    const aggregator = state.aggregators.get(call.account);
    if (aggregator === undefined || aggregator.arn !== arn)
      throw new ServiceError("ResourceNotFoundException", 404, `Aggregator ${arn} not found`);
    return aggregator;
  };
  const changeable = (arn: string | undefined, call: Call): AggregatorV2 => {
    const aggregator = own(arn, call);
    if (aggregator.region !== call.region)
      throw invalid(`The aggregator can only be changed from its aggregation Region ${aggregator.region}`);
    return aggregator;
  };

  return {
    CreateAggregatorV2: (input: sdk.CreateAggregatorV2CommandInput, call: Call) => {
      whereOn(call);
      const { admin, organization } = state.cspm;
      if (admin !== undefined && admin !== call.account && organization.accounts.has(call.account))
        throw accessDenied(`Account ${call.account} is a member account and cannot create an aggregator`);
      if (state.aggregators.has(call.account))
        throw new ServiceError("ServiceQuotaExceededException", 402, "Cannot create more than one aggregator");
      const arn = `arn:aws:securityhub:${call.region}:${call.account}:aggregatorv2/${randomUUID()}`;
      const linkedRegions = linked(state, input, call);
      const aggregator = { arn, region: call.region, linkedRegions, tags: { ...input.Tags } };
      state.aggregators.set(call.account, aggregator);
      return shape(aggregator);
    },

    GetAggregatorV2: (input: sdk.GetAggregatorV2CommandInput, call: Call) => shape(own(input.AggregatorV2Arn, call)),

    ListAggregatorsV2: (input: sdk.ListAggregatorsV2CommandInput, call: Call) => {
      whereOn(call);
      const aggregator = state.aggregators.get(call.account);
      const all = aggregator === undefined ? [] : [{ AggregatorV2Arn: aggregator.arn }];
      const refused = () => invalid("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, input.MaxResults ?? 100, input.NextToken, refused);
      return { AggregatorsV2: items, NextToken };
    },

    UpdateAggregatorV2: (input: sdk.UpdateAggregatorV2CommandInput, call: Call) => {
      const aggregator = changeable(input.AggregatorV2Arn, call);
      aggregator.linkedRegions = linked(state, input, call);
      return shape(aggregator);
    },

    DeleteAggregatorV2: (input: sdk.DeleteAggregatorV2CommandInput, call: Call) => {
      changeable(input.AggregatorV2Arn, call);
      state.aggregators.delete(call.account);
    },
  };
}

/** AWS's API takes this one mode, though its documentation names others. */
function linked(
  { cspm }: SecurityHubV2State,
  input: { RegionLinkingMode?: string; LinkedRegions?: string[] },
  { region: home }: Call,
): string[] {
  const { RegionLinkingMode: mode, LinkedRegions: regions = [] } = input;
  if (mode !== "SPECIFIED_REGIONS") throw invalid(`RegionLinkingMode ${mode} is not supported: use SPECIFIED_REGIONS`);
  const wrong = regions.filter((region) => region === home || !cspm.organization.regions.includes(region));
  if (wrong.length > 0 || regions.length === 0) throw invalid(`Invalid LinkedRegions: ${wrong.join(", ") || "none"}`);
  return [...new Set(regions)];
}
