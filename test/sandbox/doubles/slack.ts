import { fetch } from "undici";
import type { SlackOptions } from "../../../sandbox/doubles/slack/slack";
import { type RunningInbox, runInbox, TOKEN } from "./running";

/** Slack's answers are read as they come. */
// biome-ignore lint/suspicious/noExplicitAny: what a service answers has no type until it is looked at
export type Answer = any;

export const ID = "0b5c5f0e-9a4e-4c58-8f1c-2f6d3f6a1e01";

/** The Slack double of the test at hand, and how an app calls it. */
export class RunningSlack {
  inbox!: RunningInbox;

  async start(slack: Partial<SlackOptions> = {}): Promise<void> {
    this.inbox = await runInbox({ slack: slack as SlackOptions });
  }

  readonly send = (method: string, body: string, headers: Record<string, string>) =>
    fetch(`${this.inbox.url}/slack/api/${method}`, { method: "POST", body, headers });

  readonly call = async (method: string, args: object, token: string | undefined = TOKEN): Promise<Answer> => {
    const authorization = token === "" ? undefined : { authorization: `Bearer ${token}` };
    const headers = { "content-type": "application/json; charset=utf-8", ...authorization };
    return (await this.send(method, JSON.stringify(args), headers)).json();
  };

  readonly post = (args: object) => this.call("chat.postMessage", { channel: "C0SECURITY", ...args });
}

export const section = (text: string, more: object = {}) => ({
  type: "section",
  text: { type: "mrkdwn", text },
  ...more,
});
