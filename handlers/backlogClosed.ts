import type { ClosedIssue, Issues } from "./alert/takeBack";
import { type Ask, isGone } from "./backlogApi";
import { dayBefore, PAGE } from "./backlogFiled";
import { markedAlert } from "./messages/marker";

export interface ClosedIssuesSettings {
  /** Project key, such as SEC. */
  project: string;
  /** The comment on an issue that is opened again, by how many findings it is for. */
  commentOf: (findings: number) => string;
}

interface Issue {
  issueKey: string;
  description: string | null;
  /** "2026-11-22T01:02:03Z". */
  updated: string;
  resolution: { id: number; name: string } | null;
}

interface Comment {
  id: number;
  created: string;
  createdUser: { id: number };
  changeLog: { field: string }[] | null;
}

/** Statuses that every project has, whatever they are called in it. */
const OPEN = 1;
const CLOSED = 4;

/** The issues that hakken's user has filed in a project. https://developer.nulab.com/docs/backlog/api/2/get-issue-list */
export function backlogIssues(ask: Ask, { project, commentOf }: ClosedIssuesSettings): Issues {
  let own: Promise<{ projectId: number; userId: number }> | undefined;
  const ids = () => {
    own ??= readIds(ask, project).catch((error) => {
      own = undefined;
      throw error;
    });
    return own;
  };

  return {
    closedSince: async (time) => {
      const { projectId, userId } = await ids();
      const wanted = {
        "projectId[]": projectId,
        "createdUserId[]": userId,
        "statusId[]": CLOSED,
        updatedSince: dayBefore(time),
        // The last changed first, so that one that changes meanwhile is at worst read twice.
        ...{ sort: "updated", order: "desc", count: PAGE },
      };
      const found = new Map<string, ClosedIssue>();
      for (let offset = 0; ; offset += PAGE) {
        const page = await ask<Issue[]>("GET", "issues", { ...wanted, offset });
        const recent = page.filter(({ updated }) => Date.parse(updated) >= Date.parse(time));
        for (const issue of recent.flatMap(closedIssue)) found.set(issue.key, issue);
        if (recent.length < PAGE) break;
      }
      return [...found.values()].sort((one, other) => (one.updatedAt < other.updatedAt ? -1 : 1));
    },

    closing: async (key) => {
      const { userId } = await ids();
      try {
        const change = await lastStatusChange(ask, key);
        const { status } = await ask<{ status: { id: number } }>("GET", `issues/${key}`);
        if (!change || status.id !== CLOSED) return undefined;
        return { at: new Date(change.created).toISOString(), isOwn: change.createdUser.id === userId };
      } catch (error) {
        if (!isGone(error)) throw error;
        return undefined;
      }
    },

    reopen: async (key, findings) => {
      // Its resolution is of its closing.
      await ask("PATCH", `issues/${key}`, { statusId: OPEN, resolutionId: "", comment: commentOf(findings) });
    },
  };
}

/** One after the other, as Backlog asks of its API's users. */
async function readIds(ask: Ask, project: string): Promise<{ projectId: number; userId: number }> {
  const { id: userId } = await ask<{ id: number }>("GET", "users/myself");
  const { id: projectId } = await ask<{ id: number }>("GET", `projects/${encodeURIComponent(project)}`);
  return { projectId, userId };
}

/** None where a person has taken the marker out of its text. */
function closedIssue({ issueKey: key, description, updated, resolution }: Issue): ClosedIssue[] {
  const alertKey = markedAlert(description);
  if (!alertKey) return [];
  const updatedAt = new Date(updated).toISOString();
  return [{ key, alertKey, updatedAt, ...(resolution && { resolution }) }];
}

/** Not by who changed the issue last: somebody may have commented on it since it was closed. */
async function lastStatusChange(ask: Ask, key: string): Promise<Comment | undefined> {
  let maxId: number | undefined;
  for (;;) {
    const page = await ask<Comment[]>("GET", `issues/${key}/comments`, { order: "desc", count: PAGE, maxId });
    const change = page.find(({ changeLog }) => changeLog?.some(({ field }) => field === "status"));
    if (change || page.length < PAGE) return change;
    maxId = Math.min(...page.map(({ id }) => id)) - 1;
  }
}
