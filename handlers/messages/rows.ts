import { cut } from "../alert/fields";
import type { HealthEvent, Notice, Vulnerability } from "../alert/types";
import { accountOf, oneLine, timeOf } from "./text";
import type { Words } from "./words";

/**
 * The facts in the order that they are shown, as plain one-line text: [label, value]. At most ten with the severity. Accounts
 * and regions are listed as far as they fit into `longestList` characters; default: nearly two hundred accounts
 * with their names.
 */
export function rowsOf(notice: Notice, words: Words, longestList = 5000): [string, string][] {
  const { finding, findings } = notice;
  const { labels } = words;
  const control = fact(finding.control ?? "");
  const rows: [string, string][] = [
    [labels.account, listed(notice.accounts.map(accountOf), words, longestList) || words.unknown],
    [labels.region, listed(notice.regions.map(oneLine), words, longestList) || words.unknown],
  ];
  if (finding.health) return [...rows, ...healthRows(finding.health, words)];
  rows.push([labels.product, fact(finding.productName) || words.unknown]);
  if (control !== "") rows.push([labels.control, control]);
  if (finding.vulnerability) rows.push(...vulnerabilityRows(finding.vulnerability, words));
  if (findings > 1) rows.push([labels.findings, words.count(findings)]);
  rows.push([labels.firstSeen, timeOf(finding.firstSeen, words)]);
  rows.push([labels.lastSeen, timeOf(finding.lastSeen ?? finding.updatedAt, words)]);
  return rows;
}

/** Names in a row, as many of them as fit, and how many more there are. */
function listed(names: readonly string[], words: Words, longest: number): string {
  const known = names.filter((name) => name !== "").map((name) => cut(name, 100));
  let shown = known.length;
  let length = known.reduce((sum, name) => sum + name.length + 2, 0);
  for (; shown > 1 && length > longest; shown--) length -= (known[shown - 1]?.length ?? 0) + 2;
  const more = known.length > shown ? [words.more(known.length - shown)] : [];
  return [...known.slice(0, shown), ...more].join(", ");
}

/** What AWS Health tells of: in place of control, product and when it was seen. */
function healthRows(health: HealthEvent, words: Words): [string, string][] {
  const { labels } = words;
  const rows: [string, string][] = [
    [labels.category, words.healthCategory[health.category] ?? (fact(health.category) || words.unknown)],
    [labels.service, fact(health.service) || words.unknown],
    [labels.typeCode, fact(health.typeCode) || words.unknown],
    [labels.startTime, timeOf(health.startTime, words)],
  ];
  // Most events have none: nobody knows yet when an issue ends.
  if (health.endTime !== undefined) rows.push([labels.endTime, timeOf(health.endTime, words)]);
  if (health.recovered) rows.push([labels.recovered, words.count(health.recovered)]);
  return rows;
}

/** What Inspector found: the CVE, whether an exploit is known, and the image that it is in. */
function vulnerabilityRows({ id, exploitable, image }: Vulnerability, words: Words): [string, string][] {
  const { labels } = words;
  const known = `${fact(id) || words.unknown} (${exploitable ? words.exploitable : words.notExploitable})`;
  const rows: [string, string][] = [[labels.vulnerability, known]];
  if (image !== undefined) rows.push([labels.image, fact(image) || words.unknown]);
  return rows;
}

const fact = (text: string): string => cut(oneLine(text), 300);
