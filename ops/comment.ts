import { existsSync, readFileSync } from "node:fs";
import type { ClientOptions } from "./github/client";
import { type Posted, postOnce } from "./github/comments";
import { type PullRequest, type PullRequestOptions, pullRequestOf } from "./github/pullRequest";
import { marker } from "./markdown";

export interface CommentOptions extends PullRequestOptions {
  /** The stack that the comment is about: a pull request has one comment of each. */
  stack: string;
  /** What `preview --markdown` wrote for that stack alone. */
  file: string;
}

/** GitHub's own limit. */
const LONGEST = 65_536;

/**
 * Puts a stack's preview on the pull request that a workflow runs for, in place of the one before. Where the file was never written,
 * it says so there, since the comment before would be taken for this run's, and throws.
 */
export const comment = async (
  { stack, file, ...where }: CommentOptions,
  env: NodeJS.ProcessEnv,
  options: ClientOptions = {},
): Promise<Posted> => {
  const pull = pullRequestOf(where, env);
  const begin = marker(stack);
  const written = existsSync(file);
  const text = written ? readFileSync(file, "utf8") : `${begin}\n\n${NOTHING}\n`;
  if (!text.startsWith(begin)) {
    throw new Error(
      `${file} is no preview of the stack "${stack}": write it by \`npm run ops -- preview --stack ${stack} --markdown ${file}\`.`,
    );
  }
  const body = `${text}${footer(pull)}`;
  if (body.length > LONGEST) {
    throw new Error(`${file} is too long for a comment: ${body.length} characters, of ${LONGEST} at most.`);
  }
  const posted = await postOnce(pull, { marker: begin, body }, options);
  if (!written) throw new Error(`There is no file ${file}. The comment says that there is no preview: ${posted.url}`);
  return posted;
};

const NOTHING = "> [!WARNING]\n> No preview: the job ended before there was one. See its log.";

const footer = ({ commit, logUrl }: PullRequest): string => {
  const parts = [...(commit ? [`commit ${commit.slice(0, 7)}`] : []), ...(logUrl ? [`[job](${logUrl})`] : [])];
  return parts.length ? `\n<sub>${parts.join(" · ")}</sub>\n` : "";
};
