import { createHash } from "node:crypto";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Agent } from "undici";
import { refused, slowDown } from "./alert/errors";
import type { Timing } from "./alert/notice";
import type { ChannelService } from "./alert/ports";
import type { Told } from "./alert/record";
import type { TellOutcome, TellRequest } from "./alert/tell";
import type { Language, Notice } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { type Secret, secretReader, withSecret } from "./aws/secret";
import { call, type HttpAnswer, header, redact } from "./http";
import type { AccessPortal } from "./messages/accessPortal";
import { slackMessage, slackReply } from "./messages/slack";
import { tellAndLog } from "./tellAndLog";

export interface SlackSettings {
  /** Base of the Web API: https://slack.com/api. */
  apiUrl: string;
  /** Channel id (C0123456789): its name is not enough to read messages back. */
  channel: string;
  language: Language;
  homeRegion: string;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/** Tells an alert in Slack, or replies in its thread when it got worse. Reads ALERT_TABLE and SLACK_TOKEN_SECRET. */
export const slackHandler = (settings: SlackSettings) => () => {
  const store = storeOfEnvironment();
  const token = secretReader(new SecretsManagerClient({}), environment("SLACK_TOKEN_SECRET"));
  const service = slackService(settings, token);

  return async (request: TellRequest): Promise<TellOutcome> =>
    tellAndLog({ store, service, now, timeoutSeconds: settings.timeoutSeconds, timing: settings.timing }, request);
};

/** Names hakken's messages in their metadata. */
const EVENT_TYPE = "hakken_alert";
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
/** Two hundred messages each: more can't have come during an hour of attempts, unless others post there too. */
const PAGES = 20;

interface SlackReply {
  ok: boolean;
  error?: string;
  ts?: string;
  messages?: SlackPosted[];
  response_metadata?: { next_cursor?: string; messages?: string[] };
}

interface SlackPosted {
  ts: string;
  metadata?: { event_type?: string; event_payload?: { alertKey?: string; occurrence?: number; version?: number } };
}

/** Slack as a channel. Its reference is the ts of the occurrence's first message: a thread takes no other for its parent. */
export function slackService(settings: Omit<SlackSettings, "timing">, token: Secret): ChannelService {
  const http = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 10_000 });

  const ask = (method: string, contentType: string, body: string): Promise<SlackReply> =>
    withSecret(token, async (secret) => {
      const answer = await call(http, {
        method: "POST",
        url: `${settings.apiUrl}/${method}`,
        headers: { authorization: `Bearer ${secret}`, "content-type": contentType },
        body,
        secrets: [secret],
      });
      return accepted(method, settings.channel, answer, secret);
    });
  const write = (method: string, parameters: object) =>
    ask(method, "application/json; charset=utf-8", JSON.stringify(parameters));
  // JSON is for methods that write; every method takes a form. https://docs.slack.dev/apis/web-api/#methods_supporting_json
  const read = (method: string, parameters: Record<string, string>) =>
    ask(method, "application/x-www-form-urlencoded", new URLSearchParams(parameters).toString());

  return {
    channel: "slack",
    send: async (notice, parent) => {
      const { ts } = await write("chat.postMessage", postOf(settings, notice, parent));
      if (!ts) throw new Error("Slack's answer to chat.postMessage has no ts");
      return threadOf(notice, parent) ?? ts;
    },
    find: async (notice, parent, { since, at }) => {
      // From the first attempt to the end of the last one, and a minute for clocks that differ.
      const oldest = String(Date.parse(since) / 1000 - 60);
      const latest = String(Date.parse(at) / 1000 + settings.timeoutSeconds + 60);
      const thread = threadOf(notice, parent);
      const where = { channel: settings.channel, oldest, latest, limit: "200", include_all_metadata: "true" };
      let next: { cursor?: string } = {};
      for (let page = 0; page < PAGES; page++) {
        const reply = thread
          ? await read("conversations.replies", { ...where, ...next, ts: thread })
          : await read("conversations.history", { ...where, ...next });
        const found = reply.messages?.find((message) => tells(message, notice));
        if (found) return thread ?? found.ts;
        const cursor = reply.response_metadata?.next_cursor;
        if (!cursor) return undefined;
        next = { cursor };
      }
      throw new Error(
        `Slack channel ${settings.channel} has more messages from ${since} to ${at} than are looked through`,
      );
    },
  };
}

/** A rise goes into the thread of what was told before. */
const threadOf = (notice: Notice, parent: Told | undefined): string | undefined =>
  notice.kind === "risen" ? parent?.reference : undefined;

function postOf(settings: Omit<SlackSettings, "timing">, notice: Notice, parent: Told | undefined): object {
  const { alertKey, occurrence, version } = notice;
  const thread = threadOf(notice, parent);
  const { text, blocks } = thread ? slackReply(notice, settings) : slackMessage(notice, settings);
  return {
    channel: settings.channel,
    text,
    blocks,
    unfurl_links: false,
    unfurl_media: false,
    // By these the message is known again after a lost reply.
    client_msg_id: messageId(notice),
    metadata: { event_type: EVENT_TYPE, event_payload: { alertKey, occurrence, version } },
    ...(thread && { thread_ts: thread, reply_broadcast: true }),
  };
}

const tells = ({ metadata }: SlackPosted, { alertKey, version }: Notice): boolean =>
  metadata?.event_type === EVENT_TYPE &&
  metadata.event_payload?.alertKey === alertKey &&
  metadata.event_payload.version === version;

/** The same UUID for the same message: Slack drops a second one for a short time. */
function messageId({ alertKey, occurrence, version }: Notice): string {
  const hex = createHash("sha256").update(`slack/${alertKey}/${occurrence}/${version}`).digest("hex");
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return parts.join("-");
}

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
  throw refused(said);
}
