import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { extname, join } from "node:path";
import type { FastifyPluginAsync } from "fastify";
import { projectRoot } from "../../ops/root";
import type { Trail } from "../trail";
import { type Faults, parseFault } from "./faults";
import { columns, page, type Shown } from "./page";
import type { InboxStore } from "./store";

/** Nothing but the page's own script, style and stream runs or loads, whatever a message holds. */
const PAGE_POLICY = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src"].map((what) => `${what} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`),
].join("; ");
const HEARTBEAT_MS = 15_000;
/** How often the journal is read while somebody looks: an execution ends after its messages have come. */
const FOLLOW_MS = 1_000;

const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
};
const FILES = ["page.css", "cards.css", "page.js", "columns.js", "keyboard.js", "filter.js", "seen.js", "icon.svg"];

interface InboxRoutes {
  store: InboxStore;
  faults: Faults;
  channelNames: ReadonlyMap<string, string>;
  /** Without one, messages are shown without their way. */
  trail: Trail | undefined;
}

/** The page, its JSON and its live stream, and the faults. */
export function inboxRoutes({ store, faults, channelNames, trail }: InboxRoutes): FastifyPluginAsync {
  const shown = async (all: boolean): Promise<Shown> => {
    await refreshed(trail);
    const hopsOf = (message: Parameters<Trail["hopsOf"]>[0]) => trail?.hopsOf(message) ?? [];
    return { store, channelNames, faults: faults.list(), hopsOf, all };
  };
  const isAll = (query: unknown) => typeof query === "object" && query !== null && "all" in query;

  return async (app) => {
    const streams = new Set<ServerResponse>();
    const tell = (text: string) => {
      for (const stream of streams) stream.write(text);
    };
    const changed = (what: string) => tell(`event: changed\ndata: ${JSON.stringify({ channel: what })}\n\n`);
    const heartbeat = setInterval(() => tell(": still here\n\n"), HEARTBEAT_MS).unref();
    const following = setInterval(async () => {
      if (streams.size > 0 && (await refreshed(trail))) changed("way");
    }, FOLLOW_MS).unref();
    const unsubscribe = [store.subscribe(changed), faults.subscribe(() => changed("faults"))];
    // Connections that stay open would keep the server from closing.
    app.addHook("preClose", async () => {
      clearInterval(heartbeat);
      clearInterval(following);
      for (const end of unsubscribe) end();
      for (const stream of streams) stream.end();
      faults.clear();
    });

    app.get("/", async (request, reply) =>
      reply
        .headers({
          "content-security-policy": PAGE_POLICY,
          "referrer-policy": "no-referrer",
          "cache-control": "no-store",
        })
        .type("text/html; charset=utf-8")
        .send(page(await shown(isAll(request.query)))),
    );
    app.get("/inbox/columns", async (request, reply) =>
      reply.type("text/html; charset=utf-8").send(columns(await shown(isAll(request.query)))),
    );
    for (const file of FILES) {
      app.get(`/inbox/browser/${file}`, async (_request, reply) =>
        reply
          .headers({ "cache-control": "no-cache", "x-content-type-options": "nosniff" })
          .type(TYPES[extname(file)] ?? "text/plain")
          .send(readFileSync(join(projectRoot(), "sandbox", "inbox", "browser", file))),
      );
    }
    app.get("/inbox.json", async () => store.entries);

    app.get("/inbox/stream", (request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      reply.raw.write("retry: 1000\n\n");
      streams.add(reply.raw);
      request.raw.on("close", () => streams.delete(reply.raw));
    });

    app.get("/faults", async () => faults.list());
    app.post("/faults", async (request, reply) => {
      try {
        faults.add(parseFault(request.body));
      } catch (error) {
        return reply.code(400).send({ error: error instanceof Error ? error.message : String(error) });
      }
      return reply.code(201).send(faults.list());
    });
    app.delete("/faults", async (_request, reply) => {
      faults.clear();
      return reply.code(204).send();
    });
  };
}

/** Whether anything is new of any way. The messages are shown all the same where the local AWS doesn't answer. */
const refreshed = async (trail: Trail | undefined): Promise<boolean> => {
  try {
    return (await trail?.refresh()) ?? false;
  } catch (error) {
    console.error("The journal could not be read:", error);
    return false;
  }
};
