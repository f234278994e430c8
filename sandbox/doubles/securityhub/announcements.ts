import type { Finding } from "./asff";

/** An entry of EventBridge's PutEvents. */
export interface EventEntry {
  Source: string;
  DetailType: string;
  Detail: string;
  Resources: string[];
  Time: Date;
}

/** What PutEvents answers. */
export interface PutEventsReply {
  Entries?: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[];
}

/** Puts events on the default bus of an account and region, as AWS itself. */
export type PutEvents = (account: string, region: string, entries: EventEntry[]) => Promise<PutEventsReply>;

interface Waiting {
  entry: EventEntry;
  sent: (eventId: string) => void;
}

const atMost = 10;
const largestRequest = 256 * 1024;
const firstPause = 100;
const longestPause = 5_000;

/** The event that every import and every update of a finding gives: one finding an event. */
export const importedEvent = (finding: Finding, time: Date): EventEntry => ({
  Source: "aws.securityhub",
  DetailType: "Security Hub Findings - Imported",
  Detail: JSON.stringify({ findings: [finding] }),
  Resources: [`${finding.ProductArn}/${finding.Id}`],
  Time: time,
});

/** Events on their way to the buses. None is given up: what a bus does not take is put again. */
export class Announcements {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly sending = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly putEvents: PutEvents) {}

  /** Number of events that no bus has taken yet. */
  get pending(): number {
    return [...this.waiting.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** Puts one event on a bus; resolves with its id once the bus has taken it. */
  announce(account: string, region: string, entry: EventEntry): Promise<string> {
    const bus = `${account}/${region}`;
    const list = this.waiting.get(bus);
    return new Promise((sent) => {
      if (list !== undefined) {
        list.push({ entry, sent });
        return;
      }
      const started = [{ entry, sent }];
      this.waiting.set(bus, started);
      const done = this.send(account, region, started).finally(() => this.sending.delete(done));
      this.sending.add(done);
    });
  }

  /** Resolves when nothing is on its way any more. */
  async drained(): Promise<void> {
    while (this.sending.size > 0) await Promise.all(this.sending);
  }

  /** Forgets what is still waiting. */
  close(): void {
    this.closed = true;
  }

  private async send(account: string, region: string, list: Waiting[]): Promise<void> {
    let pause = firstPause;
    while (list.length > 0 && !this.closed) {
      const batch = nextBatch(list);
      const entries = await this.tryPut(account, region, batch);
      const refused = batch.filter((waiting, index) => {
        const id = entries[index]?.EventId;
        if (id !== undefined) waiting.sent(id);
        return id === undefined;
      });
      list.splice(0, batch.length, ...refused);
      if (refused.length === 0) pause = firstPause;
      else {
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, longestPause);
      }
    }
    this.waiting.delete(`${account}/${region}`);
  }

  private async tryPut(account: string, region: string, batch: Waiting[]): Promise<{ EventId?: string }[]> {
    try {
      return (
        (
          await this.putEvents(
            account,
            region,
            batch.map(({ entry }) => entry),
          )
        ).Entries ?? []
      );
    } catch {
      // The bus is out of reach: everything of this batch counts as refused, and is put again.
      return [];
    }
  }
}

/** The first entries that fit in one request. */
function nextBatch(list: readonly Waiting[]): Waiting[] {
  let size = 0;
  const fitting = list.slice(0, atMost).findIndex(({ entry }) => {
    size += Buffer.byteLength(entry.Detail);
    return size > largestRequest;
  });
  return list.slice(0, fitting === -1 ? atMost : Math.max(fitting, 1));
}
