import { describe, expect, it } from "vitest";
import { costOf, naiveOf, priced } from "../../../sandbox/bench/flood/cost";
import { refusalsIn, sumOf, type Used, usageBetween, usersOf } from "../../../sandbox/bench/flood/usage";
import type { Told } from "../../../sandbox/bench/flood/verdict";

const used = (unit: string, by: string, count: number): Used => ({ unit, by, count });
const nothing = {
  ...{ transitions: 0, calls: 0, gigabyteSeconds: 0, writeUnits: 0, readUnits: 0 },
  ...{ sqsRequests: 0, logBytes: 0, mails: 0 },
};

describe("the price of what was used", () => {
  it.each([
    ["transitions", 1000, "stepFunctions", 0.025],
    ["calls", 1e6, "lambda", 0.2],
    ["gigabyteSeconds", 1e6, "lambda", 13.3334],
    ["writeUnits", 1e6, "dynamodb", 0.715],
    ["readUnits", 1e6, "dynamodb", 0.1425],
    ["sqsRequests", 1e6, "sqs", 0.4],
    ["logBytes", 1e9, "logs", 0.76],
    ["mails", 100_000, "mail", 2],
  ] as const)("of %s, %d of them, is of %s: %d dollars", (unit, count, part, dollars) => {
    const cost = priced({ ...nothing, [unit]: count });

    expect(cost[part]).toBeCloseTo(dollars, 6);
    expect(cost.total).toBeCloseTo(dollars, 6);
  });
});

describe("what was used", () => {
  const before = { all: [used("lambda:calls", "alerts-intake-1234567", 5)] };
  const after = {
    all: [
      used("lambda:calls", "alerts-intake-1234567", 25),
      used("lambda:calls", "alerts-slack-89abcde", 7),
      used("dynamodb:writeUnits", "alerts-intake-role-0123456", 40),
      used("lambda:calls", "reconciler-1234567", 9),
      used("denied:sqs:SendMessage", "events.amazonaws.com", 2),
    ],
  };

  it("is what was added since, of the pipeline alone, by the names of its parts", () => {
    const usage = usageBetween(before, after);

    expect(sumOf(usage, "lambda:calls")).toBe(27);
    expect(sumOf(usage, "lambda:calls", "intake")).toBe(20);
    expect(sumOf(usage, "dynamodb:writeUnits", "intake")).toBe(40);
    expect(usersOf(usage, "lambda:calls").map(({ by }) => by)).toEqual(["intake", "slack"]);
  });

  it("tells of whatever was refused", () => {
    expect(refusalsIn(usageBetween(before, after))).toEqual(["events.amazonaws.com may not sqs:SendMessage (2 times)"]);
  });
});

describe("one execution and one message a finding", () => {
  const usage = {
    all: [
      used("states:executions", "tell", 8),
      used("states:transitions", "tell", 160),
      used("lambda:calls", "intake", 2),
      used("lambda:calls", "settle", 3),
      used("lambda:calls", "slack", 10),
      used("lambda:calls", "backlog", 20),
      used("lambda:calls", "mail", 8),
      used("lambda:gigabyteSeconds", "slack", 1),
      used("sqs:requests", "intake-opening", 130),
    ],
  };
  const told = { mail: { mails: 8 } } as Told;

  it("takes 22 transitions and five calls of channels each, each call as long as those that were measured", () => {
    const naive = naiveOf(usage, 100);

    expect([naive.executions, naive.transitions, naive.slackMessages, naive.issues]).toEqual([100, 2200, 100, 100]);
    expect(naive.calls).toBe(2 + 3 + 200 + 200 + 100);
    expect(naive.cost.lambda).toBeCloseTo(505 * 0.2e-6 + 20 * 0.0000133334, 9);
    expect(naive.cost.total).toBeGreaterThan(costOf(usage, told).total * 5);
  });

  it("takes as many seconds as findings, since Slack and Backlog take one a second", () => {
    expect(naiveOf(usage, 10_000).seconds).toBe(10_000);
  });
});
