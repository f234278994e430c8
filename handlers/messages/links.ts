import { isRegion, regionOfArn } from "../alert/fields";
import type { Finding } from "../alert/types";
import { type AccessPortal, isConsole, throughPortal } from "./accessPortal";
import { resourceLink } from "./resourceLinks";
import { consoleOf, encoded } from "./urls";

/** Where a person goes from a message. */
export interface Links {
  /** The finding in Security Hub, in the home region, where all findings come together. */
  securityHub: string;
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
}

/** Longer than this and a mail client or Slack breaks it. */
const maxUrl = 1200;

/** Links of a finding, all of them encoded: only characters that a URL may hold, http or https. */
export function linksOf(finding: Finding, { homeRegion, accessPortal }: LinkOptions): Links {
  const hub = finding.format === "ocsf" ? securityHubV2(finding, homeRegion) : securityHub(finding, homeRegion);
  const product = /\bguardduty$/.test(finding.product) ? guardDuty(finding) : safeUrl(finding.sourceUrl);
  const resource = short(finding.resources[0] && resourceLink(finding.resources[0], finding.region));
  const there = (page: string | undefined) => page && inAccount(page, finding.accountId, accessPortal);
  return {
    // A member account sees only its own findings, the audit account those of all.
    securityHub: inAccount(hub, accessPortal?.auditAccount ?? "", accessPortal),
    product: there(product),
    resource: there(resource),
    remediation: there(safeUrl(finding.remediationUrl) ?? controlPage(finding.control)),
  };
}

/** A page of the console through the portal; every other one, and one that would grow too long, as it is. */
function inAccount(page: string, account: string, accessPortal: AccessPortal | undefined): string {
  if (!accessPortal || !isConsole(page) || !/^\d{12}$/.test(account)) return page;
  return short(throughPortal(page, account, accessPortal)) ?? page;
}

/** The console decodes its search twice, once as a URL and once as a filter, so the id is encoded twice. */
function securityHub(finding: Finding, homeRegion: string): string {
  const page = `${consoleOf(homeRegion)}/securityhub/home?region=${homeRegion}#/findings`;
  const search = `Id%3D%255Coperator%255C%253AEQUALS%255C%253A${encoded(encoded(finding.id))}`;
  return short(`${page}?search=${search}`) ?? page;
}

function securityHubV2(finding: Finding, homeRegion: string): string {
  const page = `${consoleOf(homeRegion)}/securityhub/v2/home?region=${homeRegion}#/${pageOfV2(finding)}`;
  return short(`${page}?findingDetailId=${encoded(finding.uid ?? finding.id)}`) ?? page;
}

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
  if (!control || !/^[A-Za-z0-9.-]{3,60}$/.test(control)) return undefined;
  const name = control.replace(/^CIS\.(?=\d)/, "standards-cis-");
  return `https://docs.aws.amazon.com/console/securityhub/${name}/remediation`;
}

/** A product's own link: only if it is a web address that any channel can carry. */
function safeUrl(url: string | undefined): string | undefined {
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
