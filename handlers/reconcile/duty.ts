/** What one service is owed in one region: small, since the schedule passes all of them along. */
export interface Duty<Kind extends string = string> {
  kind: Kind;
  region: string;
  /** Names of resources there, such as the administrator's detector. */
  data: Record<string, string>;
}

/** What was done, and what could not be. It is the result of a deployment's invocation, and stands in the hourly run's log. */
export interface Report {
  /** How many of each thing were done; things that were right already are not counted. */
  done: Record<string, number>;
  /** Accounts that AWS refuses by themselves, each with region, reason and what to do. A deployment goes on; an alarm tells them. */
  warnings: string[];
  /** Accounts that lack the region, in words: nothing is to be done about them, and no alarm is raised. Left out where there are none. */
  lacking?: string[];
}

/** What a service's duty does. Both may run again after any half-way end: they look at what is, and do what is missing. */
export interface Service {
  /** Brings every account there to what the settings say. Throws when AWS refuses more than single accounts. */
  ensure(duty: Duty, run: Run): Promise<Report>;
  /** Takes away what AWS would refuse to delete the set-up under, and waits until it is gone. Throws when something stays. */
  release(duty: Duty, run: Run): Promise<Report>;
}

/** What all duties of one run share. */
export interface Run {
  organization: Organization;
  /** Whether the schedule asks for it, and not a deployment. */
  scheduled: boolean;
  /** Time after which nothing more is waited for, in milliseconds since the epoch. */
  deadline: number;
}

/** An account of the organization. */
export interface Account {
  id: string;
  email: string;
  /** Whether it is ACTIVE; what is suspended or being closed can't be configured. */
  active: boolean;
  /** When it joined the organization, in milliseconds since the epoch. */
  joinedAt: number;
}

/** The organization as AWS Organizations has it, each thing asked once a run. */
export interface Organization {
  accounts(): Promise<readonly Account[]>;
  /** Ids of the accounts of an organizational unit and all below it. */
  accountsUnder(unit: string): Promise<readonly string[]>;
}

/** GuardDuty's, Security Hub's and Inspector's calls take so many accounts. */
export const ACCOUNTS_A_CALL = 50;

export const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/**
 * Asks, in growing pauses, until `ask` gives nothing that is left. Throws at the run's deadline, naming what is left then.
 */
export async function untilNoneLeft(what: string, run: Run, ask: () => Promise<readonly string[]>): Promise<void> {
  for (let pause = 200; ; pause = Math.min(pause * 2, 10_000)) {
    const left = await ask();
    if (left.length === 0) return;
    if (Date.now() + pause > run.deadline) {
      throw new Error(
        `${what}: still there when the time was up: ${left.join(", ")}. Run it again; it goes on from here.`,
      );
    }
    await sleep(pause);
  }
}

/** An error's name and words, as they follow a colon. */
export const described = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
