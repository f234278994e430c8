import { GuardDuty } from "@aws-sdk/client-guardduty";
import { Health } from "@aws-sdk/client-health";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { Organizations } from "@aws-sdk/client-organizations";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { type ControlPlane, controlPlane, type Endpoints } from "../../../sandbox/doubles/controlPlane/controlPlane";
import type { Timing } from "../../../sandbox/doubles/controlPlane/timing";
import type { EventEntry, PutEvents } from "../../../sandbox/doubles/securityhub/announcements";

export const MANAGEMENT = "111111111111";
export const AUDIT = "222222222222";
export const PROD = "333333333333";
export const HOME = "ap-northeast-1";
export const LINKED = "us-east-1";
export const UNIT = "ou-hakk-workload";

export interface Heard extends EventEntry {
  account: string;
  region: string;
}

/** A time that stands still until a test moves it. It starts at the machine's, which functions under test go by. */
class TestClock {
  private time = Date.now();
  now = () => this.time;
  /** Replies wait in real time; state goes by `now`. */
  sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  set(time: string): void {
    this.time = Date.parse(time);
  }
  pass(milliseconds: number): void {
    this.time += milliseconds;
  }
}

export class RunningPlane {
  readonly clock = new TestClock();
  readonly heard: Heard[] = [];
  readonly plane: ControlPlane;
  /** The local AWS, for what StackSets make. */
  local: string | undefined;
  private endpoints: Endpoints | undefined;

  constructor(timing: Partial<Timing> = {}, putEvents?: PutEvents, supportPlan = true) {
    this.plane = controlPlane({
      clock: this.clock,
      timing: { association: 0, ...timing },
      putEvents: putEvents ?? this.hear,
      endpoint: () => this.local ?? "http://127.0.0.1:9",
      organization: {
        managementAccountId: MANAGEMENT,
        accounts: [
          { id: MANAGEMENT, name: "management" },
          { id: AUDIT, name: "audit" },
          { id: PROD, name: "prod", parent: UNIT },
        ],
        supportPlan,
        units: [{ id: UNIT, name: "workload" }],
        regions: [HOME, LINKED, "ap-northeast-3"],
      },
    });
  }

  private readonly hear: PutEvents = async (account, region, entries) => {
    const from = this.heard.length;
    this.heard.push(...entries.map((entry) => ({ ...entry, account, region })));
    return { Entries: entries.map((_entry, index) => ({ EventId: `event-${from + index}` })) };
  };

  async start(): Promise<this> {
    this.endpoints = await this.plane.listen();
    return this;
  }

  close = () => this.plane.close();

  // An account's number as access key is how the local AWS knows its root; the doubles alone take it from the signature.
  private client(account: string, region: string) {
    return { region, credentials: { accessKeyId: account, secretAccessKey: "any" }, maxAttempts: 1 };
  }
  securityHub = (account: string, region = HOME) =>
    new SecurityHub({ ...this.client(account, region), endpoint: this.endpoints?.securityhub });
  guardDuty = (account: string, region = HOME) =>
    new GuardDuty({ ...this.client(account, region), endpoint: this.endpoints?.guardduty });
  organizations = (account: string) =>
    new Organizations({ ...this.client(account, "us-east-1"), endpoint: this.endpoints?.organizations });
  inspector = (account: string, region = HOME) =>
    new Inspector2({ ...this.client(account, region), endpoint: this.endpoints?.inspector2 });
  health = (account: string, region = "us-east-1") =>
    new Health({ ...this.client(account, region), endpoint: this.endpoints?.health });
  /** The address of one service, for a client of one's own. */
  endpoint = (service: keyof Endpoints) => this.endpoints?.[service] ?? "";

  /** Security Hub as the stacks leave it: designated, aggregated, CENTRAL, one policy for the unit. Returns the policy's id. */
  async deploySecurityHub(): Promise<string> {
    const audit = this.securityHub(AUDIT);
    await audit.enableSecurityHub({ EnableDefaultStandards: false });
    await this.securityHub(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await audit.createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" });
    await audit.updateOrganizationConfiguration({
      AutoEnable: false,
      AutoEnableStandards: "NONE",
      OrganizationConfiguration: { ConfigurationType: "CENTRAL" },
    });
    const { Id } = await audit.createConfigurationPolicy(policy("all"));
    await audit.startConfigurationPolicyAssociation({
      ConfigurationPolicyIdentifier: Id,
      Target: { OrganizationalUnitId: UNIT },
    });
    return Id ?? "";
  }
}

export const policy = (Name: string) => ({
  Name,
  ConfigurationPolicy: {
    SecurityHub: {
      ServiceEnabled: true,
      EnabledStandardIdentifiers: [
        `arn:aws:securityhub:${HOME}::standards/aws-foundational-security-best-practices/v/1.0.0`,
      ],
      SecurityControlsConfiguration: { DisabledSecurityControlIdentifiers: [] as string[] },
    },
  },
});

/** The names of an error, as the SDK gives them; fails where there is none. */
export const errorOf = async (call: Promise<unknown>): Promise<{ name: string; message: string; status?: number }> => {
  const error = await call.then(
    () => new Error("It was not refused."),
    (reason: unknown) => reason as Error & { $metadata?: { httpStatusCode?: number } },
  );
  const status = "$metadata" in error ? error.$metadata?.httpStatusCode : undefined;
  return { name: error.name, message: error.message, ...(status === undefined ? {} : { status }) };
};
