import { fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import type { BacklogOptions } from "../../../sandbox/doubles/backlog/space";
import { API_KEY, type RunningInbox, runInbox } from "./running";

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
  ],
};
const start = async (project: Partial<BacklogOptions["project"]> = {}, roleType: BacklogOptions["roleType"] = 2) => {
  running = await runInbox({ backlog: { apiKey: API_KEY, project: { ...PROJECT, ...project }, roleType } });
};

// biome-ignore lint/suspicious/noExplicitAny: what a service answers has no type until it is looked at
type Answer = { status: number; body: any };
type Pairs = [name: string, value: string | number][];

const ask = async (method: string, path: string, given?: Pairs): Promise<Answer> => {
  const url = `${running.url}/backlog/api/v2${path}?apiKey=${API_KEY}`;
  const body =
    given && new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  const headers = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(url, { method, body, headers });
  return { status: answer.status, body: await answer.json() };
};
const ISSUE: Pairs = [
  ["projectId", 1001],
  ["summary", "S3 bucket is public"],
  ["issueTypeId", 101],
  ["priorityId", 3],
];
const add = (...given: Pairs) => ask("POST", "/issues", [...ISSUE, ...given]);
const change = (...given: Pairs) => ask("PATCH", "/issues/SEC-1", given);

describe("looking around", () => {
  it("tells categories, members, the space's time zone and the project's format, to a viewer too", async () => {
    await start({ textFormattingRule: "backlog" }, 4);

    const paths = ["/projects/SEC/categories", "/projects/1001/users", "/space", "/projects/SEC"];
    const [categories, users, space, project] = await Promise.all(paths.map((path) => ask("GET", path)));

    expect(categories?.body).toEqual([
      { id: 201, projectId: 1001, name: "AWS", displayOrder: 0 },
      { id: 202, projectId: 1001, name: "監査", displayOrder: 1 },
    ]);
    expect(users?.body).toMatchObject([
      { id: 11, userId: "hakken", roleType: 4 },
      { id: 12, userId: "sato", name: "佐藤", mailAddress: "sato@example.com", nulabAccount: { uniqueId: "sato" } },
      { id: 13, userId: "suzuki", name: "鈴木" },
    ]);
    expect(space?.body).toMatchObject({ timezone: "Asia/Tokyo" });
    expect(project?.body).toMatchObject({ textFormattingRule: "backlog" });
  });

  it.each(["/projects/NONE/categories", "/projects/NONE/users"])("has no %s", async (path) => {
    await start();

    expect(await ask("GET", path)).toMatchObject({ status: 404, body: { errors: [{ code: 6 }] } });
  });
});

describe("an issue with people", () => {
  it("has its categories, who sees to it, by when, and who was told", async () => {
    await start();

    const answer = await add(
      ["categoryId[]", 201],
      ["categoryId[]", 202],
      ["assigneeId", 12],
      ["notifiedUserId[]", 13],
      ["dueDate", "2026-12-01"],
    );

    expect(answer).toMatchObject({
      status: 201,
      body: { category: [{ id: 201 }, { id: 202 }], assignee: { id: 12 }, dueDate: "2026-12-01T00:00:00Z" },
    });
    expect(running.store.entries.backlog).toMatchObject([
      {
        fields: {
          status: "未対応",
          priority: "中",
          categories: ["AWS", "監査"],
          assignee: "佐藤",
          dueDate: "2026-12-01",
        },
        notified: ["鈴木"],
      },
    ]);
  });

  it("changes them, keeps what was, and tells who is named", async () => {
    await start();
    await add(["categoryId[]", 201], ["assigneeId", 12], ["dueDate", "2026-12-01"]);

    await change(
      ["categoryId[]", ""],
      ["assigneeId", 13],
      ["dueDate", "2026-11-25"],
      ["comment", "worse"],
      ["notifiedUserId[]", 12],
    );
    const { body } = await ask("GET", "/issues/SEC-1/comments");

    expect(body).toMatchObject([
      {
        content: "worse",
        changeLog: [
          { field: "component", originalValue: "AWS", newValue: null },
          { field: "assigner", originalValue: "佐藤", newValue: "鈴木" },
          { field: "limitDate", originalValue: "2026-12-01", newValue: "2026-11-25" },
        ],
        notifications: [{ reason: 2, user: { id: 12 } }],
      },
    ]);
    expect(running.store.entries.backlog).toMatchObject([
      {
        fields: { categories: [], assignee: "鈴木", dueDate: "2026-11-25" },
        comments: [{ text: "worse", notified: ["佐藤"] }],
      },
    ]);
  });

  it("is due on the day that it begins, and not before, whichever of the days changes", async () => {
    await start();
    await add(["startDate", "2026-12-02"], ["dueDate", "2026-12-02"]);

    const answers = [await change(["dueDate", "2026-12-01"]), await change(["startDate", "2026-12-03"])];

    for (const answer of answers) expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 7 }] } });
    expect(running.store.entries.backlog).toMatchObject([{ fields: { dueDate: "2026-12-02" } }]);
  });

  it.each<[string, Pairs]>([
    ["a category of another project", [["categoryId[]", 203]]],
    ["a category's name", [["categoryId[]", "AWS"]]],
    ["somebody who is not in the project", [["assigneeId", 14]]],
    ["to tell somebody who is not in the project", [["notifiedUserId[]", 14]]],
    ["a time for a day", [["dueDate", "2026-12-01T00:00:00Z"]]],
    [
      "to be due before it begins",
      [
        ["startDate", "2026-12-02"],
        ["dueDate", "2026-12-01"],
      ],
    ],
  ])("refuses %s", async (_what, given) => {
    await start();
    await add();

    const answers = [await add(...given), await change(...given, ["comment", "x"])];

    for (const answer of answers) expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 7 }] } });
    expect(running.store.entries.backlog).toMatchObject([{ comments: [] }]);
  });
});

it("knows who asks by the key: members have their own, with their own limits", async () => {
  running = await runInbox({
    backlog: { apiKey: API_KEY, project: PROJECT, limits: { read: 3, update: 10, search: 10 } },
  });
  const as = async (key: string, method: string, path: string, given: Pairs = []) => {
    const form = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const url = `${running.url}/backlog/api/v2${path}?apiKey=${key}`;
    const answer = await fetch(url, method === "GET" ? { method } : { method, headers, body: form });
    // biome-ignore lint/suspicious/noExplicitAny: what a service answers has no type until it is looked at
    return { status: answer.status, body: (await answer.json()) as any };
  };
  await add();
  await as(`${API_KEY}-sato`, "PATCH", "/issues/SEC-1", [["statusId", 4]]);

  const [myself, stranger] = [await as(`${API_KEY}-sato`, "GET", "/users/myself"), await as("sato", "GET", "/space")];
  const issue = (await ask("GET", "/issues/SEC-1")).body;
  const comments = (await ask("GET", "/issues/SEC-1/comments")).body;

  expect(myself.body).toMatchObject({ id: 12, userId: "sato" });
  expect(stranger.status).toBe(401);
  expect(issue).toMatchObject({ createdUser: { id: 11 }, updatedUser: { id: 12 } });
  expect(comments).toMatchObject([{ createdUser: { id: 12 }, changeLog: [{ field: "status", newValue: "完了" }] }]);
  await ask("GET", "/space");
  expect((await ask("GET", "/space")).status).toBe(429);
  expect((await as(`${API_KEY}-sato`, "GET", "/space")).status).toBe(200);
});
