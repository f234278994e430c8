import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { marker } from "../../../ops/markdown";
import type { GitHub } from "./githubDouble";
import { NEW, type WorkflowRun, workflowRun } from "./workflowRun";

let run: WorkflowRun;
let github: GitHub;

beforeEach(async () => {
  run = await workflowRun();
  github = run.github;
  return run.end;
});

describe("a refusal says what to do", () => {
  it("about a token that may only read", async () => {
    github.tokens.reader = { login: "github-actions[bot]", writes: false };

    const message = await run.failure({}, { GITHUB_TOKEN: "reader" });

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
    expect(await run.failure(options, more)).toMatch(message);
    expect(await run.failure(options, more)).not.toContain("s3cret");
  });

  it("without the token, should GitHub ever repeat it", async () => {
    github.faults["POST comments"] = [{ status: 400, message: "what is writer?" }];

    expect(await run.failure()).toContain("400 what is [GITHUB_TOKEN]?");
  });

  it("in GraphQL's words, whose refusals have no status", async () => {
    github.faults["POST graphql"] = [
      { status: 200, errors: [{ type: "FORBIDDEN", message: "Not for integrations." }] },
    ];

    const message = await run.failure();

    expect(message).toMatch(
      /own user for a comment of octo\/hakken#7 failed: Request failed[\s\S]*Not for integrations\./,
    );
  });

  it("about a locked conversation", async () => {
    github.locked = true;

    expect(await run.failure()).toContain("The conversation is locked: unlock it.");
  });

  it("about a file that is too long, or another stack's", async () => {
    writeFileSync(run.file, `${marker("audit")}${"x".repeat(65_536)}`);
    const long = await run.failure();
    writeFileSync(run.file, `${marker("prod")}\n`);
    const other = await run.failure();

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

    expect((await run.failure({}, none)).split("\n")).toEqual([
      expect.stringMatching(/^GITHUB_TOKEN is not set: .*`env: GITHUB_TOKEN: \$\{\{ github.token \}\}`/),
      'GITHUB_REPOSITORY is "hakken", not OWNER/NAME: give it with --repository.',
      "This is no run for a pull request, by GITHUB_EVENT_PATH and GITHUB_REF: give its number with --pull-request.",
      'GITHUB_API_URL is "http://example.com": the token goes by https alone.',
    ]);
  });
});

describe("ops comment", () => {
  const ops = (args: string[], more: NodeJS.ProcessEnv = {}) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const script = join(__dirname, "../../../bin/ops/main.js");
      const child = execFile(
        process.execPath,
        [script, "comment", ...args],
        { env: { ...process.env, ...run.env, ...more }, cwd: run.folder },
        (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });

  it("posts, and says where", async () => {
    const { code, stdout, stderr } = await ops(["--stack", "audit", "--file", "preview.md"]);

    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "created https://github.com/octo/hakken/pull/7#issuecomment-101\n",
      stderr: "",
    });
    expect(github.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining(NEW.slice(0, NEW.indexOf("<sub>"))),
    ]);
  });

  it("exits with 1 when it can't, and with 2 when it is called wrongly", async () => {
    const refused = await ops(["--stack", "audit", "--file", "preview.md"], { GITHUB_TOKEN: "ghs_wrong" });
    const wrong = await ops(["--stack", "audit"]);

    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("401 Bad credentials") });
    expect(refused.stderr).not.toContain("ghs_wrong");
    expect(wrong).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--file") });
  });
});
