"""The CloudWatch metrics that AWS's services publish by themselves: AWS/SQS, AWS/Lambda, AWS/States, AWS/Events.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html and
its like.
"""

import logging
import threading
import time

from launcher import alarms
from ministack.core.arn import parse_arn
from ministack.core.responses import request_scope
from ministack.services import cloudwatch, lambda_svc, sqs

# AWS takes these once a minute. Alarms here look at windows of two seconds and more (alarms.py).
_INTERVAL_SECONDS = 1
# Of each gauge; older points are of no use to any alarm that is evaluated in compressed time.
_KEPT_POINTS = 900

_log = logging.getLogger("launcher")


def count(namespace, name, dimensions, value=1, unit="Count"):
    """Adds a point to a metric of the current account and region."""
    cloudwatch.record_metric(namespace, name, value, unit, dimensions)


def install():
    lambda_svc._emit_lambda_metrics = _count_throttle
    dispatch = lambda_svc._execute_function_dispatch

    def counted_dispatch(func, config, event, request_id, started):
        # Here, and not at the Invoke call: event sources and state machines come this way too.
        result = dispatch(func, config, event, request_id, started)
        dimensions = {"FunctionName": config.get("FunctionName", "")}
        if result.get("throttle"):
            count("AWS/Lambda", "Throttles", dimensions)
        else:
            count("AWS/Lambda", "Invocations", dimensions)
            count("AWS/Lambda", "Errors", dimensions, 1 if result.get("error") else 0)
            count("AWS/Lambda", "Duration", dimensions, (time.time() - started) * 1000, "Milliseconds")
        return result

    lambda_svc._execute_function_dispatch = counted_dispatch
    threading.Thread(target=_clock, daemon=True, name="sandbox-metrics").start()


def _count_throttle(function_name, duration_ms, error, throttle):
    """ministack counts at its Invoke call and where a slot is refused (no duration): only the latter is left to it."""
    if throttle and not duration_ms:
        count("AWS/Lambda", "Throttles", {"FunctionName": function_name})


def _clock():
    while True:
        time.sleep(_INTERVAL_SECONDS)
        try:
            _measure_queues()
            alarms.evaluate_all()
        except Exception:  # the clock must go on; what failed is in the log
            _log.exception("Measuring queues or evaluating alarms failed")


def _measure_queues():
    for _, queue in list(sqs._queues.all_items()):
        spec = parse_arn(queue["attributes"]["QueueArn"])
        dimensions = {"QueueName": spec.resource}
        with request_scope(spec.account_id, spec.region):
            for name, (value, unit) in queue_state(queue).items():
                count("AWS/SQS", name, dimensions, value, unit)
                points = cloudwatch._metric_bucket(("AWS/SQS", name, cloudwatch._dims_key(dimensions)))
                del points[:-_KEPT_POINTS]


def queue_state(queue):
    """A queue's gauges by CloudWatch's names, each with its unit."""
    now = time.time()
    messages = list(queue["messages"])
    hidden = [message for message in messages if message["visible_at"] > now]
    delayed = sum(message["receive_count"] == 0 for message in hidden)
    # A message being worked on counts as well: it is not deleted.
    age = max((now - message["sent_at"] for message in messages), default=0)
    return {
        "ApproximateNumberOfMessagesVisible": (len(messages) - len(hidden), "Count"),
        "ApproximateNumberOfMessagesNotVisible": (len(hidden) - delayed, "Count"),
        "ApproximateNumberOfMessagesDelayed": (delayed, "Count"),
        "ApproximateAgeOfOldestMessage": (int(age), "Seconds"),
    }
