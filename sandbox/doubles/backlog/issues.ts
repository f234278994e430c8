import type { BacklogEntry, BacklogFields } from "../../inbox/store";
import { invalidRequest, noResource } from "./errors";
import type { Parameters } from "./parameters";
import type { BacklogUser, Comment, Issue, Named, Space } from "./space";

const LONGEST_SUMMARY = 255;
/** https://qiita.com/otLenz/items/8e21020b37880f6392c6 */
const LONGEST_DESCRIPTION = 100_000;
const LONGEST_COMMENT = 50_000;
/** Of the four statuses that every project has. */
const CLOSED = 4;

export const ADD_PARAMETERS = [
  ...["projectId", "summary", "parentIssueId", "description", "startDate", "dueDate", "issueTypeId", "priorityId"],
  ...["categoryId[]", "assigneeId", "notifiedUserId[]"],
];
export const UPDATE_PARAMETERS = [
  ...ADD_PARAMETERS.filter((name) => name !== "projectId"),
  ...["statusId", "resolutionId", "comment"],
];
export const LIST_PARAMETERS = [
  ...["projectId[]", "issueTypeId[]", "statusId[]", "priorityId[]", "createdUserId[]", "id[]", "keyword"],
  ...["sort", "order", "count", "offset", "createdSince", "createdUntil", "updatedSince", "updatedUntil"],
];

/** https://developer.nulab.com/docs/backlog/api/2/add-issue */
export function addIssue(space: Space, given: Parameters, user: BacklogUser): Issue {
  if (given.requiredNumber("projectId") !== space.project.id) throw noResource("project");
  const notified = readNotified(space, given);
  const at = space.now();
  const keyId = space.nextKeyId++;
  const issue: Issue = {
    id: space.nextId++,
    keyId,
    key: `${space.project.projectKey}-${keyId}`,
    summary: readSummary(given.required("summary")),
    description: readText(given.text("description") ?? "", "description"),
    type: byId(space.issueTypes, given.requiredNumber("issueTypeId"), "issueTypeId"),
    priority: byId(space.priorities, given.requiredNumber("priorityId"), "priorityId"),
    status: byId(space.statuses, 1, "statusId"),
    resolution: null,
    categories: readCategories(space, given),
    assignee: readMember(space, given.number("assigneeId"), "assigneeId"),
    parentIssueId: readParent(space, given.number("parentIssueId")),
    ...readDays(given, { startDate: null, dueDate: null }),
    created: at,
    updated: at,
    comments: [],
    createdUser: user,
    updatedUser: user,
  };
  space.issues.push(issue);
  const text = [issue.summary, `${issue.type.name} / ${issue.priority.name}`, issue.description].join("\n");
  space.store.entries.backlog.push({
    key: issue.key,
    text,
    textFormat: space.project.textFormattingRule,
    fields: fieldsOf(issue),
    notified: names(notified),
    at: iso(at),
    updates: [],
    comments: [],
  });
  space.store.changed("backlog");
  return issue;
}

/** https://developer.nulab.com/docs/backlog/api/2/update-issue */
export function updateIssue(space: Space, issue: Issue, given: Parameters, user: BacklogUser): Issue {
  const notified = readNotified(space, given);
  const next: Issue = { ...issue };
  const number = (name: string) => given.number(name);
  if (given.has("summary")) next.summary = readSummary(given.required("summary"));
  if (given.has("description")) next.description = readText(given.text("description") ?? "", "description");
  if (given.has("issueTypeId")) next.type = byId(space.issueTypes, given.requiredNumber("issueTypeId"), "issueTypeId");
  if (given.has("priorityId")) next.priority = byId(space.priorities, given.requiredNumber("priorityId"), "priorityId");
  if (given.has("statusId")) next.status = byId(space.statuses, given.requiredNumber("statusId"), "statusId");
  if (given.has("resolutionId")) {
    // An empty value takes the resolution away.
    const id = number("resolutionId");
    next.resolution = id === undefined ? null : byId(space.resolutions, id, "resolutionId");
  }
  if (given.has("categoryId[]")) next.categories = readCategories(space, given);
  if (given.has("assigneeId")) next.assignee = readMember(space, number("assigneeId"), "assigneeId");
  if (given.has("parentIssueId")) next.parentIssueId = readParent(space, number("parentIssueId"));
  Object.assign(next, readDays(given, issue));
  const comment = readText(given.text("comment") ?? "", "comment");

  const changeLog = changes(issue, next);
  // So the real one answers a PATCH that changes nothing, such as the status that the issue has already.
  if (changeLog.length === 0 && comment === "") throw invalidRequest("No comment content.");
  Object.assign(issue, next);
  remember(space, issue, { content: comment === "" ? null : comment, changeLog, notified, createdUser: user });
  return issue;
}

