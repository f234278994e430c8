import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { interruptible } from "../../ops/interrupt";

const tty = Object.getOwnPropertyDescriptor(process.stdin, "isTTY");
const atTerminal = (value: boolean) => Object.defineProperty(process.stdin, "isTTY", { value, configurable: true });

let told: string[];
beforeEach(() => {
  told = [];
});
afterEach(() => {
  if (tty) Object.defineProperty(process.stdin, "isTTY", tty);
});

/** What has been aborted after each of these signals, sent with these pauses between. */
const abortedAfter = (signals: readonly NodeJS.Signals[], pause: number) =>
  interruptible(
    (line) => told.push(line),
    async ({ stop, forward }) => {
      const states: [boolean, boolean][] = [];
      for (const signal of signals) {
        process.emit(signal, signal);
        states.push([stop.aborted, forward.aborted]);
        await sleep(pause);
      }
      return states;
    },
  );

describe("interruptible", () => {
  it("passes Ctrl-C of a terminal on only the second time: the child got the first from the terminal", async () => {
    atTerminal(true);

    expect(await abortedAfter(["SIGINT", "SIGINT"], 600)).toEqual([
      [true, false],
      [true, true],
    ]);
    expect(told).toHaveLength(2);
  });

  it("knows a terminal also where its input or its output is something else", async () => {
    atTerminal(false);
    const stderr = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
    Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });

    const states = await abortedAfter(["SIGINT"], 0);

    if (stderr) Object.defineProperty(process.stderr, "isTTY", stderr);
    else Reflect.deleteProperty(process.stderr, "isTTY");
    expect(states).toEqual([[true, false]]);
  });

  it("takes the same Ctrl-C, passed on by npm, once", async () => {
    atTerminal(true);

    expect(await abortedAfter(["SIGINT", "SIGINT"], 10)).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it("passes on at once what no terminal sent", async () => {
    atTerminal(false);

    expect(await abortedAfter(["SIGINT"], 0)).toEqual([[true, true]]);
  });

  it("passes SIGTERM on at once, at a terminal too", async () => {
    atTerminal(true);

    expect(await abortedAfter(["SIGTERM"], 0)).toEqual([[true, true]]);
  });

  it("passes on a second time what was passed on before: the child then quits at once", async () => {
    atTerminal(false);
    let passed = 0;

    await interruptible(
      (line) => told.push(line),
      async ({ forward }) => {
        forward.addEventListener("abort", () => passed++);
        process.emit("SIGTERM", "SIGTERM");
        await sleep(600);
        process.emit("SIGTERM", "SIGTERM");
      },
    );

    expect(passed).toBe(2);
  });

  it("listens no longer when the work is done", async () => {
    const before = process.listenerCount("SIGINT");

    await abortedAfter([], 0);

    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
