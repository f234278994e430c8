import type { ServerResponse } from "node:http";
import type { FastifyPluginAsync } from "fastify";
import { type Faults, parseFault } from "./faults";
import { columns, page, SCRIPT, STYLE } from "./page";
import type { InboxStore } from "./store";

/** Nothing but the page's own script, style and stream runs or loads, whatever a message holds. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";
const HEARTBEAT_MS = 15_000;

/** The page, its JSON and its live stream, and the faults. */
export function inboxRoutes(store: InboxStore, faults: Faults): FastifyPluginAsync {
  return async (app) => {
    const streams = new Set<ServerResponse>();
    const heartbeat = setInterval(() => {
      for (const stream of streams) stream.write(": still here\n\n");
    }, HEARTBEAT_MS);
    heartbeat.unref();
    const unsubscribe = store.subscribe((channel) => {
      for (const stream of streams) stream.write(`event: changed\ndata: ${JSON.stringify({ channel })}\n\n`);
    });
    // Connections that stay open would keep the server from closing.
    app.addHook("preClose", async () => {
      clearInterval(heartbeat);
      unsubscribe();
      for (const stream of streams) stream.end();
      faults.clear();
    });

    app.get("/", async (_request, reply) =>
      reply
        .headers({ "content-security-policy": PAGE_POLICY, "referrer-policy": "no-referrer" })
        .type("text/html; charset=utf-8")
        .send(page(store)),
    );
    app.get("/inbox/columns", async (_request, reply) => reply.type("text/html; charset=utf-8").send(columns(store)));
    app.get("/inbox/page.js", async (_request, reply) => reply.type("text/javascript; charset=utf-8").send(SCRIPT));
    app.get("/inbox/page.css", async (_request, reply) => reply.type("text/css; charset=utf-8").send(STYLE));
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
