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
    firstSeen: "First seen",
    lastSeen: "Last seen",
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
  grown: (resources) => `More resources are affected (${resources} in all)`,
  openedAndClosed: "This was found and has already closed (resolved, suppressed or archived) before it could be told",
  repeatedMail:
    "Note: this mail may be a repeat. It is not known whether the first one was sent, so it was sent once more.",
  leftOut: (names) =>
    `Note: left out, since the project has none of that name, or several: ${names.map(({ as, name }) => `${roles[as]} "${name}"`).join(", ")}. Correct hakken:backlog in the settings, or the project.`,
  links: {
    product: (name) => `Open in ${name}`,
    securityHub: "Open in Security Hub",
    resource: "Open the resource",
    remediation: "How to fix it",
  },
};
