import type { AddressInfo } from "node:net";
import * as cloudFormationSdk from "@aws-sdk/client-cloudformation";
import * as guardDutySdk from "@aws-sdk/client-guardduty";
import * as healthSdk from "@aws-sdk/client-health";
import * as inspectorSdk from "@aws-sdk/client-inspector2";
import * as organizationsSdk from "@aws-sdk/client-organizations";
import * as securityHubSdk from "@aws-sdk/client-securityhub";
import type { FastifyInstance } from "fastify";
import { stackSetOperations } from "../cloudformation/operations";
import { StackSets } from "../cloudformation/stackSets";
import { invalid } from "../cloudformation/template";
import { designationOperations, organizationConfigurationOperations } from "../guardduty/administration";
import { destinationOperations } from "../guardduty/destinations";
import { detectorOperations } from "../guardduty/detectors";
import { badRequest } from "../guardduty/features";
import { invitationOperations } from "../guardduty/invitations";
import { listOperations } from "../guardduty/lists";
import { memberOperations } from "../guardduty/members";
import { GuardDutyState } from "../guardduty/state";
import { type HealthNews, healthDeliveries } from "../health/events";
import { healthOperations, OrganizationalView } from "../health/view";
import * as inspectorAdministration from "../inspector/administration";
import { scanningOperations } from "../inspector/scanning";
import { InspectorState, invalid as invalidScan } from "../inspector/state";
import { organizationsOperations } from "../organizations/operations";
import { Organization, type OrganizationSetup } from "../organizations/organization";
import { actionOperations, askedFor, type Chosen } from "../securityhub/actions";
import * as hubAdministration from "../securityhub/administration";
import { Announcements, type PutEvents } from "../securityhub/announcements";
import { controlOperations } from "../securityhub/controls";
import { findingOperations } from "../securityhub/findings";
import { hubOperations } from "../securityhub/hubs";
import { importFromService, type ServiceImport } from "../securityhub/imports";
import * as hubInvitations from "../securityhub/invitations";
import { RequestLimits } from "../securityhub/limits";
import * as hubMembers from "../securityhub/members";
import { policyOperations } from "../securityhub/policies";
import { ruleOperations } from "../securityhub/rules";
import { invalidInput, SecurityHubState } from "../securityhub/state";
import { FindingStore } from "../securityhub/store";
import { v2Operations } from "../securityhub/v2";
import { v2FindingOperations } from "../securityhub/v2Findings";
import { SecurityHubV2State } from "../securityhub/v2State";
import { V2FindingStore } from "../securityhub/v2Store";
import { type Clock, systemClock } from "./clock";
import { ServiceError } from "./errors";
import { Faults } from "./faults";
import { objectsOf } from "./objects";
import { awsService } from "./service";
import { defaultTiming, type Timing } from "./timing";

export interface ControlPlaneOptions {
  /** Puts events as AWS itself; called again until it succeeds. Default: events go nowhere, and count as taken. */
  putEvents?: PutEvents;
  organization: OrganizationSetup;
  /** Default: the machine's time. */
  clock?: Clock;
  /** How long the services take. Default: see Timing. */
  timing?: Partial<Timing>;
  /** The local AWS, in whose accounts StackSets make their stacks, and whose buckets hold lists; asked when one is made. Default: there is none, and each fails. */
  endpoint?: () => string;
}

export interface Endpoints {
  securityhub: string;
  guardduty: string;
  organizations: string;
  cloudformation: string;
  inspector2: string;
  health: string;
}

/** GuardDuty, Security Hub, Inspector, AWS Health, Organizations and CloudFormation's StackSets, for every account and region of one organization. */
export interface ControlPlane {
  organization: Organization;
  guardDuty: GuardDutyState;
  securityHub: SecurityHubState;
  stackSets: StackSets;
  inspector: InspectorState;
  faults: Record<keyof Endpoints, Faults>;
  timing: Timing;
  /** Starts one HTTP server a service, on free ports of 127.0.0.1. */
  listen(): Promise<Endpoints>;
  /** What an AWS product does by itself: reports a finding. Resolves once every bus has taken its event. */
  importAsService(finding: unknown): Promise<ServiceImport>;
  /** What AWS Health does by itself: tells all whom an event concerns. Gives the ids of the events once every bus has taken them. */
  announceHealth(news: HealthNews): Promise<string[]>;
  /** What Security Hub's console does: has a custom action done with findings that a person chose. Resolves with its event's id. */
  ask(actionArn: string, findings: readonly Chosen[]): Promise<string>;
  /** Events that no bus has taken yet. */
  pendingEvents(): number;
  /** Resolves when every event has been taken. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the doubles of the control plane, which share one state. Nothing listens until `listen` is called. */
export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  const clock = options.clock ?? systemClock;
  const timing = { ...defaultTiming(), ...options.timing };
  const organization = new Organization(options.organization, clock);
  const guardDuty = new GuardDutyState(organization, clock, timing);
  const securityHub = new SecurityHubState(organization, clock, timing);
  const securityHubV2 = new SecurityHubV2State(securityHub);
  const stackSets = new StackSets(organization, clock, timing, options.endpoint ?? nowhere);
  const inspector = new InspectorState(organization, clock, timing);
  const healthView = new OrganizationalView(organization, clock, timing);
  const announcements = new Announcements(options.putEvents ?? takeAll);
  const store = new FindingStore(securityHub, announcements, clock);
  const v2Store = new V2FindingStore(securityHubV2, announcements, clock);
  store.onReport((reported) => v2Store.report(reported));
  const limits = new RequestLimits(clock);
  const faults = {
    securityhub: new Faults(),
    guardduty: new Faults(),
    organizations: new Faults(),
    cloudformation: new Faults(),
    inspector2: new Faults(),
    health: new Faults(),
  };

