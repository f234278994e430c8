import type { InboxStore } from "../../inbox/store";

export interface BacklogOptions {
  /** The key of hakken's user, as query parameter apiKey. A member's own is this, a hyphen and the member's userId. */
  apiKey: string;
  project: {
    /** Such as "SEC": capitals, digits and underscores. */
    key: string;
    name: string;
    /** Names of its issue types; ids count from 101. */
    issueTypes: readonly string[];
    /** Names of its categories; ids count from 201. Default: none. */
    categories?: readonly string[];
    /** Its members beside the key's user, who has the id 11; ids count from 12; null for who has left. Default: none. */
    members?: readonly (Member | null)[];
    /** How its texts are formatted; default "markdown", as for new projects. */
    textFormattingRule?: "markdown" | "backlog";
  };
  /** The space's time zone; default "Asia/Tokyo". */
  timezone?: string;
  /** Language of the names of priorities, statuses and resolutions; default "ja". */
  language?: "ja" | "en";
  /** 1 Administrator, 2 Normal User, 3 Reporter, 4 Viewer; default 2. A reporter adds issues but can't change them. */
  roleType?: 1 | 2 | 3 | 4;
  /** Requests a minute and user; default 600, 150, 150, those of a paid plan. */
  limits?: { read: number; update: number; search: number };
  /** How long the keyword search doesn't see a new issue; default 60. */
  searchLagSeconds?: number;
}

export interface Member {
  /** What the person signs in with. */
  userId: string;
  name: string;
}

export interface Named {
  id: number;
  name: string;
}

export interface Issue {
  id: number;
  keyId: number;
  key: string;
  summary: string;
  description: string;
  type: Named;
  priority: Named;
  status: Named;
  resolution: Named | null;
  categories: Named[];
  assignee: BacklogUser | null;
  parentIssueId: number | null;
  startDate: string | null;
  dueDate: string | null;
  created: number;
  updated: number;
  comments: Comment[];
  createdUser: BacklogUser;
  updatedUser: BacklogUser;
}

export interface Comment {
  id: number;
  content: string | null;
  changeLog: { field: string; newValue: string | null; originalValue: string | null }[];
  /** Who is told of it by name, beside those who follow the issue. */
  notified: BacklogUser[];
  created: number;
  createdUser: BacklogUser;
}

export type BacklogUser = ReturnType<typeof userJson>;

/** What Backlog calls its fixed values in each language; ids are the service's own. */
const NAMES = {
  ja: {
    priorities: ["高", "中", "低"],
    statuses: ["未対応", "処理中", "処理済み", "完了"],
    resolutions: ["対応済み", "対応しない", "無効", "重複", "再現しない"],
  },
  en: {
    priorities: ["High", "Normal", "Low"],
    statuses: ["Open", "In Progress", "Resolved", "Closed"],
    resolutions: ["Fixed", "Won't Fix", "Invalid", "Duplication", "Cannot Reproduce"],
  },
} as const;

const PROJECT_ID = 1001;
const COLORS = ["#e30000", "#7ea800", "#2779ca", "#934981"];
const STATUS_COLORS = ["#ed8077", "#4488c5", "#5eb5a6", "#b0be3c"];

/** One space with one project, and one user who asks: what the API answers from. */
export function createSpace(options: BacklogOptions, store: InboxStore, now: () => number) {
  const names = NAMES[options.language ?? "ja"];
  const numbered = (list: readonly string[], first: number): Named[] =>
    list.map((name, index) => ({ id: first + index, name }));
  const lang = options.language ?? "ja";
  const user = userJson(11, { userId: "hakken", name: "hakken" }, options.roleType ?? 2, lang);
  return {
    user,
    /** The project's members as they are now, the user who asks among them. */
    get members() {
      const others = options.project.members ?? [];
      return [user, ...others.flatMap((member, index) => (member ? [userJson(12 + index, member, 2, lang)] : []))];
    },
    space: spaceJson(lang, options.timezone ?? "Asia/Tokyo"),
    project: projectJson(options.project),
    categories: numbered(options.project.categories ?? [], 201),
    issueTypes: numbered(options.project.issueTypes, 101),
    priorities: numbered(names.priorities, 2),
    statuses: numbered(names.statuses, 1),
    resolutions: numbered(names.resolutions, 0),
    issues: [] as Issue[],
    searchLagMs: (options.searchLagSeconds ?? 60) * 1000,
    store,
    now,
    /** Issues and comments are numbered through. */
    nextId: 5001,
    /** The number in the next issue's key. */
    nextKeyId: 1,
  };
}

