/**
 * Text of somebody else's for a code span, a code block or a table of Markdown: whatever could end one, or can't be seen, stands as
 * `\u{...}`; cut at `length` characters, with "…". The author of a pull request chooses the names of stacks and resources.
 */
export const inert = (text: string, length: number): string => {
  const shown = text.replaceAll(HARMFUL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  const characters = [...shown];
  return characters.length > length ? `${characters.slice(0, length).join("")}…` : shown || "(none)";
};

// All but letters and digits of any script, and ASCII's printable characters without backtick, bar and backslash. Some letters are
// invisible, such as the Hangul fillers.
const HARMFUL = /[`|\\]|\p{Default_Ignorable_Code_Point}|[^\p{L}\p{N} -~…]/gu;

/** Hides the name in mail addresses: of its last part, up to a hyphen, the first character stays. */
export const masked = (text: string): string => text.replaceAll(/([^\s@-])[^\s@-]*@(?=[\w-]+\.)/g, "$1…@");
