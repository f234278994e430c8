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
      ["apiKey", "closeFindings", "issueType", "priorities", "project", "spaceUrl", "suppressResolutions"], //
    );
  });

  it("takes back what people close, by default, and knows resolutions by their names in both languages", () => {
    const resolutions = ["対応しない", "Won't Fix", "無効", "Cannot Reproduce"];
    const given = parse({ closeFindings: false, suppressResolutions: resolutions });

    expect(parse({})).toMatchObject({ backlog: { closeFindings: true, suppressResolutions: [1, 2] } });
    expect(given).toMatchObject({ backlog: { closeFindings: false, suppressResolutions: [1, 2, 4] } });
    expect(parse({ suppressResolutions: [] })).toMatchObject({ backlog: { suppressResolutions: [] } });
    expect(problemsOf({ suppressResolutions: ["Wontfix"] })).toEqual([
      'hakken:backlog.suppressResolutions[0]: "Wontfix" is wrong: it must be one of Fixed, Won\'t Fix, Invalid, Duplication, Cannot Reproduce, 対応済み, 対応しない, 無効, 重複, 再現しない.',
    ]);
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

  it("offers a severity where one is mistyped", () => {
    const problems = problemsOf({ dueDays: { high: 7 }, priorities: { MEDUIM: "high" } });

    expect(problems).toEqual([
      "hakken:backlog.priorities.MEDUIM is not a setting: did you mean hakken:backlog.priorities.MEDIUM?",
      "hakken:backlog.dueDays.high is not a setting: did you mean hakken:backlog.dueDays.HIGH?",
    ]);
  });

  it.each([
    ["https://example.backlog.jp/projects/SEC", "path", "https://example.backlog.jp"],
    ["https://Example.backlog.com/dashboard/", "path", "https://example.backlog.com"],
    ["https://example.backlogtool.com/find/SEC?open=1", "path and query (?...)", "https://example.backlogtool.com"],
    ["https://example.backlog.jp?x=1", "query (?...)", "https://example.backlog.jp"],
    ["https://proxy.example.com/backlog#x", "fragment (#...)", "https://proxy.example.com/backlog"],
  ])("takes the space's address alone, not %s", (spaceUrl, what, right) => {
    expect(problemsOf({ spaceUrl })).toEqual([
      `hakken:backlog.spaceUrl: "${spaceUrl}" is wrong: it must be a URL without ${what}: ${right}.`,
    ]);
  });

  it.each(["https://example.backlog.jp/", "https://proxy.example.com/backlog", "http://127.0.0.1:4000/backlog"])(
    "takes %s for a space's address",
    (spaceUrl) => {
      expect(problemsOf({ spaceUrl })).toEqual([]);
    },
  );

  it("shows nothing of an address that is a Pulumi secret", () => {
    const given = config({ spaceUrl: "https://example.backlog.jp/projects/SEC" });

    expect(() => parseSettings(given, () => true)).toThrow(
      /spaceUrl: the secret is wrong: it must be a URL without path\.$/,
    );
  });
});
