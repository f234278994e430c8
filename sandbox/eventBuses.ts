import { EventBridge } from "@aws-sdk/client-eventbridge";
import type { EventEntry, PutEvents, PutEventsReply } from "./doubles/securityhub/announcements";
import { rootOf } from "./organization";

export interface EventBuses {
  putEvents: PutEvents;
  /** From now on the buses are there. Before, putEvents fails, and its caller tries again. */
  connect(endpoint: string): void;
}

/** Told of what a bus has taken, and when it was put there. */
type OnTaken = (region: string, entries: readonly EventEntry[], reply: PutEventsReply, at: number) => void;

/** The default buses of all accounts and regions, as AWS itself reaches them: only an account's root may say `aws.*`. */
export const eventBuses = (taken: OnTaken = () => {}): EventBuses => {
  const clients = new Map<string, EventBridge>();
  let endpoint: string | undefined;
  const clientOf = (account: string, region: string): EventBridge => {
    const name = `${account}/${region}`;
    const client =
      clients.get(name) ?? new EventBridge({ endpoint, region, credentials: rootOf(account), maxAttempts: 2 });
    clients.set(name, client);
    return client;
  };
  return {
    putEvents: async (account, region, entries) => {
      if (!endpoint) throw new Error("The local AWS is not up yet");
      const at = Date.now();
      const reply = await clientOf(account, region).putEvents({ Entries: entries });
      taken(region, entries, reply, at);
      return reply;
    },
    connect: (at) => {
      endpoint = at;
    },
  };
};
