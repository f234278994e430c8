import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StackResult } from "../../../ops/deploy";
import type { Change, Failure } from "../../../ops/events";
import { MARKDOWN_LIMIT, marker, previewMarkdown } from "../../../ops/markdown";

const change = (name: string, more: Partial<Change> = {}): Change => {
  const type = more.type ?? "aws:sqs/queue:Queue";
  return { operation: "create", type, name, urn: `urn:pulumi:audit::hakken::${type}::${name}`, ...more };
};

const result = (more: Partial<StackResult> = {}): StackResult => ({
  stack: "audit",
  account: "444455556666",
  outcome: "succeeded",
  changes: [],
  outputs: {},
  secretOutputs: [],
  seconds: 1,
  failures: [],
  exitCode: 0,
  ...more,
});

const detector = { type: "aws:guardduty/detector:Detector", operation: "delete" as const };

describe("a preview in Markdown", () => {
  it("begins with the hidden marker, and says in one line that nothing changes", () => {
    expect(previewMarkdown(result())).toBe(
      "<!-- hakken-preview stack=audit -->\n\n### hakken preview: `audit`, account `444455556666`\n\nNo changes.\n",
    );
  });

  it("puts what weakens first, in red lines, and the rest in a table a region", () => {
    const markdown = previewMarkdown(
      result({
        changes: [
          change("opening", { region: "ap-northeast-1" }),
          change("detectors-us-east-1", { ...detector, region: "us-east-1", weakens: "nobody watches" }),
          change("part", { type: "hakken:detection:Detectors", operation: "update" }),
          change("queue-us", { region: "us-east-1", operation: "update" }),
          change("detectors-ap-northeast-1", { ...detector, region: "ap-northeast-1", weakens: "nobody watches" }),
        ],
      }),
    );

    expect(markdown).toBe(`<!-- hakken-preview stack=audit -->

### hakken preview: \`audit\`, account \`444455556666\`

> [!CAUTION]
> 2 of 5 changes would weaken detection, or the telling of findings.

\`\`\`diff
@@ ap-northeast-1 @@
- delete aws:guardduty/detector:Detector detectors-ap-northeast-1: nobody watches
@@ us-east-1 @@
- delete aws:guardduty/detector:Detector detectors-us-east-1: nobody watches
\`\`\`

Other changes:

**ap-northeast-1**

| operation | type | name |
| - | - | - |
| create | \`aws:sqs/queue:Queue\` | \`opening\` |

**no region**

| operation | type | name |
| - | - | - |
| update | \`hakken:detection:Detectors\` | \`part\` |

**us-east-1**

| operation | type | name |
| - | - | - |
| update | \`aws:sqs/queue:Queue\` | \`queue-us\` |
`);
  });

  it("shows the three steps of a replacement as one", () => {
    const steps = (["create-replacement", "replace", "delete-replaced"] as const).map((operation) =>
      change("queue", { operation }),
    );

    const markdown = previewMarkdown(result({ changes: steps }));

    expect(markdown).toContain("1 change, none known to weaken anything.");
    expect(markdown.match(/\| replace \|/g)).toHaveLength(1);
    expect(markdown).not.toMatch(/create-|delete-/);
  });

  it("calls it unprotect when protection alone is taken off", () => {
    const markdown = previewMarkdown(result({ changes: [change("queue", { operation: "same", weakens: "open" })] }));

    expect(markdown).toContain("- unprotect aws:sqs/queue:Queue queue: open");
  });

  it("puts what weakens otherwise before all that is only unprotected", () => {
    const changes = [
      change("first", { operation: "same", weakens: "open", region: "a" }),
      change("last", { operation: "update", weakens: "narrower; open", region: "z" }),
    ];

    const red = previewMarkdown(result({ changes }))
      .split("\n")
      .filter((line) => line.startsWith("- "));

    expect(red).toEqual([
      "- update aws:sqs/queue:Queue last: narrower; open",
      "- unprotect aws:sqs/queue:Queue first: open",
    ]);
  });

  it("tells of a failure the addresses, not the words", () => {
    const { urn, type, name } = change("secret-queue");
    const failures: Failure[] = [
      { resource: { urn, type, name }, reason: "token xoxb-1234 refused" },
      { reason: "hunter2" },
    ];

    const markdown = previewMarkdown(
      result({ outcome: "failed", failures, changes: [change("found")], next: "hunter3", exitCode: 255 }),
    );

    expect(markdown).toContain("> The preview failed: see the job's log. Found until then:");
    expect(markdown).toContain("- `aws:sqs/queue:Queue` `secret-queue`");
    expect(markdown).toMatch(/^1 change\.$/m);
    expect(markdown).not.toContain("none known to weaken");
    expect(markdown).toContain("`found`");
    expect(markdown).not.toMatch(/xoxb|hunter|refused/);
  });

  it.each(["failed", "interrupted", "not started"] as const)(
    "doesn't say that nothing changes when it %s",
    (outcome) => {
      const markdown = previewMarkdown(result({ outcome, failures: [{ reason: "x" }] }));

      expect(markdown).toContain(outcome);
      expect(markdown).not.toMatch(/No changes|none known/);
    },
  );

  it("hides who gets mail", () => {
    const markdown = previewMarkdown(result({ changes: [change("alerts-mail-security@example.com")] }));

    expect(markdown).toContain("`alerts-mail-s…@example.com`");
  });
});

