import type { Census, DeferredAlerts, DeferredPlace, DigestKind, DigestPart, DigestState } from "./digest";
import type { ChannelState } from "./gate";
import type { Known } from "./lifecycle";
import type { Starts } from "./quiet";
import type { AlertRecord, Deferred, FindingRecord, Sending, Told } from "./record";
import type { Channel, Finding, Notice, Severity } from "./types";

/**
 * What the flows (receive, tell, settle, sweep) need of the world. handlers/aws implements them on AWS, the model test in
 * memory; so the order of reads and writes that makes a crash harmless stands once, and is tried at every step.
 */

export type FindingId = Pick<Finding, "format" | "product" | "id">;

/** A finding to be written to: Security Hub V2 asks for its account too. */
export type MarkedId = FindingId & Pick<Finding, "accountId">;

/** A finding to be looked up, and the alert that it would join if it is not known; absent where it would join none. */
export interface Lookup {
  finding: FindingId;
  alertKey?: string;
}

/** What is known of a finding, and the alert that it is in or would join, whether or not that is there yet. */
export interface Found extends Known {
  alertKey?: string;
}

/** The alert table. Reads are consistent; a write that another one overtook answers false and changes nothing. */
export interface AlertStore {
  /** What is known of findings, in their order. */
  known(lookups: readonly Lookup[]): Promise<Found[]>;
  load(alertKey: string): Promise<AlertRecord | undefined>;
  /** All findings that an alert has had. */
  members(alertKey: string): Promise<FindingRecord[]>;
  /**
   * Writes an alert and findings of it in one transaction, if neither it nor which alert they are in has changed since
   * `before` was read. At most TAKES findings.
   */
  take(before: AlertRecord | undefined, alert: AlertRecord, findings: readonly FindingRecord[]): Promise<boolean>;
  /** Writes the claim of a new execution name, if the alert has not changed since it was read. */
  reclaim(before: AlertRecord, claimed: AlertRecord): Promise<boolean>;
  /** Notes that a message is about to go; false when this channel has told that version meanwhile. */
  startSending(alertKey: string, channel: Channel, sending: Sending): Promise<boolean>;
  /** The message surely did not go. */
  stopSending(alertKey: string, channel: Channel): Promise<void>;
  /** Notes what was told, ends `sending`, and gives the alert as it is now. */
  told(alertKey: string, channel: Channel, told: Told): Promise<AlertRecord>;
  /** Settle is through with these findings of one alert, each in the version that was read. */
  notified(findings: readonly FindingRecord[], at: string): Promise<void>;
  /** Its failure at this version has been reported. */
  reported(alertKey: string, version: number): Promise<void>;
  /** The one exit of an execution (rule R6): only while it is the running one and no newer version is desired. */
  exit(alert: AlertRecord, execution: string, result: ExitResult): Promise<boolean>;
  /** Leaves a version to the channel's next digest. */
  defer(alertKey: string, channel: Channel, deferred: Deferred): Promise<void>;
  /** Alerts that wait for a channel's digest, of one kind, the longest first, at most so many; those after a place alone. */
  deferred(channel: Channel, kind: DigestKind, limit: number, after?: DeferredPlace): Promise<DeferredAlerts>;
  /** Counts what a digest told as told, keeping the reference of an earlier message; undefined where a newer version is told. */
  toldInDigest(alertKey: string, channel: Channel, told: Told): Promise<AlertRecord | undefined>;
  /** When these began; what has not yet begins now. */
  starts(names: readonly string[], now: string): Promise<Starts>;
  /** How many alerts there are, and of what happened from then until now. */
  census(since: string, now: string): Promise<Census>;
  /** How far a channel's digest is. */
  digest(channel: Channel): Promise<DigestState>;
  /** Writes the next part down, if none is; false if another run did. */
  startPart(channel: Channel, part: DigestPart): Promise<boolean>;
  tryPart(channel: Channel, attempts: number, retryAt: string): Promise<void>;
  /** A part is through. */
  endPart(channel: Channel, part: DigestPart, thread: string, at: string): Promise<void>;
  /** All parts of the day are. */
  endDigest(channel: Channel, day: string): Promise<void>;
  /** How a channel is doing. */
  channel(channel: Channel): Promise<ChannelState>;
  /** Counts one more message of that hour; false when there are as many as the budget already. */
  spend(channel: Channel, hour: string, budget: number): Promise<boolean>;
  /** Notes that the service takes nothing, and when it is tried again. */
  broke(channel: Channel, failure: { reason: string; failures: number; at: string; retryAt: string }): Promise<void>;
  /** Has the caller alone try a broken service: false when another one does. */
  probe(channel: Channel, before: string, retryAt: string): Promise<boolean>;
  /** The service takes messages again. */
  works(channel: Channel): Promise<void>;
  /** Has the caller alone say that the budget of that hour is used up: false when it has been said. */
  claimSummary(channel: Channel, hour: string): Promise<boolean>;
  /** Takes the channel's next slot, one a second over all executions, and gives the seconds until it comes. */
  reserveSlot(channel: Channel, now: string): Promise<number>;
  /** Alerts unsettled since before that time, oldest first. */
  unsettled(before: string): Promise<AlertRecord[]>;
  /**
   * Alerts with findings that somebody has set RESOLVED although their control fails, since before that time, oldest first. One
   * is closed, unless other findings of it are open.
   */
  closedButFailing(before: string): Promise<AlertRecord[]>;
  /**
   * Keys of open alerts that were last compared with Security Hub before that time, the longest ago first, at most so many. The index
   * lags: some may have been meanwhile, or have closed.
   */
  unchecked(before: string, limit: number): Promise<string[]>;
  /** Notes that an alert was compared, unless it has closed or was noted since it was read. No other write waits for it. */
  checked(alert: AlertRecord, at: string): Promise<void>;
}

