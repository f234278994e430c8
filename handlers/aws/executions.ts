import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { Executions } from "../alert/ports";

/** Executions of the alert workflow. Their input is constant, so that starting one that is open already is no error. */
export function workflowExecutions(sfn: SFNClient, stateMachineArn: string): Executions {
  const arnOf = (name: string) => `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
  return {
    start: async (name, alertKey) => {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify({ alertKey }) }));
        return true;
      } catch (error) {
        if ((error as Error).name === "ExecutionAlreadyExists") return false;
        throw error;
      }
    },
    status: async (name) => {
      try {
        const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
        return status === "RUNNING" || status === "PENDING_REDRIVE" ? "running" : "closed";
      } catch (error) {
        if ((error as Error).name === "ExecutionDoesNotExist") return undefined;
        throw error;
      }
    },
  };
}
