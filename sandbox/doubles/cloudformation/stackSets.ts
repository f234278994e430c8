import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-cloudformation";
import type { Clock } from "../controlPlane/clock";
import { ServiceError } from "../controlPlane/errors";
import type { Timing } from "../controlPlane/timing";
import type { Account, Organization } from "../organizations/organization";
import { type Member, memberOf } from "./memberResources";
import { deploy, type Made, remove } from "./stack";
import { parametersOf, type Template, wantedIn } from "./template";

/** The principal that Organizations must trust before accounts are reached. */
const PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com";

export interface StackInstance {
  account: string;
  region: string;
  /** The target that it stands for. */
  unit: string;
  stackId?: string;
  status: "CURRENT" | "OUTDATED" | "INOPERABLE";
  detailed: "SUCCEEDED" | "FAILED" | "PENDING" | "SKIPPED_SUSPENDED_ACCOUNT" | "CANCELLED";
  reason?: string;
  made: Made[];
}

export interface Operation {
  id: string;
  action: "CREATE" | "UPDATE" | "DELETE";
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "QUEUED";
  createdAt: Date;
  endedAt?: Date;
  targets: sdk.DeploymentTargets;
  preferences: sdk.StackSetOperationPreferences;
  retainStacks?: boolean;
  results: sdk.StackSetOperationResultSummary[];
}

export interface StackSet {
  id: string;
  arn: string;
  name: string;
  owner: string;
  region: string;
  description?: string;
  template: Template;
  body: string;
  parameters: Record<string, string>;
  capabilities: string[];
  tags: sdk.Tag[];
  autoDeployment: { Enabled: boolean; RetainStacksOnAccountRemoval: boolean; DependsOn: string[] };
  managedExecution: boolean;
  /** Targets of instances, each with its regions: what auto-deployment goes by. Account filters are not kept: it ignores them. */
  targets: Map<string, Set<string>>;
  instances: StackInstance[];
  operations: Operation[];
}

/** What one operation does in one place. */
export interface Step {
  account: string;
  region: string;
  unit: string;
  /** Whether the stack goes, and what it made stays. */
  remove?: "delete" | "retain";
}

