"""SNS's e-mail: an address is pending until its owner follows the link; what is sent goes to the mail double.

Follows https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html and .../api/API_Publish.html (Subject).
"""

import json
import logging
import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone

from launcher.journal import record
from ministack.core.responses import new_uuid
from ministack.services import sns

_PROTOCOLS = ("email", "email-json")
_SUBJECT = re.compile(r"[!-~][ -~]{0,98}")
# SNS goes on for hours; a sandbox that is watched need not.
_PAUSES_SECONDS = (0.5, 1, 2, 4)

_mail_url = os.environ.get("SANDBOX_MAIL") or ""
_log = logging.getLogger("launcher")
_pending = 0
_lock = threading.Lock()


class _NotSubscribed(Exception):
    """The mailbox's owner has unsubscribed."""


def pending():
    """Messages on their way to mailboxes, and confirmations on their way."""
    return _pending


def install():
    subscribe, unsubscribe, publish, fanout = sns._subscribe, sns._unsubscribe, sns.publish_internal, sns._fanout
    sns._subscribe = lambda params: _subscribe(subscribe, params)
    sns._unsubscribe = lambda params: _refuse_pending(params) or unsubscribe(params)
    sns._list_subscriptions = _hide_pending(sns._list_subscriptions)
    sns._list_subscriptions_by_topic = _hide_pending(sns._list_subscriptions_by_topic)

    def publish_valid(topic_arn, message, subject="", **more):
        if not message:
            raise sns.SnsPublishError("InvalidParameter", "Invalid parameter: Empty message")
        if subject and not _SUBJECT.fullmatch(subject):
            raise sns.SnsPublishError("InvalidParameter", "Invalid parameter: Subject")
        return publish(topic_arn, message, subject, **more)

    def fanout_and_mail(
        topic_arn, msg_id, message, subject, message_structure="", message_attributes=None, *more, **named
    ):
        fanout(topic_arn, msg_id, message, subject, message_structure, message_attributes, *more, **named)
        _mail(topic_arn, msg_id, message, subject, message_structure, message_attributes or {})

    sns.publish_internal, sns._fanout = publish_valid, fanout_and_mail


def _subscribe(subscribe, params):
    protocol, endpoint = sns._p(params, "Protocol"), sns._p(params, "Endpoint")
    if protocol not in _PROTOCOLS:
        return subscribe(params)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", endpoint):
        return sns._error("InvalidParameter", "Invalid parameter: Email address", 400)
    answer = subscribe(params)
    if answer[0] != 200:
        return answer
    topic, _ = sns._get_topic(sns._p(params, "TopicArn"))
    one = next(some for some in topic["subscriptions"] if (some["protocol"], some["endpoint"]) == (protocol, endpoint))
    # ministack confirms at once. A subscription with neither mark is one that it has made just now.
    if one.get("token") is None and not one.get("by_mail"):
        one.update(by_mail=True, confirmed=False, token=new_uuid())
        one["attributes"].update(PendingConfirmation="true", ConfirmationWasAuthenticated="false")
        sns._refresh_subscription_counts(topic)
    if one["confirmed"]:
        return answer
    query = urllib.parse.urlencode({"Action": "ConfirmSubscription", "TopicArn": topic["arn"], "Token": one["token"]})
    url = f"http://{sns._HOST}:{sns._PORT}/?{query}"
    body = {"topicArn": topic["arn"], "endpoint": endpoint, "token": one["token"], "confirmUrl": url}
    _in_background(lambda: _post("confirm", body))
    shown = one["arn"] if sns._p(params, "ReturnSubscriptionArn") == "true" else "pending confirmation"
    return sns._xml(
        200, "SubscribeResponse", f"<SubscribeResult><SubscriptionArn>{shown}</SubscriptionArn></SubscribeResult>"
    )


def _refuse_pending(params):
    arn = sns._p(params, "SubscriptionArn")
    if arn.count(":") < 5:  # such as "PendingConfirmation"
        reason = (
            f"Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not {arn.count(':') + 1}"
        )
        return sns._error("InvalidParameter", reason, 400)
    one = sns._find_subscription(sns._sub_arn_to_topic.get(arn, ""), arn)
    if one and not one["confirmed"]:
        reason = (
            "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation"
        )
        return sns._error("InvalidParameter", reason, 400)
    return None


def _hide_pending(list_them):
    """The ARN of a pending subscription is not shown: ListSubscriptions says PendingConfirmation."""

    def listed(params):
        status, headers, body = list_them(params)
        for arn, topic_arn in list(sns._sub_arn_to_topic.items()):
            one = sns._find_subscription(topic_arn, arn)
            if one and not one["confirmed"]:
                body = body.replace(f"<SubscriptionArn>{arn}<".encode(), b"<SubscriptionArn>PendingConfirmation<")
        return status, headers, body

    return listed


def _mail(topic_arn, msg_id, message, subject, structure, attributes):
    topic = sns._topic_by_arn_any_scope(topic_arn)
    for one in list(topic["subscriptions"]) if topic else []:
        if one["protocol"] not in _PROTOCOLS or not one["confirmed"]:
            continue
        text = sns._resolve_message_for_protocol(message, structure, one["protocol"])
        if not sns._matches_filter_policy(one, attributes, text):
            continue
        if one["protocol"] == "email-json":
            text = sns._build_envelope(topic_arn, msg_id, text, subject, attributes, False)
        body = {
            "topicArn": topic_arn,
            "endpoint": one["endpoint"],
            "subject": subject[:99] or None,
            "message": text,
            "messageId": msg_id,
            "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        _in_background(lambda one=one, body=body: _deliver(one, body))


def _deliver(subscription, body):
    place = {"topic": body["topicArn"], "endpoint": body["endpoint"], "messageId": body["messageId"]}
    try:
        _post("deliver", body)
    except _NotSubscribed:
        # Whoever follows the link in a mail takes the subscription away (AuthenticateOnUnsubscribe prevents it).
        topic = sns._topic_by_arn_any_scope(body["topicArn"])
        topic["subscriptions"] = [one for one in topic["subscriptions"] if one is not subscription]
        sns._sub_arn_to_topic.pop(subscription["arn"], None)
        sns._refresh_subscription_counts(topic)
        record("mail", **place, error="unsubscribed")
    except OSError as error:
        record("mail", **place, error=str(error))
    else:
        record("mail", **place)


def _in_background(work):
    global _pending
    with _lock:
        _pending += 1

    def run():
        global _pending
        try:
            work()
        except (OSError, _NotSubscribed) as error:
            _log.warning("The mail double did not take it: %s", error)
        finally:
            with _lock:
                _pending -= 1

    threading.Thread(target=run, daemon=True, name="sandbox-mail").start()


def _post(action, body):
    """Sends to the mail double; throttling and trouble are tried again a few times."""
    if not _mail_url:
        return
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{_mail_url}/{action}", data, {"content-type": "application/json"})
    for pause in (*_PAUSES_SECONDS, None):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
            return
        except urllib.error.HTTPError as error:
            if error.code == 410:
                raise _NotSubscribed from error
            if pause is None or (error.code < 500 and error.code != 429):
                raise OSError(f"{action}: {error.code} {error.read(500).decode(errors='replace')}") from error
        except OSError:
            if pause is None:
                raise
        time.sleep(pause)
