import type { Mute } from "../../../handlers/alert/gate";
import type { Grouping } from "../../../handlers/alert/group";
import type { Timing } from "../../../handlers/alert/notice";
import type { DigestReason } from "../../../handlers/alert/record";
import type { Channel, Finding } from "../../../handlers/alert/types";

/** What goes wrong in a world, and how hakken is set up in it. */
export interface WorldOptions {
  /** Kills the handler that makes the n-th I/O call of the whole run, right after the call took effect. */
  crashAt: ReadonlySet<number>;
  /** Decides when each call happens, so that handlers interleave. */
  turn?: <T>(label: string, call: () => T) => Promise<T>;
  channels?: Channel[];
  required?: Channel[];
  /** A channel that refuses everything. */
  broken?: Channel;
  /** The n-th executions that end as failed before they reach settle. */
  aborted?: ReadonlySet<number>;
  /** Events that never arrive. */
  lostEvents?: ReadonlySet<number>;
  /** How findings become alerts. Default: as the settings' own. */
  grouping?: Partial<Grouping>;
  /** How many messages intake takes at once. Default: 3. */
  batch?: number;
  /** Default: nothing is held back. */
  timing?: Timing;
  /** Default: a week. */
  reopenWithinSeconds?: number;
  /** Messages an hour in Slack and by mail. Default: no limit. */
  hourlyBudget?: number;
  /** Times of maintenance. Default: none. */
  mutes?: Mute[];
  /** What is for the digest alone. Default: nothing. */
  digestOf?: (finding: Finding) => DigestReason | undefined;
  /** Default: ten minutes. */
  checkBudgetMs?: number;
}
