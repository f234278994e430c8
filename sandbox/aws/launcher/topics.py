"""SNS: who may publish to a topic, under its own policy and its key's, and what a topic may reach.

Follows https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html.
"""

import logging

from launcher.authorise import authorise, authorise_key, caller
from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, sns, sqs

# EventBridge passes no source on to KMS when it publishes: a key policy with such a condition refuses it (the page above).
_NO_SOURCE_FOR_KEYS = ("events.amazonaws.com",)
_PUBLISHERS_KEYS = ("kms:GenerateDataKey", "kms:Decrypt")
_log = logging.getLogger("launcher")


def refusal(point, principal, topic_arn, source=None):
    """Why `principal` may not publish to the topic; None if it may. `source`: a service's aws:SourceArn and SourceAccount."""
    return authorise(point, principal, "sns:Publish", topic_arn, source) or key_refusal(
        point, principal, topic_arn, source
    )


def key_refusal(point, principal, topic_arn, source=None):
    """The part of the topic's key; None if the topic has none of the customer's."""
    topic = sns._topic_by_arn_any_scope(topic_arn) or {}
    passed_on = {} if principal in _NO_SOURCE_FOR_KEYS else source or {}
    context = {"kms:EncryptionContext:aws:sns:topicArn": topic_arn, **passed_on}
    reference = topic.get("attributes", {}).get("KmsMasterKeyId")
    return authorise_key(point, principal, reference, topic_arn, _PUBLISHERS_KEYS, context)


def install():
    _guard_api("_publish", ("TopicArn", "TargetArn"))
    _guard_api("_publish_batch", ("TopicArn",))
    _guard_deliveries()
    _guard_alarms()


def _guard_api(name, members):
    """A caller of the API needs the topic's key as well; ministack has checked sns:Publish by then."""
    publish = getattr(sns, name)

    def guarded(params):
        arn = next((sns._p(params, member) for member in members if sns._p(params, member)), "")
        topic, _ = sns._get_topic(arn, "sns:Publish") if arn else (None, None)
        why = key_refusal("publish", caller(), topic["arn"]) if topic else None
        return sns._error("KMSAccessDenied", why.message, 400) if why else publish(params)

    setattr(sns, name, guarded)


def _guard_deliveries():
    to_queue, to_function = sns._deliver_to_sqs, sns._deliver_to_lambda

    def deliver_to_sqs(endpoint, *args, topic_arn="", **more):
        if queue_refusal("topic to queue", "sns.amazonaws.com", endpoint, source_of(topic_arn)) is None:
            to_queue(endpoint, *args, topic_arn=topic_arn, **more)

    def deliver_to_lambda(endpoint, envelope, topic_arn, *args):
        source = source_of(topic_arn)
        if authorise("topic to function", "sns.amazonaws.com", "lambda:InvokeFunction", endpoint, source) is None:
            to_function(endpoint, envelope, topic_arn, *args)

    sns._deliver_to_sqs, sns._deliver_to_lambda = deliver_to_sqs, deliver_to_lambda


def queue_refusal(point, service, queue_arn, source):
    """Why a service may not send to a queue: the queue's policy and its key's."""
    queue = sqs._queue_by_arn(queue_arn)
    if queue is None:
        return None  # nothing to protect; the delivery itself says so
    context = {"kms:EncryptionContext:aws:sqs:arn": queue_arn, **source}
    return authorise(point, service, "sqs:SendMessage", queue_arn, source) or authorise_key(
        point,
        service,
        queue["attributes"].get("KmsMasterKeyId"),
        queue_arn,
        ("kms:GenerateDataKey", "kms:Decrypt"),
        context,
    )


def source_of(arn):
    account = parse_arn(arn).account_id
    # aws:SourceOwner is the older name, which the default policies of topics still use.
    return {"aws:SourceArn": arn, "aws:SourceAccount": account, "aws:SourceOwner": account}


def _guard_alarms():
    dispatch = cloudwatch._dispatch_alarm_actions

    def dispatch_permitted(alarm, old_state, new_state, reason):
        """An action that is refused is dropped without a word, as in AWS: only the alarm's history tells."""
        arn = (
            alarm.get("AlarmArn") or f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{alarm['AlarmName']}"
        )
        field = {"ALARM": "AlarmActions", "OK": "OKActions"}.get(new_state, "InsufficientDataActions")
        actions = (alarm.get(field) or []) if alarm.get("ActionsEnabled", True) else []
        permitted = [action for action in actions if _may_alarm(action, arn)]
        dispatch({**alarm, field: permitted}, old_state, new_state, reason)

    cloudwatch._dispatch_alarm_actions = dispatch_permitted


def _may_alarm(action, alarm_arn):
    if not action.startswith("arn:") or parse_arn(action).service != "sns":
        return True
    why = refusal("alarm to topic", "cloudwatch.amazonaws.com", action, source_of(alarm_arn))
    if why:
        _log.warning("%s: %s", alarm_arn, why.message)
    return why is None
