import { fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isRefused, isSlowDown } from "../../handlers/alert/errors";
import type { Sending } from "../../handlers/alert/record";
import type { Notice } from "../../handlers/alert/types";
import type { BacklogOptions } from "../../sandbox/doubles/backlog/space";
import type { Fault } from "../../sandbox/inbox/faults";
import { API_KEY, type RunningInbox, runInbox } from "../sandbox/doubles/running";
import { notice, onlyIssue, PROJECT, rise, serviceOf, told } from "./backlogSpace";

let running: RunningInbox;
afterEach(() => running.close());
const start = async (options: Partial<BacklogOptions> = {}) => {
  running = await runInbox({ backlog: { apiKey: API_KEY, project: PROJECT, ...options } });
};

const over = (changes: Partial<Notice> = {}) =>
  notice("HIGH", {
    ...{ kind: "closed", version: 2, outcome: "resolved" },
    closedAt: "2026-11-23T17:40:00.000Z",
    ...changes,
  });
const again = (changes: Partial<Notice> = {}) =>
  notice("HIGH", { kind: "reopened", occurrence: 2, version: 3, previousSeverity: "HIGH", ...changes });
const overBefore = (changes: Partial<Notice> = {}) => over({ kind: "openedAndClosed", version: 1, ...changes });
const attempt: Sending = { ...told, execution: "execution-1", since: told.at, times: 1 };

const entry = () => onlyIssue(running);
const issues = () => running.store.entries.backlog;
const lose = (fault: Partial<Fault> = {}) =>
  running.faults.add({ channel: "backlog", fault: "timeout-after", times: 1, ...fault });
/** As a person would change or delete it. */
const byHand = async (method: "PATCH" | "DELETE", key: string, given: Record<string, string> = {}) => {
  const answer = await fetch(`${running.url}/backlog/api/v2/issues/${key}?apiKey=${API_KEY}`, {
    method,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(given).toString(),
  });
  if (!answer.ok) throw new Error(await answer.text());
};

describe("an alert that is over", () => {
  beforeEach(() => start());

  it.each([
    ["resolved", "対応済み"],
    ["passed", "対応済み"],
    ["archived", "対応済み"],
    ["gone", "対応済み"],
    ["suppressed", "対応しない"],
    ["left", "対応しない"],
  ] as const)("has its issue closed, with a comment in the same call: %s", async (outcome, resolution) => {
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);

    const key = await backlog.send(over({ outcome }), told);

    expect(key).toBe("SEC-1");
    expect(entry()).toMatchObject({
      fields: { status: "完了", resolution, priority: "高" },
      updates: [{ text: `status: 未対応 → 完了\nresolution: - → ${resolution}` }],
      comments: [{ text: expect.stringMatching(/Closed at.*Open for.*2 d 2 h/s) }],
    });
  });

  it("has but a comment on an issue that a person has closed, whose resolution stays", async () => {
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);
    await byHand("PATCH", "SEC-1", { statusId: "4", resolutionId: "3" });

    await backlog.send(over(), told);

    expect(entry()).toMatchObject({
      fields: { status: "完了", resolution: "重複" },
      updates: [{}],
      comments: [{ text: expect.stringContaining("Closed: resolved") }],
    });
  });

  it("is closed from any other status, with the resolution that a person gave", async () => {
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);
    await byHand("PATCH", "SEC-1", { statusId: "3", resolutionId: "4" });

    await backlog.send(over(), told);

    expect(entry().fields).toMatchObject({ status: "完了", resolution: "再現しない" });
  });

  it("and was told nowhere is filed and closed", async () => {
    const key = await serviceOf(running, { dueDays: { HIGH: 1 } }).send(overBefore(), undefined);

    expect(key).toBe("SEC-1");
    expect(entry()).toMatchObject({ fields: { status: "完了", resolution: "対応済み", dueDate: null }, comments: [] });
    expect(entry().text).toContain("Closed before it could be told: resolved");
  });

  it("ends the issue of the occurrence before where that goes on", async () => {
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);

    await backlog.send(overBefore({ occurrence: 2, version: 3 }), told);

    expect(entry()).toMatchObject({
      fields: { status: "完了" },
      comments: [{ text: expect.stringContaining("Closed before it could be told: resolved") }],
    });
  });
});

