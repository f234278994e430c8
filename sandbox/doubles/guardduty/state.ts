import { createHash } from "node:crypto";
import type { Clock } from "../controlPlane/clock";
import type { Timing } from "../controlPlane/timing";
import type { Organization } from "../organizations/organization";
import {
  type AutoEnable,
  badRequest,
  newOrganizationPlans,
  newPlans,
  type OrganizationPlan,
  type PlanState,
} from "./features";

export const guardDutyPrincipal = "guardduty.amazonaws.com";

export interface Detector {
  id: string;
  account: string;
  region: string;
  enabled: boolean;
  frequency: string;
  createdAt: number;
  updatedAt: number;
  tags: Record<string, string>;
  plans: Map<string, PlanState>;
  /** Where its findings are exported to. */
  destination?: Destination;
  /** Of addresses, the deleted ones too. */
  lists: AddressList[];
}

/** A list of trusted or threatening addresses. */
export interface AddressList {
  id: string;
  kind: "ipset" | "threatintelset";
  name: string;
  format: string;
  location: string;
  /** What it is once the last change has taken its time. */
  settled: "ACTIVE" | "INACTIVE" | "ERROR" | "DELETED";
  changedAt: number;
  tags: Record<string, string>;
}

/** A bucket that findings are exported to, and the key that they are encrypted with. */
export interface Destination {
  id: string;
  bucketArn: string;
  keyArn: string;
  tags: Record<string, string>;
}

export interface Member {
  account: string;
  /** Created: not yet invited. Removed: disassociated, and not yet deleted; Resigned: by itself. */
  status: "Created" | "Invited" | "Enabled" | "Removed" | "Resigned";
  updatedAt: number;
  /** As the administrator gave it, of an account outside the organization. */
  email?: string;
  /** What it accepted, where it is a member by invitation. */
  invitation?: Invitation;
}

/** An invitation that waits for its answer, or was accepted. */
export interface Invitation {
  id: string;
  administrator: string;
  account: string;
  region: string;
  invitedAt: number;
}

/** One region's administrator, with what it decides for the organization there. */
export interface Designation {
  admin: string;
  autoEnable: AutoEnable;
  autoEnableSince: number;
  plans: Map<string, OrganizationPlan>;
  members: Map<string, Member>;
}

/** GuardDuty in every account and region. */
export class GuardDutyState {
  readonly detectors: Detector[] = [];
  readonly designations = new Map<string, Designation>();
  readonly invitations: Invitation[] = [];
  /** Members by invitation, by region and administrator, of those that are not the organization's administrator. */
  private readonly invited = new Map<string, Map<string, Member>>();
  private made = 0;

  constructor(
    readonly organization: Organization,
    readonly clock: Clock,
    readonly timing: Timing,
  ) {
    organization.onDeregistered((principal, account) => {
      if (principal !== guardDutyPrincipal) return;
      for (const [region, { admin }] of this.designations) if (admin === account) this.designations.delete(region);
    });
    organization.onLeft((account) => {
      for (const { members } of this.designations.values()) members.delete(account);
    });
  }

  detectorOf(account: string, region: string): Detector | undefined {
    return this.detectors.find((one) => one.account === account && one.region === region);
  }

  /** The caller's detector by its id, or the service's refusal. */
  owned(account: string, region: string, id: string | undefined): Detector {
    const detector = this.detectorOf(account, region);
    if (detector === undefined || detector.id !== id)
      throw badRequest("the input detectorId is not owned by the current account.");
    return detector;
  }

  createDetector(account: string, region: string, on: readonly string[]): Detector {
    const now = this.clock.now();
    this.made += 1;
    const detector: Detector = {
      id: createHash("md5").update(`${account}/${region}/${this.made}`).digest("hex"),
      account,
      region,
      enabled: true,
      frequency: "SIX_HOURS",
      createdAt: now,
      updatedAt: now,
      tags: {},
      plans: newPlans(this.clock, on, region),
      lists: [],
    };
    this.detectors.push(detector);
    return detector;
  }

  designate(region: string, admin: string): Designation {
    const designation: Designation = {
      admin,
      autoEnable: "NONE",
      autoEnableSince: this.clock.now(),
      plans: newOrganizationPlans(region),
      members: this.membersOf(admin, region), // members by invitation stay, once their administrator is the organization's
    };
    this.invited.delete(`${region}/${admin}`);
    this.designations.set(region, designation);
    return designation;
  }

