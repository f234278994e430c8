import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Channel } from "../../handlers/alert/types";
import { NAMESPACE } from "../../handlers/log";
import type { AlertWorkflow } from "./AlertWorkflow";
import type { EncryptedQueue } from "./EncryptedQueue";
import { RUNBOOK_FOLDER } from "./runbook";

export interface DashboardArgs {
  region: string;
  channels: readonly Channel[];
  /** Queues that are worked off, by what they are called. */
  workQueues: Record<string, { queue: EncryptedQueue }>;
  /** Queues that are empty while all is well. */
  deadLetters: Record<string, EncryptedQueue>;
  workflow: AlertWorkflow;
  alarms: readonly aws.cloudwatch.MetricAlarm[];
  /** Address of the folder with the alarms' pages. Default: its path in the repository. */
  runbook?: string;
}

/** What a widget shows, before it has its place. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
interface Widget {
  type: "metric" | "alarm" | "text";
  width: number;
  height: number;
  properties: Record<string, unknown>;
}

/** A metric as the dashboard's body has it: namespace, name, dimensions in pairs, and how it is drawn. */
type Metric = (string | { label?: string; stat?: string })[];

/** CloudWatch's grid. */
const COLUMNS = 24;

/** One page that shows whether findings come in and are told, how fast, and what stands in the way. */
export class Dashboard extends pulumi.ComponentResource {
  /** Its page in the console. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Dashboard", name, {}, opts);
    const { region } = args;

    const names = (queues: Record<string, EncryptedQueue>) =>
      pulumi.all(Object.fromEntries(Object.entries(queues).map(([what, queue]) => [what, queue.name])));
    const work = Object.fromEntries(Object.entries(args.workQueues).map(([what, { queue }]) => [what, queue]));
    const body = pulumi
      .all([names(work), names(args.deadLetters), args.workflow.arn, pulumi.all(args.alarms.map(({ arn }) => arn))])
      .apply(([workQueues, deadLetters, workflowArn, alarmArns]) => {
        const { channels, runbook } = args;
        const rows = [
          [about(runbook)],
          [alarmStates(alarmArns)],
          traffic(region, channels),
          speed(region, channels),
          machinery(region, workQueues, deadLetters, workflowArn),
        ];
        return JSON.stringify({ widgets: placed(rows) });
      });
    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      { dashboardName: name, dashboardBody: body, region },
      { parent: this },
    );
    this.url = pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;

    this.registerOutputs();
  }
}

/** Row below row, each as high as its highest widget. */
function placed(rows: readonly (readonly Widget[])[]) {
  let y = 0;
  return rows.flatMap((row) => {
    let x = 0;
    const widgets = row.map((widget) => {
      const at = { ...widget, x, y };
      x += widget.width;
      return at;
    });
    y += Math.max(...row.map(({ height }) => height));
    return widgets;
  });
}

const graph = (
  title: string,
  region: string,
  metrics: Metric[],
  how: { stat?: string; stacked?: boolean; perRow?: number; label?: string } = {},
): Widget => ({
  type: "metric",
  width: COLUMNS / (how.perRow ?? 3),
  height: 6,
  properties: {
    title,
    region,
    metrics,
    view: "timeSeries",
    stat: how.stat ?? "Sum",
    period: 300,
    stacked: how.stacked ?? false,
    ...(how.label && { yAxis: { left: { label: how.label, min: 0, showUnits: false } } }),
  },
});

function about(runbook = RUNBOOK_FOLDER): Widget {
  const folder = runbook.startsWith("https://") ? `[${runbook}](${runbook})` : `\`${runbook}\` of the repository`;
  const markdown = [
    "# hakken: from finding to person",
    `What each alarm means and what to do: ${folder}. Each alarm's description names its page.`,
    'Follow one alert through the functions\' logs: `filter alertKey = "..."` in Logs Insights.',
  ].join("\n\n");
  return { type: "text", width: COLUMNS, height: 3, properties: { markdown } };
}

/** The widget takes 100 alarms. */
const alarmStates = (alarms: string[]): Widget => ({
  type: "alarm",
  width: COLUMNS,
  height: Math.min(10, 2 + Math.ceil(alarms.length / 8)),
  properties: { title: "Alarms", alarms: alarms.slice(0, 100), sortBy: "stateUpdatedTimestamp" },
});

/** What comes in, what becomes of it, what fails. */
function traffic(region: string, channels: readonly Channel[]): Widget[] {
  const own = (metric: string): Metric => [NAMESPACE, metric, { label: metric }];
  const ofChannels = (metric: string) =>
    channels.map((channel): Metric => [NAMESPACE, metric, "channel", channel, { label: channel }]);
  return [
    graph("Reports on findings that came in", region, ["received", "unknown", "merged", "suppressed"].map(own)),
    graph("Told, by channel", region, ofChannels("told"), { stacked: true }),
    graph("Failed", region, [...ofChannels("failed"), [NAMESPACE, "failed", { label: "intake and settle" }]]),
  ];
}

/** How long it takes, in all and hop by hop: the wait for a step, and the step itself. */
function speed(region: string, channels: readonly Channel[]): Widget[] {
  const both = (metric: Metric, label: string): Metric[] =>
    ["p50", "p95"].map((stat) => [...metric, { stat, label: `${label} ${stat}` }]);
  const hops = (stat: string): Metric[] =>
    ["waitMs", "durationMs"].flatMap((metric) => [
      ...["intake", "settle"].map(
        (step): Metric => [NAMESPACE, metric, "step", step, { stat, label: hop(metric, step) }],
      ),
      ...channels.map((channel): Metric => {
        const dimensions = ["step", "tell", "channel", channel];
        return [NAMESPACE, metric, ...dimensions, { stat, label: hop(metric, channel) }];
      }),
    ]);
  return [
    graph(
      "From a finding's last change to its telling",
      region,
      channels.flatMap((channel) => both([NAMESPACE, "findingToToldSeconds", "channel", channel], channel)),
      { label: "seconds" },
    ),
    graph("Hops, p50", region, hops("p50"), { label: "milliseconds" }),
    graph("Hops, p95", region, hops("p95"), { label: "milliseconds" }),
  ];
}

const hop = (metric: string, step: string): string => `${metric === "waitMs" ? "until" : "in"} ${step}`;

/** What waits, and what runs. */
function machinery(
  region: string,
  workQueues: Record<string, string>,
  deadLetters: Record<string, string>,
  workflowArn: string,
): Widget[] {
  const ofQueues = (queues: Record<string, string>, metric: string) =>
    Object.entries(queues).map(([what, name]): Metric => ["AWS/SQS", metric, "QueueName", name, { label: what }]);
  const ends = ["Started", "Succeeded", "Failed", "TimedOut", "Aborted"].map(
    (end): Metric => ["AWS/States", `Executions${end}`, "StateMachineArn", workflowArn, { label: end }],
  );
  return [
    graph("Age of the oldest message", region, ofQueues(workQueues, "ApproximateAgeOfOldestMessage"), {
      stat: "Maximum",
      perRow: 4,
      label: "seconds",
    }),
    graph("Messages that wait", region, ofQueues(workQueues, "ApproximateNumberOfMessagesVisible"), {
      stat: "Maximum",
      perRow: 4,
    }),
    graph("Dead letters and failed alerts", region, ofQueues(deadLetters, "ApproximateNumberOfMessagesVisible"), {
      stat: "Maximum",
      perRow: 4,
    }),
    graph("Executions of the alert workflow", region, ends, { perRow: 4 }),
  ];
}
