import type { Account } from "../../../ops/adopt/account";
import { FINDERS } from "../../../ops/adopt/finders";
import type { Around, Inputs, Sought } from "../../../ops/adopt/finding";
import { AUDIT, HOME, type RunningPlane } from "../../sandbox/doubles/plane";

const ENDPOINTS: Record<string, Parameters<RunningPlane["endpoint"]>[0]> = {
  Inspector2: "inspector2",
  CloudFormation: "cloudformation",
  GuardDuty: "guardduty",
  SecurityHub: "securityhub",
  Organizations: "organizations",
};

/** An account, by its root, in the doubles. */
export const accountIn = (plane: RunningPlane, id: string): Account => ({
  id,
  client: (Client, region) =>
    new (Client as new (config: object) => InstanceType<typeof Client>)({
      region,
      credentials: { accessKeyId: id, secretAccessKey: "any" },
      endpoint: plane.endpoint(ENDPOINTS[Client.name] ?? "guardduty"),
    }),
  once: (_question, ask) => ask(),
  close: () => {},
});

/** Looks for what is there in place of a resource of these inputs, as the audit account unless told otherwise. */
export const finding =
  (plane: RunningPlane) =>
  (type: string, inputs: Inputs, id = AUDIT, around: Partial<Around> = {}) => {
    const region = typeof inputs.region === "string" ? inputs.region : undefined;
    const sought: Sought = { type, name: "one", urn: "urn", ...(region && { region }), inputs, protect: true };
    return FINDERS[type]?.(sought, { account: accountIn(plane, id), homeRegion: HOME, all: [sought], ...around });
  };
