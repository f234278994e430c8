import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { type Faults, failOnCommand, wordsOf } from "../../inbox/faults";
import type { InboxStore } from "../../inbox/store";
import { isObject, readArguments, type SlackArguments, SlackRefusal } from "./arguments";
import { createConversations, type SlackChannel } from "./conversations";
import { type SlackMethod, slackMethods } from "./methods";
import { type RateLimit, rateLimiter } from "./rate";

export interface SlackOptions {
  /** The bot token that is accepted. */
  token: string;
  /** What the token may do; default all that these methods need. */
  scopes?: readonly string[];
  channels: readonly SlackChannel[];
  /** Of chat.postMessage, by channel; default about one a second with a burst of 3. */
  postLimit?: RateLimit;
  /** Of the other methods; default Slack's tier 3, 50 a minute. */
  methodLimit?: RateLimit;
  /** How long a repeated client_msg_id makes no second message; default 60. 0 = always makes one. */
  dedupeSeconds?: number;
  /** How long the workspace lets a message be changed; default without end. */
  editSeconds?: number;
}

interface SlackDouble extends SlackOptions {
  store: InboxStore;
  faults: Faults;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Slack's Web API as far as a bot that posts alerts uses it; mount under a prefix ending in /api. */
export function createSlack(options: SlackDouble): FastifyPluginAsync {
  const conversations = createConversations(options.channels, options.store, options.now);
  const methods = slackMethods(conversations, {
    dedupeSeconds: options.dedupeSeconds ?? 60,
    editSeconds: options.editSeconds ?? Number.POSITIVE_INFINITY,
    now: options.now,
  });
  const posts = rateLimiter(options.postLimit ?? { perSecond: 1, burst: 3 }, options.now);
  const others = rateLimiter(options.methodLimit ?? { perSecond: 50 / 60, burst: 50 }, options.now);
  const scopes = options.scopes ?? ["chat:write", "channels:history", "groups:history"];

  const authorise = (request: FastifyRequest, args: SlackArguments, method: SlackMethod) => {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    // A token inside a JSON body is not read; inside a form it is.
    const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
    const token = bearer ?? (isForm ? args.token : undefined);
    if (token === undefined) throw new SlackRefusal("not_authed");
    if (token !== options.token) throw new SlackRefusal("invalid_auth");
    if (method.scopes.length > 0 && !method.scopes.some((scope) => scopes.includes(scope))) {
      throw new SlackRefusal("missing_scope", [], { needed: method.scopes.join(","), provided: scopes.join(",") });
    }
  };

  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    failOnCommand(app, options.faults, {
      channel: "slack",
      isWrite: (request) => methods[methodName(request)]?.writes ?? false,
      text: textOf,
      refuse: {
        429: ratelimited,
        500: (reply) => reply.code(500).type("text/html; charset=utf-8").send("<h1>Server Error</h1>"),
        auth: (reply) => reply.send({ ok: false, error: "invalid_auth" }),
        refused: (reply) => reply.send({ ok: false, error: "msg_too_long" }),
      },
    });

    app.all("/:method", async (request, reply) => {
      const name = methodName(request);
      const method = methods[name];
      if (method === undefined) return { ok: false, error: "unknown_method", req_method: name };
      try {
        const { args, warnings } = readArguments(request);
        authorise(request, args, method);
        const wait = method.rateKey ? posts.take(method.rateKey(args)) : others.take(name);
        if (wait > 0) return ratelimited(reply, wait);
        return withWarnings({ ok: true, ...method.run(args) }, warnings);
      } catch (error) {
        if (!(error instanceof SlackRefusal)) throw error;
        return {
          ok: false,
          error: error.code,
          ...error.fields,
          ...(error.messages.length > 0 && { response_metadata: { messages: error.messages } }),
        };
      }
    });
  };
}

const methodName = (request: FastifyRequest) => (request.params as { method: string }).method;

const ratelimited = (reply: FastifyReply, seconds: number) =>
  reply.code(429).header("retry-after", String(seconds)).send({ ok: false, error: "ratelimited" });

function withWarnings(answer: Record<string, unknown>, warnings: readonly string[]) {
  if (warnings.length === 0) return answer;
  const metadata = isObject(answer.response_metadata) ? answer.response_metadata : {};
  return { ...answer, warning: warnings.join(","), response_metadata: { ...metadata, warnings } };
}

/** All values of the request, for a fault's `match`; a request that can't be read has none. */
function textOf(request: FastifyRequest): string {
  try {
    const { args } = readArguments(request);
    return wordsOf([args, ...Object.values(args).map(parsed)]);
  } catch (error) {
    if (error instanceof SlackRefusal) return "";
    throw error;
  }
}

/** In a form, blocks come as JSON text, where a quoted sign would not match. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
