import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** A resource as the program registered it. What is at its default is left out. */
export interface Recorded {
  type: string;
  name: string;
  /** Inputs as given, region among them; secrets as plain values. */
  inputs: Record<string, unknown>;
  /** Names of the resources that it depends on, by dependsOn or by an input; for a component, those of its parts. */
  after?: string[];
  /** Name of the provider that it is made through. */
  provider?: string;
  retainOnDelete?: true;
  protect?: true;
  ignoreChanges?: string[];
  /** Custom time-outs of create and update. */
  timeouts?: { create: string; update: string };
}

/** What data sources answer, by token. One that is not listed fails the test. */
export type Answers = Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>>;

/** Outputs that AWS chooses, by type; `id`, `arn` and `name` are given to every resource. */
const chosen: Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>> = {
  "aws:kms/key:Key": () => ({ keyId: "1234abcd-12ab-34cd-56ef-1234567890ab" }),
  "aws:s3/bucket:Bucket": () => ({ bucket: "delivery-1234567" }),
  "aws:lambda/invocation:Invocation": () => ({ result: '{"done":{},"warnings":[]}' }),
  "aws:sqs/queue:Queue": (inputs) => ({ url: `https://sqs.example.com/${inputs.region}` }),
};

/** Outputs of resources, by type, beside those that AWS chooses; by their names where they must differ. */
export type Results = Readonly<Record<string, Record<string, unknown> | ((name: string) => Record<string, unknown>)>>;

/** A data source's refusal, as it comes from the engine: its words are the details of the call's status. */
export function refusal(words: string): Error {
  return Object.assign(new Error(words), { details: words });
}

/** Runs a program against Pulumi's mocks. Gives what it registered, sorted by name and type, and what it returned. */
export async function recorded<Result>(
  program: () => Result | Promise<Result>,
  {
    answers = {},
    results = {},
    project = "hakken",
    stack = "test",
  }: { answers?: Answers; results?: Results; project?: string; stack?: string } = {},
): Promise<{ resources: Recorded[]; result: Result }> {
  const resources: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const result = results[type];
        const own = typeof result === "function" ? result(name) : result;
        return {
          id: `${name}-id`,
          state: { arn: `arn:of:${name}`, name, ...inputs, ...chosen[type]?.(inputs), ...own },
        };
      },
      call: ({ token, inputs }) => answer(token, inputs),
    },
    project,
    stack,
    false,
    "organization",
  );
  const answer = (token: string, inputs: Record<string, unknown>) => {
    const known = answers[token];
    if (!known) throw new Error(`the test gives no answer for ${token}`);
    return known(inputs);
  };

  // Pulumi's mocks show neither dependencies nor options: the request has them.
  const monitor = (pulumi.runtime as unknown as { getMonitor(): Monitor }).getMonitor();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const after = request.getDependenciesList().map(nameOf).sort();
    const provider = nameOf(request.getProvider().replace(/::[^:]*$/, ""));
    const timeouts = request.getCustomtimeouts();
    const ignored = request.getIgnorechangesList();
    resources.push({
      type: request.getType(),
      name: request.getName(),
      inputs: plain(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
      ...(after.length > 0 && { after }),
      ...(provider && { provider }),
      ...(request.getRetainondelete() && { retainOnDelete: true }),
      ...(request.getProtect() && { protect: true }),
      ...(ignored.length > 0 && { ignoreChanges: ignored }),
      ...(timeouts?.getCreate() && { timeouts: { create: timeouts.getCreate(), update: timeouts.getUpdate() } }),
    });
    return register(request, callback);
  };

  const result = await program();
  await pulumi.runtime.disconnect(); // waits until everything is registered
  return { resources: resources.sort((a, b) => a.name.localeCompare(b.name) || a.type.localeCompare(b.type)), result };
}

interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: unknown): unknown;
}

const nameOf = (urn: string) => urn.split("::").pop() ?? "";

/** Unwraps secrets, which travel as objects with a signature. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("4dabf18193072939515e22adb298388d" in value && "value" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The values of a stack's outputs. */
export function valuesOf(outputs: pulumi.Inputs): Promise<Record<string, unknown>> {
  return (pulumi.output(outputs) as unknown as { promise(): Promise<Record<string, unknown>> }).promise();
}