/** Its key is never given again. https://developer.nulab.com/docs/backlog/api/2/delete-issue */
export function deleteIssue(space: Space, issue: Issue): Issue {
  space.issues.splice(space.issues.indexOf(issue), 1);
  const entry = entryOf(space, issue);
  entry.fields = { ...entry.fields, status: "deleted" };
  space.store.changed("backlog");
  return issue;
}

/** https://developer.nulab.com/docs/backlog/api/2/add-comment */
export function addComment(space: Space, issue: Issue, given: Parameters, user: BacklogUser): Comment {
  const notified = readNotified(space, given);
  const content = readText(given.required("content"), "content");
  return remember(space, issue, { content, changeLog: [], notified, createdUser: user });
}

/** A change and a comment are one entry in Backlog's list of comments; the inbox tells them apart. */
function remember(space: Space, issue: Issue, said: Omit<Comment, "id" | "created">): Comment {
  const at = space.now();
  const comment: Comment = { id: space.nextId++, ...said, created: at };
  issue.comments.push(comment);
  issue.updated = at;
  issue.updatedUser = said.createdUser;
  const entry = entryOf(space, issue);
  note(entry, comment, iso(at));
  entry.fields = fieldsOf(issue);
  space.store.changed("backlog");
  return comment;
}

function entryOf(space: Space, { key }: Issue): BacklogEntry {
  const entry = space.store.entries.backlog.find((one) => one.key === key);
  if (entry === undefined) throw new Error(`${key} is not in the inbox.`);
  return entry;
}

function note(entry: BacklogEntry, comment: Comment, at: string): void {
  if (comment.changeLog.length > 0) {
    const lines = comment.changeLog.map(({ field, originalValue, newValue }) =>
      field === "description" ? `description: ${newValue}` : `${field}: ${originalValue ?? "-"} → ${newValue ?? "-"}`,
    );
    entry.updates.push({ text: lines.join("\n"), at });
  }
  if (comment.content !== null) entry.comments.push({ text: comment.content, at, notified: names(comment.notified) });
}

const names = (users: readonly BacklogUser[]) => users.map(({ name }) => name);

const fieldsOf = ({ status, resolution, priority, categories, assignee, dueDate }: Issue): BacklogFields => ({
  status: status.name,
  isClosed: status.id === CLOSED,
  resolution: resolution?.name ?? null,
  priority: priority.name,
  categories: categories.map(({ name }) => name),
  assignee: assignee?.name ?? null,
  dueDate,
});

function changes(before: Issue, after: Issue): Comment["changeLog"] {
  const shown = (issue: Issue): Record<string, string | null> => ({
    summary: issue.summary,
    description: issue.description,
    issueType: issue.type.name,
    priority: issue.priority.name,
    status: issue.status.name,
    resolution: issue.resolution?.name ?? null,
    component: issue.categories.map(({ name }) => name).join(", ") || null,
    assigner: issue.assignee?.name ?? null,
    parentIssue: issue.parentIssueId === null ? null : String(issue.parentIssueId),
    startDate: issue.startDate,
    limitDate: issue.dueDate,
  });
  const old = shown(before);
  return Object.entries(shown(after))
    .filter(([field, value]) => value !== old[field])
    .map(([field, newValue]) => ({ field, newValue, originalValue: old[field] ?? null }));
}

/** https://developer.nulab.com/docs/backlog/api/2/get-issue-list */
export function listIssues(space: Space, given: Parameters): Issue[] {
  for (const id of given.numbers("projectId[]") ?? []) if (id !== space.project.id) throw noResource("project");
  // Read before the issues are gone through: a bad value is refused where there is no issue, too.
  const oneOf = (name: string) => {
    const wanted = given.numbers(name);
    return (value: number) => wanted === undefined || wanted.includes(value);
  };
  const [types, statuses, priorities] = [oneOf("issueTypeId[]"), oneOf("statusId[]"), oneOf("priorityId[]")];
  const [users, ids] = [oneOf("createdUserId[]"), oneOf("id[]")];
  const keyword = given.text("keyword");
  const sort = given.text("sort") ?? "created";
  if (sort !== "created" && sort !== "updated") throw invalidRequest(`sort: ${sort} is not supported.`);
  const order = given.text("order") ?? "desc";
  if (order !== "asc" && order !== "desc") throw invalidRequest(`order: ${order} is neither asc nor desc.`);
  const days = (what: "created" | "updated") => {
    const [since, until] = [given.date(`${what}Since`), given.date(`${what}Until`)];
    return (at: number) => {
      const day = iso(at).slice(0, 10);
      return (since === undefined || day >= since) && (until === undefined || day <= until);
    };
  };
  const [created, updated] = [days("created"), days("updated")];

  const { offset, count } = readPage(given);

  const found = space.issues.filter(
    (issue) =>
      types(issue.type.id) &&
      statuses(issue.status.id) &&
      priorities(issue.priority.id) &&
      users(issue.createdUser.id) &&
      ids(issue.id) &&
      created(issue.created) &&
      updated(issue.updated) &&
      (keyword === undefined || matches(space, issue, keyword)),
  );
  // Issues of one millisecond stand in the order of their keys.
  const ascending = found.sort((a, b) => a[sort] - b[sort] || a.id - b.id);
  return (order === "asc" ? ascending : ascending.reverse()).slice(offset, offset + count);
}

