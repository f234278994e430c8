import fastify from "fastify";
import { createInbox, type InboxOptions, type SandboxInbox } from "../../../sandbox/inbox/inbox";

export const TOKEN = "xoxb-sandbox";
export const API_KEY = "backlog-key";
export const TOPIC = "arn:aws:sns:ap-northeast-1:222222222222:hakken-mail";

export interface RunningInbox extends SandboxInbox {
  url: string;
  /** The doubles' clock, which stands still until a test moves it. */
  clock: { ms: number };
  close(): Promise<void>;
}

/** The three doubles and the page on a free port of this machine. Rates are high unless a test sets them. */
export async function runInbox(options: Partial<InboxOptions> = {}): Promise<RunningInbox> {
  const clock = { ms: Date.parse("2026-11-22T03:00:00Z") };
  const inbox = createInbox({
    now: () => clock.ms,
    ...options,
    slack: {
      token: TOKEN,
      channels: [
        { id: "C0SECURITY", name: "security" },
        { id: "C0OTHER", name: "other" },
        { id: "C0OLD", name: "old", archived: true },
        { id: "C0STRANGE", name: "strange", member: false },
      ],
      postLimit: { perSecond: 1000, burst: 1000 },
      ...options.slack,
    },
    backlog: {
      apiKey: API_KEY,
      project: { key: "SEC", name: "Security", issueTypes: ["タスク", "セキュリティ"] },
      ...options.backlog,
    },
  });
  const app = fastify();
  await app.register(inbox.routes);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { ...inbox, url, clock, close: () => app.close() };
}
