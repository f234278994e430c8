import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { isRefused } from "./alert/errors";
import type { Timing } from "./alert/notice";
import type { ChannelService } from "./alert/ports";
import type { Told } from "./alert/record";
import type { TellOutcome, TellRequest } from "./alert/tell";
import { dayAfter } from "./alert/times";
import type { Language, Notice, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { type Secret, secretReader } from "./aws/secret";
import { type Ask, backlogApi, type Parameters } from "./backlogApi";
import { type BacklogProject, readProject } from "./backlogProject";
import type { AccessPortal } from "./messages/accessPortal";
import { backlogComment, backlogIssue } from "./messages/backlog";
import type { BacklogTextFormat } from "./messages/backlogFormats";
import { endsWithMarker, markerOf, updateMarkerOf } from "./messages/marker";
import { tellAndLog } from "./tellAndLog";

/** Where alerts are filed, and with which fields. */
export interface BacklogTarget {
  /** https://SPACE.backlog.com, .backlog.jp or .backlogtool.com. */
  spaceUrl: string;
  /** Project key, such as SEC. */
  project: string;
  /** Name of the issue type. */
  issueType: string;
  priorities: Record<Severity, BacklogPriority>;
  /** Names of categories. One that the project lacks is left out, which the issue says; people likewise. Default: none. */
  categories?: readonly string[];
  /** Who sees to the issue: name, login id or mail address of a member of the project. Default: nobody. */
  assignee?: string;
  /** Who is told of each issue and each comment, named in the same way. Default: nobody but those who follow the project. */
  notifiedUsers?: readonly string[];
  /** Days from the day that an alert opened, or rose to that severity, to the day that it is due. Default: no due date. */
  dueDays?: Partial<Record<Severity, number>>;
  /** Default: as the project is set. */
  textFormat?: BacklogTextFormat;
}

export interface BacklogSettings extends BacklogTarget {
  language: Language;
  homeRegion: string;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/** Backlog's three priorities. Their names differ by the user's language, their ids don't. */
export type BacklogPriority = "high" | "normal" | "low";
const PRIORITY_IDS: Record<BacklogPriority, number> = { high: 2, normal: 3, low: 4 };

/** Files an alert as a Backlog issue, or comments on it when it got worse. Reads ALERT_TABLE and BACKLOG_API_KEY_SECRET. */
export const backlogHandler = (settings: BacklogSettings) => () => {
  const store = storeOfEnvironment();
  const apiKey = secretReader(new SecretsManagerClient({}), environment("BACKLOG_API_KEY_SECRET"));
  const service = backlogService(settings, apiKey);

  return async (request: TellRequest): Promise<TellOutcome> =>
    tellAndLog({ store, service, now, timeoutSeconds: settings.timeoutSeconds, timing: settings.timing }, request);
};

interface Issue {
  issueKey: string;
  description: string | null;
  /** "2026-12-01T00:00:00Z": a day, whatever the time says. */
  dueDate: string | null;
  startDate: string | null;
}
interface Comment {
  content: string | null;
}

/** How long a project is believed that lacks a name of the settings. */
const LEFT_OUT_MS = 5 * 60_000;

/** Backlog as a channel. Its reference is the issue's key. https://developer.nulab.com/docs/backlog/ */
export function backlogService(settings: Omit<BacklogSettings, "timing">, apiKey: Secret): ChannelService {
  const ask = backlogApi(settings.spaceUrl, apiKey);
  let read: Promise<BacklogProject> | undefined;
  let readAt = 0;
  /** Kept for the life of the function once it is known, with a name left out for some minutes: somebody may mend the project. */
  const projectOf = async (): Promise<BacklogProject> => {
    const kept = await read;
    if (kept && (kept.leftOut.length === 0 || Date.now() < readAt + LEFT_OUT_MS)) return kept;
    readAt = Date.now();
    read = readProject(ask, settings).catch((error) => {
      read = undefined;
      throw error;
    });
    return read;
  };
  const file = async (project: BacklogProject, notice: Notice, commented: string | undefined): Promise<string> => {
    const { issueKey } = commented
      ? await ask<Issue>("PATCH", `issues/${commented}`, await changeOf(ask, settings, project, notice, commented))
      : await ask<Issue>("POST", "issues", issueOf(settings, project, notice));
    return issueKey;
  };

  return {
    channel: "backlog",
    send: async (notice, parent) => {
      const wasKnown = read !== undefined;
      const commented = commentedIssue(notice, parent);
      try {
        return await file(await projectOf(), notice, commented);
      } catch (error) {
        if (!isRefused(error)) throw error;
        // Perhaps since the project has changed, of which somebody may have left. What is refused was not taken.
        read = undefined;
        if (!wasKnown) throw error;
        return file(await projectOf(), notice, commented);
      }
    },
    find: async (notice, parent) => {
      const commented = commentedIssue(notice, parent);
      if (commented) {
        const newest = { order: "desc", count: 100 };
        const comments = await ask<Comment[]>("GET", `issues/${commented}/comments`, newest);
        const marker = updateMarkerOf(notice);
        return comments.some(({ content }) => endsWithMarker(content, marker)) ? commented : undefined;
      }
      // Not by keyword: Backlog's search may lag behind. Its user's newest issues don't.
      const { projectId, userId } = await projectOf();
      const newest = {
        "projectId[]": projectId,
        "createdUserId[]": userId,
        sort: "created",
        order: "desc",
        count: 100,
      };
      const issues = await ask<Issue[]>("GET", "issues", newest);
      return issues.find(({ description }) => endsWithMarker(description, markerOf(notice)))?.issueKey;
    },
  };
}

/** A rise goes to the issue that was filed before. */
const commentedIssue = (notice: Notice, parent: Told | undefined): string | undefined =>
  notice.kind === "risen" ? parent?.reference : undefined;

const issueOf = (
  settings: BacklogTarget & Pick<BacklogSettings, "language" | "homeRegion" | "accessPortal">,
  project: BacklogProject,
  notice: Notice,
): Parameters => ({
  projectId: project.projectId,
  issueTypeId: project.issueTypeId,
  priorityId: priorityOf(settings, notice),
  "categoryId[]": project.categoryIds,
  assigneeId: project.assigneeId,
  dueDate: dueDateOf(settings, project, notice),
  "notifiedUserId[]": project.notifiedUserIds,
  ...backlogIssue(notice, { ...settings, textFormat: project.textFormat, leftOut: project.leftOut }),
});

const changeOf = async (
  ask: Ask,
  settings: Omit<BacklogSettings, "timing">,
  project: BacklogProject,
  notice: Notice,
  issueKey: string,
): Promise<Parameters> => ({
  priorityId: priorityOf(settings, notice),
  dueDate: await earlierDueDate(ask, settings, project, notice, issueKey),
  "notifiedUserId[]": project.notifiedUserIds,
  comment: backlogComment(notice, {
    ...settings,
    textFormat: project.textFormat,
    // All that a comment does of them.
    leftOut: project.leftOut.filter(({ as }) => as === "notifiedUser"),
  }),
});

const priorityOf = ({ priorities }: BacklogTarget, { finding }: Notice) => PRIORITY_IDS[priorities[finding.severity]];

/** By when a new issue is to be dealt with; nothing is due on an alert that has closed already. */
function dueDateOf({ dueDays = {} }: BacklogTarget, { timeZone }: BacklogProject, notice: Notice) {
  const days = dueDays[notice.finding.severity];
  if (days === undefined || timeZone === undefined || notice.kind === "openedAndClosed") return undefined;
  return dayAfter(notice.openedAt, days, timeZone);
}

/**
 * The due date of a rise to another severity, counted from today: what was set when it opened may be over by now. Only
 * where it is earlier than the issue's, which a person may have moved. Where a person has removed it, it stays away. Never
 * before the day that a person plans to begin: Backlog would refuse the rise as a whole.
 */
async function earlierDueDate(
  ask: Ask,
  { dueDays = {} }: BacklogTarget,
  { timeZone }: BacklogProject,
  { finding, previousSeverity }: Notice,
  issueKey: string,
): Promise<string | undefined> {
  const days = dueDays[finding.severity];
  if (days === undefined || timeZone === undefined) return undefined;
  if (previousSeverity === undefined || previousSeverity === finding.severity) return undefined;
  const due = dayAfter(now(), days, timeZone);
  const { dueDate, startDate } = await ask<Issue>("GET", `issues/${issueKey}`);
  if (startDate && due < startDate.slice(0, 10)) return undefined;
  if (dueDate === null) return dueDays[previousSeverity] === undefined ? due : undefined;
  return due < dueDate.slice(0, 10) ? due : undefined;
}
