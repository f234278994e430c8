import type { Channel } from "../../handlers/alert/types";

export interface WorkflowParts {
  /** The function of each channel. */
  channels: { channel: Channel; functionArn: string }[];
  settleQueueUrl: string;
}

/**
 * A week: throttling, pauses and times of maintenance count too, so that only what hangs is ended. An execution that looks every
 * quarter of an hour in three channels has had its 25,000 events in nine days.
 */
const TIMEOUT_SECONDS = 7 * 86_400;
/** Six hours: longer than the settle queue tries a message before it goes to its dead letters. */
const SETTLE_TIMEOUT_SECONDS = 6 * 3600;

/**
 * About an hour in all: 10, 20, 40 s ... up to ten minutes. No jitter: it may try again at once, when a message whose
 * reply was lost can't be found yet, and would go twice. The channels' slots spread what comes at the same time.
 */
const PATIENT = { IntervalSeconds: 10, BackoffRate: 2, MaxDelaySeconds: 600, MaxAttempts: 11 };

/** The function was not called, for want of concurrency: as throttling is no failure, this goes on for hours. */
const THROTTLED = {
  ErrorEquals: ["Lambda.TooManyRequestsException"],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  MaxAttempts: 1000,
  JitterStrategy: "FULL",
};

/**
 * The state machine in Amazon States Language: tell in all channels side by side, each with its own retries; then settle,
 * and once more if a newer version is desired by then. It carries the alert's key alone, all else is read where it is used.
 */
export const workflowDefinition = ({ channels, settleQueueUrl }: WorkflowParts) => ({
  Comment: "Tells one alert in every channel, then settles it",
  TimeoutSeconds: TIMEOUT_SECONDS,
  StartAt: "Tell",
  States: {
    Tell: {
      Type: "Parallel",
      Branches: channels.map(({ channel, functionArn }) => branch(channel, functionArn)),
      ResultPath: "$.channels",
      Next: "Settle",
    },
    Settle: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: {
        QueueUrl: settleQueueUrl,
        MessageBody: {
          "alertKey.$": "$.alertKey",
          "execution.$": "$$.Execution.Name",
          "taskToken.$": "$$.Task.Token",
          "channels.$": "$.channels",
        },
      },
      TimeoutSeconds: SETTLE_TIMEOUT_SECONDS,
      // A second message of the same execution is harmless: settle knows what it has done.
      Retry: [{ ErrorEquals: ["States.TaskFailed"], ...PATIENT }],
      ResultPath: "$.settle",
      Next: "Settled?",
    },
    "Settled?": {
      Type: "Choice",
      Choices: [{ Variable: "$.settle.outcome", StringEquals: "again", Next: "Tell" }],
      Default: "Done",
    },
    Done: { Type: "Succeed" },
  },
});

/** One channel: called until it has told the newest version, or makes way for the others. One that gives up ends with its error, and stops no other. */
function branch(channel: Channel, functionArn: string) {
  const [ready, tell, told, wait, gaveUp] = ["Ready", "Tell", "Told?", "Wait", "GaveUp"].map((s) => `${channel}${s}`);
  return {
    StartAt: ready,
    States: {
      [`${ready}`]: {
        Type: "Pass",
        Parameters: {
          "alertKey.$": "$.alertKey",
          channel,
          "began.$": "$$.State.EnteredTime",
          answer: { reserved: false },
        },
        Next: tell,
      },
      [`${tell}`]: {
        Type: "Task",
        Resource: functionArn,
        Parameters: {
          "alertKey.$": "$.alertKey",
          "execution.$": "$$.Execution.Name",
          "reserved.$": "$.answer.reserved",
          "began.$": "$.began",
        },
        // What the service refuses for good is not tried again; all else is, for about an hour.
        Retry: [{ ErrorEquals: ["Refused"], MaxAttempts: 0 }, THROTTLED, { ErrorEquals: ["States.ALL"], ...PATIENT }],
        Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: gaveUp }],
        ResultPath: "$.answer",
        Next: told,
      },
      [`${told}`]: {
        Type: "Choice",
        Choices: [
          { Variable: "$.answer.outcome", StringEquals: "wait", Next: wait },
          { Variable: "$.answer.outcome", StringEquals: "again", Next: tell },
        ],
        Default: `${channel}Done`,
      },
      [`${wait}`]: { Type: "Wait", SecondsPath: "$.answer.seconds", Next: tell },
      [`${gaveUp}`]: { Type: "Pass", Parameters: { channel, "error.$": "$.error" }, End: true },
      [`${channel}Done`]: { Type: "Pass", Parameters: { channel }, End: true },
    },
  };
}
