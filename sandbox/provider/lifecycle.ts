import { changedInputs, comparison, covers, type Same } from "./compare";
import type { Session } from "./configuration";
import { isGone, type ResourceType, type Shape, type Values } from "./resource";
import { type Declared, declared } from "./schema";
import type { Scope } from "./scope";

/** The engine's word for a value that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Creation went far enough that the resource exists: the engine must know its id, or it would be lost. */
export class InitFailed extends Error {
  constructor(
    readonly id: string,
    readonly properties: Values,
    message: string,
  ) {
    super(message);
  }
}

export interface Checked {
  inputs: Values;
  failures: { property: string; reason: string }[];
}

export interface Difference {
  changed: string[];
  replaces: string[];
  added: ReadonlySet<string>;
  removed: ReadonlySet<string>;
  deleteBeforeReplace: boolean;
}

export interface Read {
  /** Without the region that an import names. */
  id: string;
  inputs: Values;
  outputs: Values;
}

/** A type of the table with what @pulumi/aws declares of it: the engine's requests in terms of the type's own functions. */
export class Lifecycle {
  private readonly declared: Declared;
  private readonly same: Same;
  private readonly replaceOn: ReadonlySet<string>;
  private readonly autoName: ResourceType["autoName"];

  constructor(
    readonly token: string,
    private readonly type: ResourceType,
  ) {
    this.declared = declared(token, type);
    this.same = comparison(new Set(type.json), new Set([...this.declared.documents, ...(type.policies ?? [])]));
    this.replaceOn = new Set([...(type.replaceOn ?? []), "region"]);
    this.autoName = type.autoName ?? ("name" in type.inputs ? { input: "name" } : undefined);
  }

  /** Refuses inputs that are not mapped, and fills in what the official provider fills in: text of policies, names, tags. */
  check(name: string, news: Values, olds: Values, seed: Uint8Array, session: Session): Checked {
    const inputs = { ...news };
    const failures = this.unmapped(this.type.inputs, inputs, "").map((property) => ({
      property,
      reason: `the stand-in aws provider does not map ${this.token}.${property}`,
    }));

    for (const document of this.declared.documents)
      if (typeof inputs[document] === "object") inputs[document] = JSON.stringify(inputs[document]);
    if (this.type.tags && Object.keys(session.defaultTags).length > 0 && inputs.tags !== UNKNOWN)
      inputs.tags = { ...session.defaultTags, ...(inputs.tags as Values | undefined) };

    const { input, prefix = "" } = this.autoName ?? {};
    if (input && inputs[input] === undefined) {
      const before = defaultsOf(olds).includes(input) ? olds[input] : undefined;
      inputs[input] = before ?? `${prefix}${name}-${Buffer.from(seed).toString("hex").slice(0, 7)}`;
      inputs.__defaults = [input]; // as the official provider marks it: Diff must know a given name from its own
    }
    for (const [one, value] of Object.entries(this.type.defaults ?? {})) {
      if (inputs[one] !== undefined) continue;
      inputs[one] = value;
      inputs.__defaults = [...defaultsOf(inputs), one];
    }
    return { inputs, failures };
  }

