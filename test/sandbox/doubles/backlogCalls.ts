import { fetch } from "undici";
import { afterEach } from "vitest";
import type { BacklogOptions } from "../../../sandbox/doubles/backlog/space";
import { API_KEY, type RunningInbox, runInbox } from "./running";

// biome-ignore lint/suspicious/noExplicitAny: what a service answers has no type until it is looked at
export type Answer = { status: number; headers: Headers; body: any };

/** As little as an issue needs. */
export const ISSUE = {
  projectId: 1001,
  summary: "S3 bucket is public",
  issueTypeId: 102,
  priorityId: 2,
  description: "k1",
};

/** Starts the double in each test that asks for it, ends it after each, and calls it as a client does. */
export function backlogCalls() {
  let running: RunningInbox;
  afterEach(() => running.close());

  const start = async (backlog: Partial<BacklogOptions> = {}) => {
    running = await runInbox({ backlog: backlog as BacklogOptions });
  };
  const request = async (
    method: string,
    path: string,
    body?: string,
    type?: string,
    key = API_KEY,
  ): Promise<Answer> => {
    const url = new URL(`${running.url}/backlog/api/v2${path}`);
    if (key !== "") url.searchParams.set("apiKey", key);
    const answer = await fetch(url, { method, body, headers: type === undefined ? {} : { "content-type": type } });
    return { status: answer.status, headers: answer.headers as unknown as Headers, body: await answer.json() };
  };
  const get = (path: string) => request("GET", path);
  const send = (method: string, path: string, given: Record<string, string | number>) => {
    const body = new URLSearchParams(
      Object.entries(given).map(([name, value]): [string, string] => [name, `${value}`]),
    );
    return request(method, path, body.toString(), "application/x-www-form-urlencoded");
  };
  const add = (given: Record<string, string | number> = {}) => send("POST", "/issues", { ...ISSUE, ...given });
  return { start, request, get, send, add, inbox: () => running };
}
