import { isRegion, regionOfArn } from "../alert/fields";
import type { Finding } from "../alert/types";
import { type AccessPortal, isConsole, throughPortal } from "./accessPortal";
import { resourceLink } from "./resourceLinks";
import { consoleOf, encoded } from "./urls";

/** Where a person goes from a message. */
export interface Links {
  /**
   * The finding in Security Hub, in the home region, where all findings come together; of several, their control.
   * Absent for an event of AWS Health, which Security Hub does not have.
   */
  securityHub?: string;
  /** The event of AWS Health in the organizational view. */
  healthOrganization?: string;
  /** The finding in the product that made it. */
  product?: string;
  /** The first resource in its console; absent for what has no known page. */
  resource?: string;
  /** How to mend it. */
  remediation?: string;
}

export interface LinkOptions {
  /** The aggregation region: Security Hub's page of every finding is there. */
  homeRegion: string;
  /** Where links to the console sign in first. Default: they open in the account that the person is signed in to. */
  accessPortal?: AccessPortal;
  /** Whether AWS Health has an organizational view in the audit account. Default: it has. */
  healthOrganization?: boolean;
}

/** Longer than this and a mail client or Slack breaks it. */
const maxUrl = 1200;

/**
 * Links of a finding, all of them encoded: only characters that a URL may hold, http or https. `findings` is how many
 * the alert stands for; default 1.
 */
export function linksOf(finding: Finding, options: LinkOptions, findings = 1): Links {
  const { accessPortal } = options;
  const there = (page: string | undefined) => page && inAccount(page, finding.accountId, accessPortal);
  const remediation = there(safeUrl(finding.remediationUrl) ?? controlPage(finding.control));
  const first = finding.resources[0];
  const resource = there(short(first && resourceLink(first, finding.region)));
  // The audit account sees those of all accounts; a member account sees only its own.
  const inAudit = (page: string) => inAccount(page, accessPortal?.auditAccount ?? "", accessPortal);
  if (finding.format === "health") {
    const organization = options.healthOrganization === false ? undefined : healthEvent(finding, "organization");
    return {
      healthOrganization: organization && inAudit(organization),
      product: there(healthEvent(finding, "account") ?? safeUrl(finding.sourceUrl)),
      resource,
      remediation,
    };
  }
  const product = /\bguardduty$/.test(finding.product) ? guardDuty(finding) : safeUrl(finding.sourceUrl);
  return { securityHub: inAudit(hubPage(finding, options, findings)), product: there(product), resource, remediation };
}

function hubPage(finding: Finding, { homeRegion }: LinkOptions, findings: number): string {
  if (finding.format === "ocsf") return securityHubV2(finding, homeRegion, findings);
  return securityHub(finding, homeRegion, findings);
}

/** A page of the console through the portal; every other one, and one that would grow too long, as it is. */
function inAccount(page: string, account: string, accessPortal: AccessPortal | undefined): string {
  if (!accessPortal || !isConsole(page) || !/^\d{12}$/.test(account)) return page;
  return short(throughPortal(page, account, accessPortal)) ?? page;
}

/** The console decodes its search twice, once as a URL and once as a filter, so the id is encoded twice. */
function securityHub(finding: Finding, homeRegion: string, findings: number): string {
  const home = `${consoleOf(homeRegion)}/securityhub/home?region=${homeRegion}#`;
  if (findings > 1 && isControl(finding.control)) return `${home}/controls/${finding.control}`;
  const search = `Id%3D%255Coperator%255C%253AEQUALS%255C%253A${encoded(encoded(finding.id))}`;
  return short(`${home}/findings?search=${search}`) ?? `${home}/findings`;
}

function securityHubV2(finding: Finding, homeRegion: string, findings: number): string {
  const page = `${consoleOf(homeRegion)}/securityhub/v2/home?region=${homeRegion}#/${pageOfV2(finding)}`;
  if (findings > 1) return page;
  return short(`${page}?findingDetailId=${encoded(finding.uid ?? finding.id)}`) ?? page;
}

/**
 * An event's page in AWS Health, for one account or the whole organization. The console is one for all regions.
 * https://docs.aws.amazon.com/health/latest/ug/getting-started-health-dashboard.html
 */
function healthEvent({ id, health }: Finding, view: "account" | "organization"): string | undefined {
  const arn = [id, health?.communicationId ?? ""].map((text) => healthArn.exec(text)?.[0]).find((found) => found);
  return arn && `https://health.console.aws.amazon.com/health/home#/${view}/event-log?eventID=${arn}&eventTab=details`;
}

// Of other partitions the console's pages are not known.
const healthArn = /arn:aws:health:[a-z0-9-]*:\d*:event\/\w{1,100}\/\w{1,200}\/[\w-]{1,300}/;

function pageOfV2(finding: Finding): string {
  if (finding.compliance !== undefined || finding.control !== undefined) return "postureManagement";
  if (/exposure/i.test(finding.product)) return "exposure";
  return /inspector/i.test(finding.product) ? "vulnerabilities" : "threats";
}

/** GuardDuty shows a finding only in the region that it was found in. */
function guardDuty(finding: Finding): string | undefined {
  const id = /\/finding\/([0-9a-f]+)$/.exec(finding.id)?.[1];
  const region = isRegion(finding.region) ? finding.region : regionOfArn(finding.id);
  if (!id || !region || !isRegion(region)) return safeUrl(finding.sourceUrl);
  return `${consoleOf(region)}/guardduty/home?region=${region}#/findings?search=id%3D${id}`;
}

/** AWS keeps one page a control, whatever standard it is of. */
function controlPage(control: string | undefined): string | undefined {
  if (!isControl(control)) return undefined;
  const name = control.replace(/^CIS\.(?=\d)/, "standards-cis-");
  return `https://docs.aws.amazon.com/console/securityhub/${name}/remediation`;
}

const isControl = (control: string | undefined): control is string =>
  control !== undefined && /^[A-Za-z0-9.-]{3,60}$/.test(control);

/** A product's own link: only if it is a web address that any channel can carry. */
export function safeUrl(url: string | undefined): string | undefined {
  if (!url || !/^https?:\/\//i.test(url)) return undefined;
  try {
    return short(new URL(url).href.replace(/[|"'<>`()[\]{}\\^*]/g, encoded));
  } catch {
    return undefined; // not a URL: the message does without this link
  }
}

function short(url: string | undefined): string | undefined {
  return url !== undefined && url.length <= maxUrl ? url : undefined;
}
