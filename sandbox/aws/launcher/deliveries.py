"""EventBridge's targets: what a rule may reach, what is tried again, and what lands in a target's dead-letter queue.

Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html. Schedules go the same way.
"""

import contextvars
import json
import logging
import threading
import time
from dataclasses import dataclass

from launcher import journal, metered, topics
from launcher.authorise import authorise, authorise_key
from launcher.events import follow
from launcher.policies import role_session
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid, request_scope
from ministack.services import eventbridge as eb
from ministack.services import lambda_svc, sns, sqs
from ministack.services import stepfunctions as sfn

SERVICE = "events.amazonaws.com"
# AWS tries again for 24 hours and up to 185 times; here a second stands for a minute, and no event is tried more than this often.
_SPEED = 60
_MOST_RETRIES = 6
_DEFAULT_RETRIES, _DEFAULT_AGE = 185, 86_400

_log = logging.getLogger("launcher")
_pending = 0
_pending_lock = threading.Lock()


class Failed(Exception):
    """A delivery that did not work out, with EventBridge's error code."""

    def __init__(self, code, message, transient=False):
        super().__init__(message)
        self.code, self.transient = code, transient


@dataclass
class Delivery:
    target: dict
    event: dict
    rule: dict
    payload: str
    original: str  # what a dead-letter queue gets: the event as it came, never the transformed input
    account: str
    region: str
    started: float
    retries: int = 0

    @property
    def source(self):
        return {"aws:SourceArn": self.rule["Arn"], "aws:SourceAccount": self.account}


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
                return error_response_json("ValidationException", f"RoleArn is required for target {target['Arn']}.", 400)
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
        _send(delivery)
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


def _give_up(delivery, failure, exhausted):
    metered.count("AWS/Events", "FailedInvocations", {"RuleName": delivery.rule["Name"]})
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
        _to_queue(delivery, parse_arn(dead_letters), delivery.original, {}, "rule to dead-letter queue", attributes)
    except Failed as second:
        metered.count("AWS/Events", "InvocationsFailedToBeSentToDlq", {"RuleName": delivery.rule["Name"]})
        return _journal(delivery, "failed", f"{error} Its dead-letter queue {dead_letters}: {second.code}: {second}")
    metered.count("AWS/Events", "InvocationsSentToDlq", {"RuleName": delivery.rule["Name"]})
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


def _send(delivery):
    try:
        spec = parse_arn(delivery.target.get("Arn", ""))
    except ArnParseError as error:
        raise Failed("INVALID_PARAMETER", str(error)) from error
    if spec.service == "events" and spec.resource.startswith("event-bus/"):
        _to_bus(delivery, spec)
    elif spec.service == "states":
        _to_machine(delivery, spec)
    elif spec.region != delivery.region:
        raise Failed("NO_RESOURCE", f"{spec} is in another region than the rule.")
    elif spec.service == "sqs":
        _to_queue(delivery, spec, delivery.payload, delivery.target.get("SqsParameters") or {}, "rule to queue")
    elif spec.service == "lambda":
        _to_function(delivery, spec)
    elif spec.service == "sns":
        _to_topic(delivery, spec)
    else:
        raise Failed("INVALID_PARAMETER", f"The sandbox delivers nothing to {spec.service}.")


def _sender(delivery, spec):
    """The service itself in its own account; across accounts the target's role."""
    return SERVICE if spec.account_id == delivery.account else _role(delivery)


def _role(delivery):
    role = delivery.target.get("RoleArn")
    if not role:
        raise Failed("NO_PERMISSIONS", f"The target {delivery.target['Arn']} has no RoleArn to be reached with.")
    _permit(authorise("role of a rule's target", SERVICE, "sts:AssumeRole", role, delivery.source))
    return role_session(role, delivery.rule["Name"])


def _permit(refusal):
    if refusal:
        raise Failed("NO_PERMISSIONS", refusal.message)


