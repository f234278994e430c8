import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { marker } from "../../../ops/markdown";
import type { GitHub } from "./githubDouble";
import { COMMIT, NEW, type WorkflowRun, workflowRun } from "./workflowRun";

const BOT = "github-actions[bot]";

let run: WorkflowRun;
let github: GitHub;

beforeEach(async () => {
  run = await workflowRun();
  github = run.github;
  return run.end;
});

const there = (login: string, body: string, id: number) => github.comments.push({ id, user: { login }, body });

describe("a comment", () => {
  it("is made, and then updated in place", async () => {
    const first = await run.post();
    writeFileSync(run.file, `${marker("audit")}\n\nNewer.\n`);
    const second = await run.post();

    expect([first.done, second.done]).toEqual(["created", "updated"]);
    expect(second.url).toBe("https://github.com/octo/hakken/pull/7#issuecomment-101");
    expect(github.comments).toEqual([{ id: 101, user: { login: BOT }, body: NEW.replace("New", "Newer") }]);
  });

  it("is one a stack", async () => {
    writeFileSync(join(run.folder, "prod.md"), `${marker("prod")}\n`);

    await run.post();
    await run.post({ stack: "prod", file: join(run.folder, "prod.md") });

    expect(github.comments).toHaveLength(2);
  });

  it("is found on a later page", async () => {
    for (let id = 1; id <= 250; id++) there("someone", "talk", id);
    there(BOT, `${marker("audit")}\n\nOld.\n`, 251);

    const { done } = await run.post();

    expect(done).toBe("updated");
    expect(github.comments.at(-1)?.body).toBe(NEW);
    expect(github.calls.filter((call) => call === "GET comments")).toHaveLength(3);
  });

  it("is never somebody else's, nor one that only quotes the marker", async () => {
    there("mallory", marker("audit"), 1);
    there(BOT, `> ${marker("audit")}`, 2);
    there(BOT, marker("audit2"), 3);

    await run.post();

    expect(github.comments.map(({ body }) => body)).toEqual([
      marker("audit"),
      `> ${marker("audit")}`,
      marker("audit2"),
      NEW,
    ]);
  });

  it("stays one when two runs make it at the same time", async () => {
    let arrive = () => {};
    const both = new Promise<void>((resolve) => {
      let waiting = 0;
      arrive = () => ++waiting === 2 && resolve();
    });
    github.before = async (call) => {
      if (call !== "POST comments") return;
      arrive();
      await both;
    };

    await Promise.all([run.post(), run.post()]);

    expect(github.calls.filter((call) => call === "POST comments")).toHaveLength(2);
    expect(github.comments.map(({ body }) => body)).toEqual([NEW]);
  });

  it("takes duplicates of an earlier time away, and keeps the oldest", async () => {
    there(BOT, `${marker("audit")}\n\nOld.`, 1);
    there(BOT, `${marker("audit")}\n\nOlder.`, 2);

    await run.post();

    expect(github.comments).toEqual([{ id: 1, user: { login: BOT }, body: NEW }]);
  });

  it("is made anew when a person removes it meanwhile", async () => {
    there(BOT, marker("audit"), 1);
    github.before = async (call) => {
      if (call === "PATCH comment") github.comments.splice(0);
    };

    expect((await run.post()).done).toBe("created");
  });

  it("links to the job's log", async () => {
    await run.post({}, { GITHUB_SERVER_URL: "https://github.com", GITHUB_RUN_ID: "99" });

    expect(github.comments[0]?.body).toContain(
      "<sub>commit 0123456 · [job](https://github.com/octo/hakken/actions/runs/99)</sub>",
    );
  });

  it("says that there is no preview, in place of the last one, where no file was written, and fails", async () => {
    there(BOT, `${marker("audit")}\n\nOld.\n`, 1);
    rmSync(run.file);

    expect(await run.failure()).toMatch(
      /^There is no file .*preview\.md\. The comment says that there is no preview: https/,
    );
    expect(github.comments[0]?.body).toContain("No preview: the job ended before there was one.");
  });
});

describe("GitHub's limits", () => {
  it.each([
    [
      "Retry-After",
      { status: 403, headers: { "retry-after": "7" }, message: "You have exceeded a secondary rate limit" },
      7_000,
    ],
    ["429", { status: 429, message: "Too many" }, 60_000],
    [
      "the hour's limit",
      {
        status: 403,
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${Math.floor(Date.now() / 1000) + 60}` },
      },
      expect.toSatisfy((ms: number) => ms > 50_000 && ms <= 60_000),
    ],
  ])("are waited for, once: %s", async (_, fault, milliseconds) => {
    github.faults["POST comments"] = [fault];

    await run.post();

    expect(run.waited).toEqual([milliseconds]);
    expect(github.comments).toHaveLength(1);
  });

  it("are an error when they last", async () => {
    const fault = { status: 403, headers: { "retry-after": "5" }, message: "You have exceeded a secondary rate limit" };
    github.faults["GET comments"] = [fault, fault];

    expect(await run.failure()).toContain("GitHub limits the calls: run the job again later.");
    expect(run.waited).toEqual([5_000]);
  });

  it("are an error at once when they last for longer than a job should", async () => {
    github.faults["GET comments"] = [{ status: 429, headers: { "retry-after": "3000" } }];

    expect(await run.failure()).toContain("run the job again later");
    expect(run.waited).toEqual([]);
  });

  it("make no second comment when the answer to the first is lost", async () => {
    github.faults["POST comments"] = [{ status: 502, afterwards: true }];

    expect((await run.post()).done).toBe("updated");
    expect(github.comments.map(({ body }) => body)).toEqual([NEW]);
  });

  it("fail the job when GitHub fails twice", async () => {
    github.faults["GET comments"] = [{ status: 503 }, { status: 503 }];

    expect(await run.failure()).toBe(
      "GitHub: reading the comments of octo/hakken#7 failed: 503 Server Error\nIt was tried twice: run the job again.",
    );
  });
});

it("takes the number from GITHUB_REF where the event has none", async () => {
  await run.post({}, { GITHUB_EVENT_PATH: "", GITHUB_REF: "refs/pull/7/merge", GITHUB_SHA: COMMIT });

  expect(github.comments).toHaveLength(1);
});
