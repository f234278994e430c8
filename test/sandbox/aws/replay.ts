import { join } from "node:path";
import { runPython } from "./authorise";

/** One statement of a policy: whose it is, and which. */
export interface Row {
  /** role, trust, key, queue ... */
  kind: string;
  /** ARN of what the policy belongs to. */
  owner: string;
  /** Of a role's policy. */
  name?: string;
  index: number;
  sid?: string;
}

/** What is wrong with a statement, or with a part of it, and what to do. */
export interface Finding extends Row {
  problem: "unneeded" | "wide" | "unbound";
  /** Such as Action, or Condition.ArnEquals.aws:SourceArn. Absent: the whole statement. */
  part?: string;
  value?: string;
  /** With an action: the resource on which it was not needed. */
  on?: string;
  advice: string;
}

export interface Report {
  findings: Finding[];
  statements: (Row & { needed: boolean; request?: { principal: string; action: string; resource: string } })[];
  /** Requests that the policies decide otherwise than the run did. */
  unexplained: { principal: string; action: string; resource: string }[];
  /** Distinct requests, and parts of statements, that were looked at. */
  requests: number;
  parts: number;
}

/** What a run's requests prove of its policies; of those that belong to `made`, where it is given. */
export async function replay(policies: object[], requests: object[], made?: readonly string[]): Promise<Report> {
  const script = join(__dirname, "../../../sandbox/aws/replay.py");
  return (await runPython([script], { policies, requests, made })) as Report;
}
