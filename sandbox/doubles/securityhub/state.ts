import type { Clock } from "../controlPlane/clock";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import type { Call } from "../controlPlane/service";
import type { Timing } from "../controlPlane/timing";
import type { Account, Organization } from "../organizations/organization";
import type { ActionTarget } from "./actions";
import { type MemberStatus, Memberships } from "./memberships";
import { applyPolicy } from "./policyControls";
import type { Aggregator, Association, AutomationRule, ConfigurationPolicy, Hub } from "./records";
import { defaultStandards } from "./standards";

export const securityHubPrincipal = "securityhub.amazonaws.com";
/** Name of "no policy: the account decides" where a policy's id is asked for. */
export const selfManaged = "SELF_MANAGED_SECURITY_HUB";

export const invalidInput = (why: string) => new ServiceError("InvalidInputException", 400, why);
export const invalidAccess = (why: string) => new ServiceError("InvalidAccessException", 401, why);
export const conflict = (why: string) => new ServiceError("ResourceConflictException", 409, why);
export const notFound = (why: string) => new ServiceError("ResourceNotFoundException", 404, why);

/** Refuses what a centrally managed account may not decide by itself. */
export function selfDecided(state: SecurityHubState, { account, region }: Call): void {
  const policy = state.governing(account, region);
  if (policy !== undefined)
    throw accessDenied(`Account ${account} is managed by a configuration policy (${policy.id}).`);
}

/** Security Hub CSPM in every account and region, without its findings. */
export class SecurityHubState {
  private readonly hubs = new Map<string, Hub>();
  /** Region and administrator. */
  readonly admins = new Map<string, string>();
  /** Regions that have their administrator from the home region, as long as CENTRAL lasts. */
  private readonly inherited = new Set<string>();
  /** By account: one each at most. */
  readonly aggregators = new Map<string, Aggregator>();
  readonly policies = new Map<string, ConfigurationPolicy>();
  /** By target: an account, an organizational unit or the root. */
  readonly associations = new Map<string, Association>();
  /** The administrator's decision for new accounts, by region, and the time since when. */
  readonly autoEnable = new Map<string, { members: boolean; standards: string; since: number }>();
  /** Members. Under CENTRAL every account with Security Hub is the organization's administrator's, whatever stands here. */
  readonly memberships: Memberships;
  /** Automation rules by ARN, of each account and region. */
  private readonly rules = new Map<string, Map<string, AutomationRule>>();
  /** Custom actions by ARN, of each account and region. */
  private readonly actions = new Map<string, Map<string, ActionTarget>>();
  /** Configuration from the home region. Undefined: LOCAL. */
  central: { since: number } | undefined;

  constructor(
    readonly organization: Organization,
    readonly clock: Clock,
    readonly timing: Timing,
  ) {
    this.memberships = new Memberships(clock);
    organization.onLeft((left) => {
      for (const admin of this.admins.values()) this.memberships.forget(admin, ({ account }) => account === left);
    });
    organization.onDeregistered((principal, account) => {
      if (principal !== securityHubPrincipal) return;
      this.memberships.forget(account, () => true);
      for (const [region, admin] of this.admins) if (admin === account) this.admins.delete(region);
      this.associations.clear();
      this.policies.clear();
      this.stopCentral();
    });
  }

  /** Back to LOCAL: linked regions lose the administrator that they had from the home region. */
  stopCentral(): void {
    this.central = undefined;
    for (const region of this.inherited) this.admins.delete(region);
    this.inherited.clear();
  }

  hub(account: string, region: string): Hub | undefined {
    return this.hubs.get(`${account}/${region}`);
  }

  /** The caller's hub, or the service's refusal where Security Hub is off. */
  subscribed({ account, region }: Call): Hub {
    const hub = this.hub(account, region);
    if (hub === undefined) throw invalidAccess(`Account ${account} is not subscribed to AWS Security Hub`);
    return hub;
  }

