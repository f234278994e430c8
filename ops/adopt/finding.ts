import type { Address } from "../events";
import type { Account } from "./account";

export type Inputs = Readonly<Record<string, unknown>>;

/** What the stack would make: perhaps it is there already. */
export interface Sought extends Address {
  /** As the program gives them. What is not known before the deployment is the engine's mark for that. */
  inputs: Inputs;
  /** Whether the program protects it. */
  protect: boolean;
}

/** What is there in its place. */
export interface Found {
  /** What it is imported by, without the region. Absent where the provider has no import: making ours overwrites it. */
  id?: string;
  /** The settings that are compared with ours, under the same names. */
  now: Inputs;
  /** What else goes once ours is in place, a phrase each: "the standard ... goes off". */
  loses?: string[];
}

/** What stands in the way and can't be taken over, with the way to clear it. */
export interface Obstacle {
  what: string;
  fix: string;
}

export interface Around {
  account: Account;
  homeRegion: string;
  /** The account that may administer this one, or is to: of any other it must not be a member. */
  administrator?: string;
  /** Everything that the stack would have, what is in its state already too. */
  all: readonly Sought[];
}

/** Looks for what is there in place of one resource; reads, and changes nothing. Undefined where there is nothing. */
export type Finder = (sought: Sought, around: Around) => Promise<Found | Obstacle | undefined>;

export const isObstacle = (one: Found | Obstacle): one is Obstacle => "fix" in one;

/** Where it would be made. */
export const regionOf = ({ region }: Sought, { homeRegion }: Around): string => region ?? homeRegion;

/** The answer, or undefined where AWS refuses it by an error that these words describe: there is nothing to take over, then. */
export const unless = async <Answer>(refusal: RegExp, answer: Promise<Answer>): Promise<Answer | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof Error && refusal.test(`${error.name}: ${error.message}`)) return undefined;
    throw error;
  });

/** All that a paginated operation gives. */
export const everything = async <Answer, Item>(
  ask: (NextToken: string | undefined) => Promise<Answer>,
  items: (answer: Answer) => Item[] | undefined,
): Promise<Item[]> => {
  const all: Item[] = [];
  for (let token: string | undefined; ; ) {
    const answer = await ask(token);
    all.push(...(items(answer) ?? []));
    token = (answer as { NextToken?: string }).NextToken;
    if (!token) return all;
  }
};
