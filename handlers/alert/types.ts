/** The words that all handlers share. Types only: nothing here reaches a zip. */

/** Ordered from harmless to worst, as Security Hub orders them. */
export type Severity = "INFORMATIONAL" | "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

/** Where an alert is told. */
export type Channel = "slack" | "backlog" | "mail";

/** Language of what a person reads. */
export type Language = "ja" | "en";

/** Which form of Security Hub findings are taken from: CSPM, in ASFF, or V2, in OCSF. */
export type FindingSource = "cspm" | "v2";

export interface FindingResource {
  type: string;
  /** An ARN where the product gives one; some give a name or a path. */
  id: string;
  region?: string;
}

/** One finding in one shape, whatever format it came in. Times are ISO 8601 in UTC; absent means that the source did not say. */
export interface Finding {
  /** The format it came in: ASFF (Security Hub CSPM), OCSF (Security Hub V2) or an AWS Health event. */
  format: "asff" | "ocsf" | "health";
  /**
   * ASFF ProductArn, OCSF metadata.product uid (in CSPM's words) or name, "aws.health". With `id` it names the finding, in CSPM and V2
   * alike wherever its provider names it by an ARN.
   */
  product: string;
  id: string;
  /** Security Hub V2's own id of it (OCSF metadata.uid), by which its API and its console go; absent where it came otherwise. */
  uid?: string;
  /** A name for people: "GuardDuty", "Security Hub", "Health". */
  productName: string;
  /** The account that the finding is about, not the one that sent the event. */
  accountId: string;
  accountName?: string;
  region: string;
  title: string;
  description: string;
  severity: Severity;
  /** Security control, such as "S3.6" or "CIS.1.22". */
  control?: string;
  /** The first 20 resources. */
  resources: FindingResource[];
  /** How many resources the finding names, the ones beyond 20 too. */
  resourceCount: number;
  workflow: "NEW" | "NOTIFIED" | "SUPPRESSED" | "RESOLVED";
  record: "ACTIVE" | "ARCHIVED";
  /** Absent for products that check no control (GuardDuty, Inspector, Health). */
  compliance?: "PASSED" | "WARNING" | "FAILED" | "NOT_AVAILABLE";
  firstSeen?: string;
  lastSeen?: string;
  /** The provider's time of its last change. BatchUpdateFindings never moves it. */
  updatedAt: string;
  /** The page that says how to mend it, as the product gives it. */
  remediationUrl?: string;
  /** The product's own page on this finding. */
  sourceUrl?: string;
  /** How often the product has seen it, where it counts (GuardDuty): more after RESOLVED means that it goes on. */
  activity?: number;
  /** The standards that check its control, as Security Hub names them ("standards/cis-aws-foundations-benchmark/v/1.2.0"). */
  standards?: string[];
  /** What Inspector found. */
  vulnerability?: Vulnerability;
  /** What AWS Health tells of; there if `format` is "health". */
  health?: HealthEvent;
}

export interface Vulnerability {
  /** "CVE-2026-1234". */
  id: string;
  /** Whether an exploit is known. */
  exploitable: boolean;
  /** Digest or name of the container image that it is in; absent for all else. */
  image?: string;
}

export interface HealthEvent {
  /** Shared by the events that tell one thing, over accounts and regions; else the event's own ARN. */
  communicationId: string;
  /** "issue", "scheduledChange", "accountNotification" or "investigation". */
  category: string;
  /** "EC2". */
  service: string;
  /** "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED". */
  typeCode: string;
  startTime?: string;
  endTime?: string;
  /** How many entities AWS Health lists that are affected no more: they are not among the resources. Absent for none. */
  recovered?: number;
}

/** Why an alert closed, as the last of its findings did. left: its account is closed, suspended or outside by now. */
export type Outcome = "resolved" | "suppressed" | "archived" | "passed" | "gone" | "left";

/** A finding as an event told of it. */
export interface Observation {
  finding: Finding;
  /** The event's own time. With finding.updatedAt it orders two reports on one finding (rule R8). */
  eventTime: string;
  /** A person asked for it by a custom action: it is told at once, whatever its severity. */
  requested?: boolean;
  /** Security Hub has a finding of what AWS Health tells here: this opens no alert, and goes on with one that is open. */
  leftToSecurityHub?: boolean;
  /** Why it is over, where the finding itself does not say. */
  outcome?: Extract<Outcome, "gone" | "left">;
}

/** What a channel is to tell of an alert, taken from its newest state. */
export interface Notice {
  /** 32 hexadecimal digits; shown to people as the marker by which a message is found again. */
  alertKey: string;
  /** The n-th time that this alert opened, from 1. */
  occurrence: number;
  /** Version of the alert that this notice tells. */
  version: number;
  /**
   * opened: first word of this occurrence, in a message of its own. reopened: the same, where the message of an occurrence
   * before goes on. risen: it got worse since this channel told it. requested: a person asked for it by a custom action.
   * closed: all of it is over, after this channel told it. openedAndClosed: it closed before this channel could tell it (rule R4).
   */
  kind: "opened" | "reopened" | "risen" | "requested" | "closed" | "openedAndClosed";
  /** When this occurrence began. ISO 8601, UTC. */
  openedAt: string;
  /** When it closed; only where kind is "closed" or "openedAndClosed". */
  closedAt?: string;
  /** Why it closed; only where kind is "closed" or "openedAndClosed". */
  outcome?: Outcome;
  /**
   * The alert's finding, as last seen. Of several: the worst one, with the resources of all that are open (each once; where
   * the alert closed, of all), their number, and the alert's severity.
   */
  finding: Finding;
  /** Regions of all findings, sorted. */
  regions: string[];
  /** Accounts of all findings, sorted by id. One, but for AWS Health. */
  accounts: { id: string; name?: string }[];
  /** How many findings it stands for: those that are open, or all if it closed. */
  findings: number;
  /** Resources that joined since this channel told it, the first 20 of them; only where kind is "risen". */
  added?: { resources: FindingResource[]; count: number };
  /** What this channel last told of it; only where kind is "risen" or "reopened". */
  previousSeverity?: Severity;
  /** Where this channel told the occurrence before, in a message that is not continued: a reference, to be linked. */
  previousReference?: string;
  /** Sent again, since it is not known whether the first one arrived (mail only, rule R9). */
  repeated?: boolean;
}
