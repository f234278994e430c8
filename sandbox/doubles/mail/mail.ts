import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import { type Faults, failOnCommand, wordsOf } from "../../inbox/faults";
import type { InboxStore } from "../../inbox/store";

export interface MailOptions {
  /** Addresses whose owner never follows the confirmation link; default none. */
  absent?: readonly string[];
  /** Follows a confirmation link; default a GET of it, on loopback only. */
  follow?: (url: string) => Promise<void>;
}

interface MailDouble extends MailOptions {
  store: InboxStore;
  faults: Faults;
}

/** SNS's own subject for a publication that has none. */
const NO_SUBJECT = "AWS Notification Message";
/** How often, and with what pause, a confirmation link is followed that doesn't work. */
const ATTEMPTS = 5;
const PAUSE_MS = 200;

const subscription = { topicArn: z.string().startsWith("arn:aws:sns:"), endpoint: z.email() };
const confirmation = z.object({ ...subscription, token: z.string().min(1), confirmUrl: z.url() });
const unsubscription = z.object(subscription);
const delivery = z.object({
  ...subscription,
  /** SNS's rules: ASCII, first a letter, digit or punctuation mark, no line break or control character, under 100 long. */
  subject: z
    .string()
    .regex(/^[!-~][ -~]{0,98}$/, "must be ASCII, under 100 characters, without line breaks")
    .nullish(),
  message: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= 262_144, "must not be longer than 256 KB"),
  messageId: z.string().min(1),
  at: z.iso.datetime({ offset: true }),
});

/** "following": SNS may know of the confirmation already, and send, before the answer to the link is here. */
type Status = "pending" | "following" | "confirmed" | "unsubscribed";

/** The mailboxes behind SNS subscriptions of the protocol "email", and the people who confirm them. */
export function createMail(options: MailDouble): FastifyPluginAsync {
  const { store } = options;
  const states = new Map<string, Status>();
  const keyOf = (at: { topicArn: string; endpoint: string }) => `${at.topicArn} ${at.endpoint}`;
  const follow = options.follow ?? followOnLoopback;

  const confirm = async (asked: z.infer<typeof confirmation>, attempt = 1) => {
    states.set(keyOf(asked), "following");
    try {
      await follow(asked.confirmUrl);
      states.set(keyOf(asked), "confirmed");
    } catch (error) {
      states.set(keyOf(asked), "pending");
      console.error(`${asked.endpoint} could not confirm ${asked.topicArn}: ${error}`);
      // The mail may be here before SNS has finished the subscription that it is about.
      if (attempt < ATTEMPTS) setTimeout(confirm, PAUSE_MS, asked, attempt + 1).unref();
    }
  };

  return async (app) => {
    // Each route checks its body with zod, whose error says which field is wrong.
    app.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof z.ZodError)) throw error;
      const problems = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
      return reply.code(400).send({ error: "InvalidParameter", message: problems.join("; ") });
    });
    failOnCommand(app, options.faults, {
      channel: "mail",
      isWrite: (request) => request.routeOptions.url?.endsWith("/deliver") ?? false,
      text: (request) => wordsOf(request.body),
      refuse: {
        429: (reply, seconds) => reply.code(429).header("retry-after", String(seconds)).send({ error: "Throttled" }),
        500: (reply) => reply.code(500).send({ error: "InternalError" }),
        auth: (reply) => reply.code(403).send({ error: "AuthorizationError" }),
        refused: (reply) => reply.code(400).send({ error: "InvalidParameter" }),
      },
    });

    app.post("/confirm", async (request, reply) => {
      const asked = confirmation.parse(request.body);
      states.set(keyOf(asked), "pending");
      if (!(options.absent ?? []).includes(asked.endpoint)) {
        // A person follows the link later. Following it before the answer would have the caller wait for itself.
        setTimeout(confirm, 20, asked);
      }
      return reply.code(202).send({ status: "pending" });
    });

    app.post("/unsubscribe", async (request) => {
      states.set(keyOf(unsubscription.parse(request.body)), "unsubscribed");
      return { status: "unsubscribed" };
    });

    app.get("/subscriptions", async () =>
      [...states].map(([key, status]) => {
        const [topicArn, endpoint] = key.split(" ");
        return { topicArn, endpoint, status };
      }),
    );

    app.post("/deliver", async (request, reply) => {
      const mail = delivery.parse(request.body);
      const status = states.get(keyOf(mail));
      if (status !== "following" && status !== "confirmed") {
        const message = `${mail.endpoint} is ${status ?? "not subscribed"} at ${mail.topicArn}`;
        return reply.code(410).send({ error: "NotSubscribed", message });
      }
      const subject = mail.subject ?? NO_SUBJECT;
      store.entries.mail.push({
        to: mail.endpoint,
        subject,
        text: `${subject}\n\n${mail.message}`,
        at: mail.at,
        topicArn: mail.topicArn,
        messageId: mail.messageId,
      });
      store.changed("mail");
      return { status: "delivered" };
    });
  };
}

async function followOnLoopback(url: string): Promise<void> {
  const { hostname } = new URL(url);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) throw new Error(`${hostname} is not on this machine`);
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`the link answered ${answer.status}: ${await answer.text()}`);
}
