"""What a rule may reach: each kind of EventBridge's targets, with the rights that AWS asks for there.

Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html.
"""

import json
from dataclasses import dataclass

from launcher import organization, topics
from launcher.authorise import authorise, authorise_key
from launcher.policies import role_session
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge as eb
from ministack.services import lambda_svc, sns, sqs
from ministack.services import stepfunctions as sfn

SERVICE = "events.amazonaws.com"


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


def send(delivery):
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
        to_queue(delivery, spec, delivery.payload, delivery.target.get("SqsParameters") or {}, "rule to queue")
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


def to_queue(delivery, spec, body, parameters, point, attributes=None):
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
        lambda_svc.invoke_async_with_retry(
            lambda_svc._execution_record_for_config(function, config), _as_json(delivery.payload)
        )


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
    _permit(authorise("rule to bus", _role(delivery), "events:PutEvents", str(spec), _event_keys(delivery, spec)))
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


def _event_keys(delivery, spec):
    event = delivery.event
    keys = {"events:source": event.get("Source"), "events:detail-type": event.get("DetailType")}
    if spec.account_id != delivery.account:
        sender = organization.of_account(delivery.account)
        keys["aws:PrincipalOrgID"] = sender["Id"] if sender else None
    return keys
