import type { FastifyRequest } from "fastify";

/** A refusal in Slack's words: HTTP 200, `ok` false. `messages` go to response_metadata. */
export class SlackRefusal extends Error {
  constructor(
    readonly code: string,
    readonly messages: string[] = [],
    /** Further fields of the answer, such as `needed` beside missing_scope. */
    readonly fields: Record<string, string> = {},
  ) {
    super(code);
  }
}

export type SlackArguments = Record<string, unknown>;

/**
 * Reads a request's arguments as Slack does: from the query of a GET, from a JSON or form body of a POST.
 * https://docs.slack.dev/apis/web-api/#methods
 */
export function readArguments(request: FastifyRequest): { args: SlackArguments; warnings: string[] } {
  const query = Object.fromEntries(new URL(request.url, "http://localhost").searchParams);
  const body = typeof request.body === "string" ? request.body : "";
  if (request.method === "GET" || body === "") return { args: query, warnings: [] };

  const [type, ...parameters] = (request.headers["content-type"] ?? "").split(";").map((part) => part.trim());
  const charset = parameters.find((part) => part.toLowerCase().startsWith("charset="))?.slice("charset=".length);
  if (charset !== undefined && !/^"?(utf-8|iso-8859-1)"?$/i.test(charset)) throw new SlackRefusal("invalid_charset");
  switch (type?.toLowerCase()) {
    case "":
      throw new SlackRefusal("missing_post_type");
    case "application/json":
      return { args: readJson(body), warnings: charset === undefined ? ["missing_charset"] : [] };
    case "application/x-www-form-urlencoded":
      return {
        args: { ...query, ...Object.fromEntries(new URLSearchParams(body)) },
        warnings: charset === undefined ? [] : ["superfluous_charset"],
      };
    default:
      throw new SlackRefusal("invalid_post_type");
  }
}

function readJson(body: string): SlackArguments {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new SlackRefusal("invalid_json");
  }
  if (!isObject(value)) throw new SlackRefusal("json_not_object");
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuses names that the method doesn't have. The real one ignores some: here a misspelt name must show. */
export function onlyKnown(args: SlackArguments, names: readonly string[]): void {
  const unknown = Object.keys(args).filter((name) => name !== "token" && !names.includes(name));
  if (unknown.length > 0) {
    throw new SlackRefusal(
      "invalid_arguments",
      unknown.map((name) => `[ERROR] unsupported argument: ${name}`),
    );
  }
}

/** A string argument; numbers pass, as Slack takes them. */
export function textArgument(args: SlackArguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) throw new SlackRefusal("invalid_array_arg");
  if (typeof value !== "string" && typeof value !== "number") {
    throw new SlackRefusal("invalid_arguments", [`[ERROR] must be a string [json-pointer:/${name}]`]);
  }
  return String(value);
}

export function requiredArgument(args: SlackArguments, name: string): string {
  const value = textArgument(args, name);
  if (value === undefined || value === "") {
    throw new SlackRefusal("invalid_arguments", [`[ERROR] missing required field: ${name}`]);
  }
  return value;
}

export function booleanArgument(args: SlackArguments, name: string): boolean {
  const value = args[name];
  if (value === undefined || value === false || value === "false" || value === "0" || value === 0) return false;
  if (value === true || value === "true" || value === "1" || value === 1) return true;
  throw new SlackRefusal("invalid_arguments", [`[ERROR] must be a boolean [json-pointer:/${name}]`]);
}

/** An argument that is JSON: given as such in a JSON body, or as its text (always so in a form). */
export function jsonArgument(args: SlackArguments, name: string, refusal: string): unknown {
  const value = args[name];
  if (typeof value !== "string") return value ?? undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackRefusal(refusal);
  }
}
