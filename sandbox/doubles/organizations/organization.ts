import type * as sdk from "@aws-sdk/client-organizations";
import { ORGANIZATION_ID } from "../../organization";
import type { Clock } from "../controlPlane/clock";
import { ServiceError } from "../controlPlane/errors";
import { Policies } from "./policies";

export interface AccountSetup {
  /** Twelve digits. */
  id: string;
  name: string;
  /** Default: the name at example.com. */
  email?: string;
  /** Id of the organizational unit it stands in. Default: the root. */
  parent?: string;
  /** Default: ACTIVE. */
  status?: "ACTIVE" | "SUSPENDED";
  /** The regions that it has enabled. Default: all of the organization's. */
  regions?: readonly string[];
}

export interface OrganizationSetup {
  managementAccountId: string;
  /** All accounts, the management account too. */
  accounts: readonly AccountSetup[];
  /** Organizational units; parent is another unit's id. Default parent: the root. */
  units?: readonly { id: string; name: string; parent?: string }[];
  /** Accounts of nobody in the organization. Default: none. */
  outside?: readonly AccountSetup[];
  /** The regions that there are. */
  regions: readonly string[];
  /** Types of policies that are enabled in the root. Default: none, as in a new organization. */
  policyTypes?: readonly sdk.PolicyType[];
  /** Whether its accounts have a plan of AWS Support that gives them the API of AWS Health. Default: true. */
  supportPlan?: boolean;
}

export interface Account extends Required<AccountSetup> {
  joinedAt: Date;
}

/** The only organization of the sandbox, as every account of it sees it. */
export class Organization {
  readonly id = ORGANIZATION_ID;
  readonly rootId = "r-hakk";
  readonly managementAccountId: string;
  readonly regions: readonly string[];
  /** Whether its accounts have a plan of AWS Support that gives them the API of AWS Health. */
  hasSupport: boolean;
  readonly units: readonly { id: string; name: string; parent: string }[];
  /** Those of the organization, suspended ones too. */
  readonly accounts = new Map<string, Account>();
  /** Those that are not of the organization. */
  readonly outside = new Map<string, Account>();
  /** Service principals that have trusted access, with the time since. */
  readonly trusted = new Map<string, Date>();
  /** Delegated administrators: service principal, account, time of registration. */
  readonly delegated = new Map<string, Map<string, Date>>();
  readonly policies = new Policies(this);
  private readonly inFlight = new Set<string>();
  private readonly listeners: ((principal: string, account: string) => void)[] = [];
  private readonly farewells: ((account: string) => void)[] = [];
  private readonly movers: (() => void)[] = [];

  constructor(
    setup: OrganizationSetup,
    private readonly clock: Clock,
  ) {
    this.managementAccountId = setup.managementAccountId;
    this.regions = setup.regions;
    this.hasSupport = setup.supportPlan ?? true;
    this.units = (setup.units ?? []).map((unit) => ({ ...unit, parent: unit.parent ?? this.rootId }));
    for (const account of setup.accounts) this.addAccount(account);
    for (const type of setup.policyTypes ?? []) this.policies.enableType(type);
    for (const account of setup.outside ?? []) this.outside.set(account.id, this.account(account));
  }

  /** The doubles' time. */
  now(): number {
    return this.clock.now();
  }

  /** An account joins, as by CreateAccount. Services that enrol new accounts see it at their next call. */
  addAccount(setup: AccountSetup): Account {
    const account = this.account(setup);
    this.outside.delete(account.id);
    this.accounts.set(account.id, account);
    for (const listener of this.movers) listener();
    return account;
  }

  private account(setup: AccountSetup): Account {
    return {
      email: `${setup.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}@example.com`,
      parent: this.rootId,
      status: "ACTIVE",
      regions: this.regions,
      ...setup,
      joinedAt: new Date(this.clock.now()),
    };
  }

