import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Dashboard, type DashboardArgs } from "../../../components/notification/Dashboard";
import { logLine } from "../../../handlers/log";
import { recorded } from "../../pulumi/recorded";

const REGION = "ap-northeast-1";
const named = (name: string) => ({ name, arn: `arn:of:${name}` }) as never;
const args: DashboardArgs = {
  region: REGION,
  channels: ["slack", "mail"],
  workQueues: { opening: { queue: named("opening-1") }, settle: { queue: named("settle-1") } },
  deadLetters: { "intake-dead-letters": named("dead-1"), "failed-alerts": named("failed-1") },
  workflow: named("workflow"),
  alarms: [named("alarm-1"), named("alarm-2")],
};
const made = async (more: Partial<DashboardArgs> = {}) => {
  const { resources, result } = await recorded(async () => {
    const dashboard = new Dashboard("alerts", { ...args, ...more });
    return new Promise<string>((known) => dashboard.url.apply(known));
  });
  const dashboard = resources.find(({ type }) => type === "aws:cloudwatch/dashboard:Dashboard");
  return { inputs: dashboard?.inputs, body: JSON.parse(String(dashboard?.inputs.dashboardBody)), url: result };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const place = {
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  width: z.int().min(1).max(24),
  height: z.int().min(1).max(1000),
};
const drawn = z.strictObject({ label: z.string().optional(), stat: z.string().optional() });
const metric = z
  .array(z.union([z.string().min(1), drawn]))
  // Namespace and name, then dimensions in pairs; how it is drawn comes last.
  .refine((parts) => parts.filter((part) => typeof part === "string").length % 2 === 0)
  .refine((parts) => parts.slice(0, -1).every((part) => typeof part === "string"));
const structure = z.strictObject({
  widgets: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({
          ...place,
          type: z.literal("text"),
          properties: z.strictObject({ markdown: z.string().min(1) }),
        }),
        z.strictObject({
          ...place,
          type: z.literal("alarm"),
          properties: z.strictObject({
            title: z.string(),
            alarms: z.array(z.string()).min(1).max(100),
            sortBy: z.enum(["default", "stateUpdatedTimestamp", "timestamp"]),
          }),
        }),
        z.strictObject({
          ...place,
          type: z.literal("metric"),
          properties: z.strictObject({
            title: z.string(),
            region: z.literal(REGION),
            metrics: z.array(metric).min(1).max(500),
            view: z.enum(["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]),
            stat: z.string(),
            period: z.int().multipleOf(60),
            stacked: z.boolean(),
            yAxis: z
              .strictObject({ left: z.strictObject({ label: z.string(), min: z.number(), showUnits: z.boolean() }) })
              .optional(),
          }),
        }),
      ]),
    )
    .max(500),
});

type Body = z.infer<typeof structure>;
const metricsOf = ({ widgets }: Body) =>
  widgets.flatMap((widget) => (widget.type === "metric" ? widget.properties.metrics : []));

describe("the dashboard", () => {
  it("is as CloudWatch documents a dashboard's body, and each widget fits the grid beside the others", async () => {
    const { inputs, body } = await made();

    const { widgets } = structure.parse(body);

    expect(inputs).toMatchObject({ dashboardName: "alerts", region: REGION });
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
    for (const [i, one] of widgets.entries()) {
      for (const other of widgets.slice(i + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart, `${JSON.stringify(one)} over ${JSON.stringify(other)}`).toBe(true);
      }
    }
  });

  it("shows hakken's own metrics by the names and dimensions that the log lines carry", async () => {
    const { body } = await made();
    const line = (entry: Parameters<typeof logLine>[0], metrics: Parameters<typeof logLine>[1]) =>
      JSON.parse(logLine(entry, metrics, 0));
    const counts = { received: 1, unknown: 1, merged: 1, suppressed: 1, failed: 1 };
    const lines = [
      line({ step: "intake", outcome: "batch", durationMs: 1, waitMs: 1 }, counts),
      line({ step: "settle", outcome: "batch", durationMs: 1, waitMs: 1 }, { failed: 1 }),
      ...(["slack", "mail"] as const).map((channel) =>
        line(
          { step: "tell", outcome: "told", channel, durationMs: 1, waitMs: 1 },
          { told: 1, failed: 1, findingToToldSeconds: 1 },
        ),
      ),
    ];
    const carried = new Set(
      lines.flatMap((one) =>
        one._aws.CloudWatchMetrics.flatMap(
          ({ Dimensions, Metrics }: { Dimensions: string[][]; Metrics: { Name: string }[] }) =>
            Metrics.map(({ Name }) =>
              [Name, ...(Dimensions[0] ?? []).flatMap((dimension) => [dimension, one[dimension]])].join(" "),
            ),
        ),
      ),
    );

    const shown = metricsOf(structure.parse(body))
      .filter(([namespace]) => namespace === "hakken")
      .map((parts) =>
        parts
          .filter((part) => typeof part === "string")
          .slice(1)
          .join(" "),
      );

    expect(new Set(shown)).toEqual(carried);
  });

  it("shows speed as p50 and p95", async () => {
    const { body } = await made();

    const stats = metricsOf(structure.parse(body))
      .filter(([, name]) => name === "findingToToldSeconds" || name === "durationMs" || name === "waitMs")
      .map((parts) => (parts.at(-1) as { stat: string }).stat);

    expect(new Set(stats)).toEqual(new Set(["p50", "p95"]));
  });

  it("shows queues, executions and alarms, and its address", async () => {
    const { body, url } = await made();

    const text = JSON.stringify(body);
    for (const name of ["opening-1", "settle-1", "dead-1", "failed-1", "arn:of:workflow", "arn:of:alarm-2"]) {
      expect(text).toContain(`"${name}"`);
    }
    expect(url).toBe(
      `https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/alerts`,
    );
  });

  it("links to the runbook where its address is set, and names the folder elsewhere", async () => {
    const base = "https://github.com/acme/hakken/blob/main/docs/runbook";

    const texts = [(await made()).body, (await made({ runbook: base })).body].map(
      ({ widgets }: Body) => (widgets[0]?.type === "text" && widgets[0].properties.markdown) || "",
    );

    expect(texts[0]).toContain("`docs/runbook` of the repository");
    expect(texts[1]).toContain(`](${base})`);
  });
});
