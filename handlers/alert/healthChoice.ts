import type { Finding, HealthEvent, Severity } from "./types";

/** As AWS Health writes them. */
export const HEALTH_CATEGORIES = ["issue", "scheduledChange", "accountNotification", "investigation"] as const;
export type HealthCategory = (typeof HEALTH_CATEGORIES)[number];

/** Events of AWS Health by what they are about. Of each list any value is enough; every list that is given must hold. */
export interface HealthMatcher {
  category?: readonly HealthCategory[];
  /** Such as EC2; a * stands for any characters. */
  service?: readonly string[];
  /** Event type codes, such as AWS_EC2_*; a * stands for any characters. */
  typeCode?: readonly string[];
}

/** Which of AWS Health's events are told, and how severe they are. */
export interface HealthChoice {
  /** Those that are told. Empty: all. */
  include: readonly HealthMatcher[];
  /** Those that are not, though included. */
  exclude: readonly HealthMatcher[];
  severities: Readonly<Record<HealthCategory, Severity>>;
  /** Severities that are told. */
  told: readonly Severity[];
  /** Where Security Hub surely has findings of AWS Health, which tell the event by themselves. */
  securityHub: {
    /** Regions whose findings it gathers. */
    regions: readonly string[];
    /** Accounts that don't have it, or may not. */
    exceptAccounts: readonly string[];
  };
}

/**
 * A failure, or a change with a date, asks for somebody to act; a notification mostly doesn't. AWS Health itself gives no severity.
 */
export const HEALTH_SEVERITIES: Readonly<Record<HealthCategory, Severity>> = {
  issue: "HIGH",
  scheduledChange: "HIGH",
  investigation: "HIGH",
  accountNotification: "MEDIUM",
};

/** The severity of a category. One that nobody knows counts as an issue, so that it is told rather than lost. */
export function severityOfCategory(category: string, choice?: HealthChoice): Severity {
  const severities = choice?.severities ?? HEALTH_SEVERITIES;
  return severities[HEALTH_CATEGORIES.find((known) => known === category) ?? "issue"];
}

/** Whether hakken is to tell of an event of AWS Health. */
export function isChosen(health: HealthEvent, choice: HealthChoice): boolean {
  const { include, exclude, told } = choice;
  if (!told.includes(severityOfCategory(health.category, choice))) return false;
  if (include.length > 0 && !include.some((matcher) => matches(health, matcher))) return false;
  return !exclude.some((matcher) => matches(health, matcher));
}

/** Whether Security Hub surely has a finding of the event, one that is told. Where that is not sure, twice is better than never. */
export function isToldBySecurityHub(
  health: HealthEvent,
  { accountId, region }: Pick<Finding, "accountId" | "region">,
  { told, securityHub: { regions, exceptAccounts } }: HealthChoice,
): boolean {
  const severity = severityInSecurityHub(health);
  // Security Hub has the findings of global events in us-east-1.
  const isGathered = regions.includes(region === "global" ? "us-east-1" : region);
  return isGathered && !exceptAccounts.includes(accountId) && severity !== undefined && told.includes(severity);
}

function matches(health: HealthEvent, { category, service, typeCode }: HealthMatcher): boolean {
  const like = (patterns: readonly string[] | undefined, value: string) =>
    !patterns || patterns.some((pattern) => isLike(pattern, value));
  return (
    (!category || category.some((one) => one === health.category)) &&
    like(service, health.service) &&
    like(typeCode, health.typeCode)
  );
}

function isLike(pattern: string, value: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(value);
}

/**
 * The severity of the finding that Security Hub has of an event of AWS Health; undefined where it has none. By the rules that AWS
 * gives for its integration with AWS Health.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-internal-providers.html#integration-health
 */
export function severityInSecurityHub({
  service,
  typeCode,
}: Pick<HealthEvent, "service" | "typeCode">): Severity | undefined {
  const of = service.toUpperCase();
  const code = typeCode.toUpperCase();
  if (of === "RISK" || CRITICAL.includes(code)) return "CRITICAL";
  if (of === "ABUSE" || /SECURITY_NOTIFICATION|ABUSE_DETECTION/.test(code)) return "HIGH";
  // Sent for their words or their service; the services are those that AWS names for this severity.
  return /SECURITY|ABUSE|CERTIFICATE/.test(code) || SECURITY_SERVICES.includes(of) ? "MEDIUM" : undefined;
}

const CRITICAL = [
  "AWS_S3_OPEN_ACCESS_BUCKET_NOTIFICATION",
  "AWS_SHIELD_INTERNET_TRAFFIC_LIMITATIONS_PLACED_IN_RESPONSE_TO_DDOS_ATTACK",
  "AWS_SHIELD_IS_RESPONDING_TO_A_DDOS_ATTACK_AGAINST_YOUR_AWS_RESOURCES",
];

const SECURITY_SERVICES =
  "ACM ARTIFACT AUDITMANAGER BACKUP CLOUDENDURE CLOUDHSM CLOUDTRAIL CLOUDWATCH CODEGURGU COGNITO CONFIG CONTROLTOWER DETECTIVE \
DIRECTORYSERVICE DRS EVENTS FIREWALLMANAGER GUARDDUTY IAM INSPECTOR INSPECTOR2 IOTDEVICEDEFENDER KMS MACIE NETWORKFIREWALL \
ORGANIZATIONS RESILIENCEHUB RESOURCEMANAGER ROUTE53 SECURITYHUB SECRETSMANAGER SES SHIELD SSO WAF".split(" ");
