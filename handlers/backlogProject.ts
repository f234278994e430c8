import { refused } from "./alert/errors";
import type { BacklogSettings } from "./backlog";
import type { Ask } from "./backlogApi";
import type { BacklogTextFormat } from "./messages/backlogFormats";

/** What stands behind the names in the settings: asked once by each warm function. */
export interface BacklogProject {
  projectId: number;
  issueTypeId: number;
  categoryIds: number[];
  assigneeId?: number;
  notifiedUserIds: number[];
  /** The user whose key it is. */
  userId: number;
  textFormat: BacklogTextFormat;
  /** Of the space, such as Asia/Tokyo: by it a day begins. Asked only where the settings have due days. */
  timeZone?: string;
}

interface Named {
  id: number;
  name: string;
}

interface User extends Named {
  /** What the person signs in with; in spaces of the newer plans an id that Backlog made up. */
  userId?: string | null;
  mailAddress?: string | null;
  nulabAccount?: { uniqueId?: string | null } | null;
}

/** Something that settings may name. */
interface Known {
  id: number;
  /** Any of these may stand in the settings. */
  names: (string | null | undefined)[];
  /** As it is listed to who named another one. */
  shown: string;
}

/** Throws `Refused`, which says every name that the project does not know, and which ones it does. */
export async function readProject(ask: Ask, settings: BacklogSettings): Promise<BacklogProject> {
  const { project, issueType, categories = [], assignee, notifiedUsers = [], dueDays = {} } = settings;
  const path = `projects/${encodeURIComponent(project)}`;
  const people = [...(assignee === undefined ? [] : [assignee]), ...notifiedUsers];
  // One after another, as Backlog asks of its API's users.
  const myself = await ask<User>("GET", "users/myself");
  const { id, textFormattingRule } = await ask<{ id: number; textFormattingRule?: string }>("GET", path);
  const types = (await ask<Named[]>("GET", `${path}/issueTypes`)).map(known);
  const kinds = categories.length === 0 ? [] : (await ask<Named[]>("GET", `${path}/categories`)).map(known);
  const members = people.length === 0 ? [] : (await ask<User[]>("GET", `${path}/users`)).map(knownUser);

  const problems = [
    ...unknown("issue type", [issueType], types),
    ...unknown("category", categories, kinds),
    ...unknown("member", people, members),
  ];
  if (problems.length > 0) throw refused(problems.map((problem) => `Backlog project ${project} ${problem}`).join("\n"));
  return {
    projectId: id,
    issueTypeId: idOf(issueType, types),
    categoryIds: categories.map((name) => idOf(name, kinds)),
    assigneeId: assignee === undefined ? undefined : idOf(assignee, members),
    notifiedUserIds: notifiedUsers.map((name) => idOf(name, members)),
    userId: myself.id,
    textFormat: settings.textFormat ?? (textFormattingRule === "backlog" ? "backlog" : "markdown"),
    timeZone: Object.keys(dueDays).length === 0 ? undefined : await readTimeZone(ask),
  };
}

const known = ({ id, name }: Named): Known => ({ id, names: [name], shown: name });

/** Told by name and login id: mail addresses are nothing for a log. */
const knownUser = ({ id, name, userId, mailAddress, nulabAccount }: User): Known => ({
  id,
  names: [name, userId, mailAddress, nulabAccount?.uniqueId],
  shown: `${name} (${nulabAccount?.uniqueId ?? userId ?? id})`,
});

/** What is wrong with names: each must be of exactly one. */
function unknown(what: string, wanted: readonly string[], all: readonly Known[]): string[] {
  return [...new Set(wanted)].flatMap((name) => {
    const found = all.filter(({ names }) => names.includes(name));
    if (found.length === 1) return [];
    const shown = (found.length === 0 ? all : found).map((one) => one.shown);
    const more = shown.length > LISTED ? `, and ${shown.length - LISTED} more` : "";
    const list = `${shown.slice(0, LISTED).join(", ") || "none"}${more}`;
    return found.length === 0
      ? [`has no ${what} "${name}". It has: ${list}`]
      : [`has more than one ${what} "${name}": ${list}. Give the login id`];
  });
}

/** How many names an error lists at most. */
const LISTED = 50;

function idOf(name: string, all: readonly Known[]): number {
  const found = all.find(({ names }) => names.includes(name));
  if (!found) throw new Error(`"${name}" was looked up without being known`);
  return found.id;
}

async function readTimeZone(ask: Ask): Promise<string> {
  const { timezone } = await ask<{ timezone: string }>("GET", "space");
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return timezone;
  } catch {
    throw refused(`Backlog's space has the time zone "${timezone}", which is not known here: leave dueDays out`);
  }
}
