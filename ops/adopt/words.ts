import type { StackResult } from "../deploy";
import type { Adoption, Existing } from "./adoption";
import type { Difference } from "./differences";
import type { MemberChange } from "./members";

/** What a survey found, for people: each resource with what the next `up` changes of it. */
export const foundInWords = ({ stack, account, adoption }: StackResult): string[] => {
  if (!adoption) return [];
  const { existing, overwritten, members } = adoption;
  const head = [stack, ...(account ? [account] : [])].join(": ");
  if (!existing.length && !overwritten.length && !members.length)
    return [`${head}: nothing is there that it would take over`];
  return [
    `${head}: ${count(existing.length, "resource is", "resources are")} there already`,
    ...existing.flatMap((one) => [`  ${title(one)}`, ...changesOf(one)]),
    ...(overwritten.length ? ["  Without an import, and set as the program says by the next up:"] : []),
    ...groups(overwritten).flatMap(({ first, regions }) => [`  ${title(first, regions)}`, ...changesOf(first)]),
    ...(members.length ? ["  By the reconciler with the next up, or by AWS within a day of it:"] : []),
    ...members.flatMap((one) => [`  ${memberTitle(one)}`, ...whereOf(one)]),
  ];
};

const count = (number: number, one: string, several: string): string => `${number} ${number === 1 ? one : several}`;

const title = ({ type, name, region, id }: Existing, regions = region ? [region] : []): string => {
  const where = regions.length ? ` (${regions.join(", ")})` : "";
  return `${type} ${regions.length > 1 ? name.replace(`-${regions[0]}`, "-*") : name}${where}${id ? ` ${id.replace(/@[^@]*$/, "")}` : ""}`;
};

const changesOf = ({ differences, loses }: Existing): string[] => {
  const lines = [...differences.map(differenceInWords), ...loses];
  return (lines.length ? lines : ["as the program has it"]).map((line) => `      ${line}`);
};

const memberTitle = ({ service, ...difference }: MemberChange): string => `${service} ${differenceInWords(difference)}`;

/** So many accounts are named; all of them are in the JSON. */
const NAMED_ACCOUNTS = 10;

/** The accounts with the same regions on one line. */
const whereOf = ({ accounts, note }: MemberChange): string[] => {
  const byRegions = new Map<string, string[]>();
  for (const { account, regions } of accounts) {
    const key = regions.join(", ");
    byRegions.set(key, [...(byRegions.get(key) ?? []), account]);
  }
  const lines = [...byRegions].map(([regions, some]) => {
    const more = some.length - NAMED_ACCOUNTS;
    const named = [...some.slice(0, NAMED_ACCOUNTS), ...(more > 0 ? [`and ${more} more`] : [])];
    return `${count(some.length, "account", "accounts")} in ${regions}: ${named.join(", ")}`;
  });
  return [...lines, ...(note ? [note] : [])].map((line) => `      ${line}`);
};

const differenceInWords = ({ setting, now, ours }: Difference): string =>
  `${setting}: ${inWords(now, "(none)")} → ${inWords(ours, "(removed)")}`;

const inWords = (value: unknown, absent: string): string => {
  if (value === undefined) return absent;
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** What differs alike in several regions, once. */
export const groups = (resources: readonly Existing[]): { first: Existing; regions: string[] }[] => {
  const byChange = new Map<string, { first: Existing; regions: string[] }>();
  for (const one of resources) {
    const name = one.region ? one.name.replace(`-${one.region}`, "") : one.name;
    const key = JSON.stringify([one.type, name, one.differences, one.loses]);
    const group = byChange.get(key) ?? { first: one, regions: [] };
    if (one.region) group.regions.push(one.region);
    byChange.set(key, group);
  }
  return [...byChange.values()];
};

/** The question about what has no import: it names all that would be set. */
export const questionOf = (stack: string, { first, regions }: { first: Existing; regions: string[] }): string =>
  [
    `${stack}: the next up sets ${title(first, regions)}, which can't be imported:`,
    ...changesOf(first),
    "Is that wanted?",
  ].join("\n");

/** The question about one setting of members. */
export const memberQuestionOf = (stack: string, change: MemberChange): string =>
  [
    `${stack}: with the next up the reconciler, or AWS, changes ${memberTitle(change)}`,
    ...whereOf(change),
    "Is that wanted?",
  ].join("\n");

/** What was taken over, and the next command. */
export const takenInWords = (stack: string, { existing }: Adoption, next: string): string[] => [
  existing.length
    ? `${stack}: ${count(existing.length, "resource was", "resources were")} taken over; nothing in AWS was changed`
    : `${stack}: nothing to take over`,
  `  → ${next}`,
];
