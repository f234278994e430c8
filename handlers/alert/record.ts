import { createHash } from "node:crypto";
import type { Channel, Finding, Severity } from "./types";

/** What a channel has told: rule R4 of the life cycle. */
export interface Told {
  occurrence: number;
  version: number;
  /** Where the message is: the ts that starts its Slack thread, Backlog's issue key, SNS's message id. */
  reference: string;
  /** The severity that was told, so that a rise can say from what. */
  severity: Severity;
  at: string;
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
}

/** One alert, as the table keeps it. Versions only ever rise, over all occurrences. */
export interface AlertRecord {
  /** 32 hexadecimal digits. */
  alertKey: string;
  state: "open" | "closed";
  /** The n-th opening, from 1. */
  occurrence: number;
  /** The version to be told: one more with each change that a person should hear of. */
  desired: number;
  /** All up to this version is told by every required channel, and marked in Security Hub. */
  settled: number;
  /** The finding as last taken in. */
  finding: Finding;
  told: Partial<Record<Channel, Told>>;
  sending: Partial<Record<Channel, Sending>>;
  /** Name of the execution that tells this alert; absent when none should be running. */
  running?: string;
  /** Counts execution names, so that none is used twice. */
  attempt: number;
  openedAt: string;
  closedAt?: string;
  /** When its findings were last set NOTIFIED by hakken. */
  notifiedAt?: string;
  /** Since when it rests because a required channel failed for good. It wakes by a higher desired version, a redrive, or the sweeper. */
  parkedAt?: string;
  /** How often it was parked since it was last settled: the sweeper's back-off. */
  parkings: number;
  /** The version whose failure was reported to the failed-alerts queue, so that it is reported once. */
  failedVersion?: number;
  /** Since when settled is below desired; the sparse index of the sweeper. */
  unsettledSince?: string;
  /** Changes with each write of intake, settle and sweeper: their optimistic lock. */
  revision: number;
  /** DynamoDB's time to live, in epoch seconds; set when it closes. */
  expiresAt?: number;
}

/** One finding: which alert tells it, and the newest report on it that was taken in (rule R8). */
export interface FindingRecord {
  product: string;
  id: string;
  /** The stored pointer wins over computing the key again. */
  alertKey: string;
  updatedAt: string;
  eventTime: string;
  /** As its alert's. */
  expiresAt?: number;
}

/** Identifies a finding: Security Hub's ids are unique within a product only. */
export const findingKey = (finding: { product: string; id: string }): string => hash(finding.product, finding.id);

/** Key of the alert that tells a finding by itself (`groupBy: finding`). */
export const alertKeyOf = (finding: { product: string; id: string }): string =>
  hash("finding", finding.product, finding.id);

/** Execution name: at most 80 characters, never used twice, since a closed execution keeps its name for 90 days. */
export const executionName = (alert: { alertKey: string; openedAt: string; attempt: number }): string =>
  `${alert.alertKey}-${Math.floor(Date.parse(alert.openedAt) / 1000)}-${alert.attempt}`;

// Length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
const hash = (...parts: string[]): string =>
  createHash("sha256")
    .update(parts.map((part) => `${part.length}:${part}`).join(""))
    .digest("hex")
    .slice(0, 32);
