import { AUDIT, HOME, MANAGEMENT, RunningPlane } from "./plane";

/** GuardDuty of an organization, seen from its accounts. Existing accounts are enrolled after a minute. */
export class RunningGuardDuty extends RunningPlane {
  constructor() {
    super({ enrolment: 60_000 });
  }

  /** Lets the minute pass that enrolment takes. */
  minute(): void {
    this.clock.pass(60_000);
  }

  async detectorOf(account: string, region = HOME): Promise<string> {
    const { DetectorIds = [] } = await this.guardDuty(account, region).listDetectors({});
    return DetectorIds[0] ?? "none";
  }

  /** A plan of the account's detector in the home region. */
  async planOf(account: string, name: string) {
    const detector = await this.guardDuty(account).getDetector({ DetectorId: await this.detectorOf(account) });
    return detector.Features?.find(({ Name }) => Name === name);
  }

  designate(region = HOME, AdminAccountId = AUDIT) {
    return this.guardDuty(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId });
  }

  async configure(autoEnable: "ALL" | "NEW" | "NONE", Features?: object[]) {
    return this.guardDuty(AUDIT).updateOrganizationConfiguration({
      DetectorId: await this.detectorOf(AUDIT),
      AutoEnableOrganizationMembers: autoEnable,
      Features: Features as never,
    });
  }

  async members() {
    const { Members = [] } = await this.guardDuty(AUDIT).listMembers({ DetectorId: await this.detectorOf(AUDIT) });
    return Members.map(({ AccountId }) => AccountId);
  }
}
