import { fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sending } from "../../handlers/alert/record";
import type { BacklogSettings } from "../../handlers/backlog";
import type { Ask } from "../../handlers/backlogApi";
import { filedIssue } from "../../handlers/backlogFiled";
import type { BacklogOptions } from "../../sandbox/doubles/backlog/space";
import { API_KEY, type RunningInbox, runInbox } from "../sandbox/doubles/running";
import { notice, onlyIssue, PROJECT, rise, serviceOf, told } from "./backlogSpace";

let running: RunningInbox;
afterEach(() => running.close());

const start = async (options: Partial<BacklogOptions> = {}) => {
  running = await runInbox({ backlog: { apiKey: API_KEY, project: PROJECT, ...options } });
};

const service = (target: Partial<BacklogSettings> = {}) => serviceOf(running, target);
const entry = () => onlyIssue(running);
const attempt: Sending = { ...told, execution: "execution-1", since: told.at, times: 1 };
const MANY = { read: 1000, update: 1000, search: 1000 };
/** As alerts do that are told meanwhile. */
const fileOthers = async (count: number) => {
  const fields = { projectId: "1001", issueTypeId: "101", priorityId: "3", summary: "another" };
  const url = `${running.url}/backlog/api/v2/issues?apiKey=${API_KEY}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (let i = 0; i < count; i++) {
    const { ok } = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields).toString() });
    if (!ok) throw new Error("another issue is not filed");
  }
};
/** As a person would change the issue. */
const change = (given: Record<string, string>) =>
  fetch(`${running.url}/backlog/api/v2/issues/SEC-1?apiKey=${API_KEY}`, {
    method: "PATCH",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(given).toString(),
  });

describe("an issue", () => {
  it("has categories, assignee, due date, and tells whom the settings name", async () => {
    await start();

    const key = await service({
      categories: ["監査", "AWS"],
      assignee: "佐藤",
      notifiedUsers: ["suzuki", "suzuki2@example.com"],
      dueDays: { HIGH: 7 },
    }).send(notice(), undefined);

    expect(key).toBe("SEC-1");
    expect(entry()).toMatchObject({
      // Opened at 15:30 UTC on the 21st, which is the 22nd in Tokyo.
      fields: { priority: "高", categories: ["監査", "AWS"], assignee: "佐藤", dueDate: "2026-11-29" },
      notified: ["鈴木", "鈴木"],
    });
  });

  it("has none of them where the settings are silent", async () => {
    await start();

    await service().send(notice(), undefined);

    expect(entry()).toMatchObject({ fields: { categories: [], assignee: null, dueDate: null }, notified: [] });
  });

  it.each([
    ["Asia/Tokyo", "2026-11-23"],
    ["America/Los_Angeles", "2026-11-22"],
  ])("is due by the days of the space's time zone: %s", async (timezone, dueDate) => {
    await start({ timezone });

    await service({ dueDays: { HIGH: 1 } }).send(notice(), undefined);

    expect(entry().fields.dueDate).toBe(dueDate);
  });

  it("is due on no day where its severity has none, or it has closed already", async () => {
    await start();
    const backlog = service({ dueDays: { CRITICAL: 0 } });

    await backlog.send(notice("HIGH"), undefined);
    await backlog.send(notice("CRITICAL", { kind: "openedAndClosed" }), undefined);

    expect(running.store.entries.backlog.map(({ fields }) => fields.dueDate)).toEqual([null, null]);
  });

  it.each([
    ["markdown", undefined, "## An EC2"],
    ["backlog", undefined, "* An EC2"],
    ["markdown", "backlog", "* An EC2"],
    ["backlog", "markdown", "## An EC2"],
  ] as const)("in a project of %s with the setting %s begins: %s", async (textFormattingRule, textFormat, begins) => {
    await start({ project: { ...PROJECT, textFormattingRule } });

    await service({ textFormat }).send(notice(), undefined);

    expect(entry().text.split("\n")[2]?.startsWith(begins)).toBe(true);
  });
});

describe("a rise", () => {
  beforeEach(async () => {
    await start();
    vi.useFakeTimers({ now: Date.parse("2026-11-24T20:00:00Z"), toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const target = { notifiedUsers: ["suzuki"], dueDays: { MEDIUM: 30, HIGH: 7, CRITICAL: 2 } };

  it("changes the priority, comments, tells whom the settings name, and brings the due date forward", async () => {
    const backlog = service(target);
    await backlog.send(notice("MEDIUM"), undefined);

    await backlog.send(rise("CRITICAL", "MEDIUM"), told);

    expect(entry()).toMatchObject({
      // Today is the 25th in Tokyo.
      fields: { priority: "高", dueDate: "2026-11-27" },
      updates: [{ text: "priority: 中 → 高\nlimitDate: 2026-12-22 → 2026-11-27" }],
      comments: [{ notified: ["鈴木"] }],
    });
    expect(entry().comments[0]?.text).toContain("Severity rose from MEDIUM to CRITICAL");
  });

  it("leaves a due date that a person has set earlier", async () => {
    const backlog = service(target);
    await backlog.send(notice("MEDIUM"), undefined);
    await change({ dueDate: "2026-11-26" });

    await backlog.send(rise("CRITICAL", "MEDIUM"), told);

    expect(entry().fields.dueDate).toBe("2026-11-26");
  });

  it("sets no due date again that a person has removed", async () => {
    const backlog = service(target);
    await backlog.send(notice("MEDIUM"), undefined);
    await change({ dueDate: "" });

    await backlog.send(rise("CRITICAL", "MEDIUM"), told);

    expect(entry().fields.dueDate).toBeNull();
  });

  it("sets the first due date where the severity before had none", async () => {
    const backlog = service({ dueDays: { CRITICAL: 2 } });
    await backlog.send(notice("MEDIUM"), undefined);

    await backlog.send(rise("CRITICAL", "MEDIUM"), told);

    expect(entry().fields.dueDate).toBe("2026-11-27");
  });

  it.each([
    ["2026-11-28", "2026-12-22"],
    ["2026-11-27", "2026-11-27"],
  ])("is told nevertheless where a person plans to begin on %s: then it is due on %s", async (startDate, dueDate) => {
    const backlog = service(target);
    await backlog.send(notice("MEDIUM"), undefined);
    await change({ startDate });

    await backlog.send(rise("CRITICAL", "MEDIUM"), told);

    expect(entry()).toMatchObject({ fields: { priority: "高", dueDate }, comments: [{}] });
  });

  it("of the same severity, with more resources, changes no due date", async () => {
    const backlog = service({ dueDays: { HIGH: 1 } });
    await backlog.send(notice("HIGH"), undefined);
    await change({ dueDate: "2027-01-31" });

    await backlog.send(rise("HIGH", "HIGH"), told);

    expect(entry()).toMatchObject({ fields: { dueDate: "2027-01-31" }, comments: [{}] });
  });
});

describe("after an unknown outcome", () => {
  it.each(["markdown", "backlog"] as const)("issue and comment are found again, in %s", async (textFormat) => {
    await start();
    const backlog = service({ textFormat });
    const before = await backlog.find?.(notice(), undefined, attempt);
    await backlog.send(notice(), undefined);
    const unsaid = await backlog.find?.(rise("CRITICAL", "HIGH"), told, attempt);
    await backlog.send(rise("CRITICAL", "HIGH"), told);

    const issue = await backlog.find?.(notice(), undefined, attempt);
    const comment = await backlog.find?.(rise("CRITICAL", "HIGH"), told, attempt);

    expect([before, unsaid, issue, comment]).toEqual([undefined, undefined, "SEC-1", "SEC-1"]);
  });

  it("an issue is found again that hundreds of others were filed after", async () => {
    await start({ limits: MANY });
    const backlog = service();
    await backlog.send(notice(), undefined);
    await fileOthers(250);

    const issue = await backlog.find?.(notice(), undefined, attempt);

    expect(issue).toBe("SEC-1");
  });

  it("one that was never filed is looked for no further back than the first attempt", async () => {
    await start({ limits: { ...MANY, search: 2 } });
    await fileOthers(250);
    running.clock.ms += 3_600_000;
    const since = new Date(running.clock.ms).toISOString();
    await fileOthers(120);

    const issue = await service().find?.(notice(), undefined, { ...attempt, at: since, since });

    expect(issue).toBeUndefined();
  });

  it("is no issue of its own where there are more than can be looked through", async () => {
    const created = "2026-11-22T03:00:00Z";
    const endless: Ask = async <T>() => Array.from({ length: 100 }, () => ({ description: "", created })) as T;

    const search = filedIssue(endless, { projectId: 1, userId: 2 }, "hakken: 0/1", attempt);

    await expect(search).rejects.toThrow("More Backlog issues were filed after 2026-11-21T15:30:00.000Z");
  });
});
