import type { Clock } from "../controlPlane/clock";
import type { Call } from "../controlPlane/service";
import type { Announcements, EventEntry } from "./announcements";
import type { Finding } from "./asff";
import { type CustomersView, isInV2, type Ocsf, ocsfOf, uidOf } from "./ocsf";
import type { Stored } from "./store";
import type { SecurityHubV2State } from "./v2State";

/** A finding as V2 has it now, and as GetFindingsV2 still shows it for a while. */
export interface StoredV2 {
  account: string;
  region: string;
  /** As for CSPM: its account is taken as a member, and its region as linked, whatever it is. */
  adopted: boolean;
  /** As its provider reported it last. */
  given: Finding;
  customers: CustomersView;
  ocsf: Ocsf & { metadata: { uid: string } };
  /** Earlier states that are still shown, each until its time. */
  shownBefore: { until: number; ocsf: Ocsf }[];
}

/** The event that every report and every update of a finding in V2 gives: one finding an event. */
const importedV2Event = (ocsf: StoredV2["ocsf"], time: Date): EventEntry => ({
  Source: "aws.securityhub",
  DetailType: "Findings Imported V2",
  Detail: JSON.stringify({ findings: [ocsf] }),
  Resources: [ocsf.metadata.uid],
  Time: time,
});

/**
 * The findings of V2, which products of AWS report to it as to CSPM, wherever it is on. What customers say of one stands apart from what
 * they say of it in CSPM, and stays whatever its provider reports next: AWS documents no way in which V2 sets it back.
 */
export class V2FindingStore {
  private readonly findings = new Map<string, StoredV2>();

  constructor(
    private readonly state: SecurityHubV2State,
    private readonly announcements: Announcements,
    private readonly clock: Clock,
  ) {}

  /** Takes a product's report, where V2 is on. Resolves with the ids of the events that it gives. */
  report({
    account,
    region,
    adopted,
    finding: given,
  }: Omit<Stored, "shownBefore" | "setByCustomer">): Promise<string[]> {
    if (!isInV2(given) || !this.isOn(account, region, adopted)) return Promise.resolve([]);
    const before = this.findings.get(uidOf(account, given));
    const customers = before?.customers ?? { statusId: 1 };
    return this.put({ account, region, adopted, given, customers, isFirst: before === undefined, shownBefore: [] });
  }

  /** Writes what a customer says of a finding. When it was modified is the provider's, and stays. */
  change(stored: StoredV2, change: Partial<CustomersView>): void {
    const { updateLag } = this.state.cspm.timing;
    const shownBefore = [...stored.shownBefore];
    if (updateLag > 0) shownBefore.push({ until: this.clock.now() + updateLag, ocsf: stored.ocsf });
    const isFirst = stored.ocsf.activity_id === 1;
    void this.put({ ...stored, customers: { ...stored.customers, ...change }, isFirst, shownBefore });
  }

  /** What a caller sees here: its own findings, its members' if it is the administrator, linked regions' in the home region. */
  visible({ account, region }: Pick<Call, "account" | "region">): StoredV2[] {
    const isAdmin = this.admin === account;
    const aggregator = this.state.aggregators.get(account);
    const isHome = aggregator?.region === region;
    return [...this.findings.values()].filter(
      (one) =>
        (one.account === account || isAdmin) &&
        (one.region === region || (isHome && (one.adopted || aggregator.linkedRegions.includes(one.region)))),
    );
  }

  /** The finding as GetFindingsV2 shows it now. */
  shown(stored: StoredV2): Ocsf {
    const now = this.clock.now();
    stored.shownBefore = stored.shownBefore.filter(({ until }) => until > now);
    return stored.shownBefore[0]?.ocsf ?? stored.ocsf;
  }

  private put(next: Omit<StoredV2, "ocsf"> & { isFirst: boolean }): Promise<string[]> {
    const { account, region, adopted, given, customers, isFirst, shownBefore } = next;
    const ocsf = ocsfOf(given, account, isFirst, customers) as StoredV2["ocsf"];
    this.findings.set(ocsf.metadata.uid, { account, region, adopted, given, customers, ocsf, shownBefore });
    const event = importedV2Event(ocsf, new Date(this.clock.now()));
    return Promise.all(
      this.buses(account, region, adopted).map(([one, where]) => this.announcements.announce(one, where, event)),
    );
  }

  private get admin(): string | undefined {
    return this.state.cspm.admin;
  }

  /** An account or region that the sandbox lacks goes by whether the administrator gathers V2's findings at all. */
  private isOn(account: string, region: string, adopted: boolean): boolean {
    const { organization } = this.state.cspm;
    const known = organization.known(account) && organization.regions.includes(region);
    if (known || !adopted) return this.state.hub(account, region) !== undefined;
    return this.admin !== undefined && this.state.aggregators.has(this.admin);
  }

  /** Where its event goes: where it came from, and the administrator, there and in the home region. */
  private buses(account: string, region: string, adopted: boolean): [string, string][] {
    const { organization } = this.state.cspm;
    const { admin } = this;
    const aggregator = admin === undefined ? undefined : this.state.aggregators.get(admin);
    const linked = aggregator && (adopted || aggregator.linkedRegions.includes(region));
    const candidates: [string, string][] = [[account, region]];
    if (admin !== undefined && admin !== account) candidates.push([admin, region]);
    if (admin !== undefined && linked && aggregator.region !== region) candidates.push([admin, aggregator.region]);
    // Nobody listens in accounts and regions that the sandbox does not have, and V2 says nothing where it is off.
    return candidates.filter(
      ([one, where]) =>
        organization.known(one) && organization.regions.includes(where) && this.state.hub(one, where) !== undefined,
    );
  }
}
