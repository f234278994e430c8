import {
  cut,
  type Json,
  objectOf,
  objectsOf,
  regionOfArn,
  requiredText,
  textOf,
  unreadable,
  withoutAbsent,
} from "./fields";
import {
  HEALTH_CATEGORIES,
  type HealthChoice,
  isChosen,
  isToldBySecurityHub,
  severityOfCategory,
} from "./healthChoice";
import { firstTime, isoTime } from "./times";
import type { Finding, FindingResource, HealthEvent, Observation } from "./types";

/** AWS Health's own detail types. */
export const HEALTH_DETAIL_TYPES = ["AWS Health Event", "AWS Health Abuse Event"];

/** As far as pages are looked after that an event had and has no longer: AWS puts 256 KB of affected entities on each. */
const PAGES = 10;

/**
 * What an EventBridge event of AWS Health tells of: one finding for each event, affected account and page. The copy that the backup
 * region gets is the same finding; a page has its own, since it lists other entities. None where the choice leaves it out.
 * Throws UnreadableEvent if ARN, account, category, service, type code or every time is missing.
 * https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
 */
export function observationsOfHealth(event: Json, detail: Json, choice?: HealthChoice): Observation[] {
  const finding = findingOfHealth(event, detail, choice);
  const { health } = finding;
  if (choice && health && !isChosen(health, choice)) return [];
  const leftToSecurityHub = choice && health && isToldBySecurityHub(health, finding, choice);
  const about = {
    eventTime: isoTime(event.time) ?? finding.updatedAt,
    ...(leftToSecurityHub && { leftToSecurityHub }),
  };
  const { page, pages } = pagesOf(detail);
  if (finding.record === "ACTIVE" || page < pages) return [{ finding, ...about }];
  // An event may close with fewer pages than it had; what is not known is dropped.
  const after = Array.from({ length: Math.max(0, PAGES - pages) }, (_, index) => pages + 1 + index);
  const closed = after.map((number) => ({ ...finding, id: idOf(detail, finding.accountId, number) }));
  return [finding, ...closed].map((one) => ({ finding: one, ...about }));
}

function findingOfHealth(event: Json, detail: Json, choice?: HealthChoice): Finding {
  const eventArn = requiredText(detail.eventArn, "detail.eventArn");
  // Under the organizational view the envelope names the administrator.
  const accountId = requiredText(detail.affectedAccount ?? event.account, "detail.affectedAccount");
  const health = healthOf(detail);
  const updatedAt = firstTime(detail.lastUpdatedTime, event.time, detail.startTime);
  if (!updatedAt) throw unreadable(`the event ${eventArn} has no readable time (detail.lastUpdatedTime, time)`);
  // The envelope's region is where the event was delivered, which may be the backup region.
  const region = textOf(detail.eventRegion) ?? regionOfArn(eventArn) ?? textOf(event.region) ?? "";
  const resources = resourcesOf(event, detail, region);
  return withoutAbsent<Finding>({
    format: "health",
    product: "aws.health",
    id: idOf(detail, accountId, pagesOf(detail).page),
    productName: "Health",
    accountId,
    region,
    title: cut(titleOf(health), 1024),
    description: cut(descriptionOf(detail), 8192),
    severity: severityOfCategory(health.category, choice),
    resources: resources.slice(0, 20),
    resourceCount: resources.length,
    workflow: "NEW",
    // An end in the past closes nothing: AWS Health says "open" as long as something is to be done.
    record: isClosed(detail) ? "ARCHIVED" : "ACTIVE",
    firstSeen: health.startTime,
    lastSeen: updatedAt,
    updatedAt,
    sourceUrl: `https://phd.aws.amazon.com/phd/home#/event-log?eventID=${eventArn}`,
    health,
  });
}

function healthOf(detail: Json): HealthEvent {
  const category = requiredText(detail.eventTypeCategory, "detail.eventTypeCategory");
  const recovered = objectsOf(detail.affectedEntities).filter(isRecovered).length;
  return withoutAbsent<HealthEvent>({
    communicationId: communicationOf(detail),
    // It has come as "Issue", too.
    category: HEALTH_CATEGORIES.find((known) => known.toLowerCase() === category.toLowerCase()) ?? category,
    service: requiredText(detail.service, "detail.service"),
    typeCode: requiredText(detail.eventTypeCode, "detail.eventTypeCode"),
    startTime: isoTime(detail.startTime),
    endTime: isoTime(detail.endTime),
    recovered: isClosed(detail) || recovered === 0 ? undefined : recovered,
  });
}

/** Its end is a hyphen and the page's number, though all pages are one communication. Events of before 2023 have none. */
function communicationOf(detail: Json): string {
  const id = textOf(detail.communicationId);
  if (!id) return requiredText(detail.eventArn, "detail.eventArn");
  const suffix = `-${pagesOf(detail).page}`;
  return id.endsWith(suffix) && id.length > suffix.length ? id.slice(0, -suffix.length) : id;
}

/** An event's ARN is not unique: it may stand for a thing in several accounts. */
function idOf(detail: Json, accountId: string, page: number): string {
  return `${detail.eventArn}#${accountId}${page > 1 ? `#${page}` : ""}`;
}

function pagesOf(detail: Json): { page: number; pages: number } {
  const number = (value: unknown) => (/^[1-9]\d{0,3}$/.test(`${value}`) ? Number(value) : 1);
  const page = number(detail.page);
  return { page, pages: Math.max(page, number(detail.totalPages)) };
}

/**
 * The entities that are still affected; all of them where the event is over and none is any more, and what the envelope names where
 * there is no list. Their kind is not said.
 */
function resourcesOf(event: Json, detail: Json, region: string): FindingResource[] {
  const entities = objectsOf(detail.affectedEntities);
  const affected = entities.filter((entity) => !isRecovered(entity));
  const isAll = affected.length === 0 && isClosed(detail);
  const listed = (isAll ? entities : affected).map((entity) => textOf(entity.entityValue));
  const named = entities.length > 0 ? listed : (Array.isArray(event.resources) ? event.resources : []).map(textOf);
  // In an order of their own: AWS Health promises none, and what it lists otherwise is no news.
  const ids = [...new Set(named.filter((id) => id !== undefined))].sort();
  return ids.map((id) =>
    withoutAbsent({ type: "Other", id: cut(id, 1024), region: region === "global" ? undefined : region }),
  );
}

const isRecovered = ({ status }: Json): boolean =>
  ["RESOLVED", "UNIMPAIRED"].includes(textOf(status)?.toUpperCase() ?? "");
const isClosed = ({ statusCode }: Json): boolean => textOf(statusCode)?.toLowerCase() === "closed";

/** "EC2 instance retirement scheduled": AWS Health's console makes a title of the code in this way, too. */
function titleOf({ service, typeCode }: HealthEvent): string {
  const words = typeCode.replace(/^AWS_/, "");
  const rest = words.startsWith(`${service}_`) ? words.slice(service.length + 1) : words;
  return `${service} ${rest.replace(/_/g, " ").toLowerCase()}`;
}

function descriptionOf(detail: Json): string {
  const texts = Array.isArray(detail.eventDescription) ? detail.eventDescription.map(objectOf) : [];
  const english = texts.find(({ language }) => textOf(language)?.startsWith("en"));
  return textOf((english ?? texts[0])?.latestDescription) ?? "";
}
