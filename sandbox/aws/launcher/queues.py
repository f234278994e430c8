"""SQS: rights on a queue's key for whoever sends or receives, and a function's rights on the queue that feeds it.

Follows https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions.
"""

import inspect
import math
import os
import time

from launcher import usage
from launcher.authorise import authorise, authorise_key, caller
from launcher.policies import role_session
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import error_response_json, request_scope
from ministack.services import eventbridge as eb
from ministack.services import lambda_svc, sqs

SENDERS_KEYS = ("kms:GenerateDataKey", "kms:Decrypt")
_POLLERS_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# The poller turns many times a second: a decision holds for this long.
_POLLER_SECONDS = 0.5
# How much of a mapping's batching window is waited for. None by default: somebody waits for what was sent.
_WINDOW_SCALE = float(os.environ.get("SANDBOX_WINDOW_SCALE") or 0)
# An API call takes ten messages, and a payload of Lambda's 6 MB: with room for what a record has beside its body.
_A_CALL = 10
_BATCH_BYTES, _RECORD_BYTES = 6 * 1024 * 1024, 1024

_polled = {}
# Since when a queue's poller gathers a batch.
_gathering = {}


def install():
    # The SDKs' own name of the error is KmsAccessDenied; the query protocol's, which they show as its code, is this.
    sqs._QUERY_COMPAT_CODES["KmsAccessDenied"] = "KMS.AccessDeniedException"
    sqs._HANDLERS["SendMessageBatch"] = _with_key(sqs._HANDLERS["SendMessageBatch"], SENDERS_KEYS)
    sqs._HANDLERS["ReceiveMessage"] = _with_key(sqs._HANDLERS["ReceiveMessage"], ("kms:Decrypt",))
    sqs._receive_messages_for_esm = _receive_batch
    _count_requests()
    _guard_poller()
    _guard_mappings()


def elapse(seconds):
    """Lets time pass for messages that are hidden, since somebody received them, or sent them to come later."""
    hidden = [
        message
        for _, queue in list(sqs._queues.all_items())
        for message in queue["messages"]
        if message["visible_at"] > time.time()
    ]
    for message in hidden:
        message["visible_at"] -= seconds
    return len(hidden)


def key_refusal(point, principal, queue_arn, actions, every=True):
    """Why `principal` may not use the key of a queue; None if it may, or if the queue has none of the customer's."""
    queue = sqs._queue_by_arn(queue_arn)
    reference = queue and queue["attributes"].get("KmsMasterKeyId")
    return authorise_key(
        point, principal, reference, queue_arn, actions, {"kms:EncryptionContext:aws:sqs:arn": queue_arn}, every
    )


def _with_key(handle, actions):
    async def guarded(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url))
        why = key_refusal("queue", caller(), queue["attributes"]["QueueArn"], actions)
        if why:
            raise sqs._Err(
                "KmsAccessDenied",
                f"{why.message} (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException)",
            )
        result = handle(data, url)
        return await result if inspect.isawaitable(result) else result

    return guarded


def _receive_batch(queue_url, most):
    """What a mapping hands its function: up to its batch size and 6 MB, once that is there or its window is over.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        now = time.time()
        fitting = _fitting([message for message in queue["messages"] if message["visible_at"] <= now], int(most or 1))
        if not fitting or (fitting < most and now - _gathering.setdefault(queue_url, now) < _window(queue)):
            return []
        _gathering.pop(queue_url, None)
        usage.add("sqs:requests", _name(queue), math.ceil(fitting / _A_CALL))
        return sqs._collect_msgs(queue, fitting, int(queue["attributes"].get("VisibilityTimeout", "30")))


def _fitting(messages, most):
    size = 0
    for number, message in enumerate(messages[:most]):
        size += len(message["body"].encode()) + _RECORD_BYTES
        if size > _BATCH_BYTES:
            return max(1, number)
    return len(messages[:most])


def _window(queue):
    """In seconds."""
    arn = queue["attributes"]["QueueArn"]
    mapping = next((one for one in lambda_svc._esms.values() if one.get("EventSourceArn") == arn), {})
    return _WINDOW_SCALE * (mapping.get("MaximumBatchingWindowInSeconds") or 0)


def _name(queue):
    return queue["attributes"]["QueueArn"].rsplit(":", 1)[-1]


def _count_requests():
    """Each message is sent by a request of its own; ten are received, and deleted, at once."""
    send, dispatch, delete = sqs._act_send_message, eb._dispatch_to_sqs, sqs._delete_messages_for_esm

    def counted_send(data, url):
        usage.add("sqs:requests", _name(sqs._get_q(data.get("QueueUrl", url))))
        return send(data, url)

    def counted_dispatch(spec, *args):
        usage.add("sqs:requests", spec.resource)
        return dispatch(spec, *args)

    def counted_delete(queue_url, handles):
        usage.add("sqs:requests", _name(sqs._get_q(queue_url)), math.ceil(len(handles) / _A_CALL))
        return delete(queue_url, handles)

    sqs._act_send_message, eb._dispatch_to_sqs, sqs._delete_messages_for_esm = (
        counted_send,
        counted_dispatch,
        counted_delete,
    )
    sqs._HANDLERS["SendMessage"] = _with_key(counted_send, SENDERS_KEYS)


def _guard_poller():
    """A mapping whose function's role lacks a right polls nothing: its messages stay, as they came."""
    mappings = lambda_svc._iter_all_esms

    def permitted():
        for account, region, mapping in mappings():
            if _may_poll(account, region, mapping):
                yield account, region, mapping

    lambda_svc._iter_all_esms = permitted


def _may_poll(account, region, mapping):
    if not mapping.get("Enabled", True) or ":sqs:" not in mapping.get("EventSourceArn", ""):
        return True
    known = _polled.get(mapping["UUID"])
    if known and known[0] > time.monotonic():
        return known[1]
    with request_scope(account, region):
        why = _poll_refusal("event source mapping", mapping["FunctionName"], mapping["EventSourceArn"], every=False)
    if why:
        mapping["LastProcessingResult"] = f"PROBLEM: {why.message}"
    _polled[mapping["UUID"]] = (time.monotonic() + _POLLER_SECONDS, why is None)
    return why is None


def _poll_refusal(point, function_name, queue_arn, every):
    function = lambda_svc._functions.get(function_name)
    if function is None:
        return None
    poller = role_session(function["config"]["Role"], function_name)
    for action in _POLLERS_ACTIONS:
        why = authorise(point, poller, action, queue_arn, every=every)
        if why:
            return why
    return key_refusal(point, poller, queue_arn, ("kms:Decrypt",), every)


def _guard_mappings():
    """Lambda refuses the mapping itself when the function's role can't read the queue."""
    create = lambda_svc._create_esm

    def create_permitted(data):
        name = lambda_svc._resolve_name(data.get("FunctionName", ""))
        function = lambda_svc._functions.get(name)
        if function and _is_queue(data.get("EventSourceArn", "")):
            poller = role_session(function["config"]["Role"], name)
            for action in _POLLERS_ACTIONS:
                if authorise("new event source mapping", poller, action, data["EventSourceArn"]):
                    call = action.partition(":")[2]
                    message = f"The provided execution role does not have permissions to call {call} on SQS"
                    return error_response_json("InvalidParameterValueException", message, 400)
        return create(data)

    lambda_svc._create_esm = create_permitted


def _is_queue(arn):
    try:
        return parse_arn(arn).service == "sqs"
    except ArnParseError:
        return False
