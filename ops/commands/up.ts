import type { Context, Done, RunOptions } from "./context";
import { change } from "./run";

/** Deploys. */
export const up = (context: Context, options: RunOptions): Promise<Done> => change("up", context, options);
