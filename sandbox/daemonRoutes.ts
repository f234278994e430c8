import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import type { Import } from "./client";
import type { ControlPlane } from "./doubles/controlPlane/controlPlane";
import type { EventBuses } from "./eventBuses";

const event = z.looseObject({
  source: z.string().min(1),
  "detail-type": z.string().min(1),
  account: z.string().regex(/^\d{12}$/, "must be the 12 digits of an account id"),
  region: z.string().min(1),
  time: z.iso.datetime({ offset: true }).optional(),
  resources: z.array(z.string()).optional(),
  detail: z.record(z.string(), z.unknown()),
});
const health = z.looseObject({
  "detail-type": z.string().min(1),
  account: z.string().optional(),
  resources: z.array(z.string()).optional(),
  detail: z.record(z.string(), z.unknown()),
});
const sendable = z.union([
  z.strictObject({ finding: z.record(z.string(), z.unknown()) }),
  z.strictObject({ event: z.record(z.string(), z.unknown()) }),
]);
const request = z.strictObject({
  action: z
    .string()
    .regex(/^arn:aws:securityhub:[a-z0-9-]+:\d{12}:action\/custom\/\w+$/, "must be the ARN of a custom action"),
  findings: z.array(z.strictObject({ id: z.string().min(1), productArn: z.string().min(1) })).min(1),
});
const fault = z.strictObject({
  operation: z.string().min(1),
  calls: z.int().positive().default(1),
  fault: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("throttled") }),
    z.strictObject({ kind: z.literal("error"), status: z.int().min(500).max(599) }),
    z.strictObject({ kind: z.literal("lostReply") }),
    z.strictObject({ kind: z.literal("slow"), milliseconds: z.int().positive() }),
    z.strictObject({ kind: z.literal("unprocessed"), code: z.string().min(1) }),
  ]),
});

/** The daemon's own routes, for the commands and for tests: what is sent in, and faults of the control plane. */
export const daemonRoutes =
  (plane: ControlPlane, buses: EventBuses): FastifyPluginAsync =>
  async (app) => {
    app.post("/_sandbox/send", async (request, reply) => {
      try {
        const what = sendable.parse(request.body);
        if ("finding" in what) return await importFinding(plane, what.finding);
        // AWS Health decides itself who gets what it tells.
        if (what.event.source === "aws.health") return { events: await plane.announceHealth(health.parse(what.event)) };
        return await putEvent(buses, what.event);
      } catch (error) {
        return reply.code(400).send({ message: wordsOf(error) });
      }
    });

    /** What a person does in Security Hub's console: choose findings, and a custom action for them. */
    app.post("/_sandbox/ask", async (asked, reply) => {
      try {
        const { action, findings } = request.parse(asked.body);
        return { events: [await plane.ask(action, findings)] };
      } catch (error) {
        return reply.code(400).send({ message: wordsOf(error) });
      }
    });

    /** How many events are not on a bus yet. */
    app.get("/_sandbox/pending", async () => ({ events: plane.pendingEvents() }));

    /** Body: operation, fault (see doubles/controlPlane/faults), calls (default 1). */
    app.post("/_sandbox/faults/:service", async (request, reply) => {
      const { service } = request.params as { service: string };
      const faults = Object.entries(plane.faults).find(([name]) => name === service)?.[1];
      const asked = fault.safeParse(request.body);
      if (!faults) return reply.code(404).send({ message: `No such service: ${Object.keys(plane.faults).join(", ")}` });
      if (!asked.success) return reply.code(400).send({ message: wordsOf(asked.error) });
      faults.next(asked.data.operation, asked.data.fault, asked.data.calls);
      return reply.code(201).send({});
    });
  };

const importFinding = async (plane: ControlPlane, finding: Record<string, unknown>): Promise<Import> => {
  const { id, productArn, events, state } = await plane.importAsService(finding);
  return { finding: { id, productArn }, events, state };
};

const putEvent = async (buses: EventBuses, given: Record<string, unknown>): Promise<Import> => {
  const { source, account, region, time, resources, detail, ...rest } = event.parse(given);
  const answer = await buses.putEvents(account, region, [
    {
      Source: source,
      DetailType: rest["detail-type"],
      Detail: JSON.stringify(detail),
      Resources: resources ?? [],
      Time: time ? new Date(time) : new Date(),
    },
  ]);
  const [entry] = answer.Entries ?? [];
  if (!entry?.EventId) throw new Error(`The bus refused the event: ${entry?.ErrorCode} ${entry?.ErrorMessage}`);
  return { events: [entry.EventId] };
};

const wordsOf = (error: unknown): string => {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
};
