"""EventBridge's targets: what a rule may reach, what is tried again, and what lands in a target's dead-letter queue.

Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html. Schedules go the same way.
"""

import contextvars
import json
import logging
import threading
import time

from launcher import journal, metrics, targets
from launcher.events import follow
from launcher.targets import Delivery, Failed
from ministack.core.arn import parse_arn
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import eventbridge as eb

# AWS tries again for 24 hours, up to 185 times. Here a second stands for a minute, and no event is retried more often
# than this.
_SPEED = 60
_MOST_RETRIES = 6
_DEFAULT_RETRIES, _DEFAULT_AGE = 185, 86_400

_log = logging.getLogger("launcher")
_pending = 0
_pending_lock = threading.Lock()


def pending():
    """Deliveries that wait to be tried again."""
    return _pending


def install():
    eb._invoke_target = invoke_target
    eb._put_permission = _put_permission
    put_targets = eb._put_targets

    def put_checked_targets(data):
        for target in data.get("Targets") or []:
            if ":states:" in target.get("Arn", "") and not target.get("RoleArn"):
                return error_response_json(
                    "ValidationException", f"RoleArn is required for target {target['Arn']}.", 400
                )
        return put_targets(data)

    eb._put_targets = put_checked_targets


def invoke_target(target, event, rule, view=None):
    view = view or eb._pattern_event_view(event)
    event_as_delivered = view.event_with_detail()
    delivery = Delivery(
        target=target,
        event=event,
        rule=rule,
        payload=_input_of(target, rule, view),
        original=json.dumps(event_as_delivered),
        account=get_account_id(),
        region=get_region(),
        started=time.time(),
    )
    _attempt(delivery)


def _input_of(target, rule, view):
    """What the target is given. An InputPath that leads nowhere leaves the whole event."""
    if target.get("InputTransformer"):
        return eb._apply_input_transformer(target["InputTransformer"], rule, view)
    if target.get("Input"):
        return target["Input"]
    found, value = follow(target["InputPath"], view.event_with_detail()) if target.get("InputPath") else (False, None)
    return json.dumps(value if found else view.event_with_detail())


def _attempt(delivery):
    try:
        targets.send(delivery)
    except Failed as failure:
        exhausted = _exhausted(delivery) if failure.transient else None
        if failure.transient and not exhausted:
            _retry_later(delivery)
        else:
            _give_up(delivery, failure, exhausted)
    except Exception as error:  # the local AWS's own trouble: AWS would call it a fault of the target, and try again
        _log.exception("Delivery to %s", delivery.target.get("Arn"))
        exhausted = _exhausted(delivery)
        if exhausted:
            _give_up(delivery, Failed("INTERNAL_ERROR", str(error)), exhausted)
        else:
            _retry_later(delivery)
    else:
        _journal(delivery, "delivered")


def _exhausted(delivery):
    """Which of the target's limits forbids another try; None if neither does."""
    policy = delivery.target.get("RetryPolicy") or {}
    if delivery.retries >= min(policy.get("MaximumRetryAttempts", _DEFAULT_RETRIES), _MOST_RETRIES):
        return "MaximumRetryAttempts"
    age = (time.time() - delivery.started) * _SPEED
    return "MaximumEventAgeInSeconds" if age >= policy.get("MaximumEventAgeInSeconds", _DEFAULT_AGE) else None


def _retry_later(delivery):
    global _pending
    delivery.retries += 1
    with _pending_lock:
        _pending += 1
    context = contextvars.copy_context()

    def again():
        global _pending
        try:
            context.run(_attempt, delivery)
        finally:
            with _pending_lock:
                _pending -= 1

    timer = threading.Timer(min(0.1 * 2 ** (delivery.retries - 1), 2), again)
    timer.daemon = True
    timer.start()


def _dimensions(rule):
    """As AWS counts: the bus is named where it is not the default one."""
    bus = rule.get("EventBusName", "default")
    return {"RuleName": rule["Name"]} if bus == "default" else {"EventBusName": bus, "RuleName": rule["Name"]}


def _give_up(delivery, failure, exhausted):
    metrics.count("AWS/Events", "FailedInvocations", _dimensions(delivery.rule))
    error = f"{failure.code}: {failure}"
    dead_letters = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if not dead_letters:
        return _journal(delivery, "refused" if failure.code == "NO_PERMISSIONS" else "failed", error)

    attributes = {
        "RULE_ARN": delivery.rule["Arn"],
        "TARGET_ARN": delivery.target["Arn"],
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": str(failure),
    }
    if delivery.retries:
        attributes["RETRY_ATTEMPTS"] = str(delivery.retries)
    if exhausted:
        attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
    try:
        targets.to_queue(
            delivery, parse_arn(dead_letters), delivery.original, {}, "rule to dead-letter queue", attributes
        )
    except Failed as second:
        metrics.count("AWS/Events", "InvocationsFailedToBeSentToDlq", {"RuleName": delivery.rule["Name"]})
        return _journal(delivery, "failed", f"{error} Its dead-letter queue {dead_letters}: {second.code}: {second}")
    metrics.count("AWS/Events", "InvocationsSentToDlq", {"RuleName": delivery.rule["Name"]})
    return _journal(delivery, "dead-lettered", error)


def _journal(delivery, outcome, error=None):
    journal.record(
        "delivery",
        eventId=delivery.event.get("EventId"),
        rule=delivery.rule["Arn"],
        target=delivery.target.get("Arn"),
        outcome=outcome,
        **({"error": error} if error else {}),
    )


_put_statement = eb._put_permission


def _put_permission(data):
    """ministack keeps no whole Policy, and a bare account id that its evaluation would not match."""
    bus = data.get("EventBusName") or "default"
    if data.get("Policy"):
        eb._event_bus_policies[bus] = json.loads(data["Policy"])
        return json_response({})
    principal = data.get("Principal", "*")
    return _put_statement(
        {**data, "Principal": principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}}
    )
