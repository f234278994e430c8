import type { Told } from "../../handlers/alert/record";
import type { Notice, Severity } from "../../handlers/alert/types";
import { type BacklogSettings, backlogService } from "../../handlers/backlog";
import type { BacklogOptions } from "../../sandbox/doubles/backlog/space";
import { API_KEY, type RunningInbox } from "../sandbox/doubles/running";
import { aFinding } from "./alert/world";
import { noticeOf } from "./fixtures";

export const PROJECT: BacklogOptions["project"] = {
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

/** The channel, on a space of the double. */
export const serviceOf = (running: RunningInbox, target: Partial<BacklogSettings> = {}) =>
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

export const notice = (severity: Severity = "HIGH", changes: Partial<Notice> = {}) =>
  noticeOf(aFinding({ severity }), changes);
export const told: Told = {
  occurrence: 1,
  version: 1,
  reference: "SEC-1",
  severity: "MEDIUM",
  at: "2026-11-21T15:30:00.000Z",
};
export const rise = (severity: Severity, previousSeverity: Severity) =>
  notice(severity, { kind: "risen", version: 2, previousSeverity });

/** The one issue that there is. */
export function onlyIssue(running: RunningInbox) {
  const [first, ...others] = running.store.entries.backlog;
  if (!first || others.length > 0) throw new Error(`there are ${running.store.entries.backlog.length} issues, not one`);
  return first;
}
