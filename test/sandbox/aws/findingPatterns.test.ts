import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PATTERNS } from "../../../components/notification/patterns";
import { isOver } from "../../../handlers/alert/lifecycle";
import { findingOf } from "../../../handlers/alert/normalise";
import type { Finding, FindingSource, Severity } from "../../../handlers/alert/types";
import { eventsFolder, type Loose } from "../../handlers/fixtures";
import { type Aws, startAws } from "./authorise";

const SEVERITIES: Severity[] = ["HIGH", "CRITICAL"];
const DETAIL_TYPES: Record<FindingSource, string> = {
  cspm: "Security Hub Findings - Imported",
  v2: "Findings Imported V2",
};

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

/** Whether an event of these findings, and of this source, is taken by the two rules, as EventBridge matches. */
async function taken(source: FindingSource, findings: Loose[], from = source) {
  const event = {
    version: "0",
    id: "6f1f7c0e-5d39-4b8e-9a53-0c6d1f8a2b11",
    source: "aws.securityhub",
    "detail-type": DETAIL_TYPES[from],
    account: "444455556666",
    time: "2026-05-25T10:00:03Z",
    region: "ap-northeast-1",
    resources: [],
    detail: { findings },
  };
  const { opening, closing } = PATTERNS[source];
  const matches = async (pattern: object) => {
    const test = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) };
    return (await aws.events.send(new TestEventPatternCommand(test))).Result;
  };
  return { opening: await matches(opening(SEVERITIES)), closing: await matches(closing) };
}

/** What must be taken, by the finding's one shape. */
const due = (finding: Finding, source: FindingSource) => ({
  opening:
    !isOver(finding) &&
    finding.compliance !== "NOT_AVAILABLE" &&
    SEVERITIES.includes(finding.severity) &&
    (finding.workflow === "NEW" || source === "v2" || finding.severity === "CRITICAL"),
  closing: isOver(finding),
});

/** All real findings of one format, those of HAKKEN_EVENTS too; of CSPM those that have what Security Hub always fills in. */
const findings = [eventsFolder, ...(process.env.HAKKEN_EVENTS ? [process.env.HAKKEN_EVENTS] : [])].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json") && !/^(malformed|health|guardduty-native|insight-results)\//.test(name))
    .flatMap((name) => {
      const json: Loose = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const all: Loose[] = json.detail?.findings ?? [json];
      return all.map((finding): [string, FindingSource, Loose] => [name, finding.class_uid ? "v2" : "cspm", finding]);
    })
    .filter(([, source, { RecordState, Workflow, Severity: severity }]) =>
      source === "v2" ? true : RecordState && Workflow?.Status && severity?.Label,
    ),
);

/** The states that a finding goes through, as V2 has them. */
const STATES: Record<string, object> = {
  "a threat that is new": { activity_id: 1, status_id: 1, compliance: undefined },
  "one that is updated": { activity_id: 2, status_id: 1 },
  "one that is In Progress": { activity_id: 2, status_id: 2 },
  "one of status Unknown": { activity_id: 2, status_id: 0 },
  "one of status Other": { activity_id: 2, status_id: 99 },
  "one that is Suppressed": { status_id: 3 },
  "one that is Resolved": { status_id: 4 },
  "one that is Archived": { status_id: 5 },
  "one that is Deleted": { status_id: 6 },
  "one that its provider has closed": { activity_id: 3, status_id: 1 },
  "a check that passes": { compliance: { status_id: 1, status: "Pass" } },
  "a check that warns": { compliance: { status_id: 2, status: "Warning" } },
  "a check that fails": { compliance: { status_id: 3, status: "Fail" } },
  "a check that can't be made": { compliance: { status_id: 0, status: "Unknown" } },
  "one of medium severity": { severity_id: 3, severity: "Medium" },
  "one of critical severity": { severity_id: 5, severity: "Critical" },
  "a fatal one": { severity_id: 6, severity: "Fatal" },
};

describe("the rules' patterns, as EventBridge matches", () => {
  it("are tried on findings of both formats", () => {
    expect(findings.filter(([, source]) => source === "v2").length).toBeGreaterThan(5);
    expect(findings.filter(([, source]) => source === "cspm").length).toBeGreaterThan(5);
  });

  it.each(findings)("take %s of %s as what it is, and not of the other source", async (_name, source, finding) => {
    expect(await taken(source, [finding])).toEqual(due(findingOf(finding), source));
    expect(await taken(source === "v2" ? "cspm" : "v2", [finding], source)).toEqual({ opening: false, closing: false });
  });

  it.each(Object.entries(STATES))("take %s of V2 as what it is", async (_state, changes) => {
    const [threat] = JSON.parse(readFileSync(join(eventsFolder, "v2-guardduty-high.json"), "utf8")).detail.findings;
    const finding = { ...threat, ...changes };

    expect(await taken("v2", [finding])).toEqual(due(findingOf(finding), "v2"));
  });
});
