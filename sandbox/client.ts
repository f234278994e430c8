import { paginateGetFindings, SecurityHub } from "@aws-sdk/client-securityhub";
import type { AccountChange } from "./accounts";
import type { Timing } from "./doubles/controlPlane/timing";
import type { Fault } from "./inbox/faults";
import type { InboxEntries } from "./inbox/store";
import { ACCOUNTS, HOME_REGION, rootOf } from "./organization";
import type { Run } from "./run";

/** What the launcher says of work under way. */
export interface Activity {
  idle: boolean;
  queues: {
    account: string;
    region: string;
    name: string;
    visible: number;
    inFlight: number;
    delayed: number;
    consumed: boolean;
  }[];
  /** ARNs of executions that run, wait or hold a task token. */
  executions: string[];
  invocations: number;
  deliveries: number;
}

interface Common {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
}

/** What happened in the local AWS, oldest first. */
export type JournalEntry = Common &
  (
    | {
        kind: "event";
        id: string;
        source: string;
        detailType: string;
        account: string;
        region: string;
        rules: string[];
      }
    | {
        kind: "delivery";
        eventId: string;
        rule: string;
        target: string;
        outcome: "delivered" | "refused" | "failed" | "dead-lettered";
        error?: string;
      }
    | { kind: "invocation"; function: string; requestId: string; ms: number; error?: string }
    | { kind: "execution"; arn: string; status: string }
    | {
        kind: "authorisation";
        point: string;
        principal: string;
        action: string;
        resource: string;
        decision: "allowed" | "denied";
        via?: string;
      }
    | { kind: "alarm"; account: string; region: string; name: string; from: string; to: string; reason: string }
    | { kind: "mail"; topic: string; endpoint: string }
  );

/** What became of one finding or event that was sent. */
export interface Import {
  /** Ids of the events that it made. */
  events: string[];
  /** Names the finding in Security Hub; absent for an event that is none. */
  finding?: FindingName;
  /** What Security Hub did with the finding. ignored: it has a later UpdatedAt already. */
  state?: "created" | "updated" | "ignored";
}

export interface FindingName {
  id: string;
  productArn: string;
}

/** How the commands talk to a sandbox that runs. */
export interface Client {
  activity(): Promise<Activity>;
  journal(after: number): Promise<JournalEntry[]>;
  inbox(): Promise<InboxEntries>;
  /**
   * A finding is imported as the service that found it would; an event of AWS Health goes to all whom AWS Health tells; any other event
   * is put on the bus of its account and region.
   */
  send(item: Sendable): Promise<Import>;
  /** Workflow status of each finding as the audit account's Security Hub has it now, in the same order. */
  workflows(findings: readonly FindingName[]): Promise<(string | undefined)[]>;
  /** How many events the doubles have yet to put on a bus. */
  pending(): Promise<number>;
}

/** The faults of Slack, Backlog and mail that are still to come. */
export interface FaultClient {
  list(): Promise<Fault[]>;
  /** Gives back all that are still to come. */
  add(fault: Fault): Promise<Fault[]>;
  clear(): Promise<void>;
}

export type Sendable = { finding: Record<string, unknown> } | { event: Record<string, unknown> };

export const clientOf = (run: Run): Client => ({
  activity: () => get(`${run.endpoint}/_sandbox/activity`),
  journal: (after) => journalOf(run.endpoint, { after }),
  inbox: () => get(`${run.inboxUrl}/inbox.json`),
  send: (item) => post(`${run.inboxUrl}/_sandbox/send`, item),
  workflows: (findings) => workflowsOf(run, findings),
  pending: async () => (await get<{ events: number }>(`${run.inboxUrl}/_sandbox/pending`)).events,
});

export const faultClientOf = ({ inboxUrl }: Pick<Run, "inboxUrl">): FaultClient => ({
  list: () => get(`${inboxUrl}/faults`),
  add: (fault) => post(`${inboxUrl}/faults`, fault),
  clear: () => call(`${inboxUrl}/faults`, { method: "DELETE" }),
});

/** Has a custom action done with findings, as a person does in Security Hub's console. Gives the ids of its events. */
export const ask = (
  { inboxUrl }: Pick<Run, "inboxUrl">,
  action: string,
  findings: readonly FindingName[],
): Promise<{ events: string[] }> => post(`${inboxUrl}/_sandbox/ask`, { action, findings });

/** Who moves the organization, and its time (estateRoutes.ts). */
export interface EstateClient {
  /** Lets an account join, move, be suspended, or leave. */
  account(change: AccountChange): Promise<void>;
  /** Moves the time of slow effects and schedules on. */
  advance(milliseconds: number): Promise<void>;
  /** Sets how long slow effects take from now on, in milliseconds. */
  timing(timing: Partial<Timing>): Promise<void>;
}

export const estateClientOf = ({ inboxUrl }: Pick<Run, "inboxUrl">): EstateClient => ({
  account: async (change) => void (await post(`${inboxUrl}/_sandbox/accounts`, change)),
  advance: async (milliseconds) => void (await post(`${inboxUrl}/_sandbox/clock`, { advance: milliseconds })),
  timing: async (timing) => void (await post(`${inboxUrl}/_sandbox/timing`, timing)),
});

/** Entries of the local AWS's journal later than `after`, of one kind if given, oldest first. */
export const journalOf = async (
  endpoint: string,
  { after, kind }: { after: number; kind?: JournalEntry["kind"] },
): Promise<JournalEntry[]> => {
  const query = new URLSearchParams({ after: String(after), ...(kind && { kind }) });
  return (await get<{ entries: JournalEntry[] }>(`${endpoint}/_sandbox/journal?${query}`)).entries;
};

// GetFindings takes 20 ids a call, and three calls a second, which the SDK waits for.
const workflowsOf = async (run: Run, findings: readonly FindingName[]): Promise<(string | undefined)[]> => {
  const hub = new SecurityHub({
    endpoint: run.endpoint,
    region: HOME_REGION,
    credentials: rootOf(ACCOUNTS.audit),
    maxAttempts: 8,
  });
  const found = new Map<string, string | undefined>();
  const nameOf = (productArn: string | undefined, id: string | undefined) => JSON.stringify([productArn, id]);
  for (let first = 0; first < findings.length; first += 20) {
    const Id = findings.slice(first, first + 20).map(({ id }) => ({ Value: id, Comparison: "EQUALS" as const }));
    for await (const { Findings } of paginateGetFindings({ client: hub }, { Filters: { Id }, MaxResults: 100 })) {
      for (const finding of Findings ?? []) {
        found.set(nameOf(finding.ProductArn, finding.Id), finding.Workflow?.Status);
      }
    }
  }
  return findings.map(({ id, productArn }) => found.get(nameOf(productArn, id)));
};

const get = <T>(url: string): Promise<T> => call(url, {});

/** Fails with the words of an answer that is not OK. */
export const post = <T>(url: string, body: unknown): Promise<T> =>
  call(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const call = async <T>(url: string, init: RequestInit): Promise<T> => {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  if (answer.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
  throw new Error(wordsOf(text) ?? `${url} answered ${answer.status}: ${text}`);
};

const wordsOf = (text: string): string | undefined => {
  try {
    const said = JSON.parse(text) as { message?: string; error?: string };
    return said.message ?? said.error;
  } catch {
    return undefined;
  }
};