  enable(account: string, region: string): Hub {
    const hub: Hub = this.hub(account, region) ?? {
      subscribedAt: this.clock.now(),
      autoEnableControls: true,
      controlFindingGenerator: "SECURITY_CONTROL",
      standards: new Set(),
      controlsOff: new Map(),
      parameters: new Map(),
      updateReasons: new Map(),
      tags: {},
    };
    this.hubs.set(`${account}/${region}`, hub);
    return hub;
  }

  disable(account: string, region: string): void {
    this.hubs.delete(`${account}/${region}`);
    this.rules.delete(`${account}/${region}`);
    this.actions.delete(`${account}/${region}`);
    // A member's association goes with it, but for the organization's own under CENTRAL.
    const administrator = this.memberships.administratorOf(account, region);
    if (administrator) this.memberships.set(administrator, account, region, { status: "Resigned" });
  }

  /** An account's automation rules in a region, by ARN. */
  rulesOf(account: string, region: string): Map<string, AutomationRule> {
    const key = `${account}/${region}`;
    const rules = this.rules.get(key) ?? new Map<string, AutomationRule>();
    this.rules.set(key, rules);
    return rules;
  }

  /** An account's custom actions in a region, by ARN. */
  actionsOf(account: string, region: string): Map<string, ActionTarget> {
    const key = `${account}/${region}`;
    const actions = this.actions.get(key) ?? new Map<string, ActionTarget>();
    this.actions.set(key, actions);
    return actions;
  }

  /** The one administrator of the organization, whatever the region. */
  get admin(): string | undefined {
    return [...this.admins.values()][0];
  }

  /** The aggregator that governs this account: its administrator's where it has one, else its own. */
  aggregator(account: string): Aggregator | undefined {
    const shared = this.admin === undefined ? undefined : this.aggregators.get(this.admin);
    if (shared !== undefined && this.organization.accounts.has(account)) return shared;
    const followed = [...this.aggregators.values()].find(
      ({ account: admin, region }) => this.memberships.get(admin, account, region)?.status === "Enabled",
    );
    return followed ?? this.aggregators.get(account);
  }

  linkedRegions(aggregator: Aggregator): string[] {
    const others = this.organization.regions.filter((region) => region !== aggregator.region);
    if (aggregator.mode === "ALL_REGIONS") return others;
    if (aggregator.mode === "ALL_REGIONS_EXCEPT_SPECIFIED")
      return others.filter((region) => !aggregator.regions.includes(region));
    return aggregator.mode === "SPECIFIED_REGIONS" ? aggregator.regions : [];
  }