describe("names that mean harm", () => {
  const harm = [
    "a`</code><script>",
    "```\n\n# mine\n",
    "a | b | c",
    "a\\| b",
    "--> <!-- hakken-preview stack=prod -->",
    "\u202Edetsurt",
    "@everyone",
    "![x](https://example.com/x.png)",
    "\u3164",
    "",
    "\ud800",
  ];

  it.each(harm)("stay inside code: %j", (name) => {
    const changes = [change(name), change(name, { operation: "delete", type: name, region: name, weakens: name })];

    const lines = previewMarkdown(
      result({
        stack: name,
        account: name,
        changes,
        outcome: "failed",
        failures: [{ reason: "", resource: change(name) }],
      }),
    ).split("\n");

    expect(lines.filter((line) => line.startsWith("```"))).toEqual(["```diff", "```"]);
    const [first] = lines;
    expect(first).toMatch(/^<!-- hakken-preview stack=[^\s<>]* -->$/);
    for (const line of lines.slice(1)) {
      const plain = outsideCode(line, lines);
      expect(plain, line).not.toMatch(/[<@`]|!\[|https?:|[\u200b-\u202e\u3164]/);
      if (line.startsWith("|")) expect(line.match(/\|/g)).toHaveLength(4);
    }
  });

  /** A line without its code spans; nothing of a line in the code block. */
  const outsideCode = (line: string, lines: string[]): string => {
    const [begin, end] = [lines.indexOf("```diff"), lines.lastIndexOf("```")];
    const at = lines.indexOf(line);
    return at >= begin && at <= end ? "" : line.replaceAll(/`[^`]+`/g, "");
  };

  it("can't pass for another stack's marker", () => {
    expect(marker("audit2").startsWith(marker("audit"))).toBe(false);
    expect(marker("a --> b")).toBe("<!-- hakken-preview stack=a%20--%3E%20b -->");
  });
});

describe("a long preview", () => {
  it("leaves what is only unprotected out before what weakens otherwise", () => {
    const many = Array.from({ length: 2_000 }, (_, index) =>
      change(`part-${index}`, { operation: "same", weakens: "open", region: "a" }),
    );

    const markdown = previewMarkdown(
      result({ changes: [...many, change("last", { operation: "update", weakens: "narrower", region: "z" })] }),
    );

    expect(markdown).toContain("- update aws:sqs/queue:Queue last: narrower");
    expect(markdown).toMatch(/\*\*\d+ lines left out/);
  });

  const text = fc.oneof(
    fc.string({ maxLength: 60, unit: "grapheme" }),
    fc.constantFrom("設定", "🔥".repeat(100), "あ".repeat(300), "x".repeat(1_000), "`".repeat(300), "\n"),
  );
  const changes = fc.array(
    fc.record({
      operation: fc.constantFrom("create", "update", "delete", "same"),
      type: text,
      name: text,
      region: fc.option(text, { nil: undefined }),
      weakens: fc.option(text.filter(Boolean), { nil: undefined }),
    }),
    { maxLength: 60 },
  );

  it("never exceeds what a comment may have, and counts what it leaves out, the weakening last", () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 60 }), text, (few, times, stack) => {
        const all = Array.from({ length: times }, (_, round) =>
          few.map((one, index) => ({ ...one, urn: `${round}-${index}` }) as Change),
        ).flat();

        const markdown = previewMarkdown(result({ stack, changes: all }));

        const lines = markdown.split("\n");
        const red = lines.filter((line) => line.startsWith("- ")).length;
        const rest = lines.filter((line) => /^\| (create|update|delete|unprotect) \|/.test(line)).length;
        const [, left = "0", , redLeft = "0"] =
          /^\*\*(\d+) lines? left out(, (\d+) of them weakening)?\*\*/m.exec(markdown) ?? [];
        expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(65_000);
        expect(red + rest + Number(left)).toBe(all.length);
        expect(red + Number(redLeft)).toBe(all.filter(({ weakens }) => weakens).length);
        if (rest) expect(redLeft).toBe("0");
        // Nothing is left out without need.
        if (Number(left)) expect(Buffer.byteLength(markdown)).toBeGreaterThan(MARKDOWN_LIMIT - 4_000);
      }),
      // A counterexample of thousands of lines takes minutes to shrink.
      { numRuns: 60, endOnFailure: true },
    );
  }, 60_000);
});