  private unmapped(shape: Shape, value: unknown, prefix: string): string[] {
    if (Array.isArray(value)) return value.flatMap((one, at) => this.unmapped(shape, one, `${prefix}[${at}].`));
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, inner]) => {
      if (name.startsWith("__") || (prefix === "" && name === "region" && this.declared.hasRegion)) return [];
      const known = shape[name];
      if (known === undefined) return [`${prefix}${name}`];
      return known === true ? [] : this.unmapped(known, inner, `${prefix}${name}.`);
    });
  }

  diff(olds: Values, news: Values): Difference {
    const changed = changedInputs(this.same, olds, news);
    const replaces = changed.filter((name) => this.replaceOn.has(name) || !this.type.update);
    const name = this.autoName?.input;
    return {
      changed,
      replaces,
      added: new Set(changed.filter((input) => !(input in olds))),
      removed: new Set(changed.filter((input) => !(input in news))),
      // Two resources can't bear one name: with a name that the program gave and keeps, the old one goes first.
      deleteBeforeReplace:
        replaces.length > 0 && name !== undefined && !defaultsOf(news).includes(name) && !changed.includes(name),
    };
  }

  /** `timeout` is the program's, in seconds; 0 where it set none. */
  async create(session: Session, inputs: Values, timeout: number): Promise<{ id: string; outputs: Values }> {
    const aws = within(session.scope(regionOf(inputs)), timeout);
    let id: string | undefined;
    try {
      id = await this.type.create(aws, inputs, (made) => {
        id = made;
      });
      const outputs = await this.outputs(session, id, inputs);
      if (!outputs) throw new Error("it was made, but can't be found");
      return { id, outputs };
    } catch (error) {
      const message = `creating ${this.token}: ${described(error)}`;
      if (id === undefined) throw new Error(message);
      throw new InitFailed(id, inputs, message);
    }
  }

  async update(session: Session, id: string, olds: Values, news: Values, timeout: number): Promise<Values> {
    const aws = within(session.scope(regionOf(news)), timeout);
    const different = changedInputs(this.same, olds, news);
    // An update without a difference finishes a creation that failed half-way: everything is set again.
    const changed = new Set(different.length > 0 ? different : Object.keys(news));
    try {
      if (!this.type.update && different.length > 0) throw new Error("every change replaces it");
      await this.type.update?.(aws, id, news, changed);
      if (changed.has("tags")) await this.retag(session, id, olds, news);
      const outputs = await this.outputs(session, id, news);
      if (!outputs) throw new Error("it is gone");
      return outputs;
    } catch (error) {
      throw new Error(`updating ${this.token} (${id}): ${described(error)}`);
    }
  }

  private async retag(session: Session, id: string, olds: Values, news: Values): Promise<void> {
    const aws = session.scope(regionOf(news));
    const outputs = (await this.outputs(session, id, news)) ?? {};
    const wanted = (news.tags ?? {}) as Record<string, string>;
    const dropped = Object.keys((olds.tags ?? {}) as Values).filter((key) => !(key in wanted));
    if (dropped.length > 0) await this.type.tags?.remove(aws, outputs, dropped);
    if (Object.keys(wanted).length > 0) await this.type.tags?.put(aws, outputs, wanted);
  }

  /** What the service says now, and the inputs corrected where they differ from it; undefined when the resource is gone. */
  async read(session: Session, id: string, inputs: Values, state?: Values): Promise<Read | undefined> {
    const outputs = await this.outputs(session, id, inputs, state);
    if (!outputs) return undefined;
    const now = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => {
        const agrees = name.startsWith("__") || this.same(name, value, outputs[name]) || covers(outputs[name], value);
        return [name, agrees ? value : outputs[name]];
      }),
    );
    return { id, inputs: now, outputs: { ...outputs, ...now } };
  }

  /**
   * An import: the service's resource by its id alone, `id@region` where its type has regions. Inputs are what the service says
   * of those that are mapped; what it doesn't tell, such as a value that is only written, is none.
   */
  async import(session: Session, importId: string): Promise<Read | undefined> {
    if (this.type.noImport) throw new Error(`resource ${this.token} doesn't support import`);
    const { id, region } = this.declared.hasRegion ? regionalId(importId) : { id: importId, region: undefined };
    const outputs = await this.outputs(session, id, region ? { region } : {});
    if (!outputs) return undefined;
    const told = Object.keys(this.type.inputs).filter((name) => !isUntold(outputs[name]));
    const inputs = Object.fromEntries(
      told.map((name) => [name, mapped(outputs[name], this.type.inputs[name] ?? true)]),
    );
    // As the official provider marks it: none of these values is a default of its own.
    return {
      id,
      inputs: { ...inputs, ...(this.declared.hasRegion && { region: outputs.region }), __defaults: [] },
      outputs,
    };
  }

  /** All outputs. Those that are not read become a text that shows where one is used, and never undefined. */
  private async outputs(session: Session, id: string, inputs: Values, state?: Values): Promise<Values | undefined> {
    const aws = session.scope(regionOf(inputs));
    const read = await this.type.read(aws, id, inputs, state).catch((error) => {
      if (isGone(error)) return undefined;
      throw new Error(`reading ${this.token} (${id}): ${described(error)}`);
    });
    if (!read) return undefined;
    const { __defaults, ...plain } = inputs;
    return {
      ...Object.fromEntries(this.declared.outputs.map((name) => [name, `${UNTOLD}${name}`])),
      ...plain,
      ...(this.declared.hasRegion && { region: aws.region }),
      ...(this.type.tags && { tagsAll: inputs.tags ?? {} }),
      ...Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)),
    };
  }

  async delete(session: Session, id: string, inputs: Values, timeout: number): Promise<void> {
    try {
      await this.type.delete(within(session.scope(regionOf(inputs)), timeout), id, inputs);
    } catch (error) {
      if (!isGone(error)) throw new Error(`deleting ${this.token} (${id}): ${described(error)}`);
    }
  }
}

/** The import id of a resource of one region: its own, and the region after the last "@". */
function regionalId(text: string): { id: string; region?: string } {
  const [, id, region] = /^(.+)@([a-z]+(?:-[a-z]+)+-\d{1,2})$/.exec(text) ?? [];
  return id && region ? { id, region } : { id: text };
}

const UNTOLD = "not-modelled:";

function isUntold(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.startsWith(UNTOLD));
}

/** Of a value that was read, what the mapped inputs hold. */
function mapped(value: unknown, shape: true | Shape): unknown {
  if (Array.isArray(value)) return value.map((one) => mapped(one, shape));
  if (shape === true || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name, inner]) => shape[name] !== undefined && !isUntold(inner));
  return Object.fromEntries(entries.map(([name, inner]) => [name, mapped(inner, shape[name] ?? true)]));
}

function within(aws: Scope, timeout: number): Scope {
  return timeout > 0 ? Object.create(aws, { patience: { value: timeout } }) : aws;
}

function regionOf(values: Values): string | undefined {
  return typeof values.region === "string" ? values.region : undefined;
}

function defaultsOf(inputs: Values): unknown[] {
  return Array.isArray(inputs.__defaults) ? inputs.__defaults : [];
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}
