import { isDeepStrictEqual } from "node:util";
import { MEMBER_RESOURCES, type Member, type MemberResource } from "./memberResources";
import type { Wanted } from "./template";

/** A resource as a stack made it. */
export interface Made extends Wanted {
  physicalId: string;
}

/** The failure of a stack, in the words that a stack instance gives as its reason. */
class StackFailure extends Error {}

const failure = ({ logicalId, type }: Wanted, error: unknown) =>
  new StackFailure(
    `ResourceLogicalId:${logicalId}, ResourceType:${type}, ResourceStatusReason:${error instanceof Error ? error.message : String(error)}.`,
  );

/**
 * Brings a stack to what is wanted, and returns what stands then. Where something can't be made, what this call made is taken back,
 * as CloudFormation rolls back, and the call rejects with StackFailure.
 */
export async function deploy(member: Member, wanted: readonly Wanted[], before: readonly Made[]): Promise<Made[]> {
  for (const one of wanted) checkProperties(one);
  const made: Made[] = [];
  const standing = new Map(before.map((one) => [one.logicalId, one]));
  const replaced: Made[] = [];
  try {
    for (const wave of waves(wanted)) {
      const complete: Made[] = [];
      for (const one of wave) {
        const there = standing.get(one.logicalId);
        const kept = there && !isReplaced(there, one) ? there : undefined;
        const physicalId = kept ? await updated(member, kept, one) : await created(member, one, made);
        standing.set(one.logicalId, { ...one, physicalId });
        if (!kept) complete.push({ ...one, physicalId });
        if (there && !kept) replaced.push(there);
      }
      for (const one of complete)
        await typeOf(one)
          .complete?.(member, one.physicalId)
          .catch((error: unknown) => {
            throw failure(one, error);
          });
    }
  } catch (error) {
    // What the roll-back itself meets stands in the events of the stack; the reason is the first failure.
    await remove(member, made).catch(() => {});
    throw error;
  }
  const ids = wanted.map(({ logicalId }) => logicalId);
  const gone = [...replaced, ...before.filter(({ logicalId }) => !ids.includes(logicalId))];
  await remove(
    member,
    gone.filter(({ retain }) => !retain),
  );
  return ids.flatMap((id) => standing.get(id) ?? []);
}

/** Deletes what a stack made, the last made first. Rejects with StackFailure. */
export async function remove(member: Member, made: readonly Made[]): Promise<void> {
  // A recorder goes before its channel, as CloudFormation tries the channel again until it may.
  for (const wave of waves(made).reverse())
    for (const one of wave)
      await typeOf(one)
        .delete(member, one.physicalId)
        .catch((error: Error) => {
          if (!/NoSuch|NotFound/.test(error.name)) throw failure(one, error);
        });
}

const typeOf = ({ type }: Wanted): MemberResource => {
  const known = MEMBER_RESOURCES[type];
  if (!known) throw new Error(`the sandbox does not have ${type}`);
  return known;
};

function checkProperties(one: Wanted): void {
  const { properties, required } = typeOf(one);
  const strange = Object.keys(one.properties).find((name) => !properties.includes(name));
  if (strange) throw failure(one, `Encountered unsupported property ${strange}`);
  const missing = required.find((name) => one.properties[name] === undefined);
  if (missing) throw failure(one, `Property ${missing} cannot be empty`);
}

const isReplaced = (there: Made, one: Wanted) =>
  there.type !== one.type ||
  typeOf(one).replaceOn.some((name) => !isDeepStrictEqual(there.properties[name], one.properties[name]));

async function created(member: Member, one: Wanted, made: Made[]): Promise<string> {
  try {
    const physicalId = await typeOf(one).create(member, one.properties);
    made.push({ ...one, physicalId });
    return physicalId;
  } catch (error) {
    throw failure(one, error);
  }
}

async function updated(member: Member, there: Made, one: Wanted): Promise<string> {
  if (isDeepStrictEqual(there.properties, one.properties)) return there.physicalId;
  try {
    await typeOf(one).update(member, there.physicalId, one.properties);
    return there.physicalId;
  } catch (error) {
    throw failure(one, error);
  }
}

/** Resources by what they wait for; those of one wave are made side by side. */
function waves<One extends Wanted>(all: readonly One[]): One[][] {
  const found: One[][] = [];
  const placed = new Set<string>();
  while (placed.size < all.length) {
    const ready = all.filter(
      ({ logicalId, after }) =>
        !placed.has(logicalId) && after.every((id) => placed.has(id) || !all.some((other) => other.logicalId === id)),
    );
    if (ready.length === 0) throw new StackFailure("Circular dependency between resources");
    found.push(ready.sort((a, b) => Number(typeOf(b).first ?? false) - Number(typeOf(a).first ?? false)));
    for (const { logicalId } of ready) placed.add(logicalId);
  }
  return found;
}
