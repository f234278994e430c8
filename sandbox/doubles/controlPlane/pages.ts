import type { ServiceError } from "./errors";

export interface Page<T> {
  items: T[];
  NextToken?: string;
}

/** One page of a list, with an opaque token for the next one. A token that this list did not give out is refused. */
export function page<T>(
  items: readonly T[],
  limit: number,
  token: string | undefined,
  refused: () => ServiceError,
  /** What the list was asked for: a token is good for the same question only. */
  question = "",
): Page<T> {
  const start = token === undefined ? 0 : readToken(token, question, refused);
  const end = start + limit;
  const NextToken = end < items.length ? Buffer.from(JSON.stringify([end, question])).toString("base64url") : undefined;
  return { items: items.slice(start, end), ...(NextToken === undefined ? {} : { NextToken }) };
}

function readToken(token: string, question: string, refused: () => ServiceError): number {
  try {
    const [start, asked] = JSON.parse(Buffer.from(token, "base64url").toString()) as [unknown, unknown];
    if (typeof start === "number" && Number.isInteger(start) && start > 0 && asked === question) return start;
  } catch {
    // Not one of ours: refused below like any other token that is not good here.
  }
  throw refused();
}
