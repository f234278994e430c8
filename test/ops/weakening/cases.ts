import type * as pulumi from "@pulumi/pulumi";

type Options = pulumi.CustomResourceOptions;
type Make<Args> = new (name: string, args: Args, opts?: Options) => pulumi.CustomResource;

/** One resource before and after a change of the program. */
export interface Case {
  /** Makes it as it stands deployed; undefined where it is new. */
  before?: (name: string, opts: Options) => pulumi.Resource;
  /** Makes it as the changed program wants it; undefined where it is taken out. */
  after?: (name: string, opts: Options) => pulumi.Resource;
  /** Why that weakens; undefined where it doesn't. */
  says?: string;
}

/** A resource whose inputs change. */
export const changed = <Args extends object>(
  type: Make<Args>,
  always: Partial<Args>,
  before: Partial<Args>,
  after: Partial<Args>,
  says?: string,
): Case => ({
  before: (name, opts) => new type(name, { ...always, ...before } as Args, opts),
  after: (name, opts) => new type(name, { ...always, ...after } as Args, opts),
  says,
});

/** A resource that wasn't there. */
export const made = <Args extends object>(type: Make<Args>, args: Args, says?: string): Case => ({
  after: (name, opts) => new type(name, args, opts),
  says,
});
