import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding, Language } from "../../handlers/alert/types";
import { backlogComment, backlogIssue } from "../../handlers/messages/backlog";
import { mailMessage } from "../../handlers/messages/mail";
import { slackMessage, slackReply } from "../../handlers/messages/slack";
import { eventsFolder, findingsIn, type Loose, noticeOf } from "./fixtures";

const samplesFolder = join(__dirname, "../../sandbox/samples");

/** The outcome of a reading: findings, or why not. Any other error than UnreadableEvent fails the test. */
function read(json: Loose): Finding[] | string {
  try {
    return findingsIn(json);
  } catch (error) {
    if (error instanceof Error && error.name === "UnreadableEvent") return error.message;
    throw error;
  }
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name))
    .sort();
}

/** Writes all that hakken would write on a finding, and checks that no value is missing in it. */
function writeAll(finding: Finding) {
  for (const language of ["ja", "en"] satisfies Language[]) {
    const options = { language, homeRegion: "ap-northeast-1", spaceUrl: "https://example.backlog.com" };
    const risen = noticeOf(finding, { kind: "risen", version: 2, previousSeverity: "LOW" });
    const written = [
      slackMessage(noticeOf(finding), options),
      slackReply(risen, options),
      ...(["markdown", "backlog"] as const).flatMap((textFormat) => [
        backlogIssue(noticeOf(finding), { ...options, textFormat }),
        backlogComment(risen, { ...options, textFormat }),
      ]),
      mailMessage(noticeOf(finding), options),
    ];
    expect(JSON.stringify(written)).not.toMatch(/undefined|\bnull\b|NaN|Invalid Date/);
  }
}

describe("fixtures", () => {
  it.each(jsonFiles(eventsFolder).map((path) => relative(eventsFolder, path)))("%s is read and told", (name) => {
    const findings = read(JSON.parse(readFileSync(join(eventsFolder, name), "utf8")));

    if (typeof findings === "string") throw new Error(findings);
    findings.forEach(writeAll);
  });

  it("each have their line in README.md", () => {
    const lines = readFileSync(join(eventsFolder, "README.md"), "utf8").matchAll(
      /^\| ([a-z0-9][a-z0-9-]+)(?: \*)? \|/gm,
    );

    const named = [...lines].map(([, name]) => `${name}.json`).filter((name) => name !== "file.json");

    expect(named.sort()).toEqual(jsonFiles(eventsFolder).map((path) => relative(eventsFolder, path)));
  });
});

describe("the sandbox's samples", () => {
  const samples = jsonFiles(samplesFolder).map((path): [string, Finding | undefined] => {
    const findings = read(JSON.parse(readFileSync(path, "utf8")));
    return [relative(samplesFolder, path), typeof findings === "string" ? undefined : findings[0]];
  });
  /** What opens an alert under the default settings. */
  const opens = (finding: Finding | undefined) =>
    (finding?.severity === "HIGH" || finding?.severity === "CRITICAL") &&
    finding.workflow === "NEW" &&
    finding.record === "ACTIVE" &&
    finding.compliance !== "PASSED";

  it.each(samples)("%s says by its name whether it is told", (name, finding) => {
    expect(finding).toBeDefined();
    expect(opens(finding)).toBe(name.startsWith("told-"));
  });
});

/** Any folder of events beside the project's own; what is no Security Hub finding must be refused with a reason. */
const folder = process.env.HAKKEN_EVENTS;
describe.runIf(folder)("every event of HAKKEN_EVENTS", () => {
  const files = folder ? jsonFiles(folder) : [];
  const refused = /(^|\/)(malformed|guardduty-native|insight-results)\//;

  it.each(files.map((path) => relative(folder ?? "", path)))(
    "%s is read and told, or refused with a reason",
    (name) => {
      const result = read(JSON.parse(readFileSync(join(folder ?? "", name), "utf8")));

      if (refused.test(name)) {
        expect(result).toEqual(expect.stringMatching(/\w/));
      } else {
        if (typeof result === "string") throw new Error(result);
        result.forEach(writeAll);
      }
    },
  );
});
