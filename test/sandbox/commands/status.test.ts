import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { statusInWords } from "../../../sandbox/commands/status";
import { type Places, placesIn } from "../../../sandbox/places";
import { stackStates } from "../../../sandbox/stackStates";

let places: Places;

beforeEach(() => {
  places = placesIn(mkdtempSync(join(tmpdir(), "status-")));
});
afterEach(() => rmSync(places.folder, { recursive: true, force: true }));

const write = (file: string, content: unknown) => {
  const path = join(places.state, ".pulumi", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
};
const deployed = (stack: string, nanoseconds: string, result: string) =>
  write(`history/hakken/${stack}/${stack}-${nanoseconds}.history.json`, {
    ...{ kind: "update", result, startTime: 1795333571, endTime: 1795333583 },
  });

describe("sandbox status", () => {
  it("reads of each stack its account, its resources, and its last deployment", () => {
    write("stacks/hakken/audit.json", { version: 3, checkpoint: { latest: { resources: [{}, {}, {}] } } });
    write("stacks/hakken/prod.json", { version: 3, checkpoint: { latest: null } });
    deployed("audit", "1795333500000000000", "succeeded");
    deployed("audit", "1795333583812731219", "failed");

    const states = stackStates(places);

    const last = { kind: "update", result: "failed", at: "2026-11-22T07:46:23.000Z", seconds: 12 };
    expect(states).toEqual([
      { stack: "audit", account: "222222222222", resources: 3, last },
      { stack: "management", account: "111111111111", resources: 0 },
      { stack: "organization", account: "222222222222", resources: 0 },
      { stack: "partner", account: "666666666666", resources: 0 },
      { stack: "prod", account: "333333333333", resources: 0 },
    ]);
  });

  it("shows columns that stand below each other, dead letters and raised alarms marked, and colours only if asked for", () => {
    const place = { account: "222222222222", region: "ap-northeast-1" };
    const queue = (name: string, visible: number, consumed: boolean) => ({
      ...{ ...place, name, visible, inFlight: 0, delayed: 0, consumed },
    });
    const status = {
      run: { endpoint: "http://127.0.0.1:1", inboxUrl: "http://127.0.0.1:2" },
      places,
      stacks: stackStates(places),
      activity: {
        ...{ idle: true, invocations: 0, deliveries: 0, executions: ["arn:execution"] },
        queues: [queue("opening", 3, true), queue("dead", 1, false), queue("empty-dead", 0, false)],
      },
      alarms: [
        { ...place, name: "late", state: "ALARM", since: "2026-11-22T07:46:23.000Z" },
        { ...place, name: "errors", state: "OK" },
      ],
    };

    const lines = statusInWords(status, false);

    const from = (text: string) => lines.find((line) => line.startsWith(text)) ?? "";
    expect(from("management")).toMatch(/^management +111111111111 +0 +never$/);
    expect(from("dead").indexOf("1")).toBe(from("opening").indexOf("3"));
    expect(from("dead")).toMatch(/← to be looked at$/);
    expect(from("empty-dead")).toMatch(/dead letters$/);
    expect(lines).toContain("Alarms: 1 raised");
    expect(from("ALARM")).toMatch(/ late$/);
    expect(lines).toContain("arn:execution");
    expect(lines.join("\n")).not.toContain("\u001b");
    expect(statusInWords(status, true).find((line) => line.includes("← to be"))).toContain("\u001b[31m");
  });
});
