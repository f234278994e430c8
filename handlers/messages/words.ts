import type { Language, Notice, Outcome, Severity } from "../alert/types";
import type { LinkOptions } from "./links";
import type { Duration } from "./text";
import { wordsEn } from "./words.en";
import { wordsJa } from "./words.ja";

/** How a message is to be written. */
export interface MessageOptions extends LinkOptions {
  language: Language;
}

/** All that a person reads in a message and that is not the finding's own text. */
export interface Words {
  severity: Record<Severity, string>;
  labels: Record<Label, string>;
  /** Hours that the times shown are ahead of UTC, and how that zone is called. */
  zone: { name: string; hoursAhead: number };
  /** Between a label and its value. */
  colon: string;
  unknown: string;
  untitled: string;
  /** "3", with the unit that the language wants. */
  count: (n: number) => string;
  /** The resources beyond those shown. */
  more: (n: number) => string;
  /** The alert opened before. */
  recurred: (occurrence: number) => string;
  worse: (from: string, to: string) => string;
  /** It rose without a higher severity: it has more resources than before, so many of them new where that is known. */
  grown: (resources: number, added: number | undefined) => string;
  /** AWS Health says something else than before. */
  updated: string;
  /** Above the resources that are new. */
  added: string;
  /** A person asked for it by a custom action. */
  requested: string;
  outcome: Record<Outcome, string>;
  /** It is over; the outcome as above, where it is known. */
  closed: (outcome: string | undefined) => string;
  /** It closed before this channel could tell of it. */
  openedAndClosed: (outcome: string | undefined) => string;
  duration: (duration: Duration) => string;
  openFor: (duration: string) => string;
  /** Before the link to the message or issue of the occurrence before. */
  previous: string;
  /** By AWS Health's own name of the category. */
  healthCategory: Partial<Record<string, string>>;
  exploitable: string;
  notExploitable: string;
  repeatedMail: string;
  /** Names in the settings that the Backlog project does not have, or has several of. */
  leftOut: (names: readonly LeftOut[]) => string;
  links: {
    product: (name: string) => string;
    securityHub: string;
    /** The event in the organizational view. */
    healthOrganization: string;
    resource: string;
    remediation: string;
  };
}

/** A name of the settings that a Backlog issue does without. */
export interface LeftOut {
  as: "category" | "assignee" | "notifiedUser";
  name: string;
}

export type Label =
  | "severity"
  | "control"
  | "product"
  | "account"
  | "region"
  | "resources"
  | "findings"
  | "vulnerability"
  | "image"
  | "category"
  | "service"
  | "typeCode"
  | "startTime"
  | "endTime"
  | "recovered"
  | "firstSeen"
  | "lastSeen"
  | "closedAt"
  | "openFor"
  | "description";

export function wordsOf(language: Language): Words {
  return language === "ja" ? wordsJa : wordsEn;
}

/** What has to be said of this notice before its facts; undefined for the plain first word on an alert. */
export function headlineOf(notice: Notice, words: Words): string | undefined {
  const { finding, previousSeverity, added, outcome } = notice;
  switch (notice.kind) {
    case "openedAndClosed":
      return words.openedAndClosed(outcome && words.outcome[outcome]);
    case "closed":
      return words.closed(outcome && words.outcome[outcome]);
    case "requested":
      return words.requested;
    case "risen":
      if (isUpdated(notice)) return words.updated;
      return hasRisen(notice) && previousSeverity
        ? words.worse(words.severity[previousSeverity], words.severity[finding.severity])
        : words.grown(finding.resourceCount, added?.count);
    case "opened":
    case "reopened":
      return notice.occurrence > 1 ? words.recurred(notice.occurrence) : undefined;
  }
}

/** Whether it got worse by its severity, not by its resources alone. */
export const hasRisen = ({ kind, finding, previousSeverity }: Notice): boolean =>
  kind === "risen" && previousSeverity !== undefined && previousSeverity !== finding.severity;

/** Whether AWS Health says something else than before, and not that it got worse: it may be better. */
export const isUpdated = (notice: Notice): boolean =>
  notice.kind === "risen" && notice.finding.format === "health" && !hasRisen(notice) && !notice.added?.count;

/** Whether there is nothing left to do: the message is about the outcome. */
export const isClosed = ({ kind }: Notice): boolean => kind === "closed" || kind === "openedAndClosed";
