import type { Octokit } from "@octokit/rest";
import { type ClientOptions, client, explained, isUncertain } from "./client";
import type { PullRequest } from "./pullRequest";

/** What became of a comment. */
export interface Posted {
  done: "created" | "updated";
  url: string;
}

/**
 * Leaves one comment of the token's own user on a pull request that begins with `marker`: updates the one that is there, else makes it;
 * of several, which runs at the same time may have made, the oldest stays. Other people's comments are never touched, whatever
 * they begin with. Throws an error with GitHub's answer and what to do about it.
 */
export const postOnce = async (
  pull: PullRequest,
  { marker, body }: { marker: string; body: string },
  options: ClientOptions = {},
): Promise<Posted> => {
  const octokit = client(pull, options);
  const step = { doing: "looking up the token's own user for a comment" };
  const attempt = () => post(octokit, pull, marker, body, step);
  try {
    return await attempt().catch((error: unknown) => {
      // It may have been done: what begins by looking for it can be begun again.
      if (isUncertain(error)) return attempt();
      throw error;
    });
  } catch (error) {
    throw explained(error, step.doing, pull);
  }
};

const post = async (
  octokit: Octokit,
  pull: PullRequest,
  marker: string,
  body: string,
  step: { doing: string },
): Promise<Posted> => {
  const { issues } = octokit.rest;
  const at = { owner: pull.owner, repo: pull.repo };
  // The one question for oneself that the tokens of workflows may ask, too.
  const { viewer } = await octokit.graphql<{ viewer: { login: string } }>("query { viewer { login } }");

  const own = async () => {
    step.doing = "reading the comments";
    const all = await octokit.paginate(issues.listComments, { ...at, issue_number: pull.number, per_page: 100 });
    return all
      .filter(({ user, body: text }) => user?.login === viewer.login && text?.startsWith(marker))
      .sort((a, b) => a.id - b.id);
  };
  const update = async (id: number): Promise<Posted> => {
    step.doing = "updating a comment";
    const { data } = await issues.updateComment({ ...at, comment_id: id, body });
    return { done: "updated", url: data.html_url };
  };
  const removeAll = async (comments: readonly { id: number }[]) => {
    step.doing = "removing a second comment";
    for (const { id } of comments) await unlessGone(issues.deleteComment({ ...at, comment_id: id }));
  };

  const [oldest, ...others] = await own();
  if (oldest) {
    const posted = await unlessGone(update(oldest.id));
    await removeAll(others);
    if (posted) return posted;
  }
  step.doing = "making a comment";
  const { data: made } = await issues.createComment({ ...at, issue_number: pull.number, body });
  // Another run may have made one since we looked.
  const [first, ...rest] = await own();
  if (!first || (first.id === made.id && !rest.length)) return { done: "created", url: made.html_url };
  const posted = first.id === made.id ? undefined : await update(first.id);
  await removeAll(rest);
  return posted ?? { done: "created", url: made.html_url };
};

// Somebody else was quicker to remove it.
const unlessGone = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call;
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined;
    throw error;
  }
};
