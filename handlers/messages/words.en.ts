import type { LeftOut, Words } from "./words";

const roles: Record<LeftOut["as"], string> = {
  category: "category",
  assignee: "assignee",
  notifiedUser: "notified user",
};

/** English. */
export const wordsEn: Words = {
  severity: {
    CRITICAL: "CRITICAL",
    HIGH: "HIGH",
    MEDIUM: "MEDIUM",
    LOW: "LOW",
    INFORMATIONAL: "INFORMATIONAL",
  },
  labels: {
    severity: "Severity",
    control: "Control",
    product: "Found by",
    account: "Account",
    region: "Region",
    resources: "Resources",
    findings: "Findings",
    vulnerability: "Vulnerability",
    image: "Image",
    category: "Category",
    service: "Service",
    typeCode: "Event type",
    startTime: "Start",
    endTime: "End",
    recovered: "No longer affected",
    firstSeen: "First seen",
    lastSeen: "Last seen",
    closedAt: "Closed at",
    openFor: "Open for",
    description: "Description",
  },
  zone: { name: "UTC", hoursAhead: 0 },
  colon: ": ",
  unknown: "unknown",
  untitled: "(untitled)",
  count: (n) => `${n}`,
  more: (n) => `and ${n} more`,
  recurred: (occurrence) => `This is back: occurrence ${occurrence}`,
  worse: (from, to) => `Severity rose from ${from} to ${to}`,
  grown: (resources, added) =>
    added === undefined
      ? `More resources are affected (${resources} in all)`
      : `${added} more ${added === 1 ? "resource is" : "resources are"} affected (${resources} in all)`,
  updated: "Updated by AWS Health",
  added: "New resources",
  requested: "Sent by a person, by a custom action of Security Hub",
  outcome: {
    resolved: "resolved",
    suppressed: "suppressed",
    archived: "archived",
    passed: "the check passes",
    gone: "the finding is gone",
    left: "the account has left",
  },
  closed: (outcome) => (outcome ? `Closed: ${outcome}` : "Closed"),
  openedAndClosed: (outcome) => `Closed before it could be told${outcome ? `: ${outcome}` : ""}`,
  duration: ({ days, hours, minutes }) =>
    [...some(days, "d"), ...some(hours, "h"), ...some(minutes, "min")].join(" ") || "less than a minute",
  openFor: (duration) => `open for ${duration}`,
  previous: "The occurrence before",
  healthCategory: {
    issue: "Issue",
    scheduledChange: "Scheduled change",
    accountNotification: "Account notification",
    investigation: "Investigation",
  },
  exploitable: "an exploit is known",
  notExploitable: "no exploit known",
  repeatedMail:
    "Note: this mail may be a repeat. It is not known whether the first one was sent, so it was sent once more.",
  leftOut: (names) =>
    `Note: left out, since the project has none of that name, or several: ${names.map(({ as, name }) => `${roles[as]} "${name}"`).join(", ")}. Correct hakken:backlog in the settings, or the project.`,
  links: {
    product: (name) => `Open in ${name}`,
    securityHub: "Open in Security Hub",
    healthOrganization: "Open in AWS Health, for the whole organization",
    resource: "Open the resource",
    remediation: "How to fix it",
  },
};

const some = (n: number, unit: string) => (n > 0 ? [`${n} ${unit}`] : []);
