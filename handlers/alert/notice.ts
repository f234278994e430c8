import type { AlertRecord, FindingRecord, Told } from "./record";
import { severities } from "./severity";
import type { Channel, Finding, FindingResource, Notice } from "./types";

/** How long words on an alert are held back, so that more of its group go with them. Alertmanager's terms. */
export interface Timing {
  /** The first word on a group waits so long, in seconds. What is told by itself waits for nothing. */
  groupWaitSeconds: number;
  /** Between two words on one alert in one channel lie at least so many seconds. */
  groupIntervalSeconds: number;
}

/** A notice names so many resources. */
const RESOURCES = 20;

/** What kind of word a channel still owes on an alert's newest state; undefined when it has told all (rules R1 and R4). */
export function kindOf(alert: AlertRecord, channel: Channel): Notice["kind"] | undefined {
  const told = alert.told[channel];
  if (told && told.version >= alert.desired) return undefined;
  // What a digest told has no message that could go on.
  if (told?.reference && told.occurrence === alert.occurrence) {
    if (alert.state === "closed") return "closed";
    return (alert.requested ?? 0) > told.version ? "requested" : "risen";
  }
  if (alert.state === "closed") return parentOf(alert, channel)?.state === "open" ? "closed" : "openedAndClosed";
  return parentOf(alert, channel) ? "reopened" : "opened";
}

/** The version that a channel is through with: told, or left to its digest. */
export const heardVersion = ({ told, deferred }: AlertRecord, channel: Channel): number =>
  Math.max(told[channel]?.version ?? 0, deferred[channel]?.version ?? 0);

/** A digest comes daily: what has waited for longer was left out of one. */
export const DIGEST_HOURS = 26;

/** Whether a channel leaves the newest version to its next digest, which may be telling it just now. */
export const awaitsDigest = ({ deferred, desired }: AlertRecord, channel: Channel, now: string): boolean => {
  const left = deferred[channel];
  return left?.version === desired && Date.parse(now) - Date.parse(left.at) < DIGEST_HOURS * 3_600_000;
};

/** The message that goes on with the next word; undefined where that word is a message of its own. */
export function parentOf(alert: AlertRecord, channel: Channel): Told | undefined {
  const told = alert.told[channel];
  if (!told?.reference) return undefined;
  const isOfChain = told.occurrence === alert.occurrence || told.occurrence >= continuedFrom(alert);
  // One whose closing the channel missed goes on however long that was ago: else it would say for ever that it is open.
  return isOfChain || told.state === "open" ? told : undefined;
}

/** The first occurrence whose messages the newest one goes on in: its own number where it has messages of its own. */
export const continuedFrom = ({ occurrence, continuesFrom, continues }: AlertRecord): number =>
  continuesFrom ?? (continues ? occurrence - 1 : occurrence);

/** What a digest told, with the channel's own message as it stands where that is still to go on. */
export function toldBeside(before: Told | undefined, told: Told): Told {
  if (!before || (before.occurrence !== told.occurrence && before.state !== "open")) return told;
  return { ...told, reference: before.reference, ...(before.state && { state: before.state }) };
}

/** Whether a channel has nothing to say of a closing, since a digest alone told that it was open. */
export function isQuietlyClosed(alert: AlertRecord, channel: Channel): boolean {
  const told = alert.told[channel];
  return alert.state === "closed" && told?.occurrence === alert.occurrence && told.reference === "";
}

/** When the next word may go, in epoch milliseconds. */
export function dueAt(alert: AlertRecord, channel: Channel, timing: Timing): number {
  const told = alert.told[channel];
  if ((alert.requested ?? 0) > (told?.version ?? 0)) return 0;
  if (parentOf(alert, channel)) return Date.parse(told?.at ?? "") + timing.groupIntervalSeconds * 1000;
  return alert.groupBy === "finding" ? 0 : Date.parse(alert.openedAt) + timing.groupWaitSeconds * 1000;
}

/**
 * What a channel has still to tell of an alert. `members` are its findings; without them it has the one that the alert
 * carries.
 */
export function noticeFor(
  alert: AlertRecord,
  channel: Channel,
  members: readonly FindingRecord[] = [],
): Notice | undefined {
  const kind = kindOf(alert, channel);
  if (!kind) return undefined;
  const { alertKey, occurrence, openedAt, closedAt, outcome, desired: version } = alert;
  const told = alert.told[channel];
  const goesOn = parentOf(alert, channel) !== undefined;
  const about = aboutOf(alert, members);
  return {
    ...{ alertKey, occurrence, openedAt, version, kind, ...about },
    ...(alert.state === "closed" && { closedAt, outcome }),
    ...(goesOn && { previousSeverity: told?.severity }),
    ...(kind === "risen" && members.length > 1 && { added: addedSince(told?.version ?? 0, version, members) }),
    ...(told?.reference && !goesOn && { previousReference: told.reference }),
  };
}

