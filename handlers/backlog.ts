import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Agent } from "undici";
import { refused, slowDown } from "./alert/errors";
import type { ChannelService } from "./alert/ports";
import type { Told } from "./alert/record";
import { type TellOutcome, type TellRequest, tell } from "./alert/tell";
import type { Language, Notice, Severity } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { type Secret, secretReader, withSecret } from "./aws/secret";
import { call, type HttpAnswer, header, redact } from "./http";
import type { AccessPortal } from "./messages/accessPortal";
import { backlogComment, backlogIssue } from "./messages/backlog";
import { endsWithMarker, markerOf, updateMarkerOf } from "./messages/marker";

export interface BacklogSettings {
  /** https://SPACE.backlog.com, .backlog.jp or .backlogtool.com. */
  spaceUrl: string;
  /** Project key, such as SEC. */
  project: string;
  /** Name of the issue type. */
  issueType: string;
  priorities: Record<Severity, BacklogPriority>;
  language: Language;
  homeRegion: string;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
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
    tell({ store, service, now, timeoutSeconds: settings.timeoutSeconds }, request);
};

interface Named {
  id: number;
  name: string;
}
interface Issue {
  issueKey: string;
  description: string | null;
}
interface Comment {
  content: string | null;
}

type Parameters = Record<string, string | number>;
type Ask = <T>(method: "GET" | "POST" | "PATCH", path: string, parameters?: Parameters) => Promise<T>;

/** Ids behind the names in the settings. */
interface Place {
  projectId: number;
  issueTypeId: number;
  userId: number;
}

/** Backlog as a channel. Its reference is the issue's key. https://developer.nulab.com/docs/backlog/ */
export function backlogService(settings: BacklogSettings, apiKey: Secret): ChannelService {
  const ask = asker(settings, apiKey);
  let place: Promise<Place> | undefined;
  const placeOf = () => {
    place ??= readPlace(ask, settings).catch((error) => {
      place = undefined; // Kept for the life of the function only once it is known.
      throw error;
    });
    return place;
  };

  return {
    channel: "backlog",
    send: async (notice, parent) => {
      const where = await placeOf();
      const priorityId = PRIORITY_IDS[settings.priorities[notice.finding.severity]];
      const commented = commentedIssue(notice, parent);
      if (commented) {
        const comment = backlogComment(notice, settings);
        return (await ask<Issue>("PATCH", `issues/${commented}`, { priorityId, comment })).issueKey;
      }
      const { projectId, issueTypeId } = where;
      const issue = { projectId, issueTypeId, priorityId, ...backlogIssue(notice, settings) };
      return (await ask<Issue>("POST", "issues", issue)).issueKey;
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
      const { projectId, userId } = await placeOf();
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

function asker({ spaceUrl }: BacklogSettings, apiKey: Secret): Ask {
  const http = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 10_000 });
  return async <T>(method: "GET" | "POST" | "PATCH", path: string, parameters: Parameters = {}): Promise<T> => {
    const form = new URLSearchParams(
      Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const isRead = method === "GET";
    return withSecret(apiKey, async (secret) => {
      const key = `apiKey=${encodeURIComponent(secret)}`;
      const answer = await call(http, {
        method,
        url: `${spaceUrl}/api/v2/${path}?${isRead && form.size > 0 ? `${form}&` : ""}${key}`,
        headers: isRead ? {} : { "content-type": "application/x-www-form-urlencoded" },
        body: isRead ? undefined : form.toString(),
        secrets: [secret],
      });
      return accepted(`${method} ${path}`, answer, secret) as T;
    });
  };
}

async function readPlace(ask: Ask, { project, issueType }: BacklogSettings): Promise<Place> {
  const user = await ask<Named>("GET", "users/myself");
  const { id: projectId } = await ask<Named>("GET", `projects/${encodeURIComponent(project)}`);
  const types = await ask<Named[]>("GET", `projects/${encodeURIComponent(project)}/issueTypes`);
  const issueTypeId = types.find(({ name }) => name === issueType)?.id;
  if (issueTypeId === undefined) {
    const names = types.map(({ name }) => name).join(", ");
    throw refused(`Backlog project ${project} has no issue type "${issueType}". It has: ${names}`);
  }
  return { projectId, issueTypeId, userId: user.id };
}

function accepted(asked: string, answer: HttpAnswer, secret: string): unknown {
  if (answer.status === 429) {
    // Epoch seconds; never below one second, whatever the clocks say.
    const reset = Number(header(answer, "x-ratelimit-reset"));
    const seconds = reset ? Math.min(Math.max(1, Math.ceil(reset - Date.now() / 1000)), 120) : 60;
    throw slowDown(seconds, `Backlog asks to slow down (${asked})`);
  }
  if (answer.status >= 200 && answer.status < 300 && answer.body !== undefined) return answer.body;
  const { errors } = (answer.body ?? {}) as { errors?: { message?: string }[] };
  const details = errors?.map(({ message }) => message).join("; ") ?? "";
  const said = redact(`Backlog answered ${asked} with HTTP ${answer.status} ${details}`, [secret]);
  if (answer.status >= 400 && answer.status < 500) throw refused(said);
  throw new Error(said);
}
