import { refused } from "./alert/errors";
import type { BacklogTarget } from "./backlog";
import type { Ask } from "./backlogApi";
import { log } from "./log";
import type { BacklogTextFormat } from "./messages/backlogFormats";
import type { LeftOut } from "./messages/words";

/** What stands behind the names in the settings: asked once by each warm function. */
export interface BacklogProject {
  projectId: number;
  issueTypeId: number;
  categoryIds: number[];
  assigneeId?: number;
  notifiedUserIds: number[];
  /** The user whose key it is. */
  userId: number;
  /** Names of categories and people that the project does not have, or has several of. */
  leftOut: LeftOut[];
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

/**
 * Throws `Refused`, which says every name that the project does not know, and which ones it does, where one of them is the issue
 * type: nothing can be filed without. Other names are left out, with a line in the log: people come and go, and an alert that
 * nobody is assigned is better than one that nobody reads.
 */
export async function readProject(ask: Ask, settings: BacklogTarget): Promise<BacklogProject> {
  const { project, issueType, categories = [], assignee, notifiedUsers = [], dueDays = {} } = settings;
  const path = `projects/${encodeURIComponent(project)}`;
  const people = [...(assignee === undefined ? [] : [assignee]), ...notifiedUsers];
  // One after another, as Backlog asks of its API's users.
  const myself = await ask<User>("GET", "users/myself");
  const { id, textFormattingRule } = await ask<{ id: number; textFormattingRule?: string }>("GET", path);
  const types = (await ask<Named[]>("GET", `${path}/issueTypes`)).map(known);
  const kinds = categories.length === 0 ? [] : (await ask<Named[]>("GET", `${path}/categories`)).map(known);
  const members = people.length === 0 ? [] : (await ask<User[]>("GET", `${path}/users`)).map(knownUser);

  const type = lookUp("issue type", [issueType], types);
  const filed = lookUp("category", categories, kinds);
  const assigned = lookUp("member", assignee === undefined ? [] : [assignee], members);
  const notified = lookUp("member", notifiedUsers, members);

  const found = [type, filed, assigned, notified].flatMap((one) => one.problems);
  const problems = [...new Set(found)].map((problem) => `Backlog project ${project} ${problem}`);
  const [issueTypeId] = type.ids;
  if (issueTypeId === undefined) throw refused(problems.join("\n"));
  if (problems.length > 0) log({ step: "backlog", outcome: "left out", problems });
  return {
    projectId: id,
    issueTypeId,
    categoryIds: filed.ids,
    assigneeId: assigned.ids[0],
    notifiedUserIds: notified.ids,
    userId: myself.id,
    leftOut: [
      ...filed.missing.map((name): LeftOut => ({ as: "category", name })),
      ...assigned.missing.map((name): LeftOut => ({ as: "assignee", name })),
      ...notified.missing.map((name): LeftOut => ({ as: "notifiedUser", name })),
    ],
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

/** The ids of names, each of which must be of exactly one; the names that are not, and what is wrong with them. */
function lookUp(what: string, wanted: readonly string[], all: readonly Known[]) {
  const looked = wanted.map((name) => ({ name, found: all.filter(({ names }) => names.includes(name)) }));
  const missing = looked.filter(({ found }) => found.length !== 1);
  return {
    ids: looked.flatMap(({ found: [one, ...others] }) => (one && others.length === 0 ? [one.id] : [])),
    missing: missing.map(({ name }) => name),
    problems: missing.map(({ name, found }) =>
      found.length === 0
        ? `has no ${what} "${name}". It has: ${listed(all)}`
        : `has more than one ${what} "${name}": ${listed(found)}. Give the login id`,
    ),
  };
}

function listed(all: readonly Known[]): string {
  const shown = all.slice(0, LISTED).map((one) => one.shown);
  const more = all.length > LISTED ? `, and ${all.length - LISTED} more` : "";
  return `${shown.join(", ") || "none"}${more}`;
}

/** How many names an error lists at most. */
const LISTED = 50;

async function readTimeZone(ask: Ask): Promise<string> {
  const { timezone } = await ask<{ timezone: string }>("GET", "space");
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return timezone;
  } catch {
    throw refused(`Backlog's space has the time zone "${timezone}", which is not known here: leave dueDays out`);
  }
}
