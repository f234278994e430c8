import { createHash } from "node:crypto";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { isRefused } from "./alert/errors";
import type { GateSettings } from "./alert/gate";
import type { Timing } from "./alert/notice";
import type { ChannelService } from "./alert/ports";
import type { Sending } from "./alert/record";
import type { TellOutcome, TellRequest } from "./alert/tell";
import type { Language, Notice } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { type Secret, secretReader } from "./aws/secret";
import type { AccessPortal } from "./messages/accessPortal";
import { slackSummary } from "./messages/overview";
import { slackMessage, slackReply } from "./messages/slack";
import type { SlackMessage } from "./messages/slackText";
import { hasRisen } from "./messages/words";
import { isGone, type SlackApi, type SlackPosted, slackApi } from "./slackApi";
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
  /** Whether AWS Health has an organizational view in the audit account, to be linked. Default: it has. */
  healthOrganization?: boolean;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** What else may keep a word from going. */
  gate: GateSettings;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/** What a message takes of them. */
type Settings = Omit<SlackSettings, "timing" | "gate">;

/**
 * Tells an alert in Slack: in a message of its own, which is kept up to date and shrinks when it is over, and what is new in
 * its thread. Reads ALERT_TABLE and SLACK_TOKEN_SECRET.
 */
export const slackHandler = (settings: SlackSettings) => () => {
  const store = storeOfEnvironment();
  const token = secretReader(new SecretsManagerClient({}), environment("SLACK_TOKEN_SECRET"));
  const service = slackService(settings, token);

  return async (request: TellRequest): Promise<TellOutcome> =>
    tellAndLog(
      { store, service, now, timeoutSeconds: settings.timeoutSeconds, timing: settings.timing, gate: settings.gate },
      request,
    );
};

/** Names hakken's messages in their metadata. */
const EVENT_TYPE = "hakken_alert";
/** Two hundred messages each: more can't have come during an hour of attempts, unless others post there too. */
const PAGES = 20;

/** Slack as a channel. Its reference is the ts of the alert's message: a thread takes no other for its parent. */
export function slackService(settings: Settings, token: Secret): ChannelService {
  const api = slackApi(settings.apiUrl, settings.channel, token);

  /** Its metadata stays as it was posted: by it the reply is told from the message. */
  const update = (notice: Notice, ts: string) =>
    api.write("chat.update", { channel: settings.channel, ts, ...slackMessage(notice, settings) });
  const post = async (notice: Notice, message: SlackMessage, inThread: object = {}): Promise<string> => {
    const { ts } = await api.write("chat.postMessage", { ...postOf(settings, notice, message), ...inThread });
    if (!ts) throw new Error("Slack's answer to chat.postMessage has no ts");
    return ts;
  };
  /** The message first, since that may be done again; the reply, which may not, once the message stands. */
  const goOn = async (notice: Notice, ts: string): Promise<void> => {
    await update(notice, ts);
    await post(notice, slackReply(notice, settings), { thread_ts: ts, reply_broadcast: isBroadcast(notice) });
  };

  return {
    channel: "slack",
    send: async (notice, parent) => {
      // Another occurrence's message is none to go on with: the alert opened anew.
      if (parent && notice.kind !== "opened") {
        try {
          await goOn(notice, parent.reference);
          return parent.reference;
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }
      const previous = await permalinkOf(api, settings, notice);
      return post(notice, slackMessage(notice, { ...settings, previous }));
    },
    summarize: async (messages) => {
      await api.write("chat.postMessage", { channel: settings.channel, ...slackSummary({ messages }, settings) });
    },
    find: async (notice, parent, attempt) => {
      const thread = notice.kind === "opened" ? undefined : parent?.reference;
      const reply = thread && (await replyOf(api, settings, notice, attempt, thread));
      if (thread && reply) {
        // Whatever another attempt has written into it meanwhile, it is to say what this one says.
        await update(notice, thread).catch(unlessGone);
        return thread;
      }
      // In the channel, also where the message to go on with was gone when it was sent.
      const found = await firstOf(api, "conversations.history", windowOf(settings, attempt), notice);
      return found && (found.thread_ts ?? found.ts);
    },
  };
}

/** A reply that everybody in the channel should see. */
const isBroadcast = (notice: Notice): boolean =>
  hasRisen(notice) || notice.kind === "requested" || notice.kind === "reopened";

async function replyOf(
  api: SlackApi,
  settings: Settings,
  notice: Notice,
  attempt: Sending,
  ts: string,
): Promise<SlackPosted | undefined> {
  const where = { ...windowOf(settings, attempt), ts };
  return firstOf(api, "conversations.replies", where, notice).catch(unlessGone);
}

/** Address of the message of the occurrence before, where this one has a message of its own. Not worth failing for. */
async function permalinkOf(
  api: SlackApi,
  { channel }: Settings,
  { previousReference }: Notice,
): Promise<string | undefined> {
  if (!previousReference) return undefined;
  const asked = { channel, message_ts: previousReference };
  const { permalink } = await api.read("chat.getPermalink", asked).catch((error): { permalink?: string } => {
    if (!isRefused(error)) throw error;
    return {};
  });
  return permalink;
}

/** Goes on without an answer where the message asked for is gone. */
function unlessGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}

/** From the first attempt to the end of the last one, and a minute for clocks that differ. */
function windowOf({ channel, timeoutSeconds }: Settings, { since, at }: Sending): Record<string, string> {
  const oldest = String(Date.parse(since) / 1000 - 60);
  const latest = String(Date.parse(at) / 1000 + timeoutSeconds + 60);
  return { channel, oldest, latest, limit: "200", include_all_metadata: "true" };
}

/** The first message there that tells this version of the alert. */
async function firstOf(
  api: SlackApi,
  method: string,
  where: Record<string, string>,
  notice: Notice,
): Promise<SlackPosted | undefined> {
  let next: { cursor?: string } = {};
  for (let page = 0; page < PAGES; page++) {
    const { messages, response_metadata } = await api.read(method, { ...where, ...next });
    const found = messages?.find((message) => tells(message, notice));
    const cursor = response_metadata?.next_cursor;
    if (found || !cursor) return found;
    next = { cursor };
  }
  throw new Error(`Slack channel ${where.channel} has more messages after ${where.oldest} than are looked through`);
}

function postOf(settings: Settings, notice: Notice, message: SlackMessage): object {
  const { alertKey, occurrence, version } = notice;
  return {
    channel: settings.channel,
    ...message,
    unfurl_links: false,
    unfurl_media: false,
    // By these the message is known again after a lost reply.
    client_msg_id: messageId(notice),
    metadata: { event_type: EVENT_TYPE, event_payload: { alertKey, occurrence, version } },
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
