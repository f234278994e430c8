import { describe, expect, it } from "vitest";
import { runPython } from "./authorise";

describe("a target's dead-letter queue", () => {
  it("gets an event that failed again and again, with what was exhausted", async () => {
    const script = `
import json, sys, time
from launcher import deliveries, targets
from ministack.core.responses import request_scope
from ministack.services import eventbridge as eb
tries, given = [], []
def failing(delivery):
    tries.append(1)
    raise targets.Failed("THROTTLING", "Rate exceeded", transient=True)
def to_queue(delivery, spec, body, parameters, point, attributes=None):
    given.append(attributes)
targets.send, targets.to_queue = failing, to_queue
queue = "arn:aws:sqs:ap-northeast-1:222222222222:dead"
target = {"Id": "t", "Arn": queue, "RetryPolicy": json.load(sys.stdin), "DeadLetterConfig": {"Arn": queue}}
rule = {"Name": "r", "Arn": "arn:aws:events:ap-northeast-1:222222222222:rule/r"}
event = {"EventId": "e", "Source": "s", "Detail": "{}", "Time": 0}
with request_scope("222222222222", "ap-northeast-1"):
    deliveries.invoke_target(target, event, rule)
deadline = time.time() + 5
while not given and time.time() < deadline: time.sleep(0.05)
print(json.dumps({"tries": len(tries), "attributes": given[0], "pending": deliveries.pending()}))
`;

    const twice = await runPython(["-c", script], { MaximumRetryAttempts: 2 });
    const old = await runPython(["-c", script], { MaximumEventAgeInSeconds: 60 });

    expect(twice).toMatchObject({
      tries: 3,
      attributes: {
        ERROR_CODE: "THROTTLING",
        RETRY_ATTEMPTS: "2",
        EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      },
    });
    expect(old).toMatchObject({ attributes: { EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds" } });
  });
});