describe("an alert that opens again", () => {
  beforeEach(async () => {
    await start();
    await serviceOf(running).send(notice(), undefined);
    await serviceOf(running).send(over(), told);
  });

  it("opens its issue, takes the resolution away and says so", async () => {
    const key = await serviceOf(running).send(again(), told);

    expect(key).toBe("SEC-1");
    expect(entry().fields).toMatchObject({ status: "未対応", resolution: null });
    expect(entry().updates.at(-1)?.text).toBe("status: 完了 → 未対応\nresolution: 対応済み → -");
    expect(entry().comments.at(-1)?.text).toContain("This is back: occurrence 2");
  });

  it("leaves an issue at work at which a person is", async () => {
    await byHand("PATCH", "SEC-1", { statusId: "2" });

    await serviceOf(running).send(again(), told);

    expect(entry().fields).toMatchObject({ status: "処理中", resolution: null });
  });

  it("is due by this occurrence", async () => {
    await byHand("PATCH", "SEC-1", { dueDate: "2026-11-01" });

    await serviceOf(running, { dueDays: { HIGH: 7 } }).send(again({ openedAt: "2026-12-01T00:00:00.000Z" }), told);

    expect(entry().fields.dueDate).toBe("2026-12-08");
  });

  it("links the issue before where it has one of its own", async () => {
    const anew = notice("HIGH", { kind: "opened", occurrence: 2, version: 3, previousReference: "SEC-1" });

    const key = await serviceOf(running).send(anew, undefined);

    expect(key).toBe("SEC-2");
    expect(issues()[1]?.text).toContain(`[The occurrence before (SEC-1)](${running.url}/backlog/view/SEC-1)`);
  });
});

describe("a rise or a request", () => {
  it("lists the resources that are new", async () => {
    await start();
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);
    const added = { resources: [{ type: "AwsS3Bucket", id: "arn:aws:s3:::new" }], count: 3 };

    await backlog.send({ ...rise("HIGH", "HIGH"), added }, told);
    await backlog.send(notice("HIGH", { kind: "requested", version: 3 }), told);

    expect(entry().comments.map(({ text }) => text)).toEqual([
      expect.stringContaining("### New resources: 3\n\n- `arn:aws:s3:::new` (AwsS3Bucket)\n- and 2 more"),
      expect.stringContaining("**Sent by a person, by a custom action of Security Hub**"),
    ]);
  });
});

describe("an issue that was deleted", () => {
  it.each([
    ["risen", rise("CRITICAL", "HIGH"), "未対応"],
    ["closed", over(), "完了"],
    ["reopened", again(), "未対応"],
  ] as const)("is filed anew, and found again: %s", async (_, next, status) => {
    await start({ roleType: 1 });
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);
    await byHand("DELETE", "SEC-1");

    const key = await backlog.send(next, told);
    const found = await backlog.find?.(next, told, attempt);

    expect([key, found]).toEqual(["SEC-2", "SEC-2"]);
    expect(issues().map(({ fields }) => fields.status)).toEqual(["deleted", status]);
  });
});

describe("after an unknown outcome", () => {
  beforeEach(() => void vi.spyOn(process.stdout, "write").mockReturnValue(true));
  afterEach(() => void vi.restoreAllMocks());

  it.each([
    ["closed", over()],
    ["reopened", again()],
  ] as const)("the change is found by its comment: %s", async (_, next) => {
    await start();
    const backlog = serviceOf(running);
    await backlog.send(notice(), undefined);
    const before = await backlog.find?.(next, told, attempt);
    lose();
    const lost = await backlog.send(next, told).catch((error: Error) => error);

    const found = await backlog.find?.(next, told, attempt);

    expect(lost).toBeInstanceOf(Error);
    expect([before, found]).toEqual([undefined, "SEC-1"]);
    expect(entry().comments).toHaveLength(1);
  });

  // The closing's values stand after the key, and nothing else.
  const closing = `${API_KEY}\n4\n0`;
  it.each([
    ["the answer to the filing is lost", { fault: "timeout-after" }],
    ["the answer to the closing is lost", { fault: "timeout-after", match: closing }],
    ["the closing fails", { fault: "500", match: closing }],
    ["the closing is slowed down", { fault: "429", match: closing }],
  ] as const)("one that is over is filed once, and closed: %s", async (_, fault) => {
    await start();
    const backlog = serviceOf(running);
    lose(fault);
    const thrown = await backlog.send(overBefore(), undefined).catch((error: Error) => error);

    const found = await backlog.find?.(overBefore(), undefined, attempt);

    expect(thrown).toBeInstanceOf(Error);
    expect(isRefused(thrown) || isSlowDown(thrown)).toBe(false);
    expect(found).toBe("SEC-1");
    expect(entry().fields).toMatchObject({ status: "完了", resolution: "対応済み" });
  });

  it("is told, though left open, where the user may not change issues", async () => {
    await start({ roleType: 3 });

    const key = await serviceOf(running).send(overBefore(), undefined);

    expect(key).toBe("SEC-1");
    expect(entry().fields.status).toBe("未対応");
    expect(vi.mocked(process.stdout.write).mock.calls.join()).toContain("Backlog issue SEC-1 is filed, but not closed");
  });
});
