import { fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isRefused } from "../../handlers/alert/errors";
import type { Sending, Told } from "../../handlers/alert/record";
import type { Notice, Severity } from "../../handlers/alert/types";
import { type BacklogSettings, backlogService } from "../../handlers/backlog";
import type { BacklogOptions } from "../../sandbox/doubles/backlog/space";
import { API_KEY, type RunningInbox, runInbox } from "../sandbox/doubles/running";
import { aFinding } from "./alert/world";
import { noticeOf } from "./fixtures";

let running: RunningInbox;
afterEach(() => running.close());

const PROJECT: BacklogOptions["project"] = {
  key: "SEC",
  name: "Security",
  issueTypes: ["タスク"],
  categories: ["AWS", "監査"],
  members: [
    { userId: "sato", name: "佐藤" },
    { userId: "suzuki", name: "鈴木" },
    { userId: "suzuki2", name: "鈴木" },
  ],
};
const start = async (options: Partial<BacklogOptions> = {}) => {
  running = await runInbox({ backlog: { apiKey: API_KEY, project: PROJECT, ...options } });
};

const service = (target: Partial<BacklogSettings> = {}) =>
  backlogService(
    {
      spaceUrl: `${running.url}/backlog`,
      project: "SEC",
      issueType: "タスク",
      priorities: { CRITICAL: "high", HIGH: "high", MEDIUM: "normal", LOW: "low", INFORMATIONAL: "low" },
      language: "en",
      homeRegion: "ap-northeast-1",
      timeoutSeconds: 60,
      ...target,
    },
    async () => API_KEY,
  );

const notice = (severity: Severity = "HIGH", changes: Partial<Notice> = {}) =>
  noticeOf(aFinding({ severity }), changes);
const told: Told = {
  occurrence: 1,
  version: 1,
  reference: "SEC-1",
  severity: "MEDIUM",
  at: "2026-11-21T15:30:00.000Z",
};
const attempt: Sending = { ...told, execution: "execution-1", since: told.at, times: 1 };
const rise = (severity: Severity, previousSeverity: Severity) =>
  notice(severity, { kind: "risen", version: 2, previousSeverity });

const entry = () => {
  const [first, ...others] = running.store.entries.backlog;
  if (!first || others.length > 0) throw new Error(`there are ${running.store.entries.backlog.length} issues, not one`);
  return first;
};
const errorOf = (sent: Promise<unknown>): Promise<Error> =>
  sent.then(
    () => Promise.reject(new Error("it was sent")),
    (error: Error) => error,
  );
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

