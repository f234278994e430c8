import { dayAfter } from "./alert/times";
import type { Notice, Outcome } from "./alert/types";
import { now } from "./aws/clients";
import type { BacklogSettings } from "./backlog";
import type { Parameters } from "./backlogApi";
import type { BacklogProject } from "./backlogProject";
import { backlogComment, backlogIssue } from "./messages/backlog";
import { hasRisen, isClosed } from "./messages/words";

type Settings = Omit<BacklogSettings, "timing" | "gate">;

/** What is read of an issue. https://developer.nulab.com/docs/backlog/api/2/get-issue */
export interface Issue {
  issueKey: string;
  description: string | null;
  /** "2026-11-22T01:02:03Z". */
  created: string;
  /** "2026-12-01T00:00:00Z": a day, whatever the time says. */
  dueDate: string | null;
  startDate: string | null;
  status: { id: number };
  resolution: { id: number } | null;
}

/** Backlog's three priorities. Their names differ by the user's language, their ids don't. */
export type BacklogPriority = "high" | "normal" | "low";
const PRIORITY_IDS: Record<BacklogPriority, number> = { high: 2, normal: 3, low: 4 };

/** The four statuses that every project has; those of its own have higher ids. https://developer.nulab.com/docs/backlog/api/2/get-status-list-of-project */
const OPEN = 1;
const IN_PROGRESS = 2;
const CLOSED = 4;

/** https://developer.nulab.com/docs/backlog/api/2/get-resolution-list */
const FIXED = 0;
const WONT_FIX = 1;
const RESOLUTION_IDS: Record<Outcome, number> = {
  resolved: FIXED,
  passed: FIXED,
  archived: FIXED,
  gone: FIXED,
  suppressed: WONT_FIX,
  // Nobody has mended it; whose account it was has to.
  left: WONT_FIX,
};

/** Whether it is closed, by whomever. */
export const isClosedIssue = ({ status }: Issue): boolean => status.id === CLOSED;

/** What POST /api/v2/issues takes. */
export const issueOf = (settings: Settings, project: BacklogProject, notice: Notice): Parameters => ({
  projectId: project.projectId,
  issueTypeId: project.issueTypeId,
  priorityId: priorityOf(settings, notice),
  "categoryId[]": project.categoryIds,
  assigneeId: project.assigneeId,
  dueDate: isClosed(notice) ? undefined : dueAfter(settings, project, notice, notice.openedAt),
  "notifiedUserId[]": project.notifiedUserIds,
  ...backlogIssue(notice, { ...settings, textFormat: project.textFormat, leftOut: project.leftOut }),
});

/** What PATCH /api/v2/issues/KEY takes, comment and change in one. */
export const changeOf = (settings: Settings, project: BacklogProject, notice: Notice, issue: Issue): Parameters => ({
  ...fieldsOf(settings, project, notice, issue),
  "notifiedUserId[]": project.notifiedUserIds,
  comment: backlogComment(notice, {
    ...settings,
    textFormat: project.textFormat,
    // All that a comment does of them.
    leftOut: project.leftOut.filter(({ as }) => as === "notifiedUser"),
  }),
});

function fieldsOf(settings: Settings, project: BacklogProject, notice: Notice, issue: Issue): Parameters {
  if (isClosed(notice)) return closingOf(issue, notice);
  const priorityId = priorityOf(settings, notice);
  if (notice.kind === "reopened") return { priorityId, ...openingOf(settings, project, notice, issue) };
  return { priorityId, dueDate: earlierDueDate(settings, project, notice, issue) };
}

/** Closes an issue. One that a person has closed stays as it is, and the reason that a person gave is never changed. */
export function closingOf(issue: Issue, { outcome }: Notice): Parameters {
  if (isClosedIssue(issue)) return {};
  const resolutionId = issue.resolution ? undefined : RESOLUTION_IDS[outcome ?? "resolved"];
  return { statusId: CLOSED, resolutionId };
}

/** Opens an issue again, with a due date of this occurrence. Where a person is at work on it, its status stays. */
function openingOf(settings: Settings, project: BacklogProject, notice: Notice, issue: Issue): Parameters {
  const isOpen = issue.status.id === OPEN || issue.status.id === IN_PROGRESS;
  const due = dueAfter(settings, project, notice, notice.openedAt);
  return {
    statusId: isOpen ? undefined : OPEN,
    // An empty value takes it away.
    resolutionId: issue.resolution ? "" : undefined,
    dueDate: due && mayBeDue(settings, notice, issue, due) ? due : undefined,
  };
}

const priorityOf = ({ priorities }: Settings, { finding }: Notice) => PRIORITY_IDS[priorities[finding.severity]];

/** The due date for its severity, counted from a time. */
function dueAfter({ dueDays = {} }: Settings, { timeZone }: BacklogProject, { finding }: Notice, since: string) {
  const days = dueDays[finding.severity];
  return days === undefined || timeZone === undefined ? undefined : dayAfter(since, days, timeZone);
}

/**
 * The due date of a rise to another severity, counted from today: what was set when it opened may be over by now. Only
 * where it is earlier than the issue's, which a person may have moved.
 */
function earlierDueDate(settings: Settings, project: BacklogProject, notice: Notice, issue: Issue): string | undefined {
  const due = hasRisen(notice) ? dueAfter(settings, project, notice, now()) : undefined;
  if (due === undefined || !mayBeDue(settings, notice, issue, due)) return undefined;
  return issue.dueDate === null || due < issue.dueDate.slice(0, 10) ? due : undefined;
}

/**
 * Whether a due date may be set. Where a person has removed it, it stays away. Never before the day that a person plans to
 * begin: Backlog would refuse the change as a whole.
 */
function mayBeDue({ dueDays = {} }: Settings, notice: Notice, issue: Issue, due: string): boolean {
  const { previousSeverity } = notice;
  if (issue.startDate && due < issue.startDate.slice(0, 10)) return false;
  return issue.dueDate !== null || previousSeverity === undefined || dueDays[previousSeverity] === undefined;
}