/** Whether a rise says nothing that was not told: another standard checks the same resource. */
export const saysNothing = ({ kind, previousSeverity, finding, added }: Notice): boolean =>
  kind === "risen" && finding.format !== "health" && previousSeverity === finding.severity && added?.count === 0;

/** The finding that speaks for all, with what they have in common. */
function aboutOf(
  { finding: own, severity, state, occurrence, desired }: AlertRecord,
  members: readonly FindingRecord[],
): Pick<Notice, "finding" | "findings" | "regions" | "accounts"> {
  const shown = members.filter((member) => member.version <= desired && isShown(member, state, occurrence));
  const finding = withRecovered(speakerOf(own, shown), shown);
  const { accountId: id, accountName: name, region } = finding;
  if (shown.length < 2) {
    return { finding: { ...finding, severity }, findings: 1, regions: [region], accounts: [{ id, name }] };
  }
  const { resources, count } = resourcesOf(shown);
  const accounts = new Map(shown.map((member) => [member.accountId, member.accountName]));
  return {
    finding: { ...finding, severity, resources: resources.slice(0, RESOURCES), resourceCount: count },
    findings: shown.length,
    regions: [...new Set(shown.map((member) => member.region))].sort(),
    accounts: [...accounts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([id, name]) => ({ id, name })),
  };
}

/** The alert's own finding while it is one of those that are shown, else the worst of them, with what is known of it. */
function speakerOf(own: Finding, shown: readonly FindingRecord[]): Finding {
  const [worst] = worstFirst(shown);
  if (!worst || shown.some(({ product, id }) => product === own.product && id === own.id)) return own;
  const { format, product, id, accountId, accountName, region, resources, resourceCount, updatedAt } = worst;
  const places = { format, product, id, accountId, accountName, region, resources, resourceCount, updatedAt };
  return { ...own, ...places, uid: undefined, sourceUrl: undefined };
}

/** An event of AWS Health with how many entities of all pages and accounts are affected no more. */
function withRecovered(finding: Finding, shown: readonly FindingRecord[]): Finding {
  if (!finding.health || shown.length === 0) return finding;
  const recovered = shown.reduce((sum, member) => sum + (member.recovered ?? 0), 0);
  return { ...finding, health: { ...finding.health, recovered } };
}

const isShown = (member: FindingRecord, state: AlertRecord["state"], occurrence: number): boolean =>
  state === "open" ? member.state === "open" : member.occurrence === occurrence;

/** What joined after one version and up to another, but for resources that were there before. */
function addedSince(told: number, desired: number, members: readonly FindingRecord[]): Notice["added"] {
  const open = members.filter(({ state }) => state === "open");
  const listedIn = ({ listedIn: version, ...member }: FindingRecord) => version ?? member.version;
  const before = new Set(
    open.filter((member) => listedIn(member) <= told).flatMap(({ resources }) => resources.map(keyOf)),
  );
  const joined = resourcesOf(open.filter((member) => listedIn(member) > told && member.version <= desired));
  const added = joined.resources.filter((resource) => !before.has(keyOf(resource)));
  return { resources: added.slice(0, RESOURCES), count: joined.count - (joined.resources.length - added.length) };
}

const keyOf = ({ id }: FindingResource): string => id;

function worstFirst(members: readonly FindingRecord[]): FindingRecord[] {
  const rank = ({ severity }: FindingRecord) => severities.indexOf(severity);
  return [...members].sort((one, other) => rank(other) - rank(one) || (one.id < other.id ? -1 : 1));
}

/** Each resource once, those of the worst findings first; and how many there are, the ones that no record names too. */
function resourcesOf(members: readonly FindingRecord[]): { resources: FindingResource[]; count: number } {
  const each = new Map<string, FindingResource>();
  for (const member of worstFirst(members)) {
    for (const resource of member.resources) {
      if (!each.has(keyOf(resource))) each.set(keyOf(resource), resource);
    }
  }
  const unnamed = members.reduce((sum, { resources, resourceCount }) => sum + resourceCount - resources.length, 0);
  return { resources: [...each.values()], count: each.size + unnamed };
}

/** The version that every required channel has told. */
export const toldVersion = (alert: AlertRecord, required: readonly Channel[]): number =>
  Math.min(...required.map((channel) => alert.told[channel]?.version ?? 0));
