import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Channel } from "../../handlers/alert/types";

export const FAULT_CHANNELS = ["slack", "backlog", "mail"] as const satisfies readonly Channel[];
export const FAULT_KINDS = ["429", "500", "timeout-before", "timeout-after", "auth", "refused"] as const;

const faultShape = z.strictObject({
  channel: z.enum(FAULT_CHANNELS),
  /**
   * 429, 500: answered so, not taken. auth: the key is refused. refused: the message is. timeout-before: never answered, not taken.
   * timeout-after: taken, then the connection is closed without an answer.
   */
  fault: z.enum(FAULT_KINDS),
  /** How many requests it hits; without it, all until it is cleared. */
  times: z.int().positive().optional(),
  /** Seconds that a 429 asks to wait; default 1. */
  retryAfter: z.int().nonnegative().optional(),
  /** Hits only requests with this string in one of their values. */
  match: z.string().min(1).optional(),
  /** Which requests it hits; default "writes", so that a look-up before a post doesn't use it up. */
  on: z.enum(["writes", "reads", "all"]).optional(),
});

export type Fault = z.infer<typeof faultShape>;

/** Reads a fault as POST /faults gives it. Throws an error that names each bad field. */
export function parseFault(body: unknown): Fault {
  const parsed = faultShape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
}

interface Hit {
  channel: Channel;
  writes: boolean;
  /** Every value of the request, joined. */
  text: string;
}

export interface Faults {
  add(fault: Fault): void;
  /** Ends every fault, and closes the connections that were left without an answer. */
  clear(): void;
  list(): Fault[];
  /** The first fault that applies, used up by one. */
  take(hit: Hit): Fault | undefined;
  /** Calls the listener whenever a fault was set, used or cleared, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /** Keeps a connection open without an answer until its client gives up or the faults are cleared. */
  hold(socket: Socket): void;
}

/** Faults on command, in the order in which they were set. */
export function createFaults(): Faults {
  let pending: { fault: Fault; left: number }[] = [];
  const held = new Set<Socket>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const applies = (fault: Fault, hit: Hit) => {
    const on = fault.on ?? "writes";
    return (
      fault.channel === hit.channel &&
      (on === "all" || (on === "writes") === hit.writes) &&
      (fault.match === undefined || hit.text.includes(fault.match))
    );
  };
  return {
    add: (fault) => {
      pending.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
      changed();
    },
    clear: () => {
      pending = [];
      for (const socket of held) socket.destroy();
      changed();
    },
    list: () => pending.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : { ...fault })),
    take: (hit) => {
      const found = pending.find(({ fault }) => applies(fault, hit));
      if (found === undefined) return undefined;
      found.left -= 1;
      pending = pending.filter(({ left }) => left > 0);
      changed();
      return found.fault;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold: (socket) => {
      held.add(socket);
      socket.once("close", () => held.delete(socket));
    },
  };
}

interface FaultyService {
  channel: Channel;
  isWrite(request: FastifyRequest): boolean;
  /** Every value of the request that `match` may look at. */
  text(request: FastifyRequest): string;
  /** The service's own way to refuse. */
  refuse: {
    429(reply: FastifyReply, retryAfterSeconds: number): FastifyReply;
    500(reply: FastifyReply): FastifyReply;
    auth(reply: FastifyReply): FastifyReply;
    /** This message alone. */
    refused(reply: FastifyReply): FastifyReply;
  };
}

/** Makes all routes of a double fail on command. Call before its routes are added, in its own plugin scope. */
export function failOnCommand(app: FastifyInstance, faults: Faults, service: FaultyService): void {
  const unanswered = new WeakSet<FastifyRequest>();

  app.addHook("preHandler", async (request, reply) => {
    const hit = { channel: service.channel, writes: service.isWrite(request), text: service.text(request) };
    const fault = faults.take(hit);
    switch (fault?.fault) {
      case "429":
        return service.refuse[429](reply, fault.retryAfter ?? 1);
      case "500":
        return service.refuse[500](reply);
      case "auth":
        return service.refuse.auth(reply);
      case "refused":
        return service.refuse.refused(reply);
      case "timeout-before":
        faults.hold(request.raw.socket);
        return reply.hijack();
      case "timeout-after":
        unanswered.add(request);
    }
  });
  // The route has run by now, so the message is taken; only its answer is lost.
  app.addHook("onSend", async (request) => {
    if (unanswered.has(request)) request.raw.socket.destroy();
  });
}

/** All strings and numbers within a value, one a line: what a fault's `match` looks at. */
export function wordsOf(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value).map(wordsOf).join("\n");
}
