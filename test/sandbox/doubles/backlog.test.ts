import { describe, expect, it } from "vitest";
import { type Answer, backlogCalls, ISSUE } from "./backlogCalls";

const { start, request, get, add, inbox } = backlogCalls();
const keys = (answer: Answer) => answer.body.map(({ issueKey }: { issueKey: string }) => issueKey);

describe("looking around", () => {
  it("tells who and where the key's user is", async () => {
    await start();

    const [user, project, types, priorities, statuses] = await Promise.all(
      ["/users/myself", "/projects/SEC", "/projects/1001/issueTypes", "/priorities", "/projects/SEC/statuses"].map(get),
    );

    expect(user?.body).toMatchObject({ id: 11, userId: "hakken", roleType: 2 });
    expect(project?.body).toMatchObject({ id: 1001, projectKey: "SEC", textFormattingRule: "markdown" });
    expect(types?.body).toMatchObject([
      { id: 101, name: "タスク" },
      { id: 102, name: "セキュリティ" },
    ]);
    expect(priorities?.body).toEqual([
      { id: 2, name: "高" },
      { id: 3, name: "中" },
      { id: 4, name: "低" },
    ]);
    expect(statuses?.body.map(({ name }: { name: string }) => name)).toEqual(["未対応", "処理中", "処理済み", "完了"]);
  });

  it.each([
    ["a wrong key", "other"],
    ["no key", ""],
  ])("refuses %s", async (_what, key) => {
    await start();

    const answer = await request("GET", "/users/myself", undefined, undefined, key);

    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ errors: [{ message: "Authentication failure.", code: 11, moreInfo: "" }] });
  });

  it.each(["/projects/NONE", "/projects/NONE/issueTypes", "/issues/SEC-9", "/issues/SEC-9/comments", "/nothing"])(
    "has no %s",
    async (path) => {
      await start();

      const answer = await get(path);

      expect(answer).toMatchObject({ status: 404, body: { errors: [{ code: 6, moreInfo: "" }] } });
    },
  );
});

describe("adding an issue", () => {
  it("files it, and shows it in the inbox with its type and priority", async () => {
    await start();

    const answer = await add({ dueDate: "2026-12-01" });
    const found = await get("/issues/SEC-1");

    expect(answer).toMatchObject({
      status: 201,
      body: {
        issueKey: "SEC-1",
        summary: "S3 bucket is public",
        issueType: { id: 102 },
        priority: { id: 2, name: "高" },
        status: { id: 1, name: "未対応" },
        resolution: null,
        createdUser: { id: 11 },
        created: "2026-11-22T03:00:00Z",
        dueDate: "2026-12-01T00:00:00Z",
      },
    });
    expect(answer.headers.get("location")).toBe(`${inbox().url}/backlog/view/SEC-1`);
    expect(found.body).toEqual(answer.body);
    expect(inbox().store.entries.backlog).toEqual([
      {
        key: "SEC-1",
        text: "S3 bucket is public\nセキュリティ / 高\nk1",
        at: "2026-11-22T03:00:00.000Z",
        textFormat: "markdown",
        fields: {
          ...{ status: "未対応", isClosed: false, resolution: null },
          ...{ priority: "高", categories: [], assignee: null, dueDate: "2026-12-01" },
        },
        notified: [],
        updates: [],
        comments: [],
      },
    ]);
  });

  it.each<[string, Record<string, string | number>, number, number]>([
    ["no summary", { summary: "" }, 400, 7],
    ["a summary above 255 characters", { summary: "x".repeat(256) }, 400, 7],
    ["a summary of two lines", { summary: "a\nb" }, 400, 7],
    ["a description above 100,000 characters", { description: "x".repeat(100_001) }, 400, 7],
    ["an emoji", { description: "📋" }, 400, 7],
    ["a project that is not there", { projectId: 1 }, 404, 6],
    ["a type that is not there", { issueTypeId: 1 }, 400, 7],
    ["a type's name", { issueTypeId: "タスク" }, 400, 7],
    ["a priority that is not there", { priorityId: 1 }, 400, 7],
    ["a person who is not there", { assigneeId: 99 }, 400, 7],
    ["a person to tell who is not there", { "notifiedUserId[]": 99 }, 400, 7],
    ["a date that is none", { dueDate: "tomorrow" }, 400, 7],
    ["a day that no calendar has", { dueDate: "2026-02-30" }, 400, 7],
    ["a category that is not there", { "categoryId[]": 201 }, 400, 7],
    ["a parameter that it doesn't have", { statusId: 1 }, 400, 7],
  ])("refuses %s", async (_what, given, status, code) => {
    await start();

    const answer = await add(given);

    expect(answer).toMatchObject({ status, body: { errors: [{ code }] } });
    expect(inbox().store.entries.backlog).toEqual([]);
  });

  it("refuses JSON", async () => {
    await start();

    const answer = await request("POST", "/issues", JSON.stringify(ISSUE), "application/json");

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 7 }] } });
    expect(answer.body.errors[0].message).toContain("application/json is not application/x-www-form-urlencoded");
  });

  it("refuses a user who may only look", async () => {
    await start({ roleType: 4 });

    const answer = await add();

    expect(answer).toMatchObject({ status: 403, body: { errors: [{ code: 5 }] } });
  });
});

