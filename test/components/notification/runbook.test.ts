import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ReconcilerAlarms } from "../../../components/detection/ReconcilerAlarms";
import { RUNBOOK_FOLDER, runbookPage } from "../../../components/notification/runbook";
import { type Recorded, recorded } from "../../pulumi/recorded";
import pipeline from "./NotificationPipeline.expected.json";

const folder = resolve(__dirname, "../../..", RUNBOOK_FOLDER);
const PREFIX = "alerts-alarm-";
const isAlarm = ({ type }: { type: string }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm";

/** `page.md#heading` of every heading that is about one alarm. */
const headings = readdirSync(folder)
  .filter((page) => page !== "README.md")
  .flatMap((page) =>
    [...readFileSync(join(folder, page), "utf8").matchAll(/^## (\S+)$/gm)].map(([, heading]) => `${page}#${heading}`),
  );

let alarms: { name: string; description: string }[];
beforeAll(async () => {
  const { resources } = await recorded(() => {
    const way = { topicArn: "arn:of:topic", namePrefix: PREFIX };
    const named = { name: "x" } as never;
    return new ReconcilerAlarms("alarms", { region: "ap-northeast-1", function: named, rule: named, way });
  });
  const all = [...(pipeline as unknown as Recorded[]), ...resources].filter(isAlarm);
  alarms = all.map(({ name, inputs }) => ({ name, description: String(inputs.alarmDescription) }));
});

describe("the runbook", () => {
  it("has a place for each alarm, which the alarm's description ends with", () => {
    expect(alarms.length).toBeGreaterThan(40);

    for (const { name, description } of alarms) {
      const page = description.split(" ").at(-1);
      expect(page, name).toBe(runbookPage(undefined, name.slice(PREFIX.length)));
      expect(headings, name).toContain(page?.slice(RUNBOOK_FOLDER.length + 1));
    }
  });

  it("has no place for an alarm that there is none of, but for what is told without one", () => {
    const known = alarms.map(({ name }) => name.slice(PREFIX.length));

    const orphans = headings.filter((heading) => !known.includes(heading.split("#")[1] ?? ""));

    expect(orphans).toEqual(["switched-off.md#switched-off"]);
  });

  it("is listed page by page", () => {
    const index = readFileSync(join(folder, "README.md"), "utf8");

    const pages = readdirSync(folder).filter((page) => page !== "README.md");

    for (const page of pages) expect(index).toContain(`](${page})`);
  });

  it("is linked to where its address is set, and refuses an alarm without a page", () => {
    const base = "https://github.com/acme/hakken/blob/main/docs/runbook/";

    expect(runbookPage(base, "opening-late")).toBe(`${base}late.md#opening-late`);
    expect(() => runbookPage(base, "nothing-known")).toThrow("nothing-known has no page");
  });
});
