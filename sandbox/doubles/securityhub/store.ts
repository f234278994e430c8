import type { Clock } from "../controlPlane/clock";
import type { Call } from "../controlPlane/service";
import { type Announcements, importedEvent } from "./announcements";
import type { Finding } from "./asff";
import type { SecurityHubState } from "./state";

/** A finding as it stands, and as GetFindings still shows it for a while. */
export interface Stored {
  account: string;
  region: string;
  /** Came from a service by command: its account is taken as a member, and its region as linked, whatever it is. */
  adopted: boolean;
  finding: Finding;
  /** Earlier states that are still shown, each until its time. */
  shownBefore: { until: number; finding: Finding }[];
  /** Members that the customer has set by BatchUpdateFindings. */
  setByCustomer: Set<string>;
}

/** All findings, wherever they came from. */
export class FindingStore {
  private readonly findings = new Map<string, Stored>();
  private readonly listeners: ((reported: Stored) => Promise<string[]>)[] = [];

  constructor(
    private readonly state: SecurityHubState,
    private readonly announcements: Announcements,
    private readonly clock: Clock,
  ) {}

  get(account: string, region: string, productArn: string, id: string): Stored | undefined {
    return this.findings.get(JSON.stringify([account, region, productArn, id]));
  }

  /** Stores a finding, old or new, and tells every bus that is to hear of it. Resolves with the events' ids. */
  put(stored: Stored): Promise<string[]> {
    const { account, region, finding } = stored;
    this.findings.set(JSON.stringify([account, region, finding.ProductArn, finding.Id]), stored);
    const time = new Date(this.clock.now());
    const sent = this.buses(stored).map(([one, where]) =>
      this.announcements.announce(one, where, importedEvent(finding, time)),
    );
    return Promise.all(sent);
  }

  /** Calls back with each finding as its provider reported it, for who keeps findings too. Resolves with the ids of events. */
  onReport(listener: (reported: Stored) => Promise<string[]>): void {
    this.listeners.push(listener);
  }

  /** Stores what a provider reported, as automation rules have left it. Resolves with the ids of all events. */
  async report(reported: Stored, ruled: Stored): Promise<string[]> {
    const sent = [this.put(ruled), ...this.listeners.map((listener) => listener(reported))];
    return (await Promise.all(sent)).flat();
  }

  /** What a caller sees here: its own findings, its members' if it is the administrator, linked regions' in the home region. */
  visible({ account, region }: Pick<Call, "account" | "region">): Stored[] {
    const aggregator = this.state.aggregator(account);
    const linked = aggregator?.region === region ? this.state.linkedRegions(aggregator) : [];
    const isAdmin = this.state.admins.get(region) === account;
    return [...this.findings.values()].filter((one) => {
      const accountSeen =
        one.account === account ||
        (isAdmin && one.adopted) ||
        this.state.follows(one.account, account, one.region, region);
      const regionSeen =
        one.region === region || linked.includes(one.region) || (one.adopted && aggregator?.region === region);
      return accountSeen && regionSeen;
    });
  }

  /** The finding as GetFindings shows it now. */
  shown(stored: Stored): Finding {
    const now = this.clock.now();
    stored.shownBefore = stored.shownBefore.filter(({ until }) => until > now);
    return stored.shownBefore[0]?.finding ?? stored.finding;
  }

  /** Where a finding's event goes: where it came from, that account's home region, and the administrator in both regions. */
  private buses({ account, region, adopted }: Stored): [string, string][] {
    const { organization, admins } = this.state;
    const aggregator = this.state.aggregator(account) ?? (adopted ? this.adminAggregator() : undefined);
    const linked = aggregator !== undefined && (adopted || this.state.linkedRegions(aggregator).includes(region));
    const regions = linked && aggregator.region !== region ? [region, aggregator.region] : [region];
    const candidates = regions.flatMap((one): [string, string][] => {
      const admin = adopted ? admins.get(one) : this.state.administratorOf(account, region);
      const seen = admin !== undefined && (adopted || this.state.follows(account, admin, region, one));
      return seen && admin !== account
        ? [
            [account, one],
            [admin, one],
          ]
        : [[account, one]];
    });
    // Nobody listens in accounts and regions that the sandbox does not have.
    return candidates.filter(([one, where]) => organization.known(one) && organization.regions.includes(where));
  }

  private adminAggregator() {
    return this.state.admin === undefined ? undefined : this.state.aggregators.get(this.state.admin);
  }
}
