import { readFileSync } from "node:fs";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import pLimit from "p-limit";
import { type Address, type Failure, nameOf } from "../events";
import { messageOf } from "../failure";
import { signIn } from "./account";
import { type Difference, differences } from "./differences";
import { FINDERS } from "./finders";
import { type Around, type Found, type Inputs, isObstacle, type Obstacle, type Sought } from "./finding";
import type { ImportFile } from "./importing";
import { changesMembers, gatheredChanges, type InRegion, lookAtMembers, type MemberChange } from "./members";

/** A resource that is there before the stack makes it. */
export interface Existing extends Address {
  /** By which it is imported. Absent where there is no import. */
  id?: string;
  /** What the next `up` changes of it. */
  differences: Difference[];
  /** What else goes with that, a phrase each. */
  loses: string[];
}

/** What a survey found of one stack: docs/ops.md documents it. */
export interface Adoption {
  /** To be taken into the state, or taken. */
  existing: Existing[];
  /** There, but without an import: `up` sets it as the program says. Those that are as the program says are left out. */
  overwritten: Existing[];
  /** What the reconciler that it deploys changes in accounts, most of them other than the stack's own. It has no import either. */
  members: MemberChange[];
  /** What stands in the way, and how to clear it. While there is any, nothing is taken over. */
  obstacles: (Address & Obstacle)[];
}

/** A survey of one stack. */
export interface Survey {
  adoption: Adoption;
  failures: Failure[];
  /** What is imported, the protected apart from the others, each with the components that it stands in. */
  imports: { protect: boolean; file: ImportFile }[];
}

/** What a preview tells of what a stack would make. */
export interface Preview {
  take: (event: EngineEvent) => void;
  sought: () => Sought[];
  /** That, and what it has already. */
  all: () => Sought[];
  /** The inputs of the stack's one provider. Undefined where it has none. */
  provider: () => Inputs | undefined;
}

const PROVIDER = "pulumi:providers:aws";

/** Follows a preview by the engine's events. */
export const previewed = (): Preview => {
  const [sought, all]: [Sought[], Sought[]] = [[], []];
  let provider: Inputs | undefined;
  const take = ({ resourcePreEvent: pre }: EngineEvent) => {
    if (!pre?.metadata.new) return;
    const { op, urn, type, new: made } = pre.metadata;
    if (type === PROVIDER) provider = made.inputs;
    if (!["create", "same", "update"].includes(op)) return;
    const inputs: Inputs = made.inputs ?? {};
    const region = typeof inputs.region === "string" ? inputs.region : undefined;
    const one = { ...nameOf(urn), urn, ...(region && { region }), inputs, protect: made.protect ?? false };
    all.push(one);
    if (op === "create") sought.push(one);
  };
  return { take, sought: () => sought, all: () => all, provider: () => provider };
};

// Many regions at once, and no more than the services let one account ask.
const AT_A_TIME = 12;

/** Looks in AWS for what the stack would make, and changes nothing there. Tells how far it is. */
export const survey = async (
  preview: Preview,
  importFile: string,
  signal: AbortSignal,
  tell: (progress: string) => void = () => {},
): Promise<Survey> => {
  const provider = preview.provider();
  const all = preview.all();
  // The engine comes to them in an order of its own, another each time.
  const sought = preview.sought().sort((a, b) => a.urn.localeCompare(b.urn));
  const ours = sought.filter(({ type }) => FINDERS[type]);
  const runs = sought.filter(changesMembers);
  if (!provider || !(ours.length + runs.length)) return { adoption: NOTHING, failures: [], imports: [] };

  const account = await signIn(provider);
  try {
    const around: Around = {
      account,
      homeRegion: String(provider.region),
      administrator: administratorIn(all),
      all,
    };
    const limit = pLimit(AT_A_TIME);
    let done = 0;
    const one = async (sought: Sought, ask: () => Promise<Looked>) => {
      const answer = await limit(() => unlessFailed(sought, around, signal, ask));
      tell(`${++done} of ${ours.length + runs.length}: ${sought.name}`);
      return answer;
    };
    const [looked, members] = await Promise.all([
      Promise.all(ours.map((sought) => one(sought, () => look(sought, around)))),
      Promise.all(runs.map((sought) => one(sought, () => membersBy(sought, around)))),
    ]);
    signal.throwIfAborted();
    return gathered([...looked, ...members], JSON.parse(readFileSync(importFile, "utf8")) as ImportFile, all);
  } finally {
    account.close();
  }
};

const NOTHING: Adoption = { existing: [], overwritten: [], members: [], obstacles: [] };

