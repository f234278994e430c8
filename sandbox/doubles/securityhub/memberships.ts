import { createHash } from "node:crypto";
import type { Clock } from "../controlPlane/clock";

/** Created: not yet invited. Removed: disassociated by the administrator; Resigned: by itself. */
export type MemberStatus = "Created" | "Invited" | "Enabled" | "Removed" | "Resigned";

/** What one account is to another, its administrator, in one region. */
export interface Member {
  administrator: string;
  account: string;
  region: string;
  status: MemberStatus;
  updatedAt: number;
  /** As the administrator gave it. */
  email?: string;
  /** The last one that it got, where it is none of the administrator's organization. */
  invitation?: Invitation;
}

export interface Invitation {
  id: string;
  invitedAt: number;
  /** Whether the account still sees it. One that it accepted stays, to be accepted again after it has left. */
  open: boolean;
}

type Given = Pick<Member, "status"> & Partial<Pick<Member, "email" | "invitation">>;

/** Members of all administrators: of the organization's, and of any account that invites others. */
export class Memberships {
  private readonly members = new Map<string, Member>();

  constructor(private readonly clock: Clock) {}

  get(administrator: string, account: string, region: string): Member | undefined {
    return this.members.get(`${administrator}/${account}/${region}`);
  }

  /** Sets what is given, and leaves the rest as it is. */
  set(administrator: string, account: string, region: string, given: Given): void {
    const before = this.get(administrator, account, region);
    const member = { ...before, administrator, account, region, ...given, updatedAt: this.clock.now() };
    this.members.set(`${administrator}/${account}/${region}`, member);
  }

  delete({ administrator, account, region }: Member): void {
    this.members.delete(`${administrator}/${account}/${region}`);
  }

  /** An administrator's in a region, whatever their status. */
  of(administrator: string, region: string): Member[] {
    return this.all((one) => one.administrator === administrator && one.region === region);
  }

  /** Sends an invitation to who was created as a member; another one takes the first one's place. */
  invite({ administrator, account, region }: Member): void {
    const invitedAt = this.clock.now();
    const id = createHash("md5").update(`${administrator}/${account}/${region}/${invitedAt}`).digest("hex");
    this.set(administrator, account, region, { status: "Invited", invitation: { id, invitedAt, open: true } });
  }

  /** Those that an account sees in a region. */
  invitations(account: string, region: string): (Member & { invitation: Invitation })[] {
    return this.all((one) => one.account === account && one.region === region).flatMap(({ invitation, ...one }) =>
      invitation?.open ? [{ ...one, invitation }] : [],
    );
  }

  /** Whom an account has as its administrator in a region. */
  administratorOf(account: string, region: string): string | undefined {
    const [found] = this.all((one) => one.account === account && one.region === region && one.status === "Enabled");
    return found?.administrator;
  }

  /** Forgets what the organization made of an administrator's accounts; who was invited stays. */
  forget(administrator: string, matches: (member: Member) => boolean): void {
    for (const one of this.all(matches))
      if (one.administrator === administrator && one.invitation === undefined) this.delete(one);
  }

  private all(matches: (member: Member) => boolean): Member[] {
    return [...this.members.values()].filter(matches);
  }
}
