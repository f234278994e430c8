import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Report } from "../../handlers/reconcile/duty";
import { type DutyKind, type ReconcilerSettings, reconcilerHandler } from "../../handlers/reconciler";
import { HandlerFunction, type Statement } from "../notification/HandlerFunction";
import { type AlarmWay, ReconcilerAlarms } from "./ReconcilerAlarms";

/** What a service needs done for existing accounts. One duty a region. */
export interface ServiceDuty<Kind extends DutyKind = DutyKind> {
  kind: Kind;
  /** What its handler goes by. A change runs its duties again. */
  settings: NonNullable<ReconcilerSettings[Kind]>;
  /**
   * What it must know of each region, by region: small, since the schedule passes all of it along. A region that is taken out
   * is released by the function as it is after that; so is a service that is done with, which stays in the list with no region.
   */
  regions: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;
  /** What the function's role may do for it, in regions taken out just now too. */
  statements: readonly Statement[];
  /** Resources that must stand before it runs, and that go only after it has released what stands in their way. Default: none. */
  after?: readonly pulumi.Resource[];
}

export interface ReconcilerArgs {
  /** The home region, where the function is. It calls the other regions from there. */
  region: string;
  duties: readonly ServiceDuty[];
  /** Where its alarms go. */
  alarms: AlarmWay;
}

/** EventBridge takes so many characters as a target's input. */
const LONGEST_INPUT = 8192;

/**
 * Does for accounts that exist what AWS does for new ones alone, or only some time, with nothing per account in the state: each
 * duty runs when it is deployed or its settings change, every hour, and backwards when it is deleted, before what it depends on.
 * Must be deployed in the delegated administrator's account.
 */
export class Reconciler extends pulumi.ComponentResource {
  /**
   * Accounts that AWS refused by themselves when the duties ran last by a deployment, with the reasons. A duty runs again only when what
   * it goes by changes: so one that was solved since then stands here still. How it is now, the hourly run's log and alarm say.
   */
  readonly warnings: pulumi.Output<string[]>;
  /** The same of accounts that lack a region, about which nothing is to be done. */
  readonly lacking: pulumi.Output<string[]>;
  private readonly function: aws.lambda.Function;
  private readonly region: string;

  constructor(name: string, args: ReconcilerArgs, opts?: pulumi.ComponentResourceOptions) {
    // Protected are what a delete would undo the organization by, and what keeps it right: not what the next deployment makes again.
    super("hakken:detection:Reconciler", name, {}, { ...opts, protect: false });
    const { region, duties } = args;
    const guarded = { parent: this, protect: opts?.protect ?? false };

    const handler = new HandlerFunction(
      name,
      {
        description: "Brings existing accounts to the organization's settings",
        region,
        factory: reconcilerHandler(Object.fromEntries(duties.map(({ kind, settings }) => [kind, settings]))),
        statements: [readOrganization, ...duties.flatMap(({ statements }) => statements)],
        // Lambda's longest: a release waits until AWS has let go.
        timeoutSeconds: 900,
        memoryMegabytes: 512,
      },
      { parent: this },
    );
    this.function = handler.function;
    this.region = region;
    const invocations = duties.flatMap((service) => invoke(name, region, handler.function, service, guarded));
    const rule = hourly(name, region, handler.function, duties, invocations, guarded);
    new ReconcilerAlarms(
      `${name}-alarms`,
      { region, function: handler.function, rule, way: args.alarms },
      // The first runs first: an alarm on missing runs would be raised before there are any.
      { parent: this, dependsOn: invocations },
    );

    const reports = pulumi
      .all(invocations.map(({ result }) => result))
      .apply((results) => results.map((result) => JSON.parse(result) as Report));
    this.warnings = reports.apply((all) => all.flatMap(({ warnings }) => warnings));
    this.lacking = reports.apply((all) => all.flatMap(({ lacking = [] }) => lacking));
    this.registerOutputs();
  }

  /** A duty of one resource, which the hourly run does not do: it runs when it is made, changed, and backwards when it is deleted. */
  invocation(
    name: string,
    duty: { kind: DutyKind; region: string; data: Readonly<Record<string, pulumi.Input<string>>> },
    opts: pulumi.CustomResourceOptions,
  ): aws.lambda.Invocation {
    return new aws.lambda.Invocation(
      name,
      {
        functionName: this.function.name,
        input: pulumi.jsonStringify({ duty }),
        lifecycleScope: "CRUD",
        region: this.region,
      },
      { ...opts, deleteBeforeReplace: true },
    );
  }
}

/** AWS Organizations lets nobody name a resource to it. */
const readOrganization: Statement = {
  Sid: "ReadOrganization",
  Action: ["organizations:ListAccounts"],
  Resource: ["*"],
};

function invoke(
  name: string,
  home: string,
  handler: aws.lambda.Function,
  { kind, settings, regions, after = [] }: ServiceDuty,
  guarded: pulumi.CustomResourceOptions,
): aws.lambda.Invocation[] {
  return Object.entries(regions).map(
    ([region, data]) =>
      new aws.lambda.Invocation(
        `${name}-${kind}-${region}`,
        {
          functionName: handler.name,
          // The function has the settings. Here they run the duty again when they change; a preview shows what, and `ops adopt` what for.
          input: pulumi.jsonStringify({ duty: { kind, region, data }, settings }),
          lifecycleScope: "CRUD",
          region: home,
        },
        // Were it replaced, the old one would release what the new one has just done: so the old one goes first.
        { ...guarded, dependsOn: [...after], deleteBeforeReplace: true },
      ),
  );
}

/** All duties, every hour: an account that joins is covered with no deployment. */
function hourly(
  name: string,
  region: string,
  handler: aws.lambda.Function,
  duties: readonly ServiceDuty[],
  invocations: readonly aws.lambda.Invocation[],
  guarded: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventRule {
  const rule = new aws.cloudwatch.EventRule(
    `${name}-hourly`,
    { description: "Runs the reconciler", scheduleExpression: "rate(1 hour)", region },
    guarded,
  );
  const permission = new aws.lambda.Permission(
    `${name}-hourly-permission`,
    {
      action: "lambda:InvokeFunction",
      function: handler.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
      region,
    },
    guarded,
  );
  const all = duties.flatMap(({ kind, regions }) =>
    Object.entries(regions).map(([where, data]) => ({ kind, region: where, data })),
  );
  new aws.cloudwatch.EventTarget(
    `${name}-hourly-target`,
    {
      rule: rule.name,
      arn: handler.arn,
      input: pulumi.jsonStringify({ duties: all }).apply(checked),
      // No dead letters: the next hour's event says the same, and an alarm tells that one was not delivered.
      retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
      region,
    },
    // After the duties, and so gone before them: what a destroy releases must not be enrolled again by the hourly run.
    { ...guarded, dependsOn: [permission, ...invocations] },
  );
  return rule;
}

function checked(input: string): string {
  if (input.length <= LONGEST_INPUT) return input;
  throw new Error(
    `hakken: the reconciler's duties take ${input.length} characters, and EventBridge passes ${LONGEST_INPUT} at most: have fewer hakken:regions.`,
  );
}