  const servers: Record<keyof Endpoints, FastifyInstance> = {
    organizations: awsService({
      sdk: organizationsSdk,
      protocol: "awsJson1.1",
      operations: organizationsOperations(organization),
      faults: faults.organizations,
      clock,
      invalid: (problems) => new ServiceError("InvalidInputException", 400, `Invalid input: ${problems.join(", ")}`),
    }),
    cloudformation: awsService({
      sdk: cloudFormationSdk,
      protocol: "awsQuery",
      operations: stackSetOperations(stackSets),
      faults: faults.cloudformation,
      clock,
      settle: () => stackSets.settle(),
      invalid: (problems) => invalid(`${problems.length} validation errors detected: ${problems.join("; ")}`),
    }),
    guardduty: awsService({
      sdk: guardDutySdk,
      protocol: "restJson1",
      operations: {
        ...detectorOperations(guardDuty),
        ...destinationOperations(guardDuty),
        ...listOperations(guardDuty, objectsOf(options.endpoint ?? nowhere)),
        ...designationOperations(guardDuty),
        ...organizationConfigurationOperations(guardDuty),
        ...memberOperations(guardDuty),
        ...invitationOperations(guardDuty),
      },
      faults: faults.guardduty,
      clock,
      settle: () => guardDuty.settle(),
      invalid: (problems) => badRequest(`an invalid input parameter is specified: ${problems.join(", ")}.`),
    }),
    inspector2: awsService({
      sdk: inspectorSdk,
      protocol: "restJson1",
      operations: {
        ...inspectorAdministration.designationOperations(inspector),
        ...inspectorAdministration.organizationConfigurationOperations(inspector),
        ...inspectorAdministration.memberOperations(inspector),
        ...scanningOperations(inspector),
      },
      faults: faults.inspector2,
      clock,
      settle: () => inspector.settle(),
      invalid: (problems) => invalidScan(`Invalid input: ${problems.join(", ")}`),
    }),
    health: awsService({
      sdk: healthSdk,
      protocol: "awsJson1.1",
      operations: healthOperations(healthView),
      faults: faults.health,
      clock,
      invalid: (problems) => new ServiceError("ValidationException", 400, `Invalid input: ${problems.join(", ")}`),
    }),
    securityhub: awsService({
      sdk: securityHubSdk,
      protocol: "restJson1",
      operations: {
        ...hubOperations(securityHub, securityHubV2),
        ...controlOperations(securityHub),
        ...hubAdministration.designationOperations(securityHub),
        ...hubAdministration.organizationConfigurationOperations(securityHub),
        ...hubAdministration.aggregatorOperations(securityHub),
        ...policyOperations(securityHub),
        ...hubMembers.memberOperations(securityHub),
        ...hubInvitations.invitationOperations(securityHub),
        ...ruleOperations(securityHub),
        ...actionOperations(securityHub),
        ...v2Operations(securityHubV2),
        ...findingOperations({ state: securityHub, store, limits }),
        ...v2FindingOperations({ state: securityHubV2, store: v2Store, limits }),
      },
      faults: faults.securityhub,
      clock,
      settle: () => {
        securityHub.settle();
        securityHubV2.settle();
      },
      unchecked: ["BatchImportFindings"],
      invalid: (problems) => invalidInput(`Invalid parameters: ${problems.join(", ")}`),
    }),
  };

  return {
    organization,
    guardDuty,
    securityHub,
    stackSets,
    inspector,
    faults,
    timing,
    listen: async () => ({
      securityhub: await listen(servers.securityhub),
      guardduty: await listen(servers.guardduty),
      organizations: await listen(servers.organizations),
      cloudformation: await listen(servers.cloudformation),
      inspector2: await listen(servers.inspector2),
      health: await listen(servers.health),
    }),
    importAsService: (finding) => {
      securityHub.settle();
      securityHubV2.settle();
      return importFromService(securityHub, store, finding);
    },
    announceHealth: async (news) => {
      const deliveries = healthDeliveries(healthView, news, new Date(clock.now()));
      return Promise.all(
        deliveries.map(({ account, region, entry }) => announcements.announce(account, region, entry)),
      );
    },
    ask: async (actionArn, findings) => askedFor({ state: securityHub, store, announcements }, actionArn, findings),
    pendingEvents: () => announcements.pending,
    drained: () => announcements.drained(),
    close: async () => {
      announcements.close();
      await stackSets.idle();
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}

async function listen(server: FastifyInstance): Promise<string> {
  await server.listen({ host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

const takeAll: PutEvents = async (_account, _region, entries) => ({
  Entries: entries.map((_entry, index) => ({ EventId: `nowhere-${index}` })),
});

const nowhere = (): string => {
  throw new Error("there is no local AWS to make stacks in");
};
