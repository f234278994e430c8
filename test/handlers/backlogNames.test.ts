import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isRefused } from "../../handlers/alert/errors";
import type { BacklogSettings } from "../../handlers/backlog";
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
const errorOf = (sent: Promise<unknown>): Promise<Error> =>
  sent.then(
    () => Promise.reject(new Error("it was sent")),
    (error: Error) => error,
  );

describe("names", () => {
  beforeEach(() => void vi.spyOn(process.stdout, "write").mockReturnValue(true));
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
    const lines = vi.mocked(process.stdout.write).mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(lines.map(({ problems, ...line }) => ({ ...line, problems: JSON.parse(problems) }))).toEqual([
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
    // A severity without a priority is what Backlog refuses.
    const priorities = { HIGH: "high" } as BacklogSettings["priorities"];
    const backlog = service({ categories: ["AWS"], dueDays: { HIGH: 1 }, priorities });

    // Five reads, and again five: the user, the project, its issue types and categories, the space.
    await backlog.send(notice(), undefined);
    await backlog.send(notice("HIGH", { version: 2 }), undefined);
    const refusal = await errorOf(backlog.send(notice("CRITICAL"), undefined));
    await backlog.send(notice("HIGH", { version: 3 }), undefined);
    const beyond = await errorOf(service().send(notice(), undefined));

    expect(refusal.message).toContain("priorityId is required");
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
