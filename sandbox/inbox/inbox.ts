import type { FastifyPluginAsync } from "fastify";
import { createBacklog } from "../doubles/backlog/backlog";
import type { BacklogOptions } from "../doubles/backlog/space";
import { createMail, type MailOptions } from "../doubles/mail/mail";
import { createSlack, type SlackOptions } from "../doubles/slack/slack";
import type { Trail } from "../trail";
import { createFaults, type Faults } from "./faults";
import { inboxRoutes } from "./routes";
import { createStore, type InboxStore } from "./store";

export interface InboxOptions {
  slack: SlackOptions;
  backlog: BacklogOptions;
  mail?: MailOptions;
  /** Follows the messages' ways; without one the page shows none. */
  trail?: Trail;
  /** Milliseconds since 1970; default the machine's clock. */
  now?: () => number;
}

export interface SandboxInbox {
  store: InboxStore;
  faults: Faults;
  /**
   * To be registered without a prefix: /slack/api/* (the settings' slack.apiUrl), /backlog/* (the space's URL is .../backlog),
   * /mail/*, the page at /, /inbox.json, /inbox/stream, /faults.
   */
  routes: FastifyPluginAsync;
}

/** Slack, Backlog and mailboxes of the sandbox, and the page that shows what they got. */
export function createInbox(options: InboxOptions): SandboxInbox {
  const store = createStore();
  const faults = createFaults();
  const common = { store, faults, now: options.now ?? Date.now };
  return {
    store,
    faults,
    routes: async (app) => {
      await app.register(createSlack({ ...options.slack, ...common }), { prefix: "/slack/api" });
      await app.register(createBacklog({ ...options.backlog, ...common }), { prefix: "/backlog" });
      await app.register(createMail({ ...options.mail, ...common }), { prefix: "/mail" });
      const channelNames = new Map(options.slack.channels.map(({ id, name }) => [id, name]));
      await app.register(inboxRoutes({ store, faults, channelNames, trail: options.trail }));
    },
  };
}
