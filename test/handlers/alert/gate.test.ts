import { describe, expect, it } from "vitest";
import { budgetFor, type GateSettings, gateOf, pastBudget, retryAfter } from "../../../handlers/alert/gate";
import type { AlertRecord } from "../../../handlers/alert/record";
import { noticeOf } from "../fixtures";
import { aFinding } from "./world";

const NOW = "2026-12-01T12:30:00.000Z";
const open: GateSettings = { mutes: [], digests: true };
const alert = { finding: aFinding(), told: {} } as AlertRecord;
const muted = (match?: GateSettings["mutes"][number]["match"]): GateSettings => ({
  digests: true,
  mutes: [{ from: "2026-12-01T12:00:00.000Z", until: "2026-12-01T12:31:00.000Z", match }],
});

describe("what keeps a word from going", () => {
  it("is a pause by hand, until it is over", () => {
    const pausedAt = "2026-12-01T12:00:00.000Z";

    expect(gateOf(alert, "slack", { pausedAt }, open, NOW)).toMatchObject({ kind: "wait", seconds: 900 });
    expect(gateOf(alert, "slack", { pausedAt, pausedUntil: "2026-12-01T12:30:07.000Z" }, open, NOW)).toMatchObject({
      kind: "wait",
      seconds: 7,
    });
    expect(gateOf(alert, "slack", { pausedAt, pausedUntil: NOW }, open, NOW)).toEqual({ kind: "go" });
  });

  it("is a time of maintenance, for whom it is", () => {
    expect(gateOf(alert, "slack", {}, muted(), NOW)).toMatchObject({ kind: "wait", seconds: 60, reason: "muted" });
    expect(gateOf(alert, "slack", {}, muted({ accounts: ["111122223333"] }), NOW)).toMatchObject({ kind: "wait" });
    expect(gateOf(alert, "slack", {}, muted({ accounts: ["999999999999"] }), NOW)).toEqual({ kind: "go" });
    expect(gateOf(alert, "slack", {}, muted(), "2026-12-01T12:31:00.000Z")).toEqual({ kind: "go" });
  });

  it("is a service that takes nothing, until somebody has to try it", () => {
    const state = { brokenSince: "2026-12-01T12:00:00.000Z", retryAt: "2026-12-01T12:32:00.000Z" };

    expect(gateOf(alert, "slack", state, open, NOW)).toMatchObject({ kind: "wait", seconds: 120 });
    expect(gateOf(alert, "slack", state, open, "2026-12-01T12:32:00.000Z")).toEqual({
      kind: "probe",
      retryAt: state.retryAt,
    });
  });

  it("is that the digest is to tell it, and Backlog, which has none, says nothing of it", () => {
    const quiet: AlertRecord = { ...alert, digest: "quiet" };

    expect(gateOf(quiet, "slack", {}, open, NOW)).toEqual({ kind: "defer", reason: "quiet" });
    expect(gateOf(quiet, "backlog", {}, open, NOW)).toEqual({ kind: "silent" });
    expect(gateOf(quiet, "backlog", {}, { ...open, digests: false }, NOW)).toEqual({ kind: "go" });
  });
});

describe("the hourly budget", () => {
  it("is twice as large for what is CRITICAL, and for what a person asks for", () => {
    const notice = noticeOf(aFinding({ severity: "HIGH" }));

    expect(budgetFor(notice, 10)).toBe(10);
    expect(budgetFor({ ...notice, kind: "requested" }, 10)).toBe(20);
    expect(budgetFor(noticeOf(aFinding({ severity: "CRITICAL" })), 10)).toBe(20);
  });

  it("leaves news to the digest, and has a closing wait for the next hour", () => {
    const notice = noticeOf(aFinding());

    expect(pastBudget(notice, open, NOW)).toEqual({ kind: "defer", reason: "budget" });
    expect(pastBudget({ ...notice, kind: "closed" }, open, NOW)).toMatchObject({ kind: "wait", seconds: 1800 });
    expect(pastBudget(notice, { ...open, digests: false }, NOW)).toMatchObject({ kind: "wait", seconds: 1800 });
  });
});

it("tries a broken service again after 1, 2, 4 ... 30 minutes", () => {
  const minutes = [1, 2, 3, 6, 9].map((failures) => (Date.parse(retryAfter(failures, NOW)) - Date.parse(NOW)) / 60_000);

  expect(minutes).toEqual([1, 2, 4, 30, 30]);
});