  /** An account leaves, as by RemoveAccountFromOrganization: whoever administered it does so no more. */
  removeAccount(id: string): void {
    const account = this.accounts.get(id);
    if (account === undefined) return;
    this.accounts.delete(id);
    this.outside.set(id, { ...account, parent: "" });
    for (const listener of this.farewells) listener(id);
    for (const listener of this.movers) listener();
  }

  /** Told of each account that has left. */
  onLeft(listener: (account: string) => void): void {
    this.farewells.push(listener);
  }

  /** An account of the organization or not. */
  known(id: string): Account | undefined {
    return this.accounts.get(id) ?? this.outside.get(id);
  }

  /** Whether an account has enabled a region. Services do nothing for an account in a region that it lacks. */
  hasRegion(id: string, region: string): boolean {
    return this.known(id)?.regions.includes(region) ?? false;
  }

  /** Told whenever an account has come or gone. */
  onMoved(listener: () => void): void {
    this.movers.push(listener);
  }

  /** The account's unit, that unit's parent, and so on up to the root; empty for an account of nobody's. */
  ancestors(id: string): string[] {
    const parent = this.accounts.get(id)?.parent ?? this.units.find((unit) => unit.id === id)?.parent;
    return parent === undefined ? [] : [parent, ...this.ancestors(parent)];
  }

  /** Whatever a policy can be attached to: the root, the units, the accounts. */
  entities(): string[] {
    return [this.rootId, ...this.units.map(({ id }) => id), ...this.accounts.keys()];
  }

  root(): sdk.Root {
    const PolicyTypes = [...this.policies.enabled].map((Type) => ({ Type, Status: "ENABLED" as const }));
    return { Id: this.rootId, Arn: this.arn("root", this.rootId), Name: "Root", PolicyTypes };
  }

  arn(kind: "organization" | "account" | "ou" | "root", id: string): string {
    const path = kind === "organization" ? id : `${this.id}/${id}`;
    return `arn:aws:organizations::${this.managementAccountId}:${kind}/${path}`;
  }

  enableAccess(principal: string): void {
    if (!this.trusted.has(principal)) this.trusted.set(principal, new Date(this.clock.now()));
  }

  /** Throws ServiceError where an account administers the service still. */
  disableAccess(principal: string): void {
    if ((this.delegated.get(principal)?.size ?? 0) > 0)
      throw new ServiceError(
        "ConstraintViolationException",
        400,
        "You can't disable service access while an account is delegated administrator of the service. Deregister it first.",
      );
    this.trusted.delete(principal);
  }

  isDelegated(account: string): boolean {
    return [...this.delegated.values()].some((accounts) => accounts.has(account));
  }

  register(principal: string, account: string): void {
    const accounts = this.delegated.get(principal) ?? new Map<string, Date>();
    if (!accounts.has(account)) accounts.set(account, new Date(this.clock.now()));
    this.delegated.set(principal, accounts);
  }

  /** Takes the role away everywhere: a service whose administrator goes here loses it in every region. */
  deregister(principal: string, account: string): void {
    this.delegated.get(principal)?.delete(account);
    for (const listener of this.listeners) listener(principal, account);
  }

  onDeregistered(listener: (principal: string, account: string) => void): void {
    this.listeners.push(listener);
  }

  /**
   * A service's designation of its administrator, which registers the account here. While the organization's first one for this
   * service is under way, another (that is, one in another region) fails: parallel first designations race inside AWS Organizations.
   */
  async designate(
    principal: string,
    account: string,
    milliseconds: number,
    conflict: () => ServiceError,
  ): Promise<void> {
    if (this.inFlight.has(principal)) throw conflict();
    if (this.delegated.get(principal)?.has(account)) return;
    this.inFlight.add(principal);
    try {
      await this.clock.sleep(milliseconds);
      this.enableAccess(principal);
      this.register(principal, account);
    } finally {
      this.inFlight.delete(principal);
    }
  }
}
