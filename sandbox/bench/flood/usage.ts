import type { Run } from "../../run";

/** What one role, function, queue or state machine used, in the units of AWS's bills. */
export interface Used {
  /** Such as lambda:calls, lambda:gigabyteSeconds, states:transitions, dynamodb:writeUnits, api:sqs:SendMessage. */
  unit: string;
  /** Its name: without the digits that Pulumi adds, once `usageBetween` has read it. */
  by: string;
  count: number;
}

/** What was used, by unit and user. */
export interface Usage {
  all: Used[];
}

/** All that the roles of the sandbox have used since its start. */
export const usageOf = async ({ endpoint }: Pick<Run, "endpoint">): Promise<Usage> => {
  const answer = await fetch(`${endpoint}/_sandbox/usage`, { signal: AbortSignal.timeout(30_000) });
  return { all: ((await answer.json()) as { used: Used[] }).used };
};

/** What the notification pipeline used meanwhile. What else the stacks run by a schedule has nothing to do with findings. */
export const usageBetween = (before: Usage, after: Usage): Usage => {
  const had = new Map(before.all.map(({ unit, by, count }) => [`${unit} ${by}`, count]));
  const used = after.all
    .map((one) => ({ ...one, count: one.count - (had.get(`${one.unit} ${one.by}`) ?? 0) }))
    .filter(({ unit, by, count }) => count > 0 && (OURS.test(by) || unit.startsWith(DENIED)))
    .map((one) => ({ ...one, by: OURS.exec(one.by)?.[1] ?? one.by }));
  return { all: used };
};

const DENIED = "denied:";

/** What was refused for want of rights, by anybody. */
export const refusalsIn = ({ all }: Usage): string[] =>
  all
    .filter(({ unit }) => unit.startsWith(DENIED))
    .map(({ unit, by, count }) => `${by} may not ${unit.slice(DENIED.length)} (${count} times)`);

/** Name and Pulumi's seven digits. Pulumi names roles, functions, queues and the machine after the same parts. */
const OURS = /^alerts-(.+?)(?:-role)?-[0-9a-f]{7}$/;

/** How much of a unit was used, by all or by one. */
export const sumOf = ({ all }: Usage, unit: string, by?: string): number =>
  all
    .filter((one) => one.unit === unit && (by === undefined || one.by === by))
    .reduce((sum, one) => sum + one.count, 0);

/** Who used a unit, the most first. */
export const usersOf = ({ all }: Usage, unit: string): Used[] =>
  all.filter((one) => one.unit === unit).sort((a, b) => b.count - a.count);