/** Service-managed StackSets of the management account, with the stacks that they made in member accounts. */
export class StackSets {
  /** ActivateOrganizationsAccess has been called, which trusted access alone doesn't stand for. */
  activated = false;
  readonly all = new Map<string, StackSet>();
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly organization: Organization,
    readonly clock: Clock,
    readonly timing: Timing,
    /** The local AWS, once it is there. */
    private readonly endpoint: () => string,
  ) {
    organization.onMoved(() => {
      void this.clock.sleep(this.timing.autoDeployment).then(() => this.settle());
    });
  }

  /** Resolves when no operation runs any more. */
  async idle(): Promise<void> {
    let last: Promise<void>;
    do {
      last = this.running;
      await last;
    } while (last !== this.running);
  }

  isBusy(set: StackSet): boolean {
    return set.operations.some(({ status }) => status === "RUNNING" || status === "QUEUED");
  }

  /** The accounts of a target, in its units and theirs; never the management account, which StackSets leaves out. */
  accountsOf(unit: string): Account[] {
    return [...this.organization.accounts.values()].filter(
      ({ id }) => id !== this.organization.managementAccountId && this.organization.ancestors(id).includes(unit),
    );
  }

  /** Starts an operation; it runs by itself, after those before it. */
  start(
    set: StackSet,
    how: Pick<Operation, "action" | "targets" | "preferences"> & { id?: string },
    steps: Step[],
  ): Operation {
    const operation: Operation = {
      ...how,
      id: how.id ?? randomUUID(),
      status: "RUNNING",
      createdAt: new Date(this.clock.now()),
      results: [],
    };
    set.operations.push(operation);
    this.running = this.running.then(() => this.run(set, operation, steps));
    return operation;
  }

  private async run(set: StackSet, operation: Operation, steps: Step[]): Promise<void> {
    await this.clock.sleep(this.timing.stackSetOperation);
    const { FailureTolerancePercentage: percentage, FailureToleranceCount: count } = operation.preferences;
    const regions = [...new Set(steps.map(({ region }) => region))];
    const failed = await Promise.all(
      regions.map(async (region) => {
        const here = steps.filter((step) => step.region === region);
        const tolerated = percentage === undefined ? (count ?? 0) : Math.floor((here.length * percentage) / 100);
        let failures = 0;
        for (const step of here) {
          const result = failures > tolerated ? cancelled(step) : await this.runStep(set, step);
          operation.results.push(result);
          if (result.Status === "FAILED") failures += 1;
        }
        return failures > tolerated;
      }),
    );
    operation.status = failed.some(Boolean) ? "FAILED" : "SUCCEEDED";
    operation.endedAt = new Date(this.clock.now());
  }

  private async runStep(set: StackSet, step: Step): Promise<sdk.StackSetOperationResultSummary> {
    const { account, region, unit } = step;
    const summary = { Account: account, Region: region, OrganizationalUnitId: unit };
    const instance = instanceOf(set, step);
    // Skipped or refused when it should have been made: there is no stack that could be in the way of its end.
    if (step.remove && !instance.stackId) {
      set.instances = set.instances.filter((other) => other !== instance);
      return { ...summary, Status: "SUCCEEDED" };
    }
    if (this.organization.accounts.get(account)?.status === "SUSPENDED") {
      Object.assign(instance, { status: "OUTDATED", detailed: "SKIPPED_SUSPENDED_ACCOUNT" });
      return { ...summary, Status: "SUCCEEDED" };
    }
    try {
      if (!this.organization.hasRegion(account, region))
        throw new Error(`Region ${region} is not enabled in account ${account}`);
      const member = memberOf(this.endpoint(), account, region);
      if (step.remove) await this.takeAway(set, instance, member, step.remove);
      else await this.bringUp(set, instance, member);
      return { ...summary, Status: "SUCCEEDED" };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      Object.assign(instance, { status: step.remove ? "INOPERABLE" : "OUTDATED", detailed: "FAILED", reason });
      return { ...summary, Status: "FAILED", StatusReason: reason };
    }
  }

  private async bringUp(set: StackSet, instance: StackInstance, member: Member): Promise<void> {
    const { account, region } = instance;
    instance.stackId ??= `arn:aws:cloudformation:${region}:${account}:stack/StackSet-${set.name}-${randomUUID()}/${randomUUID()}`;
    const place = { account, region, parameters: parametersOf(set.template, set.parameters) };
    instance.made = await deploy(member, wantedIn(set.template, place), instance.made);
    Object.assign(instance, { status: "CURRENT", detailed: "SUCCEEDED", reason: undefined });
  }

  private async takeAway(
    set: StackSet,
    instance: StackInstance,
    member: Member,
    how: "delete" | "retain",
  ): Promise<void> {
    if (how === "delete")
      await remove(
        member,
        instance.made.filter(({ retain }) => !retain),
      );
    set.instances = set.instances.filter((other) => other !== instance);
  }

  /** Auto-deployment: accounts that came to a target get its instances, those that left lose them. */
  settle(): void {
    for (const set of this.inOrder()) {
      if (!set.autoDeployment.Enabled || !this.isTrusted()) continue;
      const wanted = [...set.targets].flatMap(([unit, regions]) =>
        this.accountsOf(unit).flatMap(({ id, joinedAt }) =>
          joinedAt.getTime() + this.timing.autoDeployment <= this.clock.now()
            ? [...regions].map((region) => ({ account: id, region, unit }))
            : [],
        ),
      );
      const known = this.known.get(set) ?? new Set(set.instances.map(place));
      // Only those that came since: an account that a filter left out stays out until it moves.
      const came = wanted.filter((step) => !known.has(place(step)));
      const left = set.instances.filter((one) => !this.accountsOf(one.unit).some(({ id }) => id === one.account));
      // Seen stays seen, as long as it stands in a target: one that a filter left out is not one that comes.
      const standing = new Set(
        [...set.targets].flatMap(([unit, regions]) =>
          this.accountsOf(unit).flatMap(({ id }) => [...regions].map((region) => place({ account: id, region, unit }))),
        ),
      );
      this.known.set(set, new Set([...known, ...wanted.map(place)].filter((one) => standing.has(one))));
      const how = set.autoDeployment.RetainStacksOnAccountRemoval ? ("retain" as const) : ("delete" as const);
      const common = { targets: {}, preferences: {} };
      if (came.length > 0) this.start(set, { action: "CREATE", ...common }, came);
      if (left.length > 0)
        this.start(
          set,
          { action: "DELETE", ...common },
          left.map((one) => ({ ...one, remove: how })),
        );
    }
  }

  /** What auto-deployment has seen of a StackSet's targets. */
  private readonly known = new Map<StackSet, Set<string>>();

  /** Takes the accounts that stand in a target now for seen, whether a filter left them out or not. */
  see(set: StackSet): void {
    const seen = [...set.targets].flatMap(([unit, regions]) =>
      this.accountsOf(unit).flatMap(({ id }) => [...regions].map((region) => place({ account: id, region, unit }))),
    );
    this.known.set(set, new Set(seen));
  }

  /** ActivateOrganizationsAccess, which enables trusted access by itself. */
  activate(): void {
    this.organization.enableAccess(PRINCIPAL);
    this.activated = true;
  }

  isTrusted(): boolean {
    return this.activated && this.organization.trusted.has(PRINCIPAL);
  }

  /** Each after those that its auto-deployment depends on. */
  private inOrder(): StackSet[] {
    const all = [...this.all.values()];
    const depth = (set: StackSet): number =>
      1 + Math.max(0, ...all.filter(({ arn }) => set.autoDeployment.DependsOn.includes(arn)).map(depth));
    return all.sort((a, b) => depth(a) - depth(b));
  }
}

const place = ({ account, region, unit }: { account: string; region: string; unit: string }) =>
  `${account} ${region} ${unit}`;

const cancelled = ({ account, region, unit }: Step): sdk.StackSetOperationResultSummary => ({
  Account: account,
  Region: region,
  OrganizationalUnitId: unit,
  Status: "CANCELLED",
  StatusReason: "Cancelled since failure tolerance has exceeded",
});

function instanceOf(set: StackSet, { account, region, unit }: Step): StackInstance {
  const there = set.instances.find((one) => one.account === account && one.region === region);
  if (there) return there;
  const made: StackInstance = { account, region, unit, status: "OUTDATED", detailed: "PENDING", made: [] };
  set.instances.push(made);
  return made;
}

export const notFound = (name: string) =>
  new ServiceError("StackSetNotFoundException", 404, `StackSet ${name} not found`);