  /** Whether an administrator decides over this account's detector here. */
  isMember(account: string, region: string): boolean {
    return this.administratorOf(account, region) !== undefined;
  }

  /** The members that an account has here: the organization's, where it is the administrator, and those by invitation. */
  membersOf(admin: string, region: string): Map<string, Member> {
    const designation = this.designations.get(region);
    if (designation?.admin === admin) return designation.members;
    const key = `${region}/${admin}`;
    const members = this.invited.get(key) ?? new Map<string, Member>();
    this.invited.set(key, members);
    return members;
  }

  /** Who decides over this account's detector here, by the organization or by an invitation that it accepted. */
  administratorOf(account: string, region: string): string | undefined {
    const enabled = (members: Map<string, Member> | undefined) => members?.get(account)?.status === "Enabled";
    const designation = this.designations.get(region);
    if (enabled(designation?.members)) return designation?.admin;
    const found = [...this.invited].find(([key, members]) => key.startsWith(`${region}/`) && enabled(members));
    return found?.[0].slice(region.length + 1);
  }

  /** Takes an invitation back, or off the list once it is answered. */
  withdraw(administrator: string, account: string, region: string): void {
    const at = this.invitations.findIndex(
      (one) => one.administrator === administrator && one.account === account && one.region === region,
    );
    if (at >= 0) this.invitations.splice(at, 1);
  }

  /** Takes an account in as a member. False for a management account without a detector of its own, which nobody makes for it. */
  enrol(designation: Designation, account: string, region: string): boolean {
    const own = this.detectorOf(account, region);
    if (own === undefined && account === this.organization.managementAccountId) return false;
    const detector = own ?? this.createDetector(account, region, []);
    designation.members.set(account, { account, status: "Enabled", updatedAt: this.clock.now() });
    for (const [name, plan] of designation.plans)
      if (plan.autoEnable !== "NONE") switchOn(detector, name, plan, this.clock);
    return true;
  }

  /** Does what has fallen due since the last call: auto-enable takes accounts in and switches plans on. */
  settle(): void {
    for (const [region, designation] of this.designations) {
      for (const account of this.organization.accounts.values()) {
        const joinedAt = account.joinedAt.getTime();
        if (account.status === "ACTIVE" && this.enrolmentDue(designation, account.id, region, joinedAt))
          this.enrol(designation, account.id, region);
      }
      this.applyPlans(region, designation);
    }
  }

  private enrolmentDue(designation: Designation, account: string, region: string, joinedAt: number): boolean {
    const member = designation.members.get(account);
    if (account === designation.admin || member?.status === "Enabled") return false;
    if (!this.organization.hasRegion(account, region)) return false;
    // An account that accepted another administrator's invitation stays with it.
    if (this.isMember(account, region)) return false;
    const { autoEnable, autoEnableSince } = designation;
    if (autoEnable === "ALL") return this.passed(Math.max(autoEnableSince, joinedAt));
    return autoEnable === "NEW" && member === undefined && joinedAt > autoEnableSince && this.passed(joinedAt);
  }

  /**
   * Under ALL a plan is on in every member that is of the organization, and comes on again where somebody switched it off. Who was
   * invited is managed one by one: https://docs.aws.amazon.com/guardduty/latest/ug/add-member-accounts-guardduty-organization.html
   */
  private applyPlans(region: string, designation: Designation): void {
    for (const [name, plan] of designation.plans) {
      if (plan.autoEnable !== "ALL" || !this.passed(plan.setAt)) continue;
      for (const member of designation.members.values()) {
        if (!this.organization.accounts.has(member.account)) continue;
        const detector = this.detectorOf(member.account, region);
        if (member.status === "Enabled" && detector !== undefined) switchOn(detector, name, plan, this.clock);
      }
    }
  }

  private passed(since: number): boolean {
    return this.clock.now() >= since + this.timing.enrolment;
  }
}

function switchOn(detector: Detector, name: string, plan: OrganizationPlan, clock: Clock): void {
  const state = detector.plans.get(name);
  if (state === undefined) return;
  const wanted = [...plan.additional].filter(([, autoEnable]) => autoEnable !== "NONE").map(([one]) => one);
  if (state.enabled && wanted.every((one) => state.additional.get(one))) return;
  state.enabled = true;
  for (const one of wanted) state.additional.set(one, true);
  state.updatedAt = clock.now();
}
