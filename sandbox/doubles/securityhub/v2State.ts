import { randomUUID } from "node:crypto";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import type { Call } from "../controlPlane/service";
import { type EffectiveRegions, effectiveRegions } from "../organizations/effectivePolicy";
import type { Account, Organization } from "../organizations/organization";
import type { SecurityHubState } from "./state";

const POLICY = "SECURITYHUB_POLICY";

export interface HubV2 {
  arn: string;
  subscribedAt: number;
  tags: Record<string, string>;
}

export interface AggregatorV2 {
  arn: string;
  /** The home region: where it was made. */
  region: string;
  linkedRegions: string[];
  tags: Record<string, string>;
}

/** Security Hub V2 in every account and region, which stands beside CSPM, has its administrator, and is governed by AWS Organizations. */
export class SecurityHubV2State {
  private readonly hubs = new Map<string, HubV2>();
  /** By account: one each at most. */
  readonly aggregators = new Map<string, AggregatorV2>();
  /** What each account's state goes by, so that a call looks at those alone that something has changed for. */
  private readonly followed = new Map<string, string>();

  constructor(readonly cspm: SecurityHubState) {}

  hub(account: string, region: string): HubV2 | undefined {
    return this.hubs.get(`${account}/${region}`);
  }

  /** The caller's, or the service's refusal where V2 is off. */
  subscribed({ account, region }: Call): HubV2 {
    const hub = this.hub(account, region);
    if (hub === undefined) throw new ServiceError("ResourceNotFoundException", 404, "You are not subscribed to HubV2");
    return hub;
  }

  enable(account: string, region: string): HubV2 {
    const arn = `arn:aws:securityhub:${region}:${account}:hubv2/${randomUUID()}`;
    const hub = this.hub(account, region) ?? { arn, subscribedAt: this.cspm.clock.now(), tags: {} };
    this.hubs.set(`${account}/${region}`, hub);
    return hub;
  }

  disable(account: string, region: string): void {
    this.hubs.delete(`${account}/${region}`);
  }

  /** Refuses what an account may not decide where a policy does, from the moment that the policy is attached. */
  selfDecided({ account, region }: Call): void {
    const { enabled, disabled } = this.effective(account);
    if ([...enabled, ...disabled].includes(region))
      throw accessDenied("Account is part of an AWS Organization and is being managed by a Security Hub policy");
  }

  /** Does what has fallen due since the last call. What no policy speaks of (any more) stays as it is. */
  settle(): void {
    const { organization, clock, timing } = this.cspm;
    const changedAt = organization.policies.changedAt(POLICY);
    if (changedAt === undefined) return;
    const reached = ({ joinedAt }: Account) =>
      clock.now() >= Math.max(changedAt, joinedAt.getTime()) + timing.organizationPolicy;
    for (const account of organization.accounts.values()) {
      const { id, parent, regions, status, joinedAt } = account;
      const basis = JSON.stringify([changedAt, parent, regions, joinedAt]);
      if (status !== "ACTIVE" || this.followed.get(id) === basis || !reached(account)) continue;
      this.follow(organization, id);
      this.followed.set(id, basis);
    }
  }

  private follow(organization: Organization, account: string): void {
    const { enabled, disabled } = this.effective(account);
    for (const region of enabled) if (organization.hasRegion(account, region)) this.enable(account, region);
    for (const region of disabled) this.disable(account, region);
  }

  private effective(account: string): EffectiveRegions {
    const { organization } = this.cspm;
    if (!organization.accounts.has(account)) return { enabled: [], disabled: [] };
    return effectiveRegions(organization, account);
  }
}
