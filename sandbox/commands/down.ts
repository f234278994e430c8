import { takeDown } from "../up";
import type { Context } from "./context";

/** Ends the sandbox and removes what it left. None that is up is no error. */
export const down = async ({ places, screen, interruption, env }: Context): Promise<number> => {
  const was = await takeDown(places, { progress: screen.progress, interruption, env });
  screen.json({ up: false, was });
  screen.say(was ? "The sandbox is down." : "The sandbox was not up.");
  return 0;
};