/** The search index lags: what was written lately isn't found yet. */
function matches(space: Space, issue: Issue, keyword: string): boolean {
  const indexed = (at: number) => at <= space.now() - space.searchLagMs;
  const texts = [
    ...(indexed(issue.updated) || indexed(issue.created) ? [issue.summary, issue.description] : []),
    ...issue.comments.filter(({ created }) => indexed(created)).map(({ content }) => content ?? ""),
  ];
  return texts.some((text) => text.includes(keyword));
}

/** https://developer.nulab.com/docs/backlog/api/2/get-comment-list */
export function listComments(issue: Issue, given: Parameters): Comment[] {
  const least = given.number("minId") ?? 0;
  const most = given.number("maxId") ?? Number.POSITIVE_INFINITY;
  const found = issue.comments.filter(({ id }) => id >= least && id <= most);
  return (given.text("order") === "asc" ? found : found.reverse()).slice(0, readPage(given).count);
}

function readPage(given: Parameters): { offset: number; count: number } {
  const offset = given.number("offset") ?? 0;
  const count = given.number("count") ?? 20;
  if (offset < 0) throw invalidRequest("offset must not be negative.");
  if (count < 1 || count > 100) throw invalidRequest("count must be between 1 and 100.");
  return { offset, count };
}

const iso = (at: number) => new Date(at).toISOString();

function readSummary(summary: string): string {
  if (/[\r\n]/.test(summary)) throw invalidRequest("summary must not contain line breaks.");
  if (summary.length > LONGEST_SUMMARY) throw invalidRequest(`summary is longer than ${LONGEST_SUMMARY} characters.`);
  return summary;
}

function readText(text: string, name: "description" | "comment" | "content"): string {
  const longest = name === "description" ? LONGEST_DESCRIPTION : LONGEST_COMMENT;
  if (text.length > longest) throw invalidRequest(`${name} is longer than ${longest} characters.`);
  return text;
}

function byId(list: readonly Named[], id: number, name: string): Named {
  const found = list.find((item) => item.id === id);
  if (found === undefined) throw invalidRequest(`${name}: there is none with the id ${id}.`);
  return found;
}

/** Assigned and told can be only who is in the project. */
function readMember(space: Space, id: number | undefined, name: string) {
  if (id === undefined) return null;
  const member = space.members.find((user) => user.id === id);
  if (member === undefined) throw invalidRequest(`${name}: the project has no member with the id ${id}.`);
  return member;
}

/** An empty value takes all categories away. */
function readCategories(space: Space, given: Parameters): Named[] {
  const ids = given.numbers("categoryId[]") ?? [];
  return [...new Set(ids)].map((id) => byId(space.categories, id, "categoryId[]"));
}

/** Refused as nulab's own tool found: https://github.com/nulab/backlog-bulk-issue-registration-gas/issues/37 */
function readDays(given: Parameters, before: Pick<Issue, "startDate" | "dueDate">) {
  const day = (name: "startDate" | "dueDate") => (given.has(name) ? (given.date(name) ?? null) : before[name]);
  const days = { startDate: day("startDate"), dueDate: day("dueDate") };
  if (days.startDate !== null && days.dueDate !== null && days.dueDate < days.startDate) {
    throw invalidRequest(`dueDate ${days.dueDate} is before startDate ${days.startDate}.`);
  }
  return days;
}

function readParent(space: Space, id: number | undefined): number | null {
  if (id === undefined) return null;
  if (!space.issues.some((issue) => issue.id === id)) throw invalidRequest(`parentIssueId: no issue has the id ${id}.`);
  return id;
}

function readNotified(space: Space, given: Parameters): BacklogUser[] {
  const ids = given.numbers("notifiedUserId[]") ?? [];
  return [...new Set(ids)].flatMap((id) => readMember(space, id, "notifiedUserId[]") ?? []);
}
