import type { Context, Done, RunOptions } from "./context";
import { change } from "./run";

/** Takes down, those that need others first. */
export const destroy = (context: Context, options: RunOptions): Promise<Done> => change("destroy", context, options);
