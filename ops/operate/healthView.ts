import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeHealthServiceStatusForOrganizationCommand,
  DisableHealthServiceAccessForOrganizationCommand,
  EnableHealthServiceAccessForOrganizationCommand,
  HealthClient,
} from "@aws-sdk/client-health";
import { OrganizationsClient, paginateListDelegatedAdministrators } from "@aws-sdk/client-organizations";
import type { Account } from "../adopt/account";

/** AWS's words: ENABLED, DISABLED, and PENDING while it is on its way to one of them. */
export type ViewStatus = string;

/** The organizational view of AWS Health, seen from the management account. */
export interface HealthView {
  status(): Promise<ViewStatus>;
  enable(): Promise<unknown>;
  disable(): Promise<unknown>;
  /** The accounts that get the events of all accounts. */
  administrators(): Promise<string[]>;
}

/** Where AWS Health and AWS Organizations answer for all regions. https://docs.aws.amazon.com/health/latest/ug/health-api.html */
const REGION = "us-east-1";

const PRINCIPAL = "health.amazonaws.com";

/** How long AWS is waited for, in milliseconds. It takes minutes, by the number of accounts. */
const PATIENCE = 15 * 60_000;

/** Between two looks: short at first, since a small organization is done in seconds. In milliseconds. */
const PAUSES = [1_000, 2_000, 5_000, 10_000];

export const healthViewOf = (account: Pick<Account, "client">): HealthView => {
  const health = account.client(HealthClient, REGION);
  return {
    status: async () => {
      const answer = await health.send(new DescribeHealthServiceStatusForOrganizationCommand({}));
      return answer.healthServiceAccessStatusForOrganization ?? "unknown";
    },
    enable: () => health.send(new EnableHealthServiceAccessForOrganizationCommand({})),
    disable: () => health.send(new DisableHealthServiceAccessForOrganizationCommand({})),
    administrators: async () => {
      const client = account.client(OrganizationsClient, REGION);
      const ids: string[] = [];
      for await (const page of paginateListDelegatedAdministrators({ client }, { ServicePrincipal: PRINCIPAL }))
        ids.push(...(page.DelegatedAdministrators ?? []).flatMap(({ Id }) => Id ?? []));
      return ids;
    },
  };
};

/** Whoever waits: told of each look, interrupted at any. */
export interface Waiting {
  looked?: (status: ViewStatus) => void;
  stop: AbortSignal;
  /** In milliseconds; default: PATIENCE. */
  patience?: number;
  /** Between two looks, the last one from then on. In milliseconds; default: PAUSES. */
  pauses?: readonly number[];
}

/**
 * Has the view enabled or disabled, and waits until it is. Asks AWS once, and not while AWS is still at another change. Gives whether
 * anything was asked for. Throws an error where it takes too long, or where it was interrupted; AWS goes on by itself.
 */
export const settle = async (
  view: HealthView,
  wanted: "ENABLED" | "DISABLED",
  { looked, stop, patience = PATIENCE, pauses = PAUSES }: Waiting,
): Promise<boolean> => {
  const deadline = Date.now() + patience;
  let asked = false;
  for (let look = 0; ; look++) {
    const status = await view.status();
    if (status === wanted) return asked;
    looked?.(status);
    if (!asked && status !== "PENDING") asked = await begun(wanted === "ENABLED" ? view.enable() : view.disable());
    if (Date.now() >= deadline) throw tooLate(wanted, status, patience);
    await sleep(pauses[look] ?? pauses.at(-1), undefined, { signal: stop });
  }
};

/** Whether AWS took it. It does not while another change is under way, of which the status may not tell yet. */
const begun = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    if ((error as Error).name === "ConcurrentModificationException") return false;
    throw error;
  }
};

const tooLate = (wanted: string, status: ViewStatus, patience: number): Error =>
  new Error(
    `AWS Health's organizational view is not ${wanted} after ${Math.round(patience / 60_000)} minutes, but ${status}: AWS goes on by itself`,
  );
