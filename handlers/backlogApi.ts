import { Agent } from "undici";
import { broken, refused, slowDown } from "./alert/errors";
import { type Secret, withSecret } from "./aws/secret";
import { call, type HttpAnswer, header, redact } from "./http";

/** What Backlog takes as form or query. A list stands once for each of its values; what is undefined is left out. */
export type Parameters = Record<string, string | number | readonly number[] | undefined>;

/** Asks Backlog's API: the path below /api/v2/. Throws `Refused`, `ChannelBroken` or `SlowDown` as alert/errors.ts means them, or any error for an unknown outcome. */
export type Ask = <T>(method: "GET" | "POST" | "PATCH", path: string, parameters?: Parameters) => Promise<T>;

/** https://developer.nulab.com/docs/backlog/ */
export function backlogApi(spaceUrl: string, apiKey: Secret): Ask {
  const http = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 10_000 });
  return async <T>(method: "GET" | "POST" | "PATCH", path: string, parameters: Parameters = {}): Promise<T> => {
    const form = formOf(parameters);
    const isRead = method === "GET";
    return withSecret(apiKey, async (secret) => {
      const key = `apiKey=${encodeURIComponent(secret)}`;
      const answer = await call(http, {
        method,
        url: `${spaceUrl}/api/v2/${path}?${isRead && form.size > 0 ? `${form}&` : ""}${key}`,
        headers: isRead ? {} : { "content-type": "application/x-www-form-urlencoded" },
        body: isRead ? undefined : form.toString(),
        secrets: [secret],
      });
      return accepted(`${method} ${path}`, answer, secret) as T;
    });
  };
}

/** Whether what was asked for is not there (any more): of an issue, that somebody has deleted it. */
export const isGone = (error: unknown): boolean => hasStatus(error, 404);

/** Whether the key is good, but its user may not do what was asked for. */
export const isForbidden = (error: unknown): boolean => hasStatus(error, 403);

const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && (error as Error & { status?: number }).status === status;

function formOf(parameters: Parameters): URLSearchParams {
  const pairs = Object.entries(parameters).flatMap(([name, given = []]) => {
    const values = typeof given === "object" ? given : [given];
    return values.map((value): [string, string] => [name, String(value)]);
  });
  return new URLSearchParams(pairs);
}

function accepted(asked: string, answer: HttpAnswer, secret: string): unknown {
  if (answer.status === 429) {
    // Epoch seconds; never below one second, whatever the clocks say.
    const reset = Number(header(answer, "x-ratelimit-reset"));
    const seconds = reset ? Math.min(Math.max(1, Math.ceil(reset - Date.now() / 1000)), 120) : 60;
    throw slowDown(seconds, `Backlog asks to slow down (${asked})`);
  }
  if (answer.status >= 200 && answer.status < 300 && answer.body !== undefined) return answer.body;
  const { errors } = (answer.body ?? {}) as { errors?: { message?: string }[] };
  const details = errors?.map(({ message }) => message).join("; ") ?? "";
  const said = redact(`Backlog answered ${asked} with HTTP ${answer.status} ${details}`, [secret]);
  // The key, or what its user may do: whatever the issue. https://developer.nulab.com/docs/backlog/error-response/
  const { status } = answer;
  if (status === 401 || status === 403) throw Object.assign(broken(said), { status });
  if (status >= 400 && status < 500) throw Object.assign(refused(said), { status });
  throw new Error(said);
}
