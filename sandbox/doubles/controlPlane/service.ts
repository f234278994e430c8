import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock } from "./clock";
import { ServiceError } from "./errors";
import { type Fault, type Faults, refusal } from "./faults";
import { answerXml, errorXml, readForm } from "./query";
import { fromWire, type Shape, shapeOf, toWire } from "./shapes";

/** Who calls, and where. */
export interface Call {
  account: string;
  region: string;
  /** ARN of the caller. */
  principal: string;
  /** A fault that the operation itself is to show, such as findings left unprocessed. */
  fault?: Fault;
}

/** The operations that a double has, by name. Their input has been checked against the SDK's schema of the operation. */
export type Operations = Record<string, (input: never, call: Call) => unknown>;

export interface ServiceOptions {
  /** The SDK client's module, whose exported schemas name every operation, path and member of the service. */
  sdk: object;
  protocol: "restJson1" | "awsJson1.1" | "awsQuery";
  operations: Operations;
  faults: Faults;
  clock: Clock;
  /** Done before each operation: what has fallen due since the last one. */
  settle?: () => void;
  /** Operations that judge their body themselves, item by item. */
  unchecked?: readonly string[];
  /** The error for input that the schema refuses; problems are worded by path. */
  invalid: (problems: string[]) => ServiceError;
}

interface OperationSchema {
  name: string;
  method: string;
  path: string;
  status: number;
  input: Shape;
  output: Shape;
}

