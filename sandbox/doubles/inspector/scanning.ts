import type * as sdk from "@aws-sdk/client-inspector2";
import type { Call, Operations } from "../controlPlane/service";
import { type InspectorState, invalid, KEYS, SCAN_TYPES } from "./state";

/** Accounts that a call takes. */
const MOST = 100;

/** What is scanned: https://docs.aws.amazon.com/inspector/v2/APIReference/API_Enable.html */
export function scanningOperations(state: InspectorState): Operations {
  const asked = ({ accountIds }: { accountIds?: string[] }, call: Call): string[] => {
    const ids = accountIds?.length ? accountIds : [call.account];
    if (ids.length > MOST) throw invalid(`accountIds has more than ${MOST} items.`);
    return ids;
  };
  const account = (id: string, region: string): sdk.Account => ({
    accountId: id,
    status: state.accountStatus(id, region),
    resourceStatus: Object.fromEntries(
      SCAN_TYPES.map((type) => [KEYS[type], state.status(id, region, type)]),
    ) as unknown as sdk.ResourceStatus,
  });
  const failed = (accountId: string, errorCode: sdk.ErrorCode, errorMessage: string): sdk.FailedAccount => ({
    accountId,
    errorCode,
    errorMessage,
  });
  /** One's own account, or a member of one's own. */
  const strange = (id: string, { account: caller, region }: Call): sdk.FailedAccount | undefined => {
    const own = id === caller || (state.designations.get(region)?.admin === caller && state.isMember(id, region));
    return own ? undefined : failed(id, "ACCESS_DENIED", "Invoking account does not have access to this account");
  };
  /** Does it account by account; those that are refused come back with a code, and the call succeeds. */
  const each = (ids: string[], call: Call, perform: (id: string) => sdk.FailedAccount | undefined) => {
    const failedAccounts = ids.flatMap((id) => strange(id, call) ?? perform(id) ?? []);
    const done = ids.filter((id) => !failedAccounts.some(({ accountId }) => accountId === id));
    return { accounts: done.map((id) => account(id, call.region)), failedAccounts };
  };

  return {
    Enable: (input: sdk.EnableCommandInput, call: Call) => {
      const types = input.resourceTypes ?? [];
      if (types.length === 0) throw invalid("resourceTypes has no item.");
      return each(asked(input, call), call, (id) => {
        const status = (type: sdk.ResourceScanType) => state.status(id, call.region, type);
        if (state.organization.accounts.get(id)?.status === "SUSPENDED")
          return failed(id, "ACCOUNT_IS_ISOLATED", "The account is suspended.");
        if (types.some((type) => status(type) === "DISABLING"))
          return failed(id, "DISABLE_IN_PROGRESS", "The account is being disabled.");
        const lambda = types.includes("LAMBDA") || ["ENABLED", "ENABLING"].includes(status("LAMBDA"));
        if (types.includes("LAMBDA_CODE") && !lambda)
          throw invalid("Lambda code scanning requires Lambda standard scanning.");
        state.turn(id, call.region, types, true);
        return undefined;
      });
    },

    Disable: (input: sdk.DisableCommandInput, call: Call) => {
      const types = input.resourceTypes?.length ? input.resourceTypes : [...SCAN_TYPES];
      return each(asked(input, call), call, (id) => {
        const designation = state.designations.get(call.region);
        const members = [...(designation?.members.values() ?? [])].some(({ associated }) => associated);
        if (id === designation?.admin && members && types.length === SCAN_TYPES.length)
          return failed(id, "DISASSOCIATE_ALL_MEMBERS", "Disassociate all members before disabling.");
        if (id === call.account && state.isMember(id, call.region))
          return failed(id, "ACCESS_DENIED", "A member account can not disable Amazon Inspector.");
        if (types.some((type) => state.status(id, call.region, type) === "ENABLING"))
          return failed(id, "ENABLE_IN_PROGRESS", "The account is being enabled.");
        state.turn(id, call.region, types, false);
        return undefined;
      });
    },

    BatchGetAccountStatus: (input: sdk.BatchGetAccountStatusCommandInput, call: Call) => {
      const { accounts, failedAccounts } = each(asked(input, call), call, () => undefined);
      const one = (status: sdk.Status | undefined): sdk.State => ({
        status,
        // Named in an answer only where something is wrong.
        errorCode: undefined,
        errorMessage: undefined,
      });
      return {
        accounts: accounts.map(({ accountId, status, resourceStatus }) => ({
          accountId,
          state: one(status),
          resourceState: Object.fromEntries(
            Object.entries(resourceStatus ?? {}).map(([key, value]) => [key, one(value as sdk.Status)]),
          ),
        })),
        failedAccounts,
      };
    },
  };
}
