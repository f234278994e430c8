import { KMS } from "@aws-sdk/client-kms";
import { expect, it } from "vitest";
import type { JournalEntry } from "../../sandbox/client";
import { type Finding, type Report, replay } from "../sandbox/aws/replay";
import { documentsOf, lastOf, type Made, madeIn } from "./made";
import type { Stage } from "./stage";

/** What the run can't prove of our policies, and why it is as it is. Each must be found; what else is found fails. */
const EXCEPTED: [found: RegExp, because: string][] = [
  [
    /^key alias\/hakken-alerts-(key|alarm-key) AccountAdministersAndDelegatesToItsPolicies: wide Action kms:\*$/,
    "AWS refuses a key policy that leaves nobody who can change it. To whom it delegates stands in the roles' policies.",
  ],
  [
    /^key alias\/hakken-trail AccountAdministersAndDelegatesToItsPolicies: unneeded$/,
    "The same; and no role needs to use this key, so that nothing of the run asks for what it delegates.",
  ],
  [
    /^key alias\/hakken-guardduty-export AccountAdministersAndDelegatesToItsPolicies: unneeded$/,
    "The same; whoever reads the export does so by roles that are none of ours.",
  ],
  [
    /^bucket guardduty-export-bucket (EncryptedAlone|WithThisKeyAlone): unneeded$/,
    "As AWS documents them. GuardDuty encrypts as its destination says, so that no run meets an export that does not.",
  ],
  [
    /^key alias\/hakken-trail CloudTrailEncrypts: wide Condition.StringLike.kms:EncryptionContext:aws:cloudtrail:arn trail\/hakken$/,
    "AWS documents a star for the trail's region there, and a refusal would be silent. The source is this very trail.",
  ],
  [
    /^bucket trail-bucket CloudTrailDelivers(OfTheOrganization)?: wide Resource trail-bucket\/AWSLogs\/(111111111111|o-hakken0001)\/\*$/,
    "For log files and digests of every account, region and day, as AWS documents; the run meets one of each.",
  ],
  [
    /^key alias\/hakken-alerts-(key|alarm-key) ServicesWriteEncrypted: unbound$/,
    "AWS documents these services' use of a key without a source, and a refusal would be silent. The policies of the queues and of the topic, which the key protects, are bound to theirs.",
  ],
  [
    /^trust role\/(alerts-(alarm-notice|backlog|backlog-poll|check|digest|intake|mail|reopen-failing|self-check|settle|slack|suppression-end|sweeper)|reconciler)-role: unbound$/,
    "Lambda documents no source for the role of a function, and takes no role of another account.",
  ],
  [
    /^queue alerts-rule-dead-letters RulesSend: unneeded Condition.ArnEquals.aws:SourceArn rule\/alerts-(alarms|closing|failures|health|health\/alerts-health-forwarded|management\/alerts-management-silenced|opening|requested|self-check|silenced|silenced-parts|[a-z-]+-schedule)$/,
    "The run makes the delivery of one rule fail; each may.",
  ],
  [
    /^queue (alerts|health|watch)-forward-dead-letters-[a-z0-9-]+ RulesSend: unneeded/,
    "For what can't be forwarded in a day; the run forwards everything at once.",
  ],
  [
    /^trust role\/aws-service-role\/config.amazonaws.com\/AWSServiceRoleForConfig: unneeded$/,
    "AWS's own, of a service-linked role.",
  ],
  [
    /^topic alerts-mail-topic __default_statement_ID: unneeded$/,
    "AWS's own, which a topic has when it is given none: the account's own roles alone.",
  ],
  [
    /^role role\/reconciler-role ReportControls: unneeded Action securityhub:UpdateSecurityHubConfiguration/,
    "The run's hubs report their controls as the settings say from the first: the tests of the zip need it.",
  ],
  [
    /^role role\/alerts-self-check-role SeeDeadLettersElsewhere: wide Resource (health|watch)-forward-dead-letters-\*$/,
    "A name for each region of each account would not fit in a role's policies. Each of these queues names the role.",
  ],
  [
    /^role role\/reconciler-role ReleasePolicies: wide Resource \*$/,
    "Policies get their ids after the role has been made, since each waits for the reconciler to let go of it.",
  ],
  [
    /^role role\/config-role ReadTheOrganization: wide Resource \*$/,
    "AWS Organizations lets nobody name a resource to these calls.",
  ],
  [
    /^bucket member-recorders-bucket Config(LooksUpTheBucket|Delivers): unbound$/,
    "Recorders of all accounts deliver there: bound to the organization, by aws:SourceOrgID.",
  ],
  [
    /^bucket member-recorders-bucket ConfigDelivers: wide Resource member-recorders-bucket\/AWSLogs\/\*\/Config\/\*$/,
    "For the recorders of all accounts, those that join too; the run has one of them.",
  ],
  [
    /^role role\/(alerts-check|reconciler)-role ReadOrganization: wide Resource \*$/,
    "AWS Organizations lets nobody name a resource to ListAccounts.",
  ],
  [
    /^role role\/alerts-suppression-end-role FindRules: wide Resource \*$/,
    "Security Hub lets nobody name a resource to ListAutomationRules.",
  ],
  [
    /^role role\/alerts-suppression-end-role ReadRules: wide Resource automation-rule\/\*$/,
    "It reads rules of earlier settings too, and AWS gives each an id of its own.",
  ],
  [
    /^bucket guardduty-lists-bucket TlsAlone: unneeded$/,
    "It grants nothing. Nobody but the deploying account comes there, and GuardDuty by its own role, which its double does without a request.",
  ],
  [/^role role\/reconciler-role ReadUnits: wide Resource \*$/, "What is below a unit is not known beforehand."],
  [
    /^role role\/reconciler-role ScanMembers: wide Resource \*$/,
    "Inspector lets nobody name a resource to these calls.",
  ],
  [
    /^function function:reconciler reconciler-hourly-permission: unneeded$/,
    "The schedule goes by real time, and the run is shorter than an hour.",
  ],
  [
    /^function function:alerts-(backlog-poll|check|digest|reopen-failing|suppression-end) alerts-[a-z-]+-schedule-permission: unneeded$/,
    "The same; the tests invoke them by their own rights.",
  ],
  [
    /^function function:alerts-self-check alerts-self-check-permission: unneeded$/,
    "The same; the deployment invokes it by its own rights.",
  ],
];