/** The double of one AWS service: speaks its wire protocol, knows all of its operations, and does those that it was given. */
export function awsService(options: ServiceOptions): FastifyInstance {
  // ARNs in paths are long, and 100 findings of 240 KB are a large body.
  const app = fastify({
    bodyLimit: 32 * 1024 * 1024,
    routerOptions: { maxParamLength: 2048 },
    forceCloseConnections: true,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => sendError(options, reply, error));
  app.setNotFoundHandler((_request, reply) =>
    sendError(options, reply, new ServiceError("UnknownOperationException", 404, "Unknown operation.")),
  );

  const operations = schemas(options.sdk);
  if (options.protocol === "awsJson1.1") serveByName(app, operations, options, target);
  else if (options.protocol === "awsQuery") serveByName(app, operations, options, action);
  else for (const operation of operations) serveByPath(app, operation, options);
  return app;
}

/** Every operation that the SDK client exports: a tuple that begins with 9. */
function schemas(sdk: object): OperationSchema[] {
  const isOperation = (value: unknown): value is [9, string, string, unknown, unknown, unknown] =>
    Array.isArray(value) && value[0] === 9;
  return Object.values(sdk)
    .filter(isOperation)
    .map(([, , name, traits, input, output]) => {
      const [method, path, status] = (traits as { http?: [string, string, number] }).http ?? ["POST", "/", 200];
      return { name, method, path, status, input: shapeOf(input), output: shapeOf(output) };
    });
}

function serveByPath(app: FastifyInstance, operation: OperationSchema, options: ServiceOptions): void {
  const greedy = /\{(\w+)\+\}/.exec(operation.path)?.[1];
  const url = operation.path.replace(/\{\w+\+\}/, "*").replace(/\{(\w+)\}/g, ":$1");
  app.route({
    method: operation.method,
    url,
    handler: (request, reply) => {
      const labels = { ...(request.params as Record<string, string>) };
      if (greedy !== undefined) labels[greedy] = decodeURIComponent(labels["*"] ?? "");
      return answer(operation, options, request, reply, labels);
    },
  });
}

const target = (request: FastifyRequest) => String(request.headers["x-amz-target"]).split(".")[1];
const action = (request: FastifyRequest) => formOf(request).get("Action");

function serveByName(
  app: FastifyInstance,
  operations: OperationSchema[],
  options: ServiceOptions,
  nameIn: (request: FastifyRequest) => string | null | undefined,
): void {
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  app.post("/", (request, reply) => {
    const operation = byName.get(nameIn(request) ?? "");
    if (operation === undefined) throw new ServiceError("UnknownOperationException", 400, "Unknown operation.");
    return answer(operation, options, request, reply, {});
  });
}

async function answer(
  operation: OperationSchema,
  options: ServiceOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  labels: Record<string, string>,
): Promise<FastifyReply> {
  const fault = options.faults.take(operation.name);
  const refused = refusal(fault);
  if (refused !== undefined) throw refused;

  const perform = options.operations[operation.name] as ((input: unknown, call: Call) => unknown) | undefined;
  if (perform === undefined)
    throw new ServiceError("NotImplementedException", 501, `The sandbox does not have ${operation.name}.`);

  const input = readInput(operation, options, request, labels);
  options.settle?.();
  const output = await perform(input, { ...caller(request), ...(fault === undefined ? {} : { fault }) });

  if (fault?.kind === "slow") await options.clock.sleep(fault.milliseconds);
  if (fault?.kind === "lostReply") {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }
  const body =
    options.protocol === "awsQuery"
      ? answerXml(operation.name, operation.output, output ?? {})
      : JSON.stringify(toWire(operation.output, output ?? {}));
  return reply.status(operation.status).header("content-type", contentType(options)).send(body);
}

const CONTENT_TYPES = {
  "awsJson1.1": "application/x-amz-json-1.1",
  restJson1: "application/json",
  awsQuery: "text/xml",
};
const contentType = (options: ServiceOptions) => CONTENT_TYPES[options.protocol];

function readInput(
  operation: OperationSchema,
  options: ServiceOptions,
  request: FastifyRequest,
  labels: Record<string, string>,
): unknown {
  const problems: string[] = [];
  if (options.protocol === "awsQuery") {
    const input = readForm(operation.input, formOf(request), problems);
    if (problems.length > 0) throw options.invalid(problems);
    return input;
  }
  const wire: Record<string, unknown> = { ...readBody(options, request) };
  const query = request.query as Record<string, string | string[]>;
  for (const [name, member] of operation.input.structIterator()) {
    const traits = member.getMergedTraits();
    const key = String(traits.jsonName ?? name);
    if (traits.httpLabel) wire[key] = labels[name];
    const asked = traits.httpQuery === undefined ? undefined : query[String(traits.httpQuery)];
    if (asked !== undefined) wire[key] = fromText(member, asked);
  }
  if (options.unchecked?.includes(operation.name)) return wire;
  const input = fromWire(operation.input, wire, "data", problems);
  if (problems.length > 0) throw options.invalid(problems);
  return input;
}

const formOf = (request: FastifyRequest) => new URLSearchParams(typeof request.body === "string" ? request.body : "");

function readBody(options: ServiceOptions, request: FastifyRequest): Record<string, unknown> {
  if (typeof request.body !== "string" || request.body === "") return {};
  try {
    return JSON.parse(request.body) as Record<string, unknown>;
  } catch {
    throw options.invalid(["data should be JSON"]);
  }
}

/** A value from the query, where everything is text. */
function fromText(member: Shape, text: string | string[]): unknown {
  if (member.isListSchema()) return [text].flat();
  const first = [text].flat()[0];
  if (member.isNumericSchema()) return Number(first);
  if (member.isBooleanSchema()) return first === "true";
  return first;
}

/** The caller as the local AWS says it; where a client speaks to the double itself, as its signature says. */
function caller(request: FastifyRequest): Call {
  const { headers } = request;
  const credential = /Credential=([^/,]+)\/\d+\/([^/]+)\//.exec(headers.authorization ?? "");
  const account = String(headers["x-sandbox-account"] ?? credential?.[1] ?? "");
  const region = String(headers["x-sandbox-region"] ?? credential?.[2] ?? "");
  if (!/^\d{12}$/.test(account) || region === "")
    throw new ServiceError(
      "UnrecognizedClientException",
      403,
      "The security token included in the request is invalid.",
    );
  return { account, region, principal: String(headers["x-sandbox-principal"] ?? `arn:aws:iam::${account}:root`) };
}

function sendError(options: ServiceOptions, reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof ServiceError;
  const code = known ? error.code : "InternalFailure";
  const message = error instanceof Error ? error.message : String(error);
  const status = known ? error.status : 500;
  const body =
    options.protocol === "awsQuery"
      ? errorXml(code, status, message)
      : JSON.stringify({ __type: code, ...messageMember(options.sdk, code, message) });
  return reply.status(status).header("x-amzn-errortype", code).header("content-type", contentType(options)).send(body);
}

/** The service's own name for an error's message: "Message" in Security Hub and Organizations, "message" in GuardDuty and Inspector. */
function messageMember(sdk: object, code: string, message: string): object {
  const schema = (sdk as Record<string, unknown>)[`${code}$`];
  if (schema === undefined) return { message };
  const shape = shapeOf(schema);
  const name = [...shape.structIterator()].map(([member]) => member).find((member) => /^message$/i.test(member));
  return name === undefined ? { message } : (toWire(shape, { [name]: message }) as object);
}
