import type { AutoEnable, ResourceScanType, Status } from "@aws-sdk/client-inspector2";
import type { Clock } from "../controlPlane/clock";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import type { Timing } from "../controlPlane/timing";
import type { Organization } from "../organizations/organization";

export const inspectorPrincipal = "inspector2.amazonaws.com";

export const SCAN_TYPES = ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"] as const;

/** A type's name in answers: LAMBDA_CODE is lambdaCode. */
export const KEYS = {
  EC2: "ec2",
  ECR: "ecr",
  LAMBDA: "lambda",
  LAMBDA_CODE: "lambdaCode",
  CODE_REPOSITORY: "codeRepository",
} as const satisfies Record<ResourceScanType, keyof AutoEnable>;

export const invalid = (message: string) => new ServiceError("ValidationException", 400, message);

/** What is scanned in one account and region: since when each type is on its way on or off. */
type Scans = Map<ResourceScanType, { on: boolean; since: number }>;

export interface Member {
  account: string;
  associated: boolean;
  updatedAt: number;
}

/** One region's administrator, with what it decides for the organization there. */
export interface Designation {
  admin: string;
  autoEnable: Required<AutoEnable>;
  autoEnableSince: number;
  members: Map<string, Member>;
}

/** Inspector in every account and region. */
export class InspectorState {
  readonly designations = new Map<string, Designation>();
  private readonly scans = new Map<string, Scans>();

  constructor(
    readonly organization: Organization,
    readonly clock: Clock,
    readonly timing: Timing,
  ) {
    organization.onDeregistered((principal, account) => {
      if (principal !== inspectorPrincipal) return;
      for (const [region, { admin }] of this.designations) if (admin === account) this.designations.delete(region);
    });
    organization.onLeft((account) => {
      for (const { members } of this.designations.values()) members.delete(account);
    });
  }

  designate(region: string, admin: string): void {
    this.designations.set(region, {
      admin,
      autoEnable: { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false },
      autoEnableSince: this.clock.now(),
      members: new Map(),
    });
  }

  /** The designation that the caller holds here, or the service's refusal. */
  administered(account: string, region: string): Designation {
    const designation = this.designations.get(region);
    if (designation?.admin !== account) throw accessDenied("Invoking account is not the delegated administrator.");
    return designation;
  }

  status(account: string, region: string, type: ResourceScanType): Status {
    const scan = this.scans.get(`${account}/${region}`)?.get(type);
    if (!scan) return "DISABLED";
    const done = this.clock.now() >= scan.since + this.timing.scanning;
    if (scan.on) return done ? "ENABLED" : "ENABLING";
    return done ? "DISABLED" : "DISABLING";
  }

  /** ENABLED where any type is, else on its way there, else on its way off, else DISABLED. */
  accountStatus(account: string, region: string): Status {
    const statuses = SCAN_TYPES.map((type) => this.status(account, region, type));
    return (["ENABLED", "ENABLING", "DISABLING"] as const).find((status) => statuses.includes(status)) ?? "DISABLED";
  }

  isOn(account: string, region: string): boolean {
    return ["ENABLED", "ENABLING"].includes(this.accountStatus(account, region));
  }

  turn(account: string, region: string, types: readonly ResourceScanType[], on: boolean): void {
    const scans = this.scans.get(`${account}/${region}`) ?? new Map();
    for (const type of types) {
      if ((scans.get(type)?.on ?? false) !== on) scans.set(type, { on, since: this.clock.now() });
    }
    this.scans.set(`${account}/${region}`, scans);
  }

  isMember(account: string, region: string): boolean {
    return this.designations.get(region)?.members.get(account)?.associated ?? false;
  }

  associate({ members }: Designation, account: string): void {
    members.set(account, { account, associated: true, updatedAt: this.clock.now() });
  }

  /** Does what has fallen due: auto-enable takes in accounts that joined since it was set, and no others. */
  settle(): void {
    for (const [region, designation] of this.designations) {
      const types = SCAN_TYPES.filter((type) => designation.autoEnable[KEYS[type]]);
      if (types.length === 0) continue;
      for (const { id, status, joinedAt, regions } of this.organization.accounts.values()) {
        const joined = joinedAt.getTime();
        const due = joined > designation.autoEnableSince && this.clock.now() >= joined + this.timing.enrolment;
        if (!due || status !== "ACTIVE" || designation.members.has(id) || !regions.includes(region)) continue;
        this.associate(designation, id);
        this.turn(id, region, types, true);
      }
    }
  }
}
