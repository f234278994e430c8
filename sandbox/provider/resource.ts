import type { Unwrap } from "@pulumi/pulumi";
import type { Scope } from "./scope";

/** Inputs and outputs as they travel between engine and provider: plain JSON. */
export type Values = Record<string, unknown>;

/** Plain values of the arguments that @pulumi/aws declares for a type. */
export type Plain<Args> = { [Name in keyof Args]: Unwrap<Args[Name]> };

/**
 * The inputs that are mapped. `true` takes a value whole (a scalar, a list of scalars, a map with free names); an object
 * lists what is mapped inside a block, or inside each block of a list. Whatever is not listed is refused by Check.
 */
export type Shape = { readonly [name: string]: true | Shape };

/** How one type of @pulumi/aws becomes calls of the AWS API. */
export interface ResourceType<Inputs = Values> {
  readonly inputs: Shape;
  /** Inputs whose change makes a new resource. `region` is always one. */
  readonly replaceOn?: readonly string[];
  /** The input that gets a name of its own when the program gives none; default: `name`, where it is mapped. */
  readonly autoName?: { readonly input: string; readonly prefix?: string };
  /** Inputs that the official provider gives a value where the program gives none: so an imported one differs from none no longer. */
  readonly defaults?: Values;
  /** Inputs that hold JSON text: compared as JSON. */
  readonly json?: readonly string[];
  /** Inputs that hold a policy as text, compared by meaning; those declared as PolicyDocument are known already. */
  readonly policies?: readonly string[];

  /**
   * Makes the resource and returns its id. Where more than one call is needed, `made` is told the id after the first,
   * so that a failure of a later call leaves a resource that the state knows.
   */
  create(aws: Scope, inputs: Inputs, made: (id: string) => void): Promise<string>;
  /** Set where the official provider can't import the type: making the resource takes over what is there, whatever it was. */
  readonly noImport?: true;
  /**
   * What the service says now, under the names of Pulumi's outputs; undefined when the resource is gone. An import gives the id
   * alone, and no inputs but the region: so all that the inputs can hold comes from the id and the service. A refresh gives the
   * state's outputs too, for what no service keeps.
   */
  read(aws: Scope, id: string, inputs: Inputs, state?: Values): Promise<Values | undefined>;
  /** Absent where every change replaces. `changed` holds the names of the inputs that differ. */
  update?(aws: Scope, id: string, inputs: Inputs, changed: ReadonlySet<string>): Promise<unknown>;
  /** An answer of "not found" counts as done. */
  delete(aws: Scope, id: string, inputs: Inputs): Promise<unknown>;
  /** How tags are changed later; `create` sets the first ones. `name` is the resource's ARN or id, as the service wants it. */
  readonly tags?: Tagging;
}

export interface Tagging {
  put(aws: Scope, outputs: Values, tags: Record<string, string>): Promise<unknown>;
  remove(aws: Scope, outputs: Values, keys: string[]): Promise<unknown>;
}

/** Names the arguments' type, so that the inputs of the functions are typed after @pulumi/aws. */
export function resource<Args>(
  type: ResourceType<Plain<Args>> & { readonly inputs: { readonly [Name in keyof Args]?: true | Shape } },
): ResourceType {
  return type as unknown as ResourceType;
}

/** A data source: `args` are the mapped arguments, `region` always among them. */
export interface ProviderFunction {
  readonly args?: readonly string[];
  call(aws: Scope, args: Values): Promise<Values>;
}

/** A block as AWS wants it: the first letters of its own names in upper case, nothing inside touched. */
export function pascal<Block extends object>(
  block: Block | undefined,
): { [Name in keyof Block & string as Capitalize<Name>]: Block[Name] } | undefined {
  return block && (Object.fromEntries(Object.entries(block).map(renamed("toUpperCase"))) as never);
}

/** A block as Pulumi names it, from the service's answer. */
export function camel<Block extends object>(
  block: Block | undefined,
): { [Name in keyof Block & string as Uncapitalize<Name>]: Block[Name] } | undefined {
  return block && (Object.fromEntries(Object.entries(block).map(renamed("toLowerCase"))) as never);
}

const renamed =
  (how: "toUpperCase" | "toLowerCase") =>
  ([name, value]: [string, unknown]) =>
    [name.charAt(0)[how]() + name.slice(1), value] as const;

/** Tags as most services want them. */
export function tagList(tags: Record<string, string> | undefined): { Key: string; Value: string }[] | undefined {
  return tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** True for the errors by which AWS says that a resource does not exist. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && /NotFound|NoSuch|NonExistentQueue|DoesNotExist/.test(error.name);
}

/** The answer of a read, or undefined when AWS says that there is no such thing. */
export async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Asks again until `ask` gives something. Rejects after the program's time-out (default: 90 s), or when the engine cancels. */
export async function until<T>(aws: Scope, what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const seconds = aws.patience ?? 90;
  const end = Date.now() + seconds * 1000;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (aws.signal.aborted) throw new Error(`waiting for ${what}: cancelled`);
    if (Date.now() > end) throw new Error(`timeout while waiting for ${what} (${seconds} s)`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