describe("listing issues", () => {
  it("finds the own user's newest first", async () => {
    await start();
    for (const summary of ["a", "b", "c"]) await add({ summary });

    const newest = await get("/issues?projectId[]=1001&createdUserId[]=11&sort=created&count=2");
    const oldest = await get("/issues?sort=created&order=asc&offset=1");
    const others = await get("/issues?createdUserId[]=12");

    expect(keys(newest)).toEqual(["SEC-3", "SEC-2"]);
    expect(keys(oldest)).toEqual(["SEC-2", "SEC-3"]);
    expect(keys(others)).toEqual([]);
  });

  it("lets the keyword search lag by a minute", async () => {
    await start();
    await add({ description: "marker k1" });

    const atOnce = await get("/issues?keyword=k1");
    inbox().clock.ms += 60_000;
    const later = await get("/issues?keyword=k1");

    expect(keys(atOnce)).toEqual([]);
    expect(keys(later)).toEqual(["SEC-1"]);
  });

  it.each([
    ["count=101", 400, 7],
    ["count=0", 400, 7],
    ["offset=-1", 400, 7],
    ["order=up", 400, 7],
    ["sort=colour", 400, 7],
    ["statusId[]=open", 400, 7],
    ["projectId[]=7", 404, 6],
    ["projectId=1001", 400, 7],
  ])("refuses %s", async (query, status, code) => {
    await start();

    const answer = await get(`/issues?${query}`);

    expect(answer).toMatchObject({ status, body: { errors: [{ code }] } });
  });
});

describe("the limit a minute", () => {
  it("counts reads, updates and searches apart, and says when the minute ends", async () => {
    await start({ limits: { read: 1, update: 1, search: 1 } });
    const first = await add();

    const second = await add();
    const read = await get("/users/myself");
    const search = await get("/issues");
    const reset = Number(second.headers.get("x-ratelimit-reset"));
    inbox().clock.ms = reset * 1000;
    const later = await add();

    expect(first.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(second).toMatchObject({ status: 429, body: { errors: [{ code: 13 }] } });
    expect(second.headers.get("x-ratelimit-limit")).toBe("1");
    expect([read.status, search.status, later.status]).toEqual([200, 200, 201]);
  });

  it("refuses what goes beyond it of requests that come at once", async () => {
    await start({ limits: { read: 600, update: 2, search: 150 } });

    const answers = await Promise.all([add(), add(), add(), add()]);

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429]);
    expect(inbox().store.entries.backlog).toHaveLength(2);
  });
});
