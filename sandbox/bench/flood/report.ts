import type { Cost } from "./cost";
import type { Result } from "./run";
import { sumOf, usersOf } from "./usage";
import { MOST_SLACK_MESSAGES } from "./verdict";

/** A bench's result for people. */
export const reportOf = (result: Result): string[] => [
  `${n(result.findings)} findings of ${result.controls} controls in ${result.accounts} accounts and ${result.regions.length} regions, ${n(result.deliveries)} deliveries.`,
  `Settings: hakken's defaults, but ${result.settings.join("; ")}.`,
  "",
  ...table(["", "measured", "one execution and one message a finding (computed)"], comparison(result)),
  "",
  ...table(["wall time", ""], times(result)),
  "",
  ...table(["function", "calls", "GB-s", "write units", "read units"], functions(result)),
  "",
  ...table(["cost per 1,000 findings", "measured", "computed"], costs(result)),
  "",
  ...result.problems.slice(0, MOST_SHOWN).map((problem) => `! ${problem.split("\n")[0]}`),
  ...(result.problems.length > MOST_SHOWN ? [`! and ${result.problems.length - MOST_SHOWN} more of the kind`] : []),
  ...result.broken.map((broken) => `✗ ${broken}`),
  result.broken.length > 0
    ? "Not as promised."
    : `All as promised: nothing lost, nothing told twice, under ${n(MOST_SLACK_MESSAGES)} messages in Slack, one issue an alert.`,
];

const MOST_SHOWN = 20;

const comparison = ({ told, usage, naive, seconds }: Result): string[][] => {
  const { slack, backlog, mail } = told;
  return [
    ["alerts", n(told.alerts), n(naive.executions)],
    ["executions", n(sumOf(usage, "states:executions")), n(naive.executions)],
    ["state transitions", n(sumOf(usage, "states:transitions")), n(naive.transitions)],
    ["calls of functions", n(sumOf(usage, "lambda:calls")), n(naive.calls)],
    ["messages in Slack, replies counted", n(slack.messages), n(naive.slackMessages)],
    [
      "of these: alerts, their replies, digest, others",
      [slack.words, slack.replies, slack.digest, slack.others].map(n).join(", "),
      "",
    ],
    ["issues in Backlog", n(backlog.issues), n(naive.issues)],
    ["comments in Backlog", n(backlog.comments), ""],
    ["mails", n(mail.mails), n(naive.mails)],
    ["of these: alerts, digest, others", [mail.words, mail.digest, mail.others].map(n).join(", "), ""],
    ["time until all is told", time(seconds.import + seconds.told + seconds.digests), time(naive.seconds)],
  ];
};

const times = ({ seconds, digests }: Result): string[][] => [
  ["to deploy all stacks", time(seconds.deploy)],
  ["to import the findings", time(seconds.import)],
  ["from then until all is told or left to the digest", time(seconds.told)],
  [`to send the digest (${digests} of them)`, time(seconds.digests)],
];

const functions = ({ usage }: Result): string[][] =>
  usersOf(usage, "lambda:calls").map(({ by, count }) => [
    by,
    n(count),
    n(sumOf(usage, "lambda:gigabyteSeconds", by)),
    n(sumOf(usage, "dynamodb:writeUnits", by)),
    n(sumOf(usage, "dynamodb:readUnits", by)),
  ]);

const PARTS: readonly (readonly [keyof Cost, string])[] = [
  ["stepFunctions", "Step Functions"],
  ["lambda", "Lambda"],
  ["dynamodb", "DynamoDB"],
  ["sqs", "SQS"],
  ["logs", "logs"],
  ["mail", "mail"],
  ["total", "sum"],
];

const costs = ({ cost, naive, findings }: Result): string[][] =>
  PARTS.map(([part, name]) => [name, usd((cost[part] / findings) * 1000), usd((naive.cost[part] / findings) * 1000)]);

const n = (value: number): string => Math.round(value).toLocaleString("en");
const usd = (value: number): string => `$${value.toFixed(3)}`;

const time = (seconds: number): string => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${seconds.toFixed(1)} s`;
};

const table = (heads: readonly string[], rows: readonly string[][]): string[] => [
  `| ${heads.join(" | ")} |`,
  `| ${heads.map(() => "---").join(" | ")} |`,
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];
