import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type CommentOptions, comment } from "../../../ops/comment";
import { marker } from "../../../ops/markdown";
import { type GitHub, startGitHub } from "./githubDouble";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const BOT = "github-actions[bot]";

let github: GitHub;
let folder: string;
let file: string;
let env: NodeJS.ProcessEnv;
let waited: number[];

beforeEach(async () => {
  github = await startGitHub();
  folder = mkdtempSync(join(tmpdir(), "comment-"));
  file = join(folder, "preview.md");
  writeFileSync(file, `${marker("audit")}\n\nNew.\n`);
  const event = join(folder, "event.json");
  writeFileSync(event, JSON.stringify({ pull_request: { number: 7, head: { sha: COMMIT } } }));
  env = {
    GITHUB_TOKEN: "writer",
    GITHUB_REPOSITORY: "octo/hakken",
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_PATH: event,
    GITHUB_SHA: "f".repeat(40),
  };
  waited = [];
  return async () => {
    await github.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

const post = (options: Partial<CommentOptions> = {}, more: NodeJS.ProcessEnv = {}) =>
  comment({ stack: "audit", file, ...options }, { ...env, ...more }, { sleep: async (ms) => waited.push(ms) });
const failure = (...args: Parameters<typeof post>) =>
  post(...args).then(
    () => expect.unreachable("it was posted"),
    (error: Error) => error.message,
  );
const there = (login: string, body: string, id: number) => github.comments.push({ id, user: { login }, body });
const NEW = `${marker("audit")}\n\nNew.\n\n<sub>commit 0123456</sub>\n`;

describe("a comment", () => {
  it("is made, and then updated in place", async () => {
    const first = await post();
    writeFileSync(file, `${marker("audit")}\n\nNewer.\n`);
    const second = await post();

    expect([first.done, second.done]).toEqual(["created", "updated"]);
    expect(second.url).toBe("https://github.com/octo/hakken/pull/7#issuecomment-101");
    expect(github.comments).toEqual([{ id: 101, user: { login: BOT }, body: NEW.replace("New", "Newer") }]);
  });

  it("is one a stack", async () => {
    writeFileSync(join(folder, "prod.md"), `${marker("prod")}\n`);

    await post();
    await post({ stack: "prod", file: join(folder, "prod.md") });

    expect(github.comments).toHaveLength(2);
  });

  it("is found on a later page", async () => {
    for (let id = 1; id <= 250; id++) there("someone", "talk", id);
    there(BOT, `${marker("audit")}\n\nOld.\n`, 251);

    const { done } = await post();

    expect(done).toBe("updated");
    expect(github.comments.at(-1)?.body).toBe(NEW);
    expect(github.calls.filter((call) => call === "GET comments")).toHaveLength(3);
  });

  it("is never somebody else's, nor one that only quotes the marker", async () => {
    there("mallory", marker("audit"), 1);
    there(BOT, `> ${marker("audit")}`, 2);
    there(BOT, marker("audit2"), 3);

    await post();

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

    await Promise.all([post(), post()]);

    expect(github.calls.filter((call) => call === "POST comments")).toHaveLength(2);
    expect(github.comments.map(({ body }) => body)).toEqual([NEW]);
  });

  it("takes duplicates of an earlier time away, and keeps the oldest", async () => {
    there(BOT, `${marker("audit")}\n\nOld.`, 1);
    there(BOT, `${marker("audit")}\n\nOlder.`, 2);

    await post();

    expect(github.comments).toEqual([{ id: 1, user: { login: BOT }, body: NEW }]);
  });

  it("is made anew when a person removes it meanwhile", async () => {
    there(BOT, marker("audit"), 1);
    github.before = async (call) => {
      if (call === "PATCH comment") github.comments.splice(0);
    };

    expect((await post()).done).toBe("created");
  });

  it("links to the job's log", async () => {
    await post({}, { GITHUB_SERVER_URL: "https://github.com", GITHUB_RUN_ID: "99" });

    expect(github.comments[0]?.body).toContain(
      "<sub>commit 0123456 · [job](https://github.com/octo/hakken/actions/runs/99)</sub>",
    );
  });

  it("says that there is no preview, in place of the last one, where no file was written, and fails", async () => {
    there(BOT, `${marker("audit")}\n\nOld.\n`, 1);
    rmSync(file);

    expect(await failure()).toMatch(
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

    await post();

    expect(waited).toEqual([milliseconds]);
    expect(github.comments).toHaveLength(1);
  });

  it("are an error when they last", async () => {
    const fault = { status: 403, headers: { "retry-after": "5" }, message: "You have exceeded a secondary rate limit" };
    github.faults["GET comments"] = [fault, fault];

    expect(await failure()).toContain("GitHub limits the calls: run the job again later.");
    expect(waited).toEqual([5_000]);
  });

  it("are an error at once when they last for longer than a job should", async () => {
    github.faults["GET comments"] = [{ status: 429, headers: { "retry-after": "3000" } }];

    expect(await failure()).toContain("run the job again later");
    expect(waited).toEqual([]);
  });

  it("make no second comment when the answer to the first is lost", async () => {
    github.faults["POST comments"] = [{ status: 502, afterwards: true }];

    expect((await post()).done).toBe("updated");
    expect(github.comments.map(({ body }) => body)).toEqual([NEW]);
  });

  it("fail the job when GitHub fails twice", async () => {
    github.faults["GET comments"] = [{ status: 503 }, { status: 503 }];

    expect(await failure()).toBe(
      "GitHub: reading the comments of octo/hakken#7 failed: 503 Server Error\nIt was tried twice: run the job again.",
    );
  });
});

describe("a refusal says what to do", () => {
  it("about a token that may only read", async () => {
    github.tokens.reader = { login: BOT, writes: false };

    const message = await failure({}, { GITHUB_TOKEN: "reader" });

    expect(message).toContain("making a comment of octo/hakken#7 failed: 403 Resource not accessible by integration");
    expect(message).toContain("`permissions: pull-requests: write`");
    expect(message).toContain("from a fork it never may");
  });

  it.each([
    ["a wrong token", {}, { GITHUB_TOKEN: "ghs_s3cret" }, /401 Bad credentials\nThe token is wrong or has expired/],
    [
      "no such pull request",
      { pullRequest: 8 },
      {},
      /octo\/hakken#8 failed: 404 Not Found\nThere is no such pull request/,
    ],
    ["no such repository", { repository: "octo/other" }, {}, /octo\/other#7 failed: 404/],
    ["no answer", {}, { GITHUB_API_URL: "http://127.0.0.1:9" }, /failed: .*(bad port|ECONNREFUSED|fetch failed)/],
  ])("about %s", async (_, options, more, message) => {
    expect(await failure(options, more)).toMatch(message);
    expect(await failure(options, more)).not.toContain("s3cret");
  });

  it("without the token, should GitHub ever repeat it", async () => {
    github.faults["POST comments"] = [{ status: 400, message: "what is writer?" }];

    expect(await failure()).toContain("400 what is [GITHUB_TOKEN]?");
  });

  it("about a locked conversation", async () => {
    github.locked = true;

    expect(await failure()).toContain("The conversation is locked: unlock it.");
  });

  it("about a file that is too long, or another stack's", async () => {
    writeFileSync(file, `${marker("audit")}${"x".repeat(65_536)}`);
    const long = await failure();
    writeFileSync(file, `${marker("prod")}\n`);
    const other = await failure();

    expect(long).toMatch(/too long for a comment: \d+ characters, of 65536 at most/);
    expect(other).toMatch(/is no preview of the stack "audit"/);
    expect(github.calls).toEqual([]);
  });

  it("about all that is missing, at once", async () => {
    const none = {
      GITHUB_TOKEN: "",
      GITHUB_REPOSITORY: "hakken",
      GITHUB_EVENT_PATH: "",
      GITHUB_API_URL: "http://example.com",
    };

    expect((await failure({}, none)).split("\n")).toEqual([
      expect.stringMatching(/^GITHUB_TOKEN is not set: .*`env: GITHUB_TOKEN: \$\{\{ github.token \}\}`/),
      'GITHUB_REPOSITORY is "hakken", not OWNER/NAME: give it with --repository.',
      "This is no run for a pull request, by GITHUB_EVENT_PATH and GITHUB_REF: give its number with --pull-request.",
      'GITHUB_API_URL is "http://example.com": the token goes by https alone.',
    ]);
  });
});

it("takes the number from GITHUB_REF where the event has none", async () => {
  await post({}, { GITHUB_EVENT_PATH: "", GITHUB_REF: "refs/pull/7/merge", GITHUB_SHA: COMMIT });

  expect(github.comments).toHaveLength(1);
});
