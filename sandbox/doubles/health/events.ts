import { ServiceError } from "../controlPlane/errors";
import type { Organization } from "../organizations/organization";
import type { EventEntry } from "../securityhub/announcements";
import { healthPrincipal, type OrganizationalView } from "./view";

const DETAIL_TYPES = ["AWS Health Event", "AWS Health Abuse Event"];

/** An event of AWS Health as EventBridge has it. Whom it concerns is in the detail. */
export interface HealthNews {
  "detail-type": string;
  /** The affected account, where the detail names none. */
  account?: string;
  resources?: string[];
  detail: Record<string, unknown>;
}

/** An event on its way to the default bus of an account and region. */
export interface HealthDelivery {
  account: string;
  region: string;
  entry: EventEntry;
}

/**
 * Where AWS Health delivers an event: to the affected account; under the organizational view, to the management account and the
 * delegated administrators too; to each of them in the region that it is about, what is of no region in us-east-1, and a copy in the
 * backup region. Throws ServiceError where AWS Health would not have such an event.
 * https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html
 */
export function healthDeliveries(view: OrganizationalView, news: HealthNews, time: Date): HealthDelivery[] {
  const { organization } = view;
  const { account, region } = aboutWhom(organization, news);
  const home = region === "global" ? "us-east-1" : region;
  const backup = home === "us-west-2" ? "us-east-1" : "us-west-2";
  return recipients(view, account).flatMap((recipient) =>
    [home, backup]
      .filter((there) => organization.hasRegion(recipient, there))
      .map((there) => ({
        account: recipient,
        region: there,
        entry: {
          Source: "aws.health",
          DetailType: news["detail-type"],
          Detail: JSON.stringify({ ...news.detail, affectedAccount: account, backupEvent: there !== home }),
          Resources: news.resources ?? [],
          Time: time,
        },
      })),
  );
}

function aboutWhom(organization: Organization, news: HealthNews): { account: string; region: string } {
  const { eventArn, eventRegion, affectedAccount = news.account } = news.detail;
  const account = String(affectedAccount);
  const region = String(eventRegion ?? /^arn:aws:health:([^:]+):/.exec(String(eventArn))?.[1]);
  const wrong = [
    ...(DETAIL_TYPES.includes(news["detail-type"]) ? [] : [`detail-type is none of ${DETAIL_TYPES.join(", ")}`]),
    ...(typeof eventArn === "string" && /^arn:aws:health:[a-z0-9-]+::event\//.test(eventArn)
      ? []
      : ["detail.eventArn is no ARN of an event of AWS Health"]),
    ...(organization.known(account) ? [] : [`detail.affectedAccount, ${account}, is no account`]),
    ...(region === "global" || organization.hasRegion(account, region)
      ? []
      : [`account ${account} does not have detail.eventRegion, ${region}`]),
  ];
  if (wrong.length > 0)
    throw new ServiceError("InvalidEvent", 400, `AWS Health has no such event: ${wrong.join("; ")}.`);
  return { account, region };
}

function recipients({ organization, status }: OrganizationalView, account: string): string[] {
  const isSeen = organization.accounts.has(account) && status === "ENABLED";
  const administrators = isSeen
    ? [organization.managementAccountId, ...(organization.delegated.get(healthPrincipal)?.keys() ?? [])]
    : [];
  return [...new Set([account, ...administrators])];
}