describe("names", () => {
  beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => {}));
  afterEach(() => void vi.restoreAllMocks());

  it("of people and categories that the project does not know, or of several, are left out: the issue says so, and one log line", async () => {
    await start();
    const target = {
      categories: ["AWS", "Azure"],
      assignee: "鈴木",
      notifiedUsers: ["tanaka", "sato"],
    };

    const key = await service(target).send(notice(), undefined);

    expect(key).toBe("SEC-1");
    expect(entry()).toMatchObject({ fields: { categories: ["AWS"], assignee: null }, notified: ["佐藤"] });
    expect(entry().text).toContain(
      'Note: left out, since the project has none of that name, or several: category "Azure", assignee "鈴木", notified user "tanaka". Correct hakken:backlog in the settings, or the project.',
    );
    expect(vi.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line))).toEqual([
      {
        step: "backlog",
        outcome: "left out",
        problems: [
          'Backlog project SEC has no category "Azure". It has: AWS, 監査',
          'Backlog project SEC has more than one member "鈴木": 鈴木 (suzuki), 鈴木 (suzuki2). Give the login id',
          'Backlog project SEC has no member "tanaka". It has: hakken (hakken), 佐藤 (sato), 鈴木 (suzuki), 鈴木 (suzuki2)',
        ],
      },
    ]);
  });

  it("of people who can't be told of a rise stand in the comment, and only they", async () => {
    await start();
    const backlog = service({ assignee: "nobody", notifiedUsers: ["tanaka"], language: "ja" });
    await backlog.send(notice("MEDIUM"), undefined);

    await backlog.send(rise("CRITICAL", "MEDIUM"), told);

    expect(entry().text).toContain("担当者「nobody」、お知らせ先「tanaka」");
    expect(entry().comments[0]?.text).toContain("複数あるため、反映されていません: お知らせ先「tanaka」。");
  });

  it("of a member who has left stop nothing, not even in a function that knew them", async () => {
    const members = [...(PROJECT.members ?? [])];
    await start({ project: { ...PROJECT, members } });
    const backlog = service({ assignee: "sato" });
    await backlog.send(notice(), undefined);
    members[0] = null;

    await backlog.send(notice("HIGH", { version: 2 }), undefined);

    const [before, after] = running.store.entries.backlog;
    expect([before?.fields.assignee, after?.fields.assignee]).toEqual(["佐藤", null]);
    expect(after?.text).toContain('assignee "sato"');
  });

  it("are looked up anew after a while where one was left out", async () => {
    const members = [...(PROJECT.members ?? [])];
    const [sato] = members.splice(0, 1, null);
    await start({ project: { ...PROJECT, members } });
    const backlog = service({ assignee: "sato" });
    vi.useFakeTimers({ now: Date.parse("2026-11-24T20:00:00Z"), toFake: ["Date"] });
    await backlog.send(notice(), undefined);
    members[0] = sato ?? null;
    await backlog.send(notice("HIGH", { version: 2 }), undefined);

    vi.setSystemTime(Date.parse("2026-11-24T20:05:00Z"));
    await backlog.send(notice("HIGH", { version: 3 }), undefined);
    vi.useRealTimers();

    expect(running.store.entries.backlog.map(({ fields }) => fields.assignee)).toEqual([null, null, "佐藤"]);
  });

  it("of a project that there is not are refused", async () => {
    await start();

    const error = await errorOf(service({ project: "NONE" }).send(notice(), undefined));

    expect(isRefused(error)).toBe(true);
    expect(error.message).toContain("GET projects/NONE");
    expect(running.store.entries.backlog).toEqual([]);
  });

  it("are refused all at once, with those that the project has, where the issue type is none of it", async () => {
    await start();
    const target = { issueType: "タスグ", categories: ["AWS", "Azure"], assignee: "鈴木", notifiedUsers: ["tanaka"] };

    const error = await errorOf(service(target).send(notice(), undefined));

    expect(isRefused(error)).toBe(true);
    expect(error.message.split("\n")).toEqual([
      'Backlog project SEC has no issue type "タスグ". It has: タスク',
      'Backlog project SEC has no category "Azure". It has: AWS, 監査',
      'Backlog project SEC has more than one member "鈴木": 鈴木 (suzuki), 鈴木 (suzuki2). Give the login id',
      'Backlog project SEC has no member "tanaka". It has: hakken (hakken), 佐藤 (sato), 鈴木 (suzuki), 鈴木 (suzuki2)',
    ]);
    expect(running.store.entries.backlog).toEqual([]);
  });

  it("are looked up once by a warm function, and anew after a refusal", async () => {
    await start({ limits: { read: 10, update: 150, search: 150 } });
    const backlog = service({ categories: ["AWS"], dueDays: { HIGH: 1 } });

    // Five reads, and again five: the user, the project, its issue types and categories, the space.
    await backlog.send(notice(), undefined);
    await backlog.send(notice("HIGH", { version: 2 }), undefined);
    const refusal = await errorOf(backlog.send(notice("HIGH", { kind: "risen" }), { ...told, reference: "SEC-9" }));
    await backlog.send(notice("HIGH", { version: 3 }), undefined);
    const beyond = await errorOf(service().send(notice(), undefined));

    expect(refusal.message).toContain("No such issue");
    expect(running.store.entries.backlog).toHaveLength(3);
    expect(beyond.message).toContain("slow down");
  });

  it("of a time zone that nobody knows are refused", async () => {
    await start({ timezone: "Mars/Olympus" });

    const error = await errorOf(service({ dueDays: { HIGH: 1 } }).send(notice(), undefined));

    expect(isRefused(error)).toBe(true);
    expect(error.message).toContain('time zone "Mars/Olympus"');
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
});
