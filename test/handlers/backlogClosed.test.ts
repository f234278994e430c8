import { fetch } from "undici";
import { afterEach, beforeEach, expect, it } from "vitest";
import { backlogApi } from "../../handlers/backlogApi";
import { backlogIssues } from "../../handlers/backlogClosed";
import { API_KEY, type RunningInbox, runInbox } from "../sandbox/doubles/running";
import { notice, PROJECT, serviceOf } from "./backlogSpace";

let running: RunningInbox;
beforeEach(async () => {
  running = await runInbox({ backlog: { apiKey: API_KEY, project: PROJECT } });
});
afterEach(() => running.close());

const SATO = `${API_KEY}-sato`;
const keyOf = (n: number) => n.toString(16).padStart(32, "0");
const issues = () =>
  backlogIssues(
    backlogApi(`${running.url}/backlog`, async () => API_KEY),
    { project: "SEC", commentOf: (findings) => `${findings} findings are open.` },
  );
const ask = async (path: string, method: "PATCH" | "POST" | "GET", given: Record<string, string>, key = SATO) => {
  const answer = await fetch(`${running.url}/backlog/api/v2/${path}?apiKey=${key}`, {
    method,
    ...(method !== "GET" && {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(given).toString(),
    }),
  });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};
/** hakken files so many issues. */
const file = async (count: number) => {
  for (let n = 1; n <= count; n++) await serviceOf(running).send(notice("HIGH", { alertKey: keyOf(n) }), undefined);
};
const close = (key: string, given: Record<string, string> = {}, by = SATO) =>
  ask(`issues/${key}`, "PATCH", { statusId: "4", ...given }, by);
const comment = (key: string, by: string) => ask(`issues/${key}/comments`, "POST", { content: "noted" }, by);
const isoNow = () => new Date(running.clock.ms).toISOString();

it("finds what is closed and was filed by hakken, with its alert and its resolution, the first changed first", async () => {
  await file(3);
  await close("SEC-3", { resolutionId: "1" });
  running.clock.ms += 5000;
  await close("SEC-1");
  const SUMMARY = { projectId: "1001", summary: "Somebody's own", issueTypeId: "101", priorityId: "3" };
  await ask("issues", "POST", { ...SUMMARY, description: `hakken: ${keyOf(1)}/1` });
  await close("SEC-4");

  const found = await issues().closedSince(new Date(running.clock.ms - 60_000).toISOString());

  expect(found).toEqual([
    {
      ...{ key: "SEC-3", alertKey: keyOf(3), updatedAt: "2026-11-22T03:00:00.000Z" },
      resolution: { id: 1, name: "対応しない" },
    },
    { key: "SEC-1", alertKey: keyOf(1), updatedAt: "2026-11-22T03:00:05.000Z" },
  ]);
});

it("finds it where a person has written below the marker, and not where the marker is gone", async () => {
  await file(2);
  const { description } = (await ask("issues/SEC-1", "GET", {})) as { description: string };
  await close("SEC-1", { description: `${description}\n\nSee the wiki.` });
  await close("SEC-2", { description: "See the wiki." });

  const found = await issues().closedSince(isoNow());

  expect(found.map(({ key, alertKey }) => [key, alertKey])).toEqual([["SEC-1", keyOf(1)]]);
});

it("reads no further back than asked, over as many pages as that takes", async () => {
  await file(103);
  await close("SEC-103");
  running.clock.ms += 3_600_000;
  for (let n = 1; n <= 102; n++) await close(`SEC-${n}`);
  running.clock.ms += 3_600_000;

  const found = await issues().closedSince(new Date(running.clock.ms - 3_600_000).toISOString());
  const late = await issues().closedSince(new Date(running.clock.ms - 1000).toISOString());

  expect(new Set(found.map(({ key }) => key)).size).toBe(102);
  expect(found.map(({ key }) => key)).not.toContain("SEC-103");
  expect(late).toEqual([]);
});

it("tells who closed an issue and when, whoever has commented on it since", async () => {
  await file(2);
  running.clock.ms += 60_000;
  await close("SEC-1");
  await close("SEC-2", {}, API_KEY);
  running.clock.ms += 60_000;
  for (let n = 0; n < 101; n++) await comment("SEC-1", API_KEY);
  await comment("SEC-2", SATO);

  const closings = await Promise.all(["SEC-1", "SEC-2"].map((key) => issues().closing(key)));

  expect(closings).toEqual([
    { at: "2026-11-22T03:01:00.000Z", isOwn: false },
    { at: "2026-11-22T03:01:00.000Z", isOwn: true },
  ]);
});

it("tells of no closing where the issue is open again, or deleted", async () => {
  await file(1);
  await close("SEC-1");
  await ask("issues/SEC-1", "PATCH", { statusId: "2" });

  expect([await issues().closing("SEC-1"), await issues().closing("SEC-7")]).toEqual([undefined, undefined]);
});

it("opens an issue again with a comment, and takes the resolution away", async () => {
  await file(1);
  await close("SEC-1", { resolutionId: "0" });

  await issues().reopen("SEC-1", 3);

  const issue = (await ask("issues/SEC-1", "GET", {})) as { status: { id: number }; resolution: unknown };
  expect(issue).toMatchObject({ status: { id: 1 }, resolution: null });
  expect(running.store.entries.backlog[0]?.comments.at(-1)?.text).toBe("3 findings are open.");
});