/** Whom the stack designates, or whose invitation it accepts: its account may be a member of that one. */
const administratorIn = (all: readonly Sought[]): string | undefined =>
  all
    .flatMap(({ inputs }) => [inputs.adminAccountId, inputs.masterAccountId, inputs.masterId])
    .find((id): id is string => typeof id === "string" && /^\d{12}$/.test(id));

type Looked = { sought: Sought } & (
  | { found?: Found }
  | { members: InRegion }
  | { obstacle: Obstacle }
  | { failure: Failure }
);

const look = async (sought: Sought, around: Around): Promise<Looked> => {
  const found = await FINDERS[sought.type]?.(sought, around);
  return found && isObstacle(found) ? { sought, obstacle: found } : { sought, found };
};

const membersBy = async (sought: Sought, around: Around): Promise<Looked> => ({
  sought,
  members: await lookAtMembers(sought, around),
});

const unlessFailed = async (
  sought: Sought,
  { account }: Around,
  signal: AbortSignal,
  ask: () => Promise<Looked>,
): Promise<Looked> => {
  if (signal.aborted) return { sought };
  try {
    return await ask();
  } catch (error) {
    const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
    const whose = changesMembers(sought)
      ? `members of account ${account.id} have`
      : `account ${account.id} has already`;
    const reason = `what ${whose} can't be read: ${name}${messageOf(error)}`;
    return { sought, failure: { resource: addressOf(sought), reason } };
  }
};

const addressOf = ({ type, name, urn, region }: Sought): Address => ({ type, name, urn, ...(region && { region }) });

const gathered = (looked: readonly Looked[], file: ImportFile, all: readonly Sought[]): Survey => {
  const existing: (Existing & { protect: boolean })[] = [];
  const overwritten: Existing[] = [];
  for (const one of looked) {
    if (!("found" in one) || !one.found) continue;
    const { found, sought } = one;
    const { id, now, loses = [] } = found;
    const about = { ...addressOf(sought), differences: differences(now, sought.inputs), loses };
    const importId = sought.region ? `${id}@${sought.region}` : id;
    if (id !== undefined) existing.push({ ...about, id: importId, protect: sought.protect });
    else if (about.differences.length || loses.length) overwritten.push(about);
  }
  return {
    adoption: {
      existing: existing.map(({ protect: _, ...one }) => one),
      overwritten,
      members: gatheredChanges(looked.flatMap((one) => ("members" in one ? one.members : []))),
      obstacles: looked.flatMap((one) => ("obstacle" in one ? [{ ...addressOf(one.sought), ...one.obstacle }] : [])),
    },
    failures: looked.flatMap((one) => ("failure" in one ? [one.failure] : [])),
    imports: importsOf(existing, file, all),
  };
};

/**
 * The engine's list of what the stack would make, cut down to what is there. An import protects all of its resources, or none: so
 * there are two. The first has every component and the provider, that the second finds in the state by their URNs.
 */
const importsOf = (
  existing: readonly (Existing & { protect: boolean })[],
  file: ImportFile,
  all: readonly Sought[],
): Survey["imports"] => {
  const ids = new Map(existing.map((one) => [keyOf(one.type, one.name), one]));
  const of = (resource: ImportFile["resources"][number]) =>
    ids.get(keyOf(resource.type, resource.logicalName ?? resource.name));
  const frame = file.resources.filter((one) => one.component || one.type === PROVIDER);
  const urns = new Map(all.map(({ type, name, urn }) => [keyOf(type, name), urn]));
  const inState = Object.fromEntries(
    frame.flatMap((one) => {
      const urn = urns.get(keyOf(one.type, one.logicalName ?? one.name));
      return urn ? [[one.name, urn]] : [];
    }),
  );
  const groups = [true, false]
    .map((protect) => ({
      protect,
      resources: file.resources.flatMap((one) => {
        const there = of(one);
        return there?.protect === protect ? [{ ...one, id: there.id }] : [];
      }),
    }))
    .filter(({ resources }) => resources.length);
  return groups.map(({ protect, resources }, index) => {
    if (index > 0) return { protect, file: { nameTable: { ...file.nameTable, ...inState }, resources } };
    const needed = frame.filter((one) => isNeeded(one.name, frame, existingIn(file, of)));
    return { protect, file: { ...file, resources: [...needed, ...resources] } };
  });
};

type Resource = ImportFile["resources"][number];

const existingIn = (file: ImportFile, of: (one: Resource) => unknown): Resource[] => file.resources.filter(of);

/** Whether something that is there stands in it, at whatever depth, or is made by it. */
const isNeeded = (name: string, frame: readonly Resource[], there: readonly Resource[]): boolean =>
  there.some((one) => one.parent === name || one.provider === name) ||
  frame.some((one) => one.parent === name && isNeeded(one.name, frame, there));

const keyOf = (type: string, name: string): string => `${type} ${name}`;
