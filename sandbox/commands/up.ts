import { liveRun } from "../run";
import { bringUp } from "../up";
import { type ChoiceOptions, type Context, choiceOf } from "./context";
import { statusOf } from "./status";

/** Brings the sandbox up, or deploys what changed to the one that is up. */
export const up = async ({ places, screen, interruption, env }: Context, options: ChoiceOptions): Promise<number> => {
  const choice = choiceOf(options);
  const operator = { progress: screen.progress, interruption, env };
  const { run, results } = await bringUp(places, choice, operator).catch((error: unknown) => {
    if (liveRun(places)) screen.progress("It stays up as it is, for a look. To end it: npm run sandbox -- down");
    throw error;
  });
  const status = statusOf(run, places);
  const stacks = results.map(({ stack, changes, seconds }) => ({ stack, changes: changes.length, seconds }));
  screen.json({ ...status, stacks });
  screen.say(`The sandbox is up. Inbox: ${status.inboxUrl}  AWS: ${status.endpoint}`);
  screen.say("Next: npm run sandbox -- send sandbox/samples   ·   -- inbox   ·   -- status   ·   -- down");
  return 0;
};