def _to_queue(delivery, spec, body, parameters, point, attributes=None):
    arn = str(spec)
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        raise Failed("NO_RESOURCE", f"The queue {arn} does not exist.")
    sender = _sender(delivery, spec)
    _permit(authorise(point, sender, "sqs:SendMessage", arn, delivery.source))
    key_context = {"kms:EncryptionContext:aws:sqs:arn": arn, **delivery.source}
    actions = ("kms:GenerateDataKey", "kms:Decrypt")
    _permit(authorise_key(point, sender, queue["attributes"].get("KmsMasterKeyId"), arn, actions, key_context))
    with request_scope(spec.account_id, spec.region):
        eb._dispatch_to_sqs(spec, body, parameters)
    if attributes:
        texts = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        queue["messages"][-1]["message_attributes"] = texts
        queue["messages"][-1]["md5_attrs"] = sqs._md5_msg_attrs(texts)


def _to_function(delivery, spec):
    arn = str(spec)
    with request_scope(spec.account_id, spec.region):
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if not function or not config:
            raise Failed("NO_RESOURCE", f"The function {arn} does not exist.")
        _permit(authorise("rule to function", _sender(delivery, spec), "lambda:InvokeFunction", arn, delivery.source))
        # Lambda takes the event and answers for the rest: its own two retries, its own destination.
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), _as_json(delivery.payload))


def _as_json(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def _to_topic(delivery, spec):
    if sns._topic_by_arn_any_scope(str(spec)) is None:
        raise Failed("NO_RESOURCE", f"The topic {spec} does not exist.")
    _permit(topics.refusal("rule to topic", _sender(delivery, spec), str(spec), delivery.source))
    with request_scope(spec.account_id, spec.region):
        try:
            sns.publish_internal(str(spec), delivery.payload)
        except sns.SnsPublishError as error:
            raise Failed("INVALID_PARAMETER", str(error)) from error


def _to_machine(delivery, spec):
    with request_scope(spec.account_id, spec.region):
        if sfn._resolve_state_machine_arn(str(spec)) is None:
            raise Failed("NO_RESOURCE", f"The state machine {spec} does not exist.")
        _permit(authorise("rule to state machine", _role(delivery), "states:StartExecution", str(spec)))
        name = f"{delivery.event.get('EventId')}_{new_uuid()}"
        status, _, body = sfn._start_execution({"stateMachineArn": str(spec), "input": delivery.payload, "name": name})
        if status >= 400:
            raise Failed("ERROR_FROM_TARGET", bytes(body).decode(), transient=status >= 500)


def _to_bus(delivery, spec):
    bus = spec.resource.partition("/")[2]
    elsewhere = (spec.account_id, spec.region) != (delivery.account, delivery.region)
    if elsewhere and delivery.event.get("_Forwarded"):
        hop = "ACCOUNT" if spec.account_id != delivery.account else "REGION"
        raise Failed(f"THIRD_{hop}_HOP_DETECTED", "An event that came from another bus goes no further.")
    _permit(authorise("rule to bus", _role(delivery), "events:PutEvents", str(spec), _event_keys(delivery.event)))
    with request_scope(spec.account_id, spec.region):
        eb._ensure_default_bus()
        if bus not in eb._event_buses:
            raise Failed("NO_RESOURCE", f"The event bus {spec} does not exist.")
        forwarded = {**delivery.event, "EventBusName": bus}
        if elsewhere:
            # Rules of another account may bear the same name: those passed here don't count there.
            forwarded |= {"_Forwarded": True, "_DispatchPath": []}
        else:
            key = eb._rule_key(delivery.rule["Name"], delivery.rule.get("EventBusName", "default"))
            forwarded["_DispatchPath"] = [*(delivery.event.get("_DispatchPath") or []), key]
        if delivery.target.get("Input") or delivery.target.get("InputTransformer"):
            forwarded["Detail"] = delivery.payload
        eb._dispatch_event(forwarded)
        eb._archive_event({key: value for key, value in forwarded.items() if not key.startswith("_")})


def _event_keys(event):
    return {"events:source": event.get("Source"), "events:detail-type": event.get("DetailType")}


_put_statement = eb._put_permission


def _put_permission(data):
    """ministack keeps no whole Policy, and a bare account id that its evaluation would not match."""
    bus = data.get("EventBusName") or "default"
    if data.get("Policy"):
        eb._event_bus_policies[bus] = json.loads(data["Policy"])
        return json_response({})
    principal = data.get("Principal", "*")
    return _put_statement({**data, "Principal": principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}})
