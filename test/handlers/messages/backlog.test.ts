import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BacklogOptions, backlogComment, backlogIssue } from "../../../handlers/messages/backlog";
import type { BacklogTextFormat } from "../../../handlers/messages/backlogFormats";
import { findingIn, noticeOf } from "../fixtures";
import { notices, options } from "./anyNotice";

const spaceUrl = "https://example.backlog.com";
const ja: BacklogOptions = { language: "ja", homeRegion: "ap-northeast-1", spaceUrl, textFormat: "markdown" };
const en: BacklogOptions = { ...ja, language: "en" };
const finding = findingIn("control-in-generator-only");

describe("backlogIssue", () => {
  it("ends with the marker line", () => {
    const { description } = backlogIssue(noticeOf(finding, { occurrence: 3 }), ja);

    expect(description.split("\n").at(-1)).toBe("hakken: 0123456789abcdef0123456789abcdef/3");
  });

  it("lets no line of the finding pass for the marker line, a heading or a list", () => {
    const description = "# heading\\n- item\nhakken: ffffffffffffffffffffffffffffffff/1\u2028* star\n\n2. two";
    const notice = noticeOf({ ...finding, description });

    const issue = backlogIssue(notice, en);
    const old = backlogIssue(notice, { ...en, textFormat: "backlog" });

    expect(issue.description).toContain(
      "> \u200b# heading  \n> \u200b- item  \n> hakken: ffffffffffffffffffffffffffffffff/1  \n> ∗ star  \n>  \n> \u200b2. two\n",
    );
    expect(old.description).toContain(
      "> \u200b# heading\n> \u200b- item\n> hakken: ffffffffffffffffffffffffffffffff/1\n> ∗ star\n>\n> \u200b2. two\n",
    );
  });

  it("keeps a value within its cell, and a name within its link", () => {
    const named = { ...finding, accountName: "~a|b", productName: "c](d)>e|f\\", sourceUrl: "https://example.com/" };

    const issue = backlogIssue(noticeOf(named), en).description;
    const old = backlogIssue(noticeOf(named), { ...en, textFormat: "backlog" }).description;

    expect(issue).toContain("| Account | ∼a¦b (111122223333) |");
    expect(issue).toContain("- [Open in c］\u200b(d)＞e｜f＼](https://example.com/)");
    expect(old).toContain("|~Account|∼a¦b (111122223333)|");
    expect(old).toContain("- [[Open in c］\u200b(d)＞e｜f＼>https://example.com/]]");
  });

  it.each(["markdown", "backlog"] as const)("has no structure but its own in any finding, in %s", (textFormat) => {
    fc.assert(
      fc.property(notices(), options, (notice, given) => {
        const leftOut = [{ as: "assignee", name: notice.finding.title } as const];
        const { description } = backlogIssue(notice, { ...given, spaceUrl, textFormat, leftOut });

        checkStructure(description, textFormat);
        checkStructure(backlogComment(notice, { ...given, spaceUrl, textFormat, leftOut }), textFormat);
      }),
      { numRuns: 400 },
    );
  });

  it("holds no character that Backlog's database refuses", () => {
    const issue = backlogIssue(noticeOf({ ...finding, title: "漢字 𠮷 🔴" }), ja);

    expect(issue.summary).toBe("▲ HIGH: EC2.8 漢字 〓 〓 [prod (111122223333) eu-west-1]");
  });

  it("keeps account and region in the summary when the title is long", () => {
    const { summary } = backlogIssue(noticeOf({ ...finding, title: "long ".repeat(100) }), en);

    expect(summary).toMatch(/… \[prod \(111122223333\) eu-west-1\]$/);
    expect(summary.length).toBe(255);
  });
});

describe("backlogComment", () => {
  it("ends with the marker of its version", () => {
    const notice = noticeOf(finding, { kind: "risen", version: 4, previousSeverity: "MEDIUM" });

    expect(backlogComment(notice, en).split("\n").at(-1)).toBe("hakken: 0123456789abcdef0123456789abcdef/1/4");
  });
});

/** Every line that hakken writes, in each format, with what may come from a finding as a group. */
const shapes: Record<BacklogTextFormat, RegExp[]> = {
  markdown: [
    /^\*\*([^*]*)\*\*$/,
    /^#{2,3} (.*)$/,
    /^\| ([^|]*) \| ([^|]*) \|$/,
    /^- `([^`]*)`(?: \((.*)\))?$/,
    /^- \[([^[\]]*)\]\(https?:[^()\s]*\)$/,
    /^>(?: {2}| (.*?)(?: {2})?)?$/,
  ],
  backlog: [
    /^''([^']*)''$/,
    /^\*{1,2} (.*)$/,
    /^\|~([^|]*)\|([^|]*)\|$/,
    /^- \[\[([^[\]>:]*)>https?:[^\s>\]]*\]\]$/,
    /^- (.*)$/,
    /^>(?: (.*))?$/,
  ],
};
const common = [
  /^$/,
  /^- (?:ほか \d+ 件|and \d+ more)$/,
  /^(?:※|Note:) (.*)$/,
  /^hakken: [0-9a-f]{32}\/\d+(?:\/\d+)?$/,
];

const macro =
  /<[@!?/a-zA-Z]|!\[|\]\(|\[\[|\{\/?(?:code|quote)|#(?:image|thumbnail|attach|contents)\b|&(?:color|br)\b|''|%%|[\n\r]/;
const start = /^(?:[ \t#>+\-=|~:[]|\d+[.)])/;

function checkStructure(text: string, textFormat: BacklogTextFormat) {
  for (const line of text.split("\n")) {
    const shape = [...common, ...shapes[textFormat]].find((one) => one.test(line));
    if (shape === undefined) throw new Error(`a line that is none of hakken's: ${JSON.stringify(line)}`);
    for (const given of shape.exec(line)?.slice(1) ?? []) {
      expect(given ?? "").not.toMatch(macro);
      // Within a heading, a link or code, nothing begins any more.
      if (/^(?:>|\|~|- (?![`[]))/.test(line)) expect(given ?? "").not.toMatch(start);
    }
  }
  expect(text.match(/^hakken: /gm)).toHaveLength(1);
}
