/** Where the pages are that say what to do about an alarm: a folder of this repository. */
export const RUNBOOK_FOLDER = "docs/runbook";

/** Kinds of alarms, by how the alarm's own part of its name ends; the first that fits. Each has a page, and each alarm a heading there. */
const PAGES: readonly (readonly [ends: RegExp, page: string])[] = [
  [/^reconciler-/, "reconciler"],
  [/^executions-/, "executions"],
  [/dead-letters$/, "dead-letters"],
  [/^failed-alerts$/, "failed-alerts"],
  [/-late$/, "late"],
  [/-errors$/, "errors"],
  [/-throttles$/, "throttles"],
  [/-broken$/, "broken"],
  [/-not-delivered$/, "not-delivered"],
  [/^(keys|addresses|parts)-/, "self-check"],
  [/-not-run$/, "self-check"],
  [/^switched-off$/, "switched-off"],
];

/** The page about an alarm, at the heading of its name: an address, or where none is set a path in the repository. Throws where there is none. */
export function runbookPage(base: string | undefined, alarm: string): string {
  const page = PAGES.find(([ends]) => ends.test(alarm))?.[1];
  if (!page) throw new Error(`The alarm ${alarm} has no page in ${RUNBOOK_FOLDER}: add one, and name it here`);
  return `${(base ?? RUNBOOK_FOLDER).replace(/\/+$/, "")}/${page}.md#${alarm}`;
}
