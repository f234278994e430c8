/** Both forms of Security Hub take so many findings in one update, and give so many in one page. */
export const MOST_A_CALL = 100;
/** Both take so many values of one attribute, or filters, in one read. */
export const IDS_A_READ = 20;
/** Both take a note of so many characters. */
export const NOTE_LENGTH = 512;

/** In parts of at most `size`. */
export function chunks<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size));
  return parts;
}
