import type { Language, Notice, Severity } from "../alert/types";
import type { LinkOptions } from "./links";
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
  /** It rose without a higher severity: it has more resources than before. */
  grown: (resources: number) => string;
  /** It closed before this channel could tell of it. */
  openedAndClosed: string;
  repeatedMail: string;
  /** Names in the settings that the Backlog project does not have, or has several of. */
  leftOut: (names: readonly LeftOut[]) => string;
  links: { product: (name: string) => string; securityHub: string; resource: string; remediation: string };
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
  | "firstSeen"
  | "lastSeen"
  | "description";

export function wordsOf(language: Language): Words {
  return language === "ja" ? wordsJa : wordsEn;
}

/** What has to be said of this notice before its facts; undefined for the plain first word on an alert. */
export function headlineOf(notice: Notice, words: Words): string | undefined {
  const { finding, previousSeverity } = notice;
  if (notice.kind === "openedAndClosed") return words.openedAndClosed;
  if (notice.kind === "risen") {
    return previousSeverity && previousSeverity !== finding.severity
      ? words.worse(words.severity[previousSeverity], words.severity[finding.severity])
      : words.grown(finding.resourceCount);
  }
  return notice.occurrence > 1 ? words.recurred(notice.occurrence) : undefined;
}
