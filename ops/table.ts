import Table from "cli-table3";

/** Columns without lines between them, which read the same on a terminal and in a log. Wide characters count as two. */
export const columns = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const none = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"];
  const lines = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid"];
  const table = new Table({
    head: [...head],
    chars: { ...Object.fromEntries([...none, ...lines].map((name) => [name, ""])), middle: "  " },
    // Colours are ours, and only on a terminal.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
};
