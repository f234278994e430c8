import { resolve } from "node:path";
import { type CommentOptions, comment } from "../comment";
import { EXIT } from "../failure";
import { projectRoot } from "../root";

/** Puts a preview on the pull request that a workflow runs for, and gives the exit code. */
export const commentOn = async (options: CommentOptions, env: NodeJS.ProcessEnv = process.env): Promise<number> => {
  // Where the user stands: npm starts us in the project's folder, and leaves word of it.
  const from = process.cwd() === projectRoot() ? (env.INIT_CWD ?? process.cwd()) : process.cwd();
  try {
    const { done, url } = await comment({ ...options, file: resolve(from, options.file) }, env);
    process.stdout.write(`${done} ${url}\n`);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`The preview of ${options.stack} can't be told: ${(error as Error).message}\n`);
    return EXIT.failed;
  }
};
