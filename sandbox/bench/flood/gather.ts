import { paginateGetFindings, SecurityHub } from "@aws-sdk/client-securityhub";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { type Activity, clientOf } from "../../client";
import type { InboxEntries } from "../../inbox/store";
import { ACCOUNTS, HOME_REGION, rootOf } from "../../organization";
import type { Run } from "../../run";
import { pipelineOf } from "./pipeline";

/** All that is to be seen once a flood is over, as people and AWS have it. */
export interface Seen {
  /** Workflow status in the home region, by `nameOf`. */
  workflows: ReadonlyMap<string, string>;
  alerts: readonly AlertRecord[];
  /** Findings of the alert table. */
  members: readonly FindingRecord[];
  /** What people got since the flood began. */
  inbox: InboxEntries;
  /** Of the audit account's home region. */
  queues: readonly Activity["queues"][number][];
}

/** Names a finding: its id is unique within its product. */
export const nameOf = (productArn: string | undefined, id: string | undefined): string => `${productArn} ${id}`;

/** Reads all that is there, but for what people had got before. */
export const gather = async (run: Run, before: InboxEntries): Promise<Seen> => {
  const client = clientOf(run);
  const pipeline = await pipelineOf(run);
  const inbox = await client.inbox();
  const { queues } = await client.activity();
  return {
    workflows: await workflowsOf(run),
    alerts: await pipeline.alerts(),
    members: await pipeline.members(),
    // An inbox only grows, each of its lists at its end.
    inbox: {
      slack: inbox.slack.slice(before.slack.length),
      backlog: inbox.backlog.slice(before.backlog.length),
      mail: inbox.mail.slice(before.mail.length),
    },
    queues: queues.filter(({ account, region }) => account === ACCOUNTS.audit && region === HOME_REGION),
  };
};

/** Of all findings: a hundred a call, three calls a second, which the SDK waits for. */
const workflowsOf = async ({ endpoint }: Run): Promise<Map<string, string>> => {
  const credentials = rootOf(ACCOUNTS.audit);
  const client = new SecurityHub({
    endpoint,
    region: HOME_REGION,
    credentials,
    maxAttempts: 20,
    retryMode: "adaptive",
  });
  const found = new Map<string, string>();
  for await (const { Findings } of paginateGetFindings({ client }, { MaxResults: 100 })) {
    for (const { ProductArn, Id, Workflow } of Findings ?? []) {
      found.set(nameOf(ProductArn, Id), Workflow?.Status ?? "none");
    }
  }
  return found;
};
