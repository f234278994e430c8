/** Both forms of Security Hub take so many findings in one update, and give so many in one page. */
export const MOST_A_CALL = 100;
/** Both take so many values of one attribute, or filters, in one read. */
export const IDS_A_READ = 20;
/** Both take a note of so many characters. */
export const NOTE_LENGTH = 512;
