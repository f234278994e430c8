import { describe, expect, it } from "vitest";
import { groupOf } from "../../../handlers/alert/group";
import { type Circumstances, isForgotten, type Known, observe } from "../../../handlers/alert/lifecycle";
import type { Finding } from "../../../handlers/alert/types";
import { findingIn } from "../fixtures";

const OPENED = "2026-11-22T10:00:00.000Z";
const TOLD = "2026-11-22T10:01:00.000Z";
const LATER = "2026-11-22T11:00:00.000Z";

const circumstances = (changes: Partial<Circumstances> = {}): Circumstances => ({
  severities: ["HIGH", "CRITICAL"],
  reopenWithinSeconds: 3600,
  groupOf: (finding) => groupOf(finding, { controls: "control", vulnerabilities: "vulnerability", routes: [] }),
  digestOf: () => undefined,
  now: LATER,
  confirmed: false,
  ...changes,
});
const v2 = (changes: Partial<Finding> = {}): Finding => ({
  ...findingIn("v2-guardduty-high"),
  updatedAt: "2026-11-22T09:00:00.000Z",
  ...changes,
});
const cspm = (changes: Partial<Finding> = {}): Finding => ({ ...v2(changes), format: "asff", uid: undefined });
const seen = (known: Known, finding: Finding, changes: Partial<Circumstances> = {}) =>
  observe(known, { finding, eventTime: LATER }, circumstances(changes));

/** What is known once it was told, and settled. */
function told(finding: Finding): Known {
  const opened = seen({}, finding, { now: OPENED });
  if (opened.kind !== "write") throw new Error(`not opened: ${opened.reason}`);
  const { alert } = opened;
  return {
    alert: { ...alert, settled: alert.desired, running: undefined },
    finding: { ...opened.finding, notifiedAt: TOLD },
  };
}

/** The same, once it is over. */
function over(finding: Finding, changes: Partial<Finding>): Known {
  const closed = seen(told(finding), { ...finding, ...changes }, { confirmed: true });
  if (closed.kind !== "write" || closed.alert.state !== "closed") throw new Error(`not closed: ${closed.reason}`);
  return { alert: { ...closed.alert, settled: closed.alert.desired, running: undefined }, finding: closed.finding };
}

const NEWER = { updatedAt: "2026-11-22T09:30:00.000Z" };

describe("a finding of V2", () => {
  it("is not told again where a report only brings New with it, nor looked for because it is", () => {
    const known = told(v2());

    expect(seen(known, v2(NEWER))).toMatchObject({ kind: "drop", reason: "known already" });
    expect(isForgotten(known, v2(NEWER), LATER)).toBe(false);
    expect(isForgotten(told(cspm()), cspm(NEWER), LATER)).toBe(true);
  });

  it("is read again where a person has set it New, as in CSPM a reset is", () => {
    expect(seen(told(v2()), v2())).toMatchObject({ kind: "verify" });
    expect(seen(told(cspm()), cspm(NEWER))).toMatchObject({ kind: "verify" });
  });

  it("that comes back after it was over is told again, though it kept its In Progress", () => {
    const known = over(v2(), { record: "ARCHIVED" });

    const decision = seen(known, v2({ ...NEWER, workflow: "NOTIFIED" }));

    expect(decision).toMatchObject({ kind: "write", alert: { state: "open", occurrence: 2 } });
    expect(seen(known, v2({ workflow: "NOTIFIED" }))).toMatchObject({ kind: "drop" });
    expect(seen(over(cspm(), { record: "ARCHIVED" }), cspm({ ...NEWER, workflow: "NOTIFIED" }))).toMatchObject({
      kind: "drop",
      reason: "told by somebody else",
    });
  });
});

describe("a finding that one form of Security Hub told", () => {
  it.each<[string, Finding, Finding]>([
    ["CSPM's in V2", cspm(), v2()],
    ["V2's in CSPM", v2(), cspm()],
  ])("is known in the other one, %s, where nobody has taken it up", (_which, first, second) => {
    const decision = seen(told(first), second);

    expect(decision).toMatchObject({
      kind: "write",
      reason: "known by the other form of Security Hub",
      alert: { desired: 1, settled: 1, occurrence: 1 },
      finding: { format: second.format, notifiedAt: TOLD, version: 1 },
    });
    if (decision.kind !== "write") return;
    expect(
      seen({ alert: decision.alert, finding: decision.finding }, { ...second, workflow: "NOTIFIED" }),
    ).toMatchObject({ kind: "drop", reason: "known already" });
  });

  it("rises there, and closes there", () => {
    expect(seen(told(cspm()), v2({ ...NEWER, severity: "CRITICAL" }))).toMatchObject({
      kind: "write",
      reason: "worse than before",
    });
    expect(seen(told(cspm()), v2({ ...NEWER, record: "ARCHIVED" }), { confirmed: true })).toMatchObject({
      kind: "write",
      alert: { state: "closed" },
    });
  });

  it("and a person resolved stays so in the other one, until its provider reports it anew", () => {
    const known = over(cspm(), { workflow: "RESOLVED" });

    expect(seen(known, v2(), { confirmed: true })).toMatchObject({ kind: "drop", reason: "over in the other form" });
    expect(seen(known, v2(NEWER))).toMatchObject({ kind: "write", alert: { state: "open", occurrence: 2 } });
  });
});
