/** Where the Automation API keeps which program it runs: an object for each run, in one storage for all copies of the SDK. */
const running = (): object | undefined =>
  (globalThis as { asyncLocalStorage?: { getStore(): object | undefined } }).asyncLocalStorage?.getStore();

const EVENTS: readonly unknown[] = ["uncaughtException", "unhandledRejection"];

type Listener = (...args: unknown[]) => void;

/**
 * Does `work`, in which Pulumi programs run side by side in this process, so that each fails by its own errors alone.
 * The SDK listens to the whole process for what a program throws outside its promise: every program that runs would fail.
 */
export const errorsApart = async <T>(work: () => Promise<T>): Promise<T> => {
  const listening = new Set<object>();
  const on = process.on;
  const listen = on as (event: unknown, listener: Listener) => NodeJS.Process;
  process.on = ((event: unknown, listener: Listener) => {
    const run = running();
    if (!run || !EVENTS.includes(event)) return listen.call(process, event, listener);
    listening.add(run);
    const own = (...args: unknown[]) => {
      const origin = running();
      // What comes from nowhere, or from a run that is over, is everybody's: nobody may miss it.
      if (origin === run || !origin || !listening.has(origin)) listener(...args);
    };
    // By this mark `process.off(event, listener)` finds it, as it finds what `once` wrapped.
    return listen.call(process, event, Object.assign(own, { listener }));
  }) as typeof process.on;
  const off = process.off;
  const unlisten = off as (event: unknown, listener: Listener) => NodeJS.Process;
  process.off = ((event: unknown, listener: Listener) => {
    const run = running();
    if (run && EVENTS.includes(event)) listening.delete(run);
    return unlisten.call(process, event, listener);
  }) as typeof process.off;
  try {
    return await work();
  } finally {
    process.on = on;
    process.off = off;
  }
};
