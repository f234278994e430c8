import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { type Duty, described, type Report, type Run, type Service } from "./reconcile/duty";
import { type GuardDutyDutySettings, guardDutyService } from "./reconcile/guardDuty";
import { type InspectorDutySettings, inspectorService } from "./reconcile/inspector";
import { organizationNow } from "./reconcile/organization";
import { type SecurityHubDutySettings, securityHubService } from "./reconcile/securityHub";
import { type SecurityHubMembersSettings, securityHubMembersService } from "./reconcile/securityHubMembers";
import { type SecurityHubV2DutySettings, securityHubV2Service } from "./reconcile/securityHubV2";

/** What each service's duty goes by. A service that is not there has no duty. */
export interface ReconcilerSettings {
  guardDuty?: GuardDutyDutySettings;
  inspector?: InspectorDutySettings;
  securityHub?: SecurityHubDutySettings;
  securityHubMembers?: SecurityHubMembersSettings;
  securityHubV2?: SecurityHubV2DutySettings;
}

export type DutyKind = keyof ReconcilerSettings & string;

/** One duty, by a deployment. `tf` comes from the provider: https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/ */
interface DeploymentEvent {
  duty: Duty<DutyKind>;
  tf?: { action: "create" | "update" | "delete" };
}

/** All duties, by the schedule. */
interface ScheduledEvent {
  duties: Duty<DutyKind>[];
}

/** Lambda's longest time-out is 15 minutes: what is not done by then is said in words, not by a function that is cut off. */
const LONGEST_MILLISECONDS = 14 * 60_000;
/** Duties at once: AWS limits calls an account and region, and AWS Organizations as a whole. */
const DUTIES_AT_ONCE = 4;

/**
 * Does for existing accounts what AWS does for new ones alone, or only some time: on deployment, hourly, and backwards on
 * destroy. Throws when a duty could not be done, with the reasons of all; single accounts that AWS refuses are only told.
 */
export const reconcilerHandler = (settings: ReconcilerSettings) => () => {
  const organizations = new OrganizationsClient({ maxAttempts: 8 });
  const services: Partial<Record<DutyKind, Service>> = {
    ...(settings.guardDuty && { guardDuty: guardDutyService(settings.guardDuty) }),
    ...(settings.inspector && { inspector: inspectorService(settings.inspector) }),
    ...(settings.securityHub && { securityHub: securityHubService(settings.securityHub) }),
    ...(settings.securityHubMembers && { securityHubMembers: securityHubMembersService(settings.securityHubMembers) }),
    ...(settings.securityHubV2 && { securityHubV2: securityHubV2Service(settings.securityHubV2) }),
  };

  return async (event: DeploymentEvent | ScheduledEvent): Promise<Report> => {
    const run: Run = {
      organization: organizationNow(organizations),
      scheduled: "duties" in event,
      deadline: Date.now() + LONGEST_MILLISECONDS,
    };
    if (!("duties" in event)) return perform(services, event.duty, event.tf?.action === "delete", run);
    const { report, failures } = await performAll(services, event.duties, run);
    tellUncovered(report.warnings.length);
    if (failures.length > 0) throw new Error([...failures, ...report.warnings].join("\n"));
    return report;
  };
};

type Services = Partial<Record<DutyKind, Service>>;

async function perform(services: Services, duty: Duty<DutyKind>, release: boolean, run: Run): Promise<Report> {
  const service = services[duty.kind];
  if (!service) throw new Error(`${duty.kind} in ${duty.region}: this function was deployed without its settings.`);
  const report = await (release ? service.release(duty, run) : service.ensure(duty, run)).catch((error: unknown) => {
    throw new Error(`${duty.kind} in ${duty.region}: ${described(error)}`);
  });
  console.log(
    JSON.stringify({ step: release ? "release" : "ensure", kind: duty.kind, region: duty.region, ...report }),
  );
  return report;
}

/** Each duty, whatever becomes of the others. */
async function performAll(services: Services, duties: readonly Duty<DutyKind>[], run: Run) {
  const report: Report = { done: {}, warnings: [] };
  const failures: string[] = [];
  const waiting = [...duties];
  const work = async () => {
    for (let duty = waiting.shift(); duty; duty = waiting.shift()) {
      try {
        const { done, warnings, lacking } = await perform(services, duty, false, run);
        for (const [what, count] of Object.entries(done)) report.done[what] = (report.done[what] ?? 0) + count;
        report.warnings.push(...warnings);
        if (lacking) report.lacking = [...(report.lacking ?? []), ...lacking];
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: DUTIES_AT_ONCE }, work));
  return { report, failures };
}

/**
 * The metric that an alarm watches, in CloudWatch's embedded format, which takes no right and no call. Not by console.log,
 * which begins a line with the time: CloudWatch reads a metric from a line that is JSON as a whole.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function tellUncovered(warnings: number): void {
  const CloudWatchMetrics = [
    { Namespace: "hakken", Dimensions: [["FunctionName"]], Metrics: [{ Name: "Uncovered", Unit: "Count" }] },
  ];
  const FunctionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? "";
  const metric = { _aws: { Timestamp: Date.now(), CloudWatchMetrics }, FunctionName, Uncovered: warnings };
  process.stdout.write(`${JSON.stringify(metric)}\n`);
}
