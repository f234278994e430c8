import { setTimeout as wait } from "node:timers/promises";
import { Octokit } from "@octokit/rest";
import type { PullRequest } from "./pullRequest";

/** The longest that a call waits because GitHub said so. Longer, and the job would rather fail. */
const LONGEST_WAIT_SECONDS = 120;
const TIMEOUT_MS = 30_000;

export interface ClientOptions {
  /** Waits for these milliseconds. */
  sleep?: (milliseconds: number) => Promise<unknown>;
  now?: () => number;
}

/** A client of GitHub that waits once when GitHub limits its calls, as long as GitHub says. */
export const client = (
  { apiUrl, token }: PullRequest,
  { sleep = wait, now = Date.now }: ClientOptions = {},
): Octokit => {
  const silent = () => {};
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: "hakken",
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  octokit.hook.wrap("request", async (request, options) => {
    const attempt = () =>
      request({ ...options, request: { ...options.request, signal: AbortSignal.timeout(TIMEOUT_MS) } });
    try {
      return await attempt();
    } catch (error) {
      const seconds = secondsToWait(error, now());
      if (seconds === undefined || seconds > LONGEST_WAIT_SECONDS) throw error;
      await sleep(seconds * 1000);
      return await attempt();
    }
  });
  return octokit;
};

/** An answer that GitHub refused something with, as Octokit's errors carry it. */
interface Refusal {
  status?: number;
  message: string;
  response?: { headers?: Readonly<Record<string, string | number | undefined>>; data?: { message?: string } };
}

// By https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
const secondsToWait = (error: unknown, now: number): number | undefined => {
  const { status, response, message } = error as Refusal;
  if (status !== 403 && status !== 429) return undefined;
  const headers = response?.headers ?? {};
  if (headers["retry-after"] !== undefined) return Math.max(1, Number(headers["retry-after"]) || 60);
  if (Number(headers["x-ratelimit-remaining"] ?? Number.NaN) === 0) {
    return Math.max(1, Number(headers["x-ratelimit-reset"]) - Math.floor(now / 1000) || 60);
  }
  return status === 429 || /rate limit/i.test(message) ? 60 : undefined;
};

/** Whether the call may have been done all the same: the answer was lost, or GitHub failed. */
export const isUncertain = (error: unknown): boolean => {
  const { status } = error as Refusal;
  // Octokit gives what got no answer the status 500.
  return status === undefined ? error instanceof Error && error.name === "AbortError" : status >= 500;
};

/** An error with what was asked, GitHub's answer, and what to do. */
export const explained = (error: unknown, doing: string, { owner, repo, number, token }: PullRequest): Error => {
  const { status, response, message } = error as Refusal;
  const said = String(response?.data?.message ?? message).replaceAll(token, "[GITHUB_TOKEN]");
  // GraphQL refuses with an answer that has no status of its own.
  const answer = response && status ? `${status} ${said}` : said;
  return new Error(`GitHub: ${doing} of ${owner}/${repo}#${number} failed: ${answer}${advice(error as Refusal, said)}`);
};

const advice = (error: Refusal, said: string): string => {
  if (secondsToWait(error, Date.now()) !== undefined) return "\nGitHub limits the calls: run the job again later.";
  if (error.status === 401) {
    return (
      "\nThe token is wrong or has expired: give the workflow's step `env: GITHUB_TOKEN: $" + "{{ github.token }}`."
    );
  }
  if (error.status === 403 && /locked/i.test(said)) return "\nThe conversation is locked: unlock it.";
  if (error.status === 403) {
    return "\nThe token may not write there: give the job `permissions: pull-requests: write`. In a run for a pull request from a fork it never may.";
  }
  if (error.status === 404) {
    return "\nThere is no such pull request, or the token can't see it: check GITHUB_REPOSITORY, --pull-request and the job's permissions.";
  }
  return isUncertain(error) ? "\nIt was tried twice: run the job again." : "";
};
