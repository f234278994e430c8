import { markdownTable } from "markdown-table";
import type { StackResult } from "./deploy";
import { type Change, operationWord } from "./events";
import { inert, masked } from "./inert";

/**
 * The most that a comment may have. GitHub refuses more than 65,536 characters; bytes of UTF-8 are counted here, since they are never
 * fewer, whatever GitHub counts. The rest is for what `ops comment` adds.
 */
export const MARKDOWN_LIMIT = 65_000;

/** What a stack's comment begins with. It isn't shown, and finds the comment again. */
export const marker = (stack: string): string => {
  // By way of bytes, since half a surrogate pair can't be encoded.
  const name = encodeURIComponent(Buffer.from(stack).toString());
  return `<!-- hakken-preview stack=${name} -->`;
};

/**
 * What a preview of one stack found, for a comment on a pull request: operations and addresses alone, never a property's value or
 * an error's words. Changes that weaken come first. What would be too long is left out, those last, and counted.
 */
export const previewMarkdown = (result: StackResult): string => {
  const items = itemsOf(result);
  let [most, tooMany] = [0, items.length + 1];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (Buffer.byteLength(render(result, items, middle)) <= MARKDOWN_LIMIT) most = middle;
    else tooMany = middle;
  }
  return render(result, items, most);
};

/** A line of the comment, in the order in which they are kept when there are too many. */
interface Item {
  kind: "weakens" | "failed" | "other";
  region: string;
  operation: string;
  type: string;
  name: string;
  weakens?: string;
}

const itemsOf = ({ changes, failures }: StackResult): Item[] => {
  const changed = onePerResource(changes).map((item): Item => ({ ...item, kind: item.weakens ? "weakens" : "other" }));
  const failed = failures.flatMap(({ resource }): Item[] =>
    resource ? [{ ...shownAddress(resource), kind: "failed", operation: "" }] : [],
  );
  const byRegion = (a: Item, b: Item) => (a.region < b.region ? -1 : a.region > b.region ? 1 : 0);
  const of = (kind: Item["kind"]) => [...changed, ...failed].filter((item) => item.kind === kind).sort(byRegion);
  const weakens = of("weakens");
  // Protection is a setting for all resources at once: what else weakens must not drown in it.
  const [unprotected, weaker] = [weakens.filter(onlyUnprotects), weakens.filter((item) => !onlyUnprotects(item))];
  return [...weaker, ...unprotected, ...of("failed"), ...of("other")];
};

// A replacement comes as three steps.
const onePerResource = (changes: readonly Change[]): Omit<Item, "kind">[] => {
  const byUrn = new Map<string, Change[]>();
  for (const change of changes) byUrn.set(change.urn, [...(byUrn.get(change.urn) ?? []), change]);
  return [...byUrn.values()].flatMap((steps) => {
    const [first] = steps;
    if (!first) return [];
    const operations = new Set(steps.map(({ operation }) => OPERATIONS[operation] ?? operationWord(operation)));
    const weakens = new Set(steps.flatMap(({ weakens }) => weakens ?? []));
    return [
      {
        ...shownAddress(first),
        operation: [...operations].join(", "),
        ...(weakens.size && { weakens: inert([...weakens].join("; "), 500) }),
      },
    ];
  });
};

const onlyUnprotects = ({ operation }: Item): boolean => operation === operationWord("same");

const OPERATIONS: Readonly<Partial<Record<Change["operation"], string>>> = {
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
};

const shownAddress = ({ region, type, name }: Pick<Change, "region" | "type" | "name">) => ({
  region: region ? inert(region, 40) : "no region",
  type: inert(type, 120),
  name: inert(masked(name), 200),
});

const render = (result: StackResult, items: readonly Item[], kept: number): string => {
  const shown = items.slice(0, kept);
  const left = items.slice(kept);
  const of = (list: readonly Item[], kind: Item["kind"]) => list.filter((item) => item.kind === kind);
  return [
    marker(result.stack),
    heading(result),
    verdict(result, items),
    failed(of(shown, "failed")),
    weakening(of(shown, "weakens").filter((item) => !onlyUnprotects(item))),
    weakening(of(shown, "weakens").filter(onlyUnprotects)),
    table(of(shown, "other"), of(items, "weakens").length > 0),
    leftOut(of(left, "weakens").length, left.length),
  ]
    .filter(Boolean)
    .join("\n\n")
    .concat("\n");
};

const heading = ({ stack, account }: StackResult): string =>
  `### hakken preview: \`${inert(stack, 100)}\`${account ? `, account \`${inert(account, 40)}\`` : ""}`;

const verdict = ({ outcome }: StackResult, items: readonly Item[]): string => {
  const changes = items.filter(({ kind }) => kind !== "failed");
  const weaker = changes.filter(({ kind }) => kind === "weakens").length;
  const lines: string[] = [];
  if (outcome === "succeeded" && !changes.length) return "No changes.";
  if (outcome !== "succeeded") {
    const happened = { failed: "failed", interrupted: "was interrupted", "not started": "was not started" }[outcome];
    lines.push(
      `> [!WARNING]\n> The preview ${happened}: see the job's log.${changes.length ? " Found until then:" : ""}`,
    );
  }
  if (weaker) {
    const what = "detection, or the telling of findings";
    lines.push(`> [!CAUTION]\n> ${weaker} of ${count(changes.length, "change")} would weaken ${what}.`);
  } else if (changes.length) {
    // What was not come to may weaken all the same.
    const none = outcome === "succeeded" ? ", none known to weaken anything" : "";
    lines.push(`${count(changes.length, "change")}${none}.`);
  }
  return lines.join("\n\n");
};

const failed = (items: readonly Item[]): string =>
  items.length ? `Failed:\n\n${items.map(({ type, name }) => `- \`${type}\` \`${name}\``).join("\n")}` : "";

// GitHub shows the lines of a diff that begin with "-" in red, and those in @@ as headings. No line can end the block: none holds a backtick.
const weakening = (items: readonly Item[]): string => {
  if (!items.length) return "";
  const lines = byRegion(items).flatMap(([region, own]) => [
    `@@ ${region} @@`,
    ...own.map(({ operation, type, name, weakens }) => `- ${operation} ${type} ${name}: ${weakens}`),
  ]);
  return ["```diff", ...lines, "```"].join("\n");
};

const table = (items: readonly Item[], besides: boolean): string => {
  if (!items.length) return "";
  const sections = byRegion(items).map(([region, own]) => {
    const rows = own.map(({ operation, type, name }) => [operation, `\`${type}\``, `\`${name}\``]);
    return `**${region}**\n\n${markdownTable([["operation", "type", "name"], ...rows], { alignDelimiters: false })}`;
  });
  return `${besides ? "Other changes:\n\n" : ""}${sections.join("\n\n")}`;
};

const leftOut = (weaker: number, all: number): string => {
  if (!all) return "";
  const red = weaker ? `, ${weaker} of them weakening` : "";
  return `**${count(all, "line")} left out${red}**: a comment can't be longer. The job's log has all of them.`;
};

const byRegion = (items: readonly Item[]): [string, Item[]][] => {
  const regions = new Map<string, Item[]>();
  for (const item of items) regions.set(item.region, [...(regions.get(item.region) ?? []), item]);
  return [...regions];
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
