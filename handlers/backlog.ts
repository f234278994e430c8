import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { isRefused } from "./alert/errors";
import type { GateSettings } from "./alert/gate";
import type { Timing } from "./alert/notice";
import type { ChannelService } from "./alert/ports";
import type { Told } from "./alert/record";
import type { TellOutcome, TellRequest } from "./alert/tell";
import type { Language, Notice, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { type Secret, secretReader } from "./aws/secret";
import { backlogApi, isForbidden, isGone } from "./backlogApi";
import { filedIssue } from "./backlogFiled";
import { type BacklogPriority, changeOf, closingOf, type Issue, isClosedIssue, issueOf } from "./backlogIssues";
import { type BacklogProject, readProject } from "./backlogProject";
import { log } from "./log";
import type { AccessPortal } from "./messages/accessPortal";
import type { BacklogTextFormat } from "./messages/backlogFormats";
import { endsWithMarker, markerOf, updateMarkerOf } from "./messages/marker";
import { isClosed } from "./messages/words";
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
  /** Whether AWS Health has an organizational view in the audit account, to be linked. Default: it has. */
  healthOrganization?: boolean;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** What else may keep a word from going. */
  gate: GateSettings;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/**
 * Files an alert as a Backlog issue, comments on it when it got worse, closes it when it is over, and opens it again.
 * Reads ALERT_TABLE and BACKLOG_API_KEY_SECRET.
 */
export const backlogHandler = (settings: BacklogSettings) => () => {
  const store = storeOfEnvironment();
  const apiKey = secretReader(new SecretsManagerClient({}), environment("BACKLOG_API_KEY_SECRET"));
  const service = backlogService(settings, apiKey);

  return async (request: TellRequest): Promise<TellOutcome> =>
    tellAndLog(
      { store, service, now, timeoutSeconds: settings.timeoutSeconds, timing: settings.timing, gate: settings.gate },
      request,
    );
};

interface Comment {
  content: string | null;
}

/** How long a project is believed that lacks a name of the settings. */
const LEFT_OUT_MS = 5 * 60_000;

/** Backlog as a channel. Its reference is the issue's key. https://developer.nulab.com/docs/backlog/ */
export function backlogService(settings: Omit<BacklogSettings, "timing" | "gate">, apiKey: Secret): ChannelService {
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

  /** Closes an issue that was filed for what is over already. It is filed: no failure may have it filed once more. */
  const close = async (issue: Issue, notice: Notice): Promise<void> => {
    if (isClosedIssue(issue)) return;
    try {
      await ask<Issue>("PATCH", `issues/${issue.issueKey}`, closingOf(issue, notice));
    } catch (error) {
      const problem = `Backlog issue ${issue.issueKey} is filed, but not closed: ${(error as Error).message}`;
      // Anything but a refusal is tried again: the issue is found then. A user who may file but not change breaks no channel.
      if (!isRefused(error) && !isForbidden(error)) throw new Error(problem);
      log({ step: "backlog", outcome: "left open", alertKey: notice.alertKey, reason: problem });
    }
  };
  const file = async (project: BacklogProject, notice: Notice): Promise<string> => {
    const issue = await ask<Issue>("POST", "issues", issueOf(settings, project, notice));
    if (isClosed(notice)) await close(issue, notice);
    return issue.issueKey;
  };
  /** Change and comment are one call, so that both are there or neither. */
  const goOn = async (project: BacklogProject, notice: Notice, issueKey: string): Promise<string> => {
    const issue = await ask<Issue>("GET", `issues/${issueKey}`);
    const changed = await ask<Issue>("PATCH", `issues/${issueKey}`, changeOf(settings, project, notice, issue));
    return changed.issueKey;
  };
  const tellIn = async (project: BacklogProject, notice: Notice, issueKey: string | undefined): Promise<string> => {
    if (issueKey === undefined) return file(project, notice);
    try {
      return await goOn(project, notice, issueKey);
    } catch (error) {
      if (!isGone(error)) throw error;
      return file(project, notice);
    }
  };

  return {
    channel: "backlog",
    send: async (notice, parent) => {
      const wasKnown = read !== undefined;
      const issueKey = continuedIssue(notice, parent);
      try {
        return await tellIn(await projectOf(), notice, issueKey);
      } catch (error) {
        if (!isRefused(error)) throw error;
        // Perhaps since the project has changed, of which somebody may have left. What is refused was not taken.
        read = undefined;
        if (!wasKnown) throw error;
        return tellIn(await projectOf(), notice, issueKey);
      }
    },
    find: async (notice, parent, attempt) => {
      const issueKey = continuedIssue(notice, parent);
      if (issueKey) {
        const newest = { order: "desc", count: 100 };
        const comments = await ask<Comment[]>("GET", `issues/${issueKey}/comments`, newest).catch(unlessGone);
        const marker = updateMarkerOf(notice);
        if (comments) return comments.some(({ content }) => endsWithMarker(content, marker)) ? issueKey : undefined;
      }
      const issue = await filedIssue(ask, await projectOf(), markerOf(notice), attempt);
      if (issue && isClosed(notice)) await close(issue, notice);
      return issue?.issueKey;
    },
  };
}

/** The issue that was filed before and goes on. A first word on an occurrence has an issue of its own. */
const continuedIssue = (notice: Notice, parent: Told | undefined): string | undefined =>
  notice.kind === "opened" ? undefined : parent?.reference;

/** Goes on without an answer where the issue asked for is gone. */
function unlessGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}
