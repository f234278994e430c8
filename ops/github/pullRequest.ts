import { readFileSync } from "node:fs";

/** A pull request, and how to reach it. */
export interface PullRequest {
  owner: string;
  repo: string;
  number: number;
  /** Of GitHub's REST interface. */
  apiUrl: string;
  token: string;
  /** What is said under the comment: the commit that was looked at, and the job's log. Absent outside a workflow. */
  commit?: string;
  logUrl?: string;
}

export interface PullRequestOptions {
  /** OWNER/NAME. Default: GITHUB_REPOSITORY. */
  repository?: string;
  /** Default: the one that the workflow runs for. */
  pullRequest?: number;
}

/** The pull request that a workflow runs for, by the variables that GitHub sets. Throws one error with all that is missing or wrong. */
export const pullRequestOf = (options: PullRequestOptions, env: NodeJS.ProcessEnv): PullRequest => {
  const event = eventOf(env);
  const repository = options.repository ?? env.GITHUB_REPOSITORY ?? "";
  const [, owner = "", repo = ""] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository) ?? [];
  const number =
    options.pullRequest ??
    event?.pull_request?.number ??
    Number(/^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? "")?.[1] ?? Number.NaN);
  const apiUrl = (env.GITHUB_API_URL || "https://api.github.com").replace(/\/+$/, "");
  const token = env.GITHUB_TOKEN ?? "";
  const problems = [
    !token && "GITHUB_TOKEN is not set: give the workflow's step `env: GITHUB_TOKEN: $" + "{{ github.token }}`.",
    !repo && `GITHUB_REPOSITORY is "${repository}", not OWNER/NAME: give it with --repository.`,
    !(Number.isSafeInteger(number) && number > 0) &&
      "This is no run for a pull request, by GITHUB_EVENT_PATH and GITHUB_REF: give its number with --pull-request.",
    !safe(apiUrl) && `GITHUB_API_URL is "${apiUrl}": the token goes by https alone.`,
  ].filter((problem) => problem !== false);
  if (problems.length) throw new Error(problems.join("\n"));

  const commit = event?.pull_request?.head?.sha ?? env.GITHUB_SHA;
  const run = /^\d+$/.test(env.GITHUB_RUN_ID ?? "") && `${repository}/actions/runs/${env.GITHUB_RUN_ID}`;
  return {
    owner,
    repo,
    number,
    apiUrl,
    token,
    ...(commit && /^[0-9a-f]{40}$/.test(commit) && { commit }),
    ...(run && { logUrl: `${env.GITHUB_SERVER_URL ?? "https://github.com"}/${run}` }),
  };
};

interface Event {
  pull_request?: { number?: number; head?: { sha?: string } };
}

const eventOf = ({ GITHUB_EVENT_PATH: file }: NodeJS.ProcessEnv): Event | undefined => {
  if (!file) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Event;
  } catch (error) {
    throw new Error(`GITHUB_EVENT_PATH can't be read: ${(error as Error).message}`);
  }
};

const safe = (apiUrl: string): boolean => {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  const loopback = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  return url?.protocol === "https:" || (url?.protocol === "http:" && loopback);
};
