import { describe, expect, it } from "vitest";
import { type Answer, backlogCalls } from "./backlogCalls";

const { start, request, get, send, add, inbox } = backlogCalls();
const keys = (answer: Answer) => answer.body.map(({ issueKey }: { issueKey: string }) => issueKey);

describe("changing an issue", () => {
  it("takes status, resolution and comment in one call", async () => {
    await start();
    await add();

    const answer = await send("PATCH", "/issues/SEC-1", { statusId: 4, resolutionId: 0, comment: "mended" });
    const comments = await get("/issues/SEC-1/comments");
    const open = await get("/issues?statusId[]=1&statusId[]=2");

    expect(answer).toMatchObject({ status: 200, body: { status: { id: 4 }, resolution: { id: 0, name: "対応済み" } } });
    expect(comments.body).toMatchObject([
      { content: "mended", changeLog: [{ field: "status", originalValue: "未対応", newValue: "完了" }, {}] },
    ]);
    expect(keys(open)).toEqual([]);
    expect(inbox().store.entries.backlog).toMatchObject([
      {
        updates: [{ text: "status: 未対応 → 完了\nresolution: - → 対応済み" }],
        comments: [{ text: "mended" }],
      },
    ]);
  });

  it("refuses a change that changes nothing, as the real one does", async () => {
    await start();
    await add();

    const answer = await send("PATCH", "/issues/SEC-1", { statusId: 1 });

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ message: "No comment content.", code: 7 }] } });
  });

  it.each<[string, Record<string, string | number>]>([
    ["a status that is not there", { statusId: 9 }],
    ["a resolution that is not there", { resolutionId: 9 }],
    ["an empty summary", { summary: "" }],
    ["a comment above 50,000 characters", { comment: "x".repeat(50_001) }],
    ["another project", { projectId: 1001, comment: "x" }],
    ["nothing", {}],
  ])("refuses %s", async (_what, given) => {
    await start();
    await add();

    const answer = await send("PATCH", "/issues/SEC-1", given);

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 7 }] } });
  });

  it("refuses a reporter, who may comment", async () => {
    await start({ roleType: 3 });
    await add();

    const change = await send("PATCH", "/issues/SEC-1", { statusId: 2 });
    const comment = await send("POST", "/issues/SEC-1/comments", { content: "seen" });
    const empty = await send("POST", "/issues/SEC-1/comments", { content: " " });

    expect(change).toMatchObject({ status: 403, body: { errors: [{ code: 5 }] } });
    expect(comment).toMatchObject({ status: 201, body: { content: "seen", changeLog: [] } });
    expect(empty).toMatchObject({ status: 400, body: { errors: [{ code: 7 }] } });
    expect(inbox().store.entries.backlog[0]?.comments).toMatchObject([{ text: "seen" }]);
  });
});

describe("a resolution", () => {
  it("is one of five, and taken away by an empty value", async () => {
    await start();
    await add();
    await send("PATCH", "/issues/SEC-1", { statusId: 4, resolutionId: 1 });

    const all = await get("/resolutions");
    const opened = await send("PATCH", "/issues/SEC-1", { statusId: 1, resolutionId: "" });

    expect(all.body.map(({ id }: { id: number }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(opened.body).toMatchObject({ status: { id: 1 }, resolution: null });
  });
});

describe("deleting an issue", () => {
  it("takes an administrator, and never gives its key again", async () => {
    await start({ roleType: 1 });
    await add();

    const deleted = await request("DELETE", "/issues/SEC-1");
    const gone = await get("/issues/SEC-1");
    const next = await add();

    expect([deleted.status, gone.status, next.body.issueKey]).toEqual([200, 404, "SEC-2"]);
  });

  it("is refused to anybody else", async () => {
    await start();
    await add();

    const answer = await request("DELETE", "/issues/SEC-1");

    expect(answer).toMatchObject({ status: 403, body: { errors: [{ code: 5 }] } });
  });
});