/** Policies as they were before the destroy, which takes them along and needs some of what they grant. */
export interface InForce {
  documents: object[];
  made: Made[];
  /** Of keys, by the last part of their ARN. */
  aliases: Map<string, string | undefined>;
}

/** Rights, by what the run has shown. After all else that uses any. */
export function policies(stage: () => Stage, inForce: () => InForce): void {
  it("needed every part of every policy, could not have named less, and let nobody else in", async () => {
    const { report, words } = await proven(stage(), inForce());

    const found = report.findings.map((one) => ({ ...one, words: words(one) }));
    const unexcepted = found.filter((one) => !EXCEPTED.some(([expected]) => expected.test(one.words)));
    const stale = EXCEPTED.filter(([expected]) => !found.some((one) => expected.test(one.words)));
    expect(unexcepted.map((one) => `${one.words}\n    ${one.advice}`).join("\n")).toBe("");
    expect(stale.map(([expected]) => `Not found any more, so no exception: ${expected}`)).toEqual([]);
    expect(report.unexplained).toEqual([]);
  });

  it("had every policy that the stacks made before it, and requests to prove them", async () => {
    const { report } = await proven(stage(), inForce());

    const { made } = inForce();
    const judged = new Set(report.statements.map(({ kind, owner }) => `${kind} ${lastOf(owner)}`));
    expect(documentsOf(made).filter((document) => !judged.has(document))).toEqual([]);
    expect(report.statements.length).toBeGreaterThan(60);
    expect(report.requests).toBeGreaterThan(100);
  });

  it("refused nothing but what the tests took away", async () => {
    const journal = await stage().client.journal(0);

    const denied = journal.filter((entry) => entry.kind === "authorisation" && entry.decision === "denied");

    expect([...new Set(denied.map(inWords))]).toEqual([
      "events.amazonaws.com may not lambda:InvokeFunction on function:alerts-sweeper",
    ]);
  });
}

export async function policiesInForce({
  endpoint,
  places,
  as,
}: Pick<Stage, "endpoint" | "places" | "as">): Promise<InForce> {
  const documents = await (await fetch(`${endpoint}/_sandbox/policies`)).json();
  const aliases = await Promise.all(
    (["audit", "management"] as const).map(
      async (account) => (await new KMS(as(account)).listAliases({})).Aliases ?? [],
    ),
  );
  return {
    documents: documents as object[],
    made: madeIn(places),
    aliases: new Map(aliases.flat().map(({ TargetKeyId, AliasName }) => [`key/${TargetKeyId}`, AliasName])),
  };
}

/** What the run proves of the policies, and its findings in words. */
export async function proven({ client }: Pick<Stage, "client">, { documents, made, aliases }: InForce) {
  const requests = (await client.journal(0)).filter(({ kind }) => kind === "authorisation");
  const arns = made.flatMap(({ outputs }) => outputs?.arn ?? []);
  const report: Report = await replay(documents, requests, arns);

  const named = (arn: string) => aliases.get(plain(arn)) ?? plain(arn);
  /** `KIND OWNER STATEMENT: PROBLEM PART`, without what differs from one deployment to another. */
  const words = ({ kind, owner, sid, problem, part, value, on }: Finding) => {
    const statement = [kind, named(owner), sid && plain(sid)].filter(Boolean).join(" ");
    const what = [problem, part, value && named(value), on && `on ${named(on)}`].filter(Boolean).join(" ");
    return `${statement}: ${what}`;
  };
  return { report, words };
}

const inWords = (entry: JournalEntry): string =>
  entry.kind === "authorisation" ? `${entry.principal} may not ${entry.action} on ${plain(entry.resource)}` : "";

/** Of an ARN the resource's own part; without the random digits of a name. */
const plain = (name: string): string =>
  (name.startsWith("arn:") ? name.split(":").slice(5).join(":") : name).replace(/-[0-9a-f]{7}(?=$|[:/])/g, "");