/** DynamoDB takes 100 items in a transaction: the alert, and two a finding. */
export const TAKES = 49;

export type ExitResult =
  | { kind: "settled" }
  /** Only while its failure at this version stands as reported: what is redriven meanwhile goes on. */
  | { kind: "parked"; at: string }
  /** Only while these channels still leave the newest version to their digests. */
  | { kind: "resting"; at: string; deferred: readonly Channel[] };

/** The state machine. */
export interface Executions {
  /** Starts it with the constant input of this alert. False: the name was used by an execution that may have closed. */
  start(name: string, alertKey: string): Promise<boolean>;
  /** Undefined where none is seen, which proves nothing: the answer is eventually consistent. */
  status(name: string): Promise<"running" | "closed" | undefined>;
}

/** Security Hub. */
export interface Findings {
  /** The findings as they are now, in the order asked for; undefined where there is none. */
  get(ids: readonly FindingId[]): Promise<(Finding | undefined)[]>;
  /**
   * Sets their workflow status, with a note of at most 512 characters (more is cut). Gives, in the order asked for, why one was
   * refused; undefined where it was not.
   */
  setWorkflow(
    findings: readonly MarkedId[],
    status: Finding["workflow"],
    note?: string,
  ): Promise<(string | undefined)[]>;
  /**
   * Calls back with each page of what is NEW and ACTIVE, has one of the severities and was last changed in that time. Gives what of
   * it can't be read.
   */
  eachPageOfNew(
    wanted: { severities: readonly Severity[]; since: string; until: string },
    page: (findings: Finding[]) => Promise<void>,
  ): Promise<Unreadable[]>;
}

/** A finding that Security Hub has and that can't be read, as far as it says which it is. */
export interface Unreadable extends Pick<Finding, "product" | "id"> {
  /** What is wrong with it. */
  reason: string;
}

/** Says which findings can't be read; nothing where all can be. At most five by name: each of them has its line in the log. */
export const unreadableInWords = (unreadable: readonly Unreadable[]): string[] => {
  const some = unreadable.slice(0, 5).map(({ id, reason }) => `${id || "one without an id"}: ${reason}`);
  return unreadable.length > 0
    ? [
        `${unreadable.length} findings of Security Hub can't be read, so that nobody is told of them: ${some.join("; ")}`,
      ]
    : [];
};

/** One channel that gave an alert up, as the state machine caught it. */
export interface Failure {
  channel: Channel;
  error: string;
  cause: string;
}

/** A service that takes messages. */
export interface ChannelService {
  channel: Channel;
  /** Whether it has no message for a notice: that counts as told, and takes no slot. Absent where it has one for each. */
  isSilent?(notice: Notice): boolean;
  /**
   * Sends it and gives its reference. Throws `refused` if it surely was not taken and never will be, `slowDown` if it was
   * not taken yet, any other error if the outcome is unknown.
   */
  send(notice: Notice, parent: Told | undefined): Promise<string>;
  /** Says that the hour's budget is used up, and that the rest comes in the digest. */
  summarize?(budget: number): Promise<void>;
  /** Looks for the message of an attempt whose outcome is unknown. Absent where the service can't tell (e-mail). */
  find?(notice: Notice, parent: Told | undefined, attempt: Sending): Promise<string | undefined>;
}

/** A reason for a finding to be over that Security Hub does not know, and when it was found out. */
export interface Over {
  outcome: "gone" | "left";
  /** ISO 8601. A later report on the finding outweighs it. */
  at: string;
}

/** Reads the finding again later, or takes it as over: a message to intake's own queue. */
export type Later = (finding: FindingId, afterSeconds: number, over?: Over) => Promise<void>;
