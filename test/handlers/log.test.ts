import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type LogEntry, log, logLine, type Metrics, redacted } from "../../handlers/log";

const AT = Date.parse("2026-11-22T08:00:00Z");
const FINDING = {
  format: "asff" as const,
  product: "arn:aws:securityhub:us-east-1::product/aws/guardduty",
  id: "arn:aws:guardduty:…/finding/1",
};
const lineOf = (entry: LogEntry, metrics: Metrics = {}) => JSON.parse(logLine(entry, metrics, AT));

describe("a line of the log", () => {
  afterEach(() => vi.restoreAllMocks());

  it("names step, outcome, alert, finding and duration, and nothing that is not known", () => {
    const entry: LogEntry = { step: "intake", outcome: "opened", alertKey: "k1", finding: FINDING, reason: undefined };

    const line = lineOf(entry);

    expect(line).toEqual({
      step: "intake",
      outcome: "opened",
      alertKey: "k1",
      product: FINDING.product,
      findingId: FINDING.id,
    });
  });

  it("is one line of standard output that is JSON from its first character, or CloudWatch reads no metric from it", () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);

    log({ step: "settle", outcome: "failed", error: new Error("first\nsecond\u2028third") }, { failed: 1 });

    expect(write).toHaveBeenCalledTimes(1);
    const text = String(write.mock.calls[0]?.[0]);
    expect(text.endsWith("}\n")).toBe(true);
    expect(text.trimEnd()).not.toContain("\n");
    expect(JSON.parse(text)).toMatchObject({ reason: "first\nsecond\u2028third", errorName: "Error" });
  });

  it("carries the metrics of the step: times by step and channel, counts by channel", () => {
    const entry: LogEntry = {
      step: "tell",
      outcome: "told",
      channel: "slack",
      alertKey: "k1",
      durationMs: 312,
      waitMs: 40,
    };

    const line = lineOf(entry, { told: 1, findingToToldSeconds: 12.5 });

    expect(line).toEqual({
      ...entry,
      told: 1,
      findingToToldSeconds: 12.5,
      _aws: {
        Timestamp: AT,
        CloudWatchMetrics: [
          {
            Namespace: "hakken",
            Dimensions: [["step", "channel"]],
            Metrics: [
              { Name: "durationMs", Unit: "Milliseconds" },
              { Name: "waitMs", Unit: "Milliseconds" },
            ],
          },
          {
            Namespace: "hakken",
            Dimensions: [["channel"]],
            Metrics: [
              { Name: "told", Unit: "Count" },
              { Name: "findingToToldSeconds", Unit: "Seconds" },
            ],
          },
        ],
      },
    });
  });

  it("carries no metric where there is none, nor one that is no number", () => {
    const line = lineOf({ step: "tell", outcome: "told", durationMs: Number.NaN }, { findingToToldSeconds: Infinity });

    expect(line).toEqual({ step: "tell", outcome: "told" });
  });

  it("measures the steps on a finding's way alone: each metric is paid for", () => {
    const timed = (step: string) => "_aws" in lineOf({ step, outcome: "done", durationMs: 5, waitMs: 5 });

    expect(["intake", "tell", "settle", "sweep", "self-check", "alarm-notice"].filter(timed)).toEqual([
      "intake",
      "tell",
      "settle",
    ]);
  });

  it("cuts what an error quotes", () => {
    const line = lineOf({ step: "intake", outcome: "failed", error: new Error("x".repeat(5000)) });

    expect(line.reason).toHaveLength(1000);
  });
});

describe("what looks like a secret is taken out of the log", () => {
  it.each([
    ["Slack refused xoxb-1234567890-abcDEF", "Slack refused ***"],
    ["POST https://hooks.slack.com/services/T0/B0/abc failed", "POST https://hooks.slack.com/services/*** failed"],
    [
      "GET https://a.backlog.jp/api/v2/space?apiKey=abc123&count=1",
      "GET https://a.backlog.jp/api/v2/space?apiKey=***&count=1",
    ],
    ["authorization: Bearer abcdef123456", "authorization: Bearer ***"],
    ["https://user:hunter2@example.com/x", "https://user:***@example.com/x"],
    ["?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F2026&X-Amz-Signature=beef", "?X-Amz-Credential=***&X-Amz-Signature=***"],
    ["AKIAIOSFODNN7EXAMPLE", "***"],
    ["token=abc secret=def password=ghi", "token=*** secret=*** password=***"],
  ])("%s", (text, clean) => {
    expect(redacted(text)).toBe(clean);
    expect(logLine({ step: "tell", outcome: "failed", error: new Error(text), more: { text } }, {}, AT)).not.toContain(
      text,
    );
  });

  it.each([
    "alert 0f3a of arn:aws:securityhub:ap-northeast-1:111122223333:hub/default",
    "alertKey=0f3a",
    "S3.6 was told",
  ])("leaves %s as it is", (text) => expect(redacted(text)).toBe(text));
});

/** What CloudWatch takes as embedded metrics, after the schema in its specification. */
const embedded = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(
      z.strictObject({
        Namespace: z.string().min(1).max(1024),
        Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
        Metrics: z
          .array(
            z.strictObject({ Name: z.string().min(1).max(1024), Unit: z.enum(["Count", "Milliseconds", "Seconds"]) }),
          )
          .min(1)
          .max(100),
      }),
    ),
  }),
});

describe("CloudWatch's rules for embedded metrics hold", () => {
  const entries = fc.record(
    {
      step: fc.constantFrom("intake", "tell", "settle"),
      outcome: fc.string(),
      channel: fc.constantFrom("slack" as const, "backlog" as const, "mail" as const),
      durationMs: fc.double({ noInteger: false }),
      waitMs: fc.oneof(fc.nat(), fc.constant(undefined)),
      error: fc.anything(),
      more: fc.anything(),
    },
    { requiredKeys: ["step", "outcome"] },
  );
  const metrics = fc.record(
    { told: fc.nat(), failed: fc.nat(), merged: fc.double(), findingToToldSeconds: fc.double() },
    { requiredKeys: [] },
  );

  it("for any line", () =>
    fc.assert(
      fc.property(entries, metrics, (entry, measured) => {
        const line = JSON.parse(logLine(entry, measured, AT));
        if (!line._aws) return;

        const { CloudWatchMetrics } = embedded.parse(line)._aws;

        for (const { Dimensions, Metrics } of CloudWatchMetrics) {
          // Each target is a member of the root: a number, or for a dimension a text of 1 to 1,024 characters.
          for (const name of Dimensions.flat()) expect(line[name]).toMatch(/^[!-~]{1,1024}$/);
          for (const { Name } of Metrics) expect(Number.isFinite(line[Name])).toBe(true);
        }
        expect(logLine(entry, measured, AT).length).toBeLessThan(256 * 1024);
      }),
    ));
});
