import * as pulumi from "@pulumi/pulumi";
import type { Channel, FindingSource, Severity } from "../../handlers/alert/types";
import type { AlertTable } from "./AlertTable";
import type { AlertWorkflow } from "./AlertWorkflow";
import type { EncryptedQueue } from "./EncryptedQueue";

/** What whoever operates a pipeline needs to find its parts: names and addresses, nothing secret. The ops script reads it. */
export interface PipelineOutput {
  /** Name of the alert table. */
  alertTable: string;
  /** ARN of the state machine. */
  workflow: string;
  /** Channels that are set up. */
  channels: Channel[];
  /** Severities that are told. */
  severities: Severity[];
  /** Which form of Security Hub findings are taken from. */
  findingSource: FindingSource;
  /** URLs of the queues that functions read, by what comes in them. */
  queues: Record<"opening" | "closing" | "settle", string> & Record<string, string>;
  /** URLs of the queues that wait for a person: dead letters by whose they are, and failed alerts. */
  kept: Record<"intake" | "rules" | "settle" | "failed", string> & Record<string, string>;
}

/** The parts that are told; queues by name, as PipelineOutput has them. */
export interface PipelineOutputArgs extends Pick<PipelineOutput, "channels" | "severities" | "findingSource"> {
  table: AlertTable;
  workflow: AlertWorkflow;
  queues: Record<keyof PipelineOutput["queues"], EncryptedQueue>;
  kept: Record<keyof PipelineOutput["kept"], EncryptedQueue>;
}

export function pipelineOutput(args: PipelineOutputArgs): pulumi.Output<PipelineOutput> {
  const { table, workflow, queues, kept, channels, severities, findingSource } = args;
  const urls = (of: Record<string, EncryptedQueue>) =>
    pulumi.all(Object.fromEntries(Object.entries(of).map(([name, { url }]) => [name, url])));
  return pulumi
    .all([table.name, workflow.arn, urls(queues), urls(kept)])
    .apply(([alertTable, arn, ofQueues, ofKept]) => ({
      ...{ alertTable, workflow: arn, channels, severities, findingSource },
      queues: ofQueues as PipelineOutput["queues"],
      kept: ofKept as PipelineOutput["kept"],
    }));
}
