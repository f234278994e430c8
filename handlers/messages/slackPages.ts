import { type SlackBlock, type SlackMessage, section } from "./slackText";
import type { Words } from "./words";

/** A list too long for one message: what stands first goes to the channel, the rest into its thread. */
export interface SlackPages {
  message: SlackMessage;
  /** To be posted in the message's thread, in this order. */
  replies: SlackMessage[];
}

/** Below Slack's 3,000 characters a section. */
const LONGEST_SECTION = 2900;
/** Below Slack's 50 blocks, and its about 13,200 characters in all. */
const MOST_BLOCKS = 45;
const LONGEST_MESSAGE = 12_000;

/** With one a second, and some forty lines each. */
const MOST_REPLIES = 20;

/** Lines put together to sections, each as full as may be. No line is longer than a section. */
export function sectionsOf(lines: readonly string[]): SlackBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= LONGEST_SECTION)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

/** The head and as many blocks as fit with it, the others in replies, as many as may be; what is left out is counted. `text` is what notifications say of each. */
export function pagesOf(
  text: string,
  head: readonly SlackBlock[],
  blocks: readonly SlackBlock[],
  words: Words,
): SlackPages {
  const pages: SlackBlock[][] = [[...head]];
  for (const block of blocks) {
    const page = pages.at(-1) ?? [];
    const size = text.length + JSON.stringify([...page, block]).length;
    if (page.length < MOST_BLOCKS && size <= LONGEST_MESSAGE) page.push(block);
    else pages.push([block]);
  }
  const [first = [], ...others] = pages;
  return {
    message: { text, blocks: first },
    replies: shortened(others, words).map((page) => ({ text, blocks: page })),
  };
}

function shortened(pages: SlackBlock[][], words: Words): SlackBlock[][] {
  if (pages.length <= MOST_REPLIES) return pages;
  const beyond = pages
    .slice(MOST_REPLIES - 1)
    .flat()
    .reduce((sum, block) => sum + listedIn(block), 0);
  return [...pages.slice(0, MOST_REPLIES - 1), [section(words.more(beyond))]];
}

/** How many lines a section lists; a heading ("*...*") is none. */
function listedIn(block: SlackBlock): number {
  const text = block.type === "section" ? (block.text?.text ?? "") : "";
  return text.startsWith("*") ? 0 : text.split("\n").length;
}
