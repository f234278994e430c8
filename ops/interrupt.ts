/** What an interruption asks of whoever works. */
export interface Interruption {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP: begin nothing new, end what can be ended. */
  stop: AbortSignal;
  /**
   * Aborted when the child process must be told; told once more, by another event "abort", when it must quit at once. A terminal tells the whole foreground group of Ctrl-C by itself,
   * and Pulumi's CLI takes a second SIGINT as an order to quit at once, with operations pending.
   */
  forward: AbortSignal;
}

// Input or output may be a pipe or a file all the same.
const atTerminal = (): boolean => [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);

/** Does `work`, with Ctrl-C and SIGTERM turned into signals. The first lets it end in order, the second is passed on to its child. */
export const interruptible = async <T>(
  tell: (line: string) => void,
  work: (interruption: Interruption) => Promise<T>,
): Promise<T> => {
  const stop = new AbortController();
  const forward = new AbortController();
  let first = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    // npm passes the terminal's signal on to us once more.
    if (first && Date.now() - first < 500) return;
    const again = first > 0;
    first ||= Date.now();
    tell(again ? "Interrupted again: quitting." : "Interrupted: waiting for what can't be left half-done ...");
    stop.abort(new Error("interrupted"));
    if (!again && signal === "SIGINT" && atTerminal()) return;
    // A signal aborts once, but its listeners, which each pass a SIGINT on, can be called again.
    if (forward.signal.aborted) forward.signal.dispatchEvent(new Event("abort"));
    else forward.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work({ stop: stop.signal, forward: forward.signal });
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
};
