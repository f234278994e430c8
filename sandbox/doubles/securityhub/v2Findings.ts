import type * as sdk from "@aws-sdk/client-securityhub";
import { ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import type { RequestLimits } from "./limits";
import { type CustomersView, SEVERITIES, STATUSES } from "./ocsf";
import { matcherOf } from "./v2Query";
import type { SecurityHubV2State } from "./v2State";
import type { StoredV2, V2FindingStore } from "./v2Store";

const MOST = 100;
/** AWS's pattern of a metadata.uid. */
const UID = /^[0-9a-z]{64}$/;

const invalid = (message: string) => new ServiceError("ValidationException", 400, message);
const throttled = () => new ServiceError("ThrottlingException", 429, "Rate exceeded");

export interface V2FindingsParts {
  state: SecurityHubV2State;
  store: V2FindingStore;
  limits: RequestLimits;
}

/** V2's findings: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindingsV2.html */
export function v2FindingOperations({ state, store, limits }: V2FindingsParts): Operations {
  const whereOn = ({ account, region }: Call) => {
    if (state.hub(account, region) === undefined)
      throw new ServiceError("ConflictException", 409, "Security Hub V2 is not enabled");
  };

  return {
    GetFindingsV2: (input: sdk.GetFindingsV2CommandInput, call: Call) => {
      limits.count("GetFindingsV2", call, throttled);
      whereOn(call);
      if (input.Scopes !== undefined || (input.SortCriteria ?? []).length > 0)
        throw new ServiceError("NotImplementedException", 501, "The sandbox neither scopes nor sorts findings of V2.");
      const size = input.MaxResults ?? MOST;
      if (size < 1 || size > MOST) throw invalid(`MaxResults should be 1 to ${MOST}`);
      const matches = matcherOf(input.Filters ?? {}, state.cspm.clock.now());
      const found = store
        .visible(call)
        .map((stored) => store.shown(stored))
        .filter(matches);
      const question = JSON.stringify([input.Filters, call.account, call.region]);
      const { items, NextToken } = page(found, size, input.NextToken, () => invalid("Invalid NextToken."), question);
      return { Findings: items, NextToken };
    },

    BatchUpdateFindingsV2: (input: sdk.BatchUpdateFindingsV2CommandInput, call: Call) => {
      limits.count("BatchUpdateFindingsV2", call, throttled);
      whereOn(call);
      const change = changeIn(input);
      const asked = askedIn(input);
      const visible = store.visible(call);
      const answers = asked.map((one) => {
        const stored = visible.find((candidate) => one.is(candidate));
        const fault = call.fault?.kind === "unprocessed" ? call.fault.code : undefined;
        if (fault) return { one, ErrorCode: fault, ErrorMessage: "The finding could not be updated" };
        if (!stored) return { one, ErrorCode: "ResourceNotFoundException", ErrorMessage: "Finding not found" };
        store.change(stored, change);
        return { one, stored };
      });
      return {
        ProcessedFindings: answers.flatMap(({ stored }) =>
          stored ? [{ FindingIdentifier: identifierOf(stored), MetadataUid: stored.ocsf.metadata.uid }] : [],
        ),
        UnprocessedFindings: answers.flatMap(({ one, ErrorCode, ErrorMessage }) =>
          ErrorCode ? [{ ...one.named, ErrorCode, ErrorMessage }] : [],
        ),
      };
    },
  };
}

const identifierOf = ({ given }: StoredV2): sdk.OcsfFindingIdentifier => ({
  CloudAccountUid: given.AwsAccountId,
  FindingInfoUid: given.Id,
  MetadataProductUid: given.ProductArn.replace(":product/", ":productv2/"),
});

function changeIn({ StatusId, SeverityId, Comment }: sdk.BatchUpdateFindingsV2CommandInput): Partial<CustomersView> {
  if (StatusId === undefined && SeverityId === undefined && Comment === undefined)
    throw invalid("At least one of Comment, SeverityId and StatusId is required");
  if (StatusId !== undefined && !(StatusId in STATUSES)) throw invalid(`StatusId ${StatusId} is not allowed`);
  if (SeverityId !== undefined && !(SeverityId in SEVERITIES)) throw invalid(`SeverityId ${SeverityId} is not allowed`);
  if (Comment !== undefined && (Comment.length < 1 || Comment.length > 512))
    throw invalid("Comment should have 1 to 512 characters");
  return {
    ...(StatusId !== undefined && { statusId: StatusId }),
    ...(SeverityId !== undefined && { severityId: SeverityId }),
    ...(Comment !== undefined && { comment: Comment }),
  };
}

interface Asked {
  named: Pick<sdk.BatchUpdateFindingsV2UnprocessedFinding, "FindingIdentifier" | "MetadataUid">;
  is: (stored: StoredV2) => boolean;
}

/** AWS takes one way of naming findings, or the other. */
function askedIn({ MetadataUids = [], FindingIdentifiers = [] }: sdk.BatchUpdateFindingsV2CommandInput): Asked[] {
  if (MetadataUids.length > 0 === FindingIdentifiers.length > 0)
    throw invalid("Either MetadataUids or FindingIdentifiers is required, and not both");
  const length = MetadataUids.length + FindingIdentifiers.length;
  if (length > MOST) throw invalid(`No more than ${MOST} findings are allowed, and not ${length}`);
  const strange = MetadataUids.find((uid) => !UID.test(uid));
  if (strange !== undefined) throw invalid(`MetadataUids: "${strange}" does not match ${UID.source}`);
  return [
    ...MetadataUids.map((MetadataUid) => ({
      named: { MetadataUid },
      is: ({ ocsf }: StoredV2) => ocsf.metadata.uid === MetadataUid,
    })),
    ...FindingIdentifiers.map((FindingIdentifier) => ({
      named: { FindingIdentifier },
      is: (stored: StoredV2) => {
        const own = identifierOf(stored);
        const names = ["CloudAccountUid", "FindingInfoUid", "MetadataProductUid"] as const;
        return names.every((name) => own[name] === FindingIdentifier[name]);
      },
    })),
  ];
}
