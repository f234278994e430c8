"""What the sandbox asks of its AWS beside AWS's API: whether anything goes on, what happened, which policies hold.

Unsigned, on the same port, loopback only: `GET /_sandbox/activity`, `/_sandbox/journal?after=SEQ&kind=KIND`,
`/_sandbox/policies`, `/_sandbox/usage` and `/_sandbox/kills`; `POST /_sandbox/regions` (regions by account),
`/_sandbox/clock` ({"advance": milliseconds}), `/_sandbox/hidden` ({"elapse": seconds}, of the visibility of messages that
were received) and `/_sandbox/kills` ({"function", "action", "passing", "times"}: see kills.py).
"""

import json
from urllib.parse import parse_qs

import ministack.app as app
from launcher import clock, deliveries, invocations, journal, kills, mail, metrics, policies, queues, regions, usage
from ministack.core.arn import parse_arn
from ministack.services import lambda_svc, sqs
from ministack.services import stepfunctions as sfn


def install():
    serve = app.app

    async def serve_ours_too(scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/_sandbox/"):
            return await serve(scope, receive, send)
        name, query = scope["path"].removeprefix("/_sandbox/"), parse_qs(scope.get("query_string", b"").decode())
        posted = scope["method"] == "POST"
        status, answer = _take(name, json.loads(await _body(receive))) if posted else _answer(name, query)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer, default=str).encode()})

    app.app = serve_ours_too


def _answer(name, query):
    if name == "activity":
        return 200, activity()
    if name == "journal":
        after, kind = query.get("after", ["0"])[0], query.get("kind", [None])[0]
        if not after.isdigit():
            return 400, {"message": f"after must be a number, not {after}"}
        return 200, {"entries": journal.after(int(after), kind)}
    if name == "policies":
        return 200, policies.everything()
    if name == "kills":
        return 200, {"waiting": kills.waiting()}
    if name == "usage":
        return 200, {"used": usage.everything()}
    return 404, {"message": f"There is no /_sandbox/{name}."}


def _take(name, body):
    if name == "regions":
        return 200, regions.learn(body)
    if name == "clock":
        return 200, {"ahead": clock.advance(body["advance"])}
    if name == "hidden":
        return 200, {"messages": queues.elapse(body["elapse"])}
    if name == "kills":
        return 200, {"waiting": kills.add(**body)}
    return 404, {"message": f"There is no /_sandbox/{name}."}


async def _body(receive):
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def activity():
    """Idle means: nothing will happen any more without a call, a schedule, or a person.

    Queues that no enabled event source mapping consumes (dead letters above all) keep their messages and don't count.
    """
    consumed = {
        mapping["EventSourceArn"] for _, _, mapping in lambda_svc._iter_all_esms() if mapping.get("Enabled", True)
    }
    queues = [_queue(queue, consumed) for _, queue in list(sqs._queues.all_items())]
    executions = [arn for (_, _, arn), one in list(sfn._executions.all_items()) if one["status"] == "RUNNING"]
    waiting, running = deliveries.pending() + mail.pending(), invocations.running()
    busy = any(queue["consumed"] and queue["visible"] + queue["inFlight"] + queue["delayed"] for queue in queues)
    return {
        "idle": not (busy or executions or waiting or running),
        "queues": queues,
        "executions": executions,
        "invocations": running,
        "deliveries": waiting,
    }


def _queue(queue, consumed):
    arn = queue["attributes"]["QueueArn"]
    spec = parse_arn(arn)
    state = metrics.queue_state(queue)
    return {
        "account": spec.account_id,
        "region": spec.region,
        "name": spec.resource,
        "visible": state["ApproximateNumberOfMessagesVisible"][0],
        "inFlight": state["ApproximateNumberOfMessagesNotVisible"][0],
        "delayed": state["ApproximateNumberOfMessagesDelayed"][0],
        "consumed": arn in consumed,
    }
