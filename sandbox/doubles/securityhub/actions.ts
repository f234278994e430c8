import type * as sdk from "@aws-sdk/client-securityhub";
import { ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import type { Announcements, EventEntry } from "./announcements";
import { conflict, invalidInput, notFound, type SecurityHubState } from "./state";
import type { FindingStore } from "./store";

/** AWS's limit of custom actions in an account and region. */
const MOST = 50;
const PAGE = 100;

export interface ActionTarget {
  arn: string;
  name: string;
  description: string;
}

/** A finding by its name in Security Hub. */
export interface Chosen {
  id: string;
  productArn: string;
}

/** What people can have done with findings that they choose. https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateActionTarget.html */
export function actionOperations(state: SecurityHubState): Operations {
  const named = (arn: string | undefined, call: Call): ActionTarget => {
    const action = actionsIn(state, call).get(arn ?? "");
    if (action === undefined) throw notFound(`Action target ${arn} not found`);
    return action;
  };

  return {
    CreateActionTarget: (input: sdk.CreateActionTargetCommandInput, call: Call) => {
      state.subscribed(call);
      const { Name: name = "", Description: description = "", Id = "" } = input;
      if (!/^[0-9A-Za-z]{1,20}$/.test(Id))
        throw invalidInput("Invalid parameter 'Id'. data.Id should match ^[0-9A-Za-z]{1,20}$");
      checkName(name);
      const arn = `arn:aws:securityhub:${call.region}:${call.account}:action/custom/${Id}`;
      const actions = actionsIn(state, call);
      if (actions.has(arn)) throw conflict(`Action target ${arn} already exists`);
      if (actions.size >= MOST)
        throw new ServiceError("LimitExceededException", 429, `No more than ${MOST} action targets are allowed`);
      actions.set(arn, { arn, name, description });
      return { ActionTargetArn: arn };
    },

    DescribeActionTargets: (input: sdk.DescribeActionTargetsCommandInput, call: Call) => {
      state.subscribed(call);
      const { ActionTargetArns: asked = [] } = input;
      const all = asked.length > 0 ? asked.map((arn) => named(arn, call)) : [...actionsIn(state, call).values()];
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, input.MaxResults ?? PAGE, input.NextToken, refused);
      const ActionTargets = items.map(({ arn, name, description }) => ({
        ActionTargetArn: arn,
        Name: name,
        Description: description,
      }));
      return { ActionTargets, NextToken };
    },

    UpdateActionTarget: (input: sdk.UpdateActionTargetCommandInput, call: Call) => {
      state.subscribed(call);
      const action = named(input.ActionTargetArn, call);
      if (input.Name !== undefined) checkName(input.Name);
      action.name = input.Name ?? action.name;
      action.description = input.Description ?? action.description;
    },

    DeleteActionTarget: (input: sdk.DeleteActionTargetCommandInput, call: Call) => {
      state.subscribed(call);
      const { arn } = named(input.ActionTargetArn, call);
      actionsIn(state, call).delete(arn);
      return { ActionTargetArn: arn };
    },
  };
}

const actionsIn = (state: SecurityHubState, { account, region }: Pick<Call, "account" | "region">) =>
  state.actionsOf(account, region);

/** The console shows no more of it. */
function checkName(name: string): void {
  if (name.trim() === "" || name.length > 20)
    throw invalidInput("Invalid parameter 'Name'. data.Name should have 1 to 20 characters");
}

/**
 * What the console does when a person chooses an action for findings that they see there: one event of them all. Resolves with its id.
 * Throws where the action, or a finding, is not to be seen.
 */
export function askedFor(
  { state, store, announcements }: { state: SecurityHubState; store: FindingStore; announcements: Announcements },
  arn: string,
  chosen: readonly Chosen[],
): Promise<string> {
  const [, , , region = "", account = ""] = arn.split(":");
  const action = actionsIn(state, { account, region }).get(arn);
  if (action === undefined) throw new Error(`There is no custom action ${arn}.`);
  const visible = store.visible({ account, region }).map(({ finding }) => finding);
  const findings = chosen.map(({ id, productArn }) => {
    const finding = visible.find((one) => one.Id === id && one.ProductArn === productArn);
    if (finding === undefined)
      throw new Error(`Account ${account} sees no finding ${id} of ${productArn} in ${region}.`);
    return finding;
  });
  if (findings.length === 0) throw new Error("No finding is chosen.");
  const { name: actionName, description: actionDescription } = action;
  const event: EventEntry = {
    Source: "aws.securityhub",
    DetailType: "Security Hub Findings - Custom Action",
    Detail: JSON.stringify({ actionName, actionDescription, findings }),
    Resources: [arn],
    Time: new Date(state.clock.now()),
  };
  return announcements.announce(account, region, event);
}
