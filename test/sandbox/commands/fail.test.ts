import { describe, expect, it } from "vitest";
import { faultInWords, faultOf } from "../../../sandbox/commands/fail";
import { parseFault } from "../../../sandbox/inbox/faults";

describe("sandbox fail", () => {
  it("makes of what was typed a fault that the doubles take", () => {
    const fault = faultOf("slack", "429", { times: "3", retryAfter: "0", on: "all", match: "S3.8" });

    expect(parseFault(fault)).toEqual({
      ...{ channel: "slack", fault: "429", times: 3 },
      ...{ retryAfter: 0, on: "all", match: "S3.8" },
    });
    expect(parseFault(faultOf("mail", "timeout-after", {}))).toEqual({ channel: "mail", fault: "timeout-after" });
  });

  it("names every problem at once, with the choices", () => {
    const attempt = () => faultOf("slak", undefined, { times: "0", retryAfter: "x", on: "posts", match: "" });

    expect(attempt).toThrow(
      [
        'channel: "slak" is none of slack, backlog, mail',
        "fault: missing, it is one of 429, 500, timeout-before, timeout-after, auth, refused",
        '--times: "0" is no whole number from 1 on',
        '--retry-after: "x" is no whole number from 0 on',
        '--on: "posts" is none of writes, reads, all',
        "--match: is empty",
      ].join("\n"),
    );
  });

  it("refuses a time to come back for what is no 429", () => {
    expect(() => faultOf("backlog", "500", { retryAfter: "5" })).toThrow("--retry-after: only a 429");
  });

  it("says what a fault does", () => {
    const words = [
      faultInWords({ channel: "slack", fault: "429", times: 2, retryAfter: 5 }),
      faultInWords({ channel: "backlog", fault: "timeout-after", match: "S3.8" }),
      faultInWords({ channel: "mail", fault: "500", on: "all" }),
      faultInWords({ channel: "slack", fault: "auth", times: 1, on: "reads" }),
    ];

    expect(words).toEqual([
      "Slack answers 429, to come back after 5 s: the next 2 requests that write",
      'Backlog takes the message and loses the answer: all requests that write with "S3.8", until cleared',
      "The mailbox answers 500: all requests, until cleared",
      "Slack refuses the credentials: the next request that reads",
    ]);
  });
});