export type Space = ReturnType<typeof createSpace>;

function userJson(id: number, { userId, name }: Member, roleType: number, lang: string) {
  return {
    id,
    userId,
    name,
    roleType,
    lang,
    nulabAccount: { nulabId: `nulab-${id}`, name, uniqueId: userId },
    mailAddress: `${userId}@example.com`,
    lastLoginTime: "2026-11-01T00:00:00Z",
  };
}

function spaceJson(lang: string, timezone: string) {
  return {
    spaceKey: "example",
    name: "Example",
    ownerId: 1,
    lang,
    timezone,
    reportSendTime: "08:00:00",
    textFormattingRule: "markdown",
    created: "2008-07-06T15:00:00Z",
    updated: "2013-06-18T07:55:37Z",
  };
}

function projectJson(project: BacklogOptions["project"]) {
  return {
    id: PROJECT_ID,
    projectKey: project.key,
    name: project.name,
    chartEnabled: false,
    useResolvedForChart: false,
    subtaskingEnabled: true,
    projectLeaderCanEditProjectLeader: false,
    useWiki: true,
    useFileSharing: true,
    useWikiTreeView: true,
    useSubversion: false,
    useGit: false,
    useOriginalImageSizeAtWiki: false,
    textFormattingRule: project.textFormattingRule ?? "markdown",
    archived: false,
    displayOrder: 0,
    useDevAttributes: true,
  };
}

/** Backlog gives times to the second. */
const time = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

export const typeJson = (type: Named, index: number) => ({
  ...type,
  projectId: PROJECT_ID,
  color: COLORS[index % COLORS.length],
  displayOrder: index,
  templateSummary: null,
  templateDescription: null,
});

export const categoryJson = (category: Named, index: number) => ({
  ...category,
  projectId: PROJECT_ID,
  displayOrder: index,
});

export const statusJson = (status: Named, index: number) => ({
  ...status,
  projectId: PROJECT_ID,
  color: STATUS_COLORS[index % STATUS_COLORS.length],
  displayOrder: index * 1000 + 1000,
});

/** https://developer.nulab.com/docs/backlog/api/2/get-issue */
export function issueJson(space: Space, issue: Issue) {
  return {
    id: issue.id,
    projectId: PROJECT_ID,
    issueKey: issue.key,
    keyId: issue.keyId,
    issueType: typeJson(issue.type, space.issueTypes.indexOf(issue.type)),
    summary: issue.summary,
    description: issue.description,
    resolution: issue.resolution,
    priority: issue.priority,
    status: statusJson(issue.status, space.statuses.indexOf(issue.status)),
    assignee: issue.assignee,
    category: issue.categories.map((category) => categoryJson(category, space.categories.indexOf(category))),
    versions: [],
    milestone: [],
    startDate: issue.startDate && `${issue.startDate}T00:00:00Z`,
    dueDate: issue.dueDate && `${issue.dueDate}T00:00:00Z`,
    estimatedHours: null,
    actualHours: null,
    parentIssueId: issue.parentIssueId,
    createdUser: issue.createdUser,
    created: time(issue.created),
    updatedUser: issue.updatedUser,
    updated: time(issue.updated),
    customFields: [],
    attachments: [],
    sharedFiles: [],
    stars: [],
  };
}

/** https://developer.nulab.com/docs/backlog/api/2/get-comment-list */
export function commentJson(issue: Issue, comment: Comment) {
  return {
    id: comment.id,
    projectId: PROJECT_ID,
    issueId: issue.id,
    content: comment.content,
    changeLog: comment.changeLog.map((change) => ({
      ...change,
      attachmentInfo: null,
      attributeInfo: null,
      notificationInfo: null,
    })),
    createdUser: comment.createdUser,
    created: time(comment.created),
    updated: time(comment.created),
    stars: [],
    notifications: comment.notified.map((user, index) => ({
      id: comment.id * 100 + index,
      alreadyRead: false,
      reason: 2,
      user,
      resourceAlreadyRead: false,
    })),
  };
}
