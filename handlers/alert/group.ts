import { type GroupBy, hash } from "./record";
import type { Finding } from "./types";

/** How findings become alerts. */
export interface Grouping {
  /** Findings of controls: one alert a control and account, or one a finding. */
  controls: "control" | "finding";
  /** Findings of vulnerabilities: one alert a vulnerability and account, an image and account, or a finding. */
  vulnerabilities: "vulnerability" | "image" | "finding";
  /** Whose findings are told apart; the first that matches wins. */
  routes: readonly Route[];
}

/** Findings that are told apart from all others. */
export interface Route {
  name: string;
  match: Matchers;
}

/** All that are given must hold; each holds if one of its values does. "*" stands for any text. */
export interface Matchers {
  accounts?: readonly string[];
  regions?: readonly string[];
  /** Names of products, such as "GuardDuty". */
  products?: readonly string[];
  controls?: readonly string[];
}

/** The alert that a finding belongs to. */
export interface Group {
  alertKey: string;
  groupBy: GroupBy;
  route: string;
}

/** The route of what no route matches. */
const DEFAULT_ROUTE = "default";

/**
 * The alert that tells a finding. Regions are merged, and so are the standards that check one control; accounts and routes
 * never are, but for AWS Health, which tells one thing of many accounts: two owners never share an alert.
 */
export function groupOf(finding: Finding, grouping: Grouping): Group {
  const route = routeOf(finding, grouping.routes);
  const group = (groupBy: GroupBy, ...parts: string[]) => ({ alertKey: hash(groupBy, ...parts), groupBy, route });
  const { accountId, control, compliance, health, vulnerability } = finding;
  if (health) return group("event", health.communicationId, route);
  if (compliance && control && grouping.controls === "control") return group("control", control, accountId, route);
  if (vulnerability?.image && grouping.vulnerabilities === "image") {
    return group("image", vulnerability.image, accountId, route);
  }
  if (vulnerability && grouping.vulnerabilities !== "finding") {
    return group("vulnerability", vulnerability.id, accountId, route);
  }
  return group("finding", finding.product, finding.id);
}

const routeOf = (finding: Finding, routes: readonly Route[]): string =>
  routes.find(({ match }) => matches(finding, match))?.name ?? DEFAULT_ROUTE;

/** Whether a finding has what the matchers ask for. */
export const matches = (finding: Finding, { accounts, regions, products, controls }: Matchers): boolean =>
  isOneOf(finding.accountId, accounts) &&
  isOneOf(finding.region, regions) &&
  isOneOf(finding.productName, products) &&
  isOneOf(finding.control ?? "", controls);

const isOneOf = (value: string, patterns: readonly string[] | undefined): boolean =>
  patterns === undefined || patterns.some((pattern) => isLike(value, pattern));

const isLike = (value: string, pattern: string): boolean =>
  new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`, "s").test(value);

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
