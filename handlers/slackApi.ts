import { Agent } from "undici";
import { broken, refused, slowDown } from "./alert/errors";
import { type Secret, withSecret } from "./aws/secret";
import { call, type HttpAnswer, header, redact } from "./http";

/** A message as Slack gives it back. */
export interface SlackPosted {
  ts: string;
  /** Of a reply: the message that began the thread. That one names itself, once it has replies. */
  thread_ts?: string;
  metadata?: { event_type?: string; event_payload?: { alertKey?: string; occurrence?: number; version?: number } };
}

export interface SlackReply {
  ok: boolean;
  error?: string;
  ts?: string;
  messages?: SlackPosted[];
  permalink?: string;
  response_metadata?: { next_cursor?: string; messages?: string[] };
}

/** Slack's Web API. Throws `Refused`, `ChannelBroken` or `SlowDown` as alert/errors.ts means them, or any error for an unknown outcome. */
export interface SlackApi {
  /** A method that writes, asked in JSON. */
  write(method: string, parameters: object): Promise<SlackReply>;
  /** JSON is for methods that write; every method takes a form. https://docs.slack.dev/apis/web-api/#methods_supporting_json */
  read(method: string, parameters: Record<string, string>): Promise<SlackReply>;
}

/** https://docs.slack.dev/apis/web-api/ */
export function slackApi(apiUrl: string, channel: string, token: Secret): SlackApi {
  const http = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 10_000 });

  const ask = (method: string, contentType: string, body: string): Promise<SlackReply> =>
    withSecret(token, async (secret) => {
      const answer = await call(http, {
        method: "POST",
        url: `${apiUrl}/${method}`,
        headers: { authorization: `Bearer ${secret}`, "content-type": contentType },
        body,
        secrets: [secret],
      });
      return accepted(method, channel, answer, secret);
    });

  return {
    write: (method, parameters) => ask(method, "application/json; charset=utf-8", JSON.stringify(parameters)),
    read: (method, parameters) =>
      ask(method, "application/x-www-form-urlencoded", new URLSearchParams(parameters).toString()),
  };
}

/**
 * Whether a refusal is about the message that was to be changed or answered to, not about what was sent: it is deleted, or
 * written by the app's bot of before, or takes no change or reply any more. Then a new message does.
 */
export const isGone = (error: unknown): boolean =>
  error instanceof Error && GONE.includes((error as Error & { slackError?: string }).slackError ?? "");

/** https://docs.slack.dev/reference/methods/chat.update, chat.postMessage and conversations.replies */
const GONE = [
  "message_not_found",
  "thread_not_found",
  "cant_update_message",
  "edit_window_closed",
  "cannot_reply_to_message",
  "restricted_action_thread_locked",
];

/** Asking for patience, although with HTTP 200. https://docs.slack.dev/reference/methods/chat.postMessage */
const TOO_MANY = ["ratelimited", "rate_limited", "message_limit_exceeded"];
/** Errors after which it is not known whether Slack took the message; or that another try mends. */
const UNSURE = [
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  // Slack knows our client_msg_id from an earlier attempt, whatever became of it.
  "duplicate_message",
  "duplicate_message_not_found",
  "duplicate_channel_not_found",
];

/** Errors of the app or the channel, whatever the message: a person has to mend it. https://docs.slack.dev/reference/methods/chat.postMessage */
const BROKEN = [
  ...["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "no_permission"],
  ...["missing_scope", "access_denied", "ekm_access_denied", "org_login_required", "team_access_not_granted"],
  ...["channel_not_found", "not_in_channel", "is_archived", "restricted_action", "restricted_action_read_only_channel"],
];

/** Slack answers 200 to a refused message; only `ok` tells. */
function accepted(method: string, channel: string, answer: HttpAnswer, secret: string): SlackReply {
  const reply = (answer.body ?? {}) as Partial<SlackReply>;
  if (answer.status === 429 || TOO_MANY.includes(reply.error ?? "")) {
    throw slowDown(Number(header(answer, "retry-after")) || 30, `Slack asks to slow down (${method})`);
  }
  if (answer.status === 200 && reply.ok) return reply as SlackReply;
  const details = [reply.error ?? `HTTP ${answer.status}`, ...(reply.response_metadata?.messages ?? [])].join("; ");
  const said = redact(`Slack refused ${method} for channel ${channel}: ${details}`, [secret]);
  if (answer.status >= 500 || !reply.error || UNSURE.includes(reply.error)) throw new Error(said);
  if (BROKEN.includes(reply.error)) throw broken(said);
  throw Object.assign(refused(said), { slackError: reply.error });
}
