import type { Agent } from "undici";
import { request } from "undici";

/** An answer, whatever its status. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON, or undefined where the body is none. */
  body: unknown;
}

export interface HttpCall {
  method: "GET" | "POST" | "PATCH";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Never to stand in an error: they are taken out of it. */
  secrets: readonly string[];
}

/**
 * One HTTP call, never repeated: a second POST is a second message. Any answer is returned; no answer is an error, and says
 * nothing about whether the service took the message.
 */
export async function call(http: Agent, { method, url, headers, body, secrets }: HttpCall): Promise<HttpAnswer> {
  try {
    const answer = await request(url, { method, headers, body, dispatcher: http });
    return { status: answer.statusCode, headers: answer.headers, body: parsed(await answer.body.text()) };
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    throw new Error(redact(`${method} ${url} was not answered: ${code ?? ""} ${message ?? error}`, secrets));
  }
}

/** Takes secrets out of a text, as they are and as a URL carries them. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret !== "")
    .reduce((clean, secret) => clean.split(secret).join("***"), text);

/** A header's first value. */
export const header = (answer: HttpAnswer, name: string): string | undefined => {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // An error page of a proxy, say: the status tells enough.
  }
}
