import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../settings";

const root = resolve(__dirname, "..");
const isOurs = (name: string) => !["node_modules", "bin"].includes(name) && (name === "." || !name.startsWith("."));
const pages = globSync("**/*.md", { cwd: root, exclude: (name) => !isOurs(basename(name)) }).sort();
const read = (page: string) => readFileSync(join(root, page), "utf8");
const manifest = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

interface Block {
  language: string;
  lines: string[];
}

/** The fenced blocks of a page, and the page without them. A longer fence may hold shorter ones. */
function split(text: string): { blocks: Block[]; prose: string } {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { fence: string; block: Block } | undefined;
  for (const line of text.split("\n")) {
    const [, fence, language = ""] = /^\s*(`{3,})(\w*)\s*$/.exec(line) ?? [];
    if (open && fence && !language && fence.length >= open.fence.length) open = undefined;
    else if (open) open.block.lines.push(line);
    else if (fence) {
      open = { fence, block: { language, lines: [] } };
      blocks.push(open.block);
    } else prose.push(line);
  }
  return { blocks, prose: prose.join("\n") };
}

const linksOf = (page: string): string[] => {
  const prose = split(read(page)).prose.replaceAll(/`[^`]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
};

/** How GitHub names the anchor of each heading; a second one of the same name gets a number. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = split(read(page)).prose.matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) => {
      const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const anchor = plain.replaceAll(/[^\p{L}\p{M}\p{N}_ -]/gu, "").replaceAll(" ", "-");
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times ? `${anchor}-${times}` : anchor;
    }),
  );
}

describe("every page", () => {
  it.each(pages)("%s links to what is there", (page) => {
    const broken = linksOf(page).filter((target) => {
      if (/^(https?|mailto):/.test(target)) return false;
      const [path = "", anchor] = target.split("#");
      const file = path ? relative(root, resolve(root, dirname(page), decodeURI(path))) : page;
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(file).has(decodeURI(anchor));
    });

    expect(broken).toEqual([]);
  });

  it.each(pages)("%s names scripts that package.json has", (page) => {
    const named = [...read(page).matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, script]) => script ?? "");

    expect(named.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  it.each(pages)("%s names settings that there are", (page) => {
    // Not a type of ours (hakken:detection:Detectors), a repository (example/hakken:pull_request), or what an error quotes as no setting.
    const named = [
      ...read(page).matchAll(/(?<![\w/-])hakken:([a-z]\w*(?:\.\w+|\[\d+\])*)(?!:\w)(?! is not a setting)(?![\w.[-])/g),
    ];

    expect([...new Set(named.map(([, key]) => key ?? ""))].filter((key) => !isSetting(key))).toEqual([]);
  });
});

/** Asks the settings themselves: whatever else is wrong with this configuration, they say which key is no setting. */
function isSetting(key: string): boolean {
  const [outer = "", ...inner] = key.replaceAll(/\[\d+\]/g, "").split(".");
  const value = inner.reduceRight<unknown>((nested, name) => ({ [name]: nested }), "x");
  const config = { "hakken:role": "audit", [`hakken:${outer}`]: inner.length ? JSON.stringify(value) : "x" };
  try {
    parseSettings(config, () => true);
  } catch (error) {
    return !(error as Error).message.includes("is not a setting");
  }
  throw new Error(`hakken:${key} alone is taken for a whole stack's settings`);
}

describe("every command of ours in the pages", () => {
  const commands = new Map<string, { script: string; command: string; options: Set<string>; pages: Set<string> }>();
  for (const page of pages) {
    for (const [, script = "", rest = ""] of read(page).matchAll(/\bnpm run (?:-s )?(ops|sandbox) -- ([^`#|\n)]*)/g)) {
      const command = /^[a-z]+/.exec(rest)?.[0] ?? "";
      const known = commands.get(`${script} ${command}`) ?? { script, command, options: new Set(), pages: new Set() };
      for (const [option] of rest.matchAll(/(?<=\s|^)--[\w-]+/g)) known.options.add(option);
      known.pages.add(page);
      commands.set(`${script} ${command}`, known);
    }
  }

  it.each([...commands])(
    "%s is one that it knows, with its options",
    async (_name, { script, command, options, pages }) => {
      const entry = /node (\S+)$/.exec(manifest.scripts[script] ?? "")?.[1] ?? "";
      const help = async (args: string[]) =>
        (await promisify(execFile)(process.execPath, [join(root, entry), ...args, "--help"], { cwd: root })).stdout;

      const text = command ? await help([command]) : await help([]);

      // An unknown command gets the help of the whole script.
      expect(text, [...pages].join(", ")).toMatch(new RegExp(`^Usage: ${script}${command && ` ${command}`}\\b`));
      for (const option of options) expect(text, [...pages].join(", ")).toMatch(new RegExp(`${option}\\b`));
    },
  );
});

describe("README.ja.md", () => {
  const [english, japanese] = ["README.md", "README.ja.md"] as const;
  const headings = (page: string) => [...split(read(page)).prose.matchAll(/^(#+) /gm)].map(([, level]) => level);
  const targets = (page: string) =>
    linksOf(page)
      .filter((target) => !target.startsWith("#") && !/README(\.ja)?\.md$/.test(target))
      .sort();

  it("has the same commands, figures and outputs as README.md", () => {
    expect(split(read(japanese)).blocks.map(untranslated)).toEqual(split(read(english)).blocks.map(untranslated));
  });

  it("has the same sections and the same links", () => {
    expect(headings(japanese)).toEqual(headings(english));
    expect(targets(japanese)).toEqual(targets(english));
  });

  it("and README.md link to each other", () => {
    expect(linksOf(english)).toContain(japanese);
    expect(linksOf(japanese)).toContain(english);
  });
});

/** What must be the same in every language: not comments, and not what the parts of a diagram are called. */
function untranslated({ language, lines }: Block): Block {
  const kept = (line: string) => {
    if (language === "mermaid") return line.replaceAll(/"[^"]*"|\[+\(?[^\])]*\)?\]+/g, "[]");
    return ["sh", "yaml"].includes(language) ? line.replace(/\s*#.*$/, "") : line;
  };
  return { language, lines: lines.map(kept) };
}
