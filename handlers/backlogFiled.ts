import type { Sending } from "./alert/record";
import type { Ask } from "./backlogApi";
import type { Issue } from "./backlogIssues";
import type { BacklogProject } from "./backlogProject";
import { endsWithMarker } from "./messages/marker";

/** Backlog gives so many at once. https://developer.nulab.com/docs/backlog/api/2/get-issue-list */
export const PAGE = 100;
/** More than hakken files in an hour, at one issue a second; and within the searches that Backlog takes a minute. */
const PAGES = 50;
/** For clocks that differ, and times that Backlog gives to the second. */
const LEEWAY_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The issue that an attempt whose outcome is unknown has filed. Looked for among all that hakken's user has filed since the first
 * attempt, since others go on filing while this one waits; and not by keyword, in which Backlog's search may lag behind.
 */
export async function filedIssue(
  ask: Ask,
  { projectId, userId }: Pick<BacklogProject, "projectId" | "userId">,
  marker: string,
  { since, at }: Pick<Sending, "since" | "at">,
): Promise<Issue | undefined> {
  const wanted = {
    "projectId[]": projectId,
    "createdUserId[]": userId,
    createdSince: dayBefore(since),
    createdUntil: dayAfter(at),
    // The newest first, so that one that is filed meanwhile has at worst others read twice.
    ...{ sort: "created", order: "desc", count: PAGE },
  };
  const earliest = Date.parse(since) - LEEWAY_MS;
  for (let page = 0; page < PAGES; page++) {
    const issues = await ask<Issue[]>("GET", "issues", { ...wanted, offset: page * PAGE });
    const found = issues.find(({ description }) => endsWithMarker(description, marker));
    const isLast = issues.length < PAGE || issues.some(({ created }) => Date.parse(created) < earliest);
    if (found || isLast) return found;
  }
  throw new Error(`More Backlog issues were filed after ${since} than the ${PAGES * PAGE} that are looked through`);
}

/** Backlog filters by days of a time zone that it does not name: the day before is early enough in all of them. */
export const dayBefore = (time: string): string => dayOf(Date.parse(time) - DAY_MS);

/** Late enough in all of them. */
const dayAfter = (time: string): string => dayOf(Date.parse(time) + DAY_MS);

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