  /** The association that decides for an account: its own, or that of the nearest unit above it. */
  effective(target: string): Association | undefined {
    for (const id of [target, ...this.organization.ancestors(target)]) {
      const found = this.associations.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The policy that governs an account here, if it is centrally managed here. */
  governing(account: string, region: string): ConfigurationPolicy | undefined {
    const aggregator = this.admin === undefined ? undefined : this.aggregators.get(this.admin);
    if (this.central === undefined || aggregator === undefined) return undefined;
    if (region !== aggregator.region && !this.linkedRegions(aggregator).includes(region)) return undefined;
    const association = this.effective(account);
    // One that is being taken away still governs.
    const applies = association?.status === "SUCCESS" || association?.ending;
    return applies ? this.policies.get(association.policyId) : undefined;
  }

  /** Whose member this account is in a region, by the organization or by an invitation that it accepted. */
  administratorOf(account: string, region: string): string | undefined {
    if (this.hub(account, region) === undefined) return undefined;
    const own = this.admins.get(region) ?? (this.central && this.admin);
    return own !== undefined && this.memberStatus(own, account, region) === "Enabled"
      ? own
      : this.memberships.administratorOf(account, region);
  }

  /** Whether an administrator sees, in one region, this account's findings of another, or of the same. */
  follows(account: string, administrator: string, region: string, seenIn: string): boolean {
    if (this.administratorOf(account, region) !== administrator) return false;
    // Who was invited must be a member in both regions.
    return this.organization.accounts.has(account) || this.administratorOf(account, seenIn) === administrator;
  }

  /** How an account stands to an administrator in a region. Undefined: not at all. */
  memberStatus(administrator: string, account: string, region: string): MemberStatus | undefined {
    if (account === administrator) return undefined;
    const elsewhere = this.memberships.administratorOf(account, region) ?? administrator;
    if (
      this.central !== undefined &&
      administrator === this.admin &&
      elsewhere === administrator &&
      this.organization.accounts.has(account) &&
      this.hub(account, region) !== undefined
    )
      return "Enabled";
    return this.memberships.get(administrator, account, region)?.status;
  }

  /** Does what has fallen due since the last call: associations are applied, CENTRAL reaches the linked regions. */
  settle(): void {
    const aggregator = this.admin === undefined ? undefined : this.aggregators.get(this.admin);
    for (const [region, decision] of this.autoEnable) this.enrol(region, decision);
    if (this.central === undefined || aggregator === undefined || this.admin === undefined) return;
    for (const region of this.linkedRegions(aggregator).filter((one) => !this.admins.has(one))) {
      this.admins.set(region, this.admin);
      this.inherited.add(region);
    }
    for (const association of this.associations.values()) this.settleAssociation(association);

    const regions = [aggregator.region, ...this.linkedRegions(aggregator)];
    // One that joins inherits at once what its unit has, but it is applied in time.
    for (const { id, joinedAt } of this.organization.accounts.values())
      if (this.clock.now() >= joinedAt.getTime() + this.timing.association)
        for (const region of regions) if (this.organization.hasRegion(id, region)) this.apply(id, region);
  }

  /** LOCAL's auto-enable reaches accounts that join after it was set, and nobody else. */
  private enrol(region: string, { members, standards, since }: { members: boolean; standards: string; since: number }) {
    const due = (account: Account) => {
      const joined = account.joinedAt.getTime();
      return joined > since && this.clock.now() >= joined + this.timing.enrolment;
    };
    const admin = this.admins.get(region);
    if (!members || this.central !== undefined || admin === undefined) return;
    for (const account of this.organization.accounts.values()) {
      const { id, status } = account;
      if (id === admin || status !== "ACTIVE" || !due(account)) continue;
      if (this.memberships.get(admin, id, region) || !this.organization.hasRegion(id, region)) continue;
      // An account that accepted another administrator's invitation stays with it.
      if (this.memberships.administratorOf(id, region) !== undefined) continue;
      const off = this.hub(id, region) === undefined;
      if (off && id === this.organization.managementAccountId) continue;
      if (off) this.enable(id, region).standards = new Set(standards === "DEFAULT" ? defaultStandards(region) : []);
      this.memberships.set(admin, id, region, { status: "Enabled" });
    }
  }

  private settleAssociation(association: Association): void {
    if (association.status !== "PENDING") return;
    if (this.clock.now() < association.startedAt + this.timing.association) return;
    if (association.ending) {
      this.associations.delete(association.targetId);
      return;
    }
    const targets = [...this.organization.accounts.values()].filter(
      ({ id }) => this.effective(id)?.targetId === association.targetId,
    );
    const failing = targets.filter((account) => account.status === "SUSPENDED" || this.managementIsOff(account.id));
    association.status = failing.length === 0 ? "SUCCESS" : "FAILED";
    if (failing.length > 0)
      association.message = `The configuration policy could not be applied to ${failing.map(({ id }) => id).join(", ")}.`;
  }

  /** The management account enables Security Hub by itself; no policy does it. */
  private managementIsOff(account: string): boolean {
    const home = this.aggregator(account)?.region ?? "";
    return account === this.organization.managementAccountId && this.hub(account, home) === undefined;
  }

  private apply(account: string, region: string): void {
    const settings = this.governing(account, region)?.policy.SecurityHub;
    if (settings === undefined) return;
    if (!settings.ServiceEnabled) this.disable(account, region);
    else applyPolicy(this.enable(account, region), settings, region);
  }
}
