import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";

const config = (backlog: object) => ({
  "hakken:role": "audit",
  "hakken:account": "444455556666",
  "hakken:backlog": JSON.stringify({
    spaceUrl: "https://example.backlog.com",
    project: "SEC",
    issueType: "タスク",
    ...backlog,
  }),
  "hakken:backlogApiKey": "key-not-to-be-shown",
  "hakken:alarms": '{"addresses":["sre@example.com"]}',
});
const parse = (backlog: object) => parseSettings(config(backlog), (key) => key === "hakken:backlogApiKey");
const problemsOf = (backlog: object): string[] => {
  try {
    parse(backlog);
  } catch (error) {
    const lines = (error as Error).message.split("\n").slice(1);
    return lines.map((line) => line.trim());
  }
  return [];
};

describe("hakken:backlog", () => {
  it("takes categories, people, due days and the text format", () => {
    const fields = {
      categories: ["AWS", "監査"],
      assignee: "佐藤 花子",
      notifiedUsers: ["suzuki@example.com"],
      dueDays: { CRITICAL: 0, HIGH: 7 },
      textFormat: "backlog",
    };

    expect(parse(fields)).toMatchObject({ backlog: fields });
  });

  it("sets none of them by itself", () => {
    const settings = parse({});

    expect("backlog" in settings && Object.keys(settings.backlog ?? {}).sort()).toEqual(
      ["apiKey", "issueType", "priorities", "project", "spaceUrl"], //
    );
  });

  it("says of each wrong one what it must be", () => {
    const problems = problemsOf({
      categories: [],
      assignee: " ",
      notifiedUsers: "sato",
      dueDays: { HIGH: "7", LOW: 1.5, HIHG: 1 },
      textFormat: "html",
      assignees: "sato",
    });

    expect(problems).toEqual([
      "hakken:backlog.categories: [] is wrong: it must be a list of the project's categories, one at least.",
      'hakken:backlog.assignee: " " is wrong: it must be the name, login id or mail address of a member of the project.',
      'hakken:backlog.notifiedUsers: "sato" is wrong: it must be a list of the project\'s members.',
      'hakken:backlog.dueDays.HIGH: "7" is wrong: it must be a whole number of days, 0 or more.',
      "hakken:backlog.dueDays.LOW: 1.5 is wrong: it must be a whole number of days, 0 or more.",
      expect.stringContaining("hakken:backlog.dueDays.HIHG"),
      'hakken:backlog.textFormat: "html" is wrong: it must be one of markdown, backlog.',
      "hakken:backlog.assignees is not a setting: did you mean hakken:backlog.assignee?",
    ]);
  });

  it("takes no category and no person twice", () => {
    const problems = problemsOf({ categories: ["AWS", "AWS"], notifiedUsers: ["sato", "sato"] });

    expect(problems).toEqual([
      'hakken:backlog.categories: "AWS" stands there twice: remove one.',
      'hakken:backlog.notifiedUsers: "sato" stands there twice: remove one.',
    ]);
  });
});
