import { expect, it } from "vitest";
import { closedNote, reopenedComment, stillFailingNote } from "../../../handlers/messages/takeBack";

const SPACE = "https://example.backlog.com";
const closed = { key: "SEC-12", resolution: { name: "対応しない" } };

it("names the issue, its resolution and its address", () => {
  expect(closedNote(closed, SPACE, "ja")).toBe(
    "Backlogの課題 SEC-12 が「対応しない」として完了になりました。https://example.backlog.com/view/SEC-12",
  );
  expect(closedNote({ key: "SEC-12" }, SPACE, "ja")).toBe(
    "Backlogの課題 SEC-12 が完了になりました。https://example.backlog.com/view/SEC-12",
  );
  expect(closedNote({ key: "SEC-12", resolution: { name: "Won't Fix" } }, SPACE, "en")).toBe(
    "Backlog issue SEC-12 was closed (Won't Fix): https://example.backlog.com/view/SEC-12",
  );
});

it("says after how many days a finding comes back, and how often one went on", () => {
  expect(stillFailingNote(14 * 86_400, "en")).toContain("14 days");
  expect(stillFailingNote(14 * 86_400, "ja")).toContain("14 日");
  expect(reopenedComment(3, "en")).toContain("3 of its findings");
  expect(reopenedComment(3, "ja")).toContain("3 件");
});
