import { createHash } from "node:crypto";
import type { Channel, Finding, FindingResource, Outcome, Severity } from "./types";

/** What a channel has told: rule R4 of the life cycle. */
export interface Told {
  occurrence: number;
  version: number;
  /** Where the message is: the ts that starts its Slack thread, Backlog's issue key, SNS's message id. Empty if a digest told it. */
  reference: string;
  /** The severity that was told, so that a rise can say from what. */
  severity: Severity;
  at: string;
  /** What its last word said: a message left at open is owed a further one. Absent in records of before this was kept. */
  state?: AlertRecord["state"];
}

/** Written before a message goes and removed when its outcome is known: while it is there, the outcome is unknown (rule R9). */
export interface Sending {
  occurrence: number;
  version: number;
  severity: Severity;
  /** The execution that sends. Another one waits until this one's function can no longer run. */
  execution: string;
  at: string;
  /** When it was first tried: the message is looked for from then on. */
  since: string;
  /** How many times it was sent with an unknown outcome, this one included. */
  times: number;
  /** What it was sent as an update of; absent for a message of its own. */
  parent?: Told;
  /** What it says; absent in records of before this was kept. */
  state?: AlertRecord["state"];
}

/** One alert, as the table keeps it. Versions only ever rise, over all occurrences. */
export interface AlertRecord {
  /** 32 hexadecimal digits. */
  alertKey: string;
  /** What its findings have in common. */
  groupBy: GroupBy;
  /** The route that its first finding took: kept, so that other settings make no second alert. */
  route: string;
  state: "open" | "closed";
  /** The n-th opening, from 1. */
  occurrence: number;
  /** The first of the occurrences whose messages this one goes on in: between any two of them it was closed for a short time. */
  continuesFrom?: number;
  /** The same, of the occurrence before alone: in records of before `continuesFrom` was kept. */
  continues?: boolean;
  /** The version to be told: one more with each change that a person should hear of. */
  desired: number;
  /** When that version was asked for; absent in records of before this was kept. */
  desiredAt?: string;
  /** All up to this version is told by every required channel, and marked in Security Hub. */
  settled: number;
  /** The worst that this occurrence had. */
  severity: Severity;
  /** How many of its findings are open. */
  open: number;
  /** How many findings it has had. */
  findings: number;
  /** The one that speaks for it: the worst, as last taken in. */
  finding: Finding;
  /** Why it closed. */
  outcome?: Outcome;
  /** The version at which a person asked for it by a custom action. */
  requested?: number;
  /** Why it is for the digest alone. */
  digest?: DigestReason;
  told: Partial<Record<Channel, Told>>;
  /** What channels leave to their next digest. */
  deferred: Partial<Record<Channel, Deferred>>;
  sending: Partial<Record<Channel, Sending>>;
  /** Name of the execution that tells this alert; absent when none should be running. */
  running?: string;
  /** Counts execution names, so that none is used twice. */
  attempt: number;
  openedAt: string;
  closedAt?: string;
  /** Since when it rests because a required channel failed for good. It wakes by a higher desired version, a redrive, or the sweeper. */
  parkedAt?: string;
  /** Since when it rests because all that is left to tell is for the digest. It wakes by a higher desired version, or once told there. */
  restingSince?: string;
  /** How often it was parked since it was last settled: the sweeper's back-off. */
  parkings: number;
  /** The version whose failure was reported to the failed-alerts queue, so that it is reported once. */
  failedVersion?: number;
  /** Since when settled is below desired; the sparse index of the sweeper. */
  unsettledSince?: string;
  /** When its findings were last compared with Security Hub while it is open; the sparse index of the daily reconciliation. */
  checkedAt?: string;
  /** How many of its findings a person has set RESOLVED although their control fails; absent for none. */
  failing?: number;
  /** Since when there are such findings; the sparse index of what is opened again after a set time. */
  failingSince?: string;
  /** Changes with each write of intake, settle and sweeper: their optimistic lock. */
  revision: number;
  /** DynamoDB's time to live, in epoch seconds; set when it closes. */
  expiresAt?: number;
}

/** quiet: it existed before hakken's start. vulnerability: one that nobody is known to exploit. */
export type DigestReason = "quiet" | "vulnerability";

/** A version that a channel leaves to its next digest. */
export interface Deferred {
  version: number;
  reason: DigestReason | "budget";
  at: string;
}

/** finding: by itself. control: a control's findings in an account. event: what AWS Health tells of one thing. */
export type GroupBy = "finding" | "control" | "vulnerability" | "image" | "event";

/** One finding: which alert tells it, and the newest report on it that was taken in (rule R8). */
export interface FindingRecord {
  format: Finding["format"];
  product: string;
  id: string;
  /** The stored pointer wins over computing the key again. */
  alertKey: string;
  state: "open" | "over";
  /** As Security Hub had it. */
  workflow: Finding["workflow"];
  updatedAt: string;
  eventTime: string;
  severity: Severity;
  accountId: string;
  accountName?: string;
  region: string;
  /** The first 20. */
  resources: FindingResource[];
  resourceCount: number;
  /** The alert's occurrence that it last was open in. */
  occurrence: number;
  /** The alert's version that told first what is known of it. */
  version: number;
  /** The alert's version that told first of its resources; absent where that is `version`. */
  listedIn?: number;
  /** When settle was last through with it in its present state: from then on it is NOTIFIED, or a person's. */
  notifiedAt?: string;
  /** What its product had counted, and last seen, when it closed: more means that it goes on (GuardDuty). */
  activity?: number;
  lastSeen?: string;
  /** What people read of an event of AWS Health, as a hash: where it is another, that is told. */
  said?: string;
  /** When an event of AWS Health ends, as it says. */
  endTime?: string;
  /** How many entities of an event of AWS Health are affected no more. */
  recovered?: number;
  /** It is over since its account left: only a newer report opens it again, though Security Hub may have it as NEW. */
  left?: boolean;
  /** A person had set it RESOLVED, and it goes on: settle sets it NOTIFIED. */
  resumed?: boolean;
  /** Since when it is RESOLVED although its control fails: Security Hub is silent on it until the control passes. */
  failingSince?: string;
  /** When a person last asked for it by a custom action: events come more than once. */
  requestedAt?: string;
  /** Of a finding that is over. */
  expiresAt?: number;
}

/** Identifies a finding: Security Hub's ids are unique within a product only. */
export const findingKey = (finding: { product: string; id: string }): string => hash(finding.product, finding.id);

/** Execution name: at most 80 characters, never used twice, since a closed execution keeps its name for 90 days. */
export const executionName = (alert: { alertKey: string; openedAt: string; attempt: number }): string =>
  `${alert.alertKey}-${Math.floor(Date.parse(alert.openedAt) / 1000)}-${alert.attempt}`;

/** 32 hexadecimal digits of all parts; length-prefixed, so that ("ab", "c") and ("a", "bc") differ. */
export const hash = (...parts: string[]): string =>
  createHash("sha256")
    .update(parts.map((part) => `${part.length}:${part}`).join(""))
    .digest("hex")
    .slice(0, 32);
