/** Time as the doubles see it; a test gives its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Used where a reply is kept waiting, never to change state: that is worked out from `now` at the next call. */
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's time, moved on by as much as it was told. */
export class MovingClock implements Clock {
  private ahead = 0;
  now = () => Date.now() + this.ahead;
  /** A reply waits in the machine's time, however far the clock is ahead. */
  sleep = (milliseconds: number) => systemClock.sleep(milliseconds);
  /** Moves it on, never back. Returns by how many milliseconds it is ahead now. */
  advance(milliseconds: number): number {
    this.ahead += milliseconds;
    return this.ahead;
  }
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
