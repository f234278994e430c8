import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommentOptions, comment } from "../../../ops/comment";
import type { Posted } from "../../../ops/github/comments";
import { marker } from "../../../ops/markdown";
import { type GitHub, startGitHub } from "./githubDouble";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
/** The comment of the preview that every run has. */
export const NEW = `${marker("audit")}\n\nNew.\n\n<sub>commit 0123456</sub>\n`;

/** A workflow's run for the pull request octo/hakken#7, with a preview of the stack audit to post. */
export interface WorkflowRun {
  github: GitHub;
  folder: string;
  /** The preview. */
  file: string;
  env: NodeJS.ProcessEnv;
  /** Milliseconds of each wait. */
  waited: number[];
  post(options?: Partial<CommentOptions>, env?: NodeJS.ProcessEnv): Promise<Posted>;
  /** The words of the error that it ends with. */
  failure(options?: Partial<CommentOptions>, env?: NodeJS.ProcessEnv): Promise<string>;
  end(): Promise<void>;
}

export const workflowRun = async (): Promise<WorkflowRun> => {
  const github = await startGitHub();
  const folder = mkdtempSync(join(tmpdir(), "comment-"));
  const file = join(folder, "preview.md");
  writeFileSync(file, `${marker("audit")}\n\nNew.\n`);
  const event = join(folder, "event.json");
  writeFileSync(event, JSON.stringify({ pull_request: { number: 7, head: { sha: COMMIT } } }));
  const env = {
    GITHUB_TOKEN: "writer",
    GITHUB_REPOSITORY: "octo/hakken",
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_PATH: event,
    GITHUB_SHA: "f".repeat(40),
  };
  const waited: number[] = [];
  const post: WorkflowRun["post"] = (options, more) =>
    comment({ stack: "audit", file, ...options }, { ...env, ...more }, { sleep: async (ms) => waited.push(ms) });
  const failure: WorkflowRun["failure"] = (...args) =>
    post(...args).then(
      ({ url }) => {
        throw new Error(`it was posted: ${url}`);
      },
      (error: Error) => error.message,
    );
  const end = async () => {
    await github.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { github, folder, file, env, waited, post, failure, end };
};
