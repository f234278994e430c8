import { findingOf } from "../../../handlers/alert/normalise";
import type { AlertRecord } from "../../../handlers/alert/record";
import type { Channel } from "../../../handlers/alert/types";
import { alertKeyOf } from "../../grouping";
import type { Asff } from "./findings";
import { nameOf, type Seen } from "./gather";
import { grouped } from "./grouped";
import { type Message, messagesOf } from "./messages";

/** How many messages people got. */
export interface Told {
  alerts: number;
  slack: { messages: number; words: number; replies: number; digest: number; others: number; changedInPlace: number };
  backlog: { issues: number; comments: number };
  mail: { mails: number; words: number; digest: number; others: number };
}

export const toldOf = (seen: Seen): Told => {
  const messages = messagesOf(seen.inbox);
  const count = (channel: Channel, of: (message: Message) => boolean = () => true) =>
    messages.filter((message) => message.channel === channel && of(message)).length;
  const kind = (wanted: Message["kind"], goesOn?: boolean) => (message: Message) =>
    message.kind === wanted && (goesOn === undefined || message.goesOn === goesOn);
  return {
    alerts: seen.alerts.length,
    slack: {
      messages: count("slack"),
      words: count("slack", kind("word", false)),
      replies: count("slack", kind("word", true)),
      digest: count("slack", kind("digest")),
      others: count("slack", kind("other")),
      changedInPlace: seen.inbox.slack.reduce((sum, { updates }) => sum + updates.length, 0),
    },
    backlog: { issues: count("backlog", ({ goesOn }) => !goesOn), comments: count("backlog", ({ goesOn }) => goesOn) },
    mail: {
      mails: count("mail"),
      words: count("mail", kind("word")),
      digest: count("mail", kind("digest")),
      others: count("mail", kind("other")),
    },
  };
};

/** What is promised of a flood's messages in Slack, replies counted. */
export const MOST_SLACK_MESSAGES = 1000;

/** Which promises were not kept, in words; none if all were. */
export const verdictOf = (findings: readonly Asff[], seen: Seen): string[] => [
  ...lost(findings, seen),
  ...unsettled(seen),
  ...toldWrong(seen),
  ...tooMany(seen),
  ...leftInQueues(seen),
];

/** Every finding is marked in Security Hub, and listed by its alert alone. */
const lost = (findings: readonly Asff[], { workflows, members, alerts }: Seen): string[] => {
  const listed = grouped(members, ({ product, id }) => nameOf(product, id));
  const expected = findings.map((finding) => ({ finding, alertKey: alertKeyOf(findingOf(finding)) }));
  const known = new Set(findings.map(({ ProductArn, Id }) => nameOf(ProductArn, Id)));
  const statusOf = ({ ProductArn, Id }: Asff) => workflows.get(nameOf(ProductArn, Id)) ?? "not there";
  return [
    ...of(
      findings.filter((finding) => statusOf(finding) !== "NOTIFIED"),
      "findings are not NOTIFIED in Security Hub",
      (finding) => `${finding.Id}: ${statusOf(finding)}`,
    ),
    ...of(
      expected.filter(({ finding, alertKey }) => {
        const [only, ...more] = listed.get(nameOf(finding.ProductArn, finding.Id)) ?? [];
        return only?.alertKey !== alertKey || more.length > 0;
      }),
      "findings are not listed by exactly one alert, their own",
      ({ finding }) => finding.Id,
    ),
    ...of(
      members.filter(({ product, id }) => !known.has(nameOf(product, id))),
      "findings are listed that nobody reported",
      ({ id }) => id,
    ),
    ...of(
      alerts.filter(({ alertKey, findings: counted }) => counted !== membersOf(members, alertKey)),
      "alerts count other findings than they list",
      ({ alertKey }) => alertKey,
    ),
  ];
};

const membersOf = (members: Seen["members"], alertKey: string): number =>
  members.filter((member) => member.alertKey === alertKey).length;

const unsettled = ({ alerts }: Seen): string[] =>
  of(
    alerts.filter(({ settled, desired, unsettledSince, running }) => settled < desired || unsettledSince || running),
    "alerts are not settled",
    ({ alertKey, settled, desired }) => `${alertKey}: ${settled} of ${desired}`,
  );

/** Each alert is told in each channel; each version of it once; and one first word, or one issue, an occurrence. */
const toldWrong = (seen: Seen): string[] => {
  const messages = messagesOf(seen.inbox);
  const channels: readonly Channel[] = ["slack", "backlog", "mail"];
  return channels.flatMap((channel) => {
    const ofChannel = messages.filter((message) => message.channel === channel);
    const words = grouped(
      ofChannel.filter(({ kind }) => kind === "word"),
      ({ alertKey }) => alertKey,
    );
    const rows = rowsOf(ofChannel.filter(({ kind }) => kind === "digest"));
    const tellings = (alert: AlertRecord) => (words.get(alert.alertKey) ?? []).length + rows(alert);
    const isTwice = (alert: AlertRecord) => {
      const own = words.get(alert.alertKey) ?? [];
      const versions = own.flatMap(({ version }) => version ?? []);
      const first = channel === "mail" ? 0 : own.filter(({ goesOn }) => !goesOn).length;
      return new Set(versions).size < versions.length || first > alert.occurrence || tellings(alert) > alert.desired;
    };
    const show = (alert: AlertRecord) =>
      `${alert.alertKey} ("${alert.finding.title}", ${alert.finding.accountId}): ${(words.get(alert.alertKey) ?? []).length} messages, ${rows(alert)} lines in digests, ${alert.desired} versions`;
    const untold = seen.alerts.filter((alert) => tellings(alert) === 0);
    const unknown = [...words.keys()].filter((key) => !seen.alerts.some(({ alertKey }) => alertKey === key));
    return [
      ...of(untold, `alerts were never told in ${channel}`, show),
      ...of(seen.alerts.filter(isTwice), `alerts were told twice in ${channel}`, show),
      ...of(unknown, `messages in ${channel} are of no alert`, String),
    ];
  });
};

/** In how many lines of digests an alert stands: a line names title and account. */
const rowsOf = (digests: readonly Message[]): ((alert: AlertRecord) => number) => {
  const lines = digests.flatMap(({ text }) => text.split("\n"));
  return ({ finding }) =>
    lines.filter((line) => line.includes(finding.title) && line.includes(finding.accountId)).length;
};

const tooMany = (seen: Seen): string[] => {
  const { slack, backlog } = toldOf(seen);
  return [
    ...(slack.messages < MOST_SLACK_MESSAGES
      ? []
      : [`${slack.messages} messages in Slack, not under ${MOST_SLACK_MESSAGES}`]),
    ...(backlog.issues <= seen.alerts.length
      ? []
      : [`${backlog.issues} issues in Backlog for ${seen.alerts.length} alerts`]),
  ];
};

/** Nothing waits: not for a function, not as a dead letter. */
const leftInQueues = ({ queues }: Seen): string[] =>
  queues
    .map(({ name, visible, inFlight, delayed }) => ({ name, left: visible + inFlight + delayed }))
    .filter(({ left }) => left > 0)
    .map(({ name, left }) => `${left} messages are left in queue ${name}`);

/** How many, and the first of them. */
const of = <T>(all: readonly T[], what: string, show: (one: T) => string): string[] =>
  all.length === 0
    ? []
    : [`${all.length} ${what}: ${all.slice(0, 3).map(show).join("; ")}${all.length > 3 ? " ..." : ""}`];
