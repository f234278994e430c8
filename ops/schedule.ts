import pLimit from "p-limit";

export interface Schedule<Result> {
  /** What is to be done, each after all that it waits for. */
  names: readonly string[];
  /** Those of the names that must have gone well before. */
  after: (name: string) => readonly string[];
  /** How many are worked on at the same time. */
  parallel: number;
  work: (name: string) => Promise<Result>;
  wentWell: (result: Result) => boolean;
  /** The result of what can't be begun, given those that stand in its way. */
  skip: (name: string, inTheWay: Result[]) => Result;
}

/** Works on each name as soon as all that it waits for went well; what waits for something else is skipped, the rest goes on. Results in the order of the names. */
export const inTurn = async <Result>(schedule: Schedule<Result>): Promise<Result[]> => {
  const limit = pLimit(schedule.parallel);
  const promised = new Map<string, Promise<Result>>();
  const result = async (name: string): Promise<Result> => {
    const before = await Promise.all(schedule.after(name).flatMap((other) => promised.get(other) ?? []));
    const inTheWay = before.filter((other) => !schedule.wentWell(other));
    return inTheWay.length ? schedule.skip(name, inTheWay) : await limit(() => schedule.work(name));
  };
  for (const name of schedule.names) promised.set(name, result(name));
  return await Promise.all(promised.values());
};

/** Memory that a stack takes while it is worked on, bytes: its engine, and the provider that the engine starts. */
const STACK_MEMORY = 475e6;

/** How many stacks this machine takes at a time: at least one, at most four. */
export const defaultParallel = (): number =>
  Math.max(1, Math.min(4, Math.floor(process.availableMemory() / STACK_MEMORY)));
