"""EventBridge: who may put which events, what an event may hold, and which rules took it.

Follows https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html. Deliveries are in deliveries.py.
"""

import contextvars
import json
import re
import time
from datetime import datetime, timezone

import ministack.app as app
from ministack.core import iam_evaluator
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import eventbridge as eb

from launcher.journal import record

# The sum of a request's entries, as botocore's own documentation of PutEvents has it (256 KB until January 2026).
_MAX_BYTES = 1024 * 1024

# True only while a request signed with an account's root key is handled: the doubles, which speak as AWS services.
_root = contextvars.ContextVar("sandbox_events_root", default=False)


def install():
    handle = app.SERVICE_HANDLERS["events"]

    async def handle_request(method, path, headers, body, query_params):
        _root.set(iam_evaluator.caller_arn().endswith(":root"))
        return await handle(method, path, headers, body, query_params)

    app.SERVICE_HANDLERS["events"] = handle_request
    eb._put_events = put_events
    eb._dispatch_event = dispatch_event
    eb._apply_input_transformer = apply_input_transformer


def put_events(data, allow_aws_source=False):
    """Each entry is accepted or refused by itself; `aws.*` sources only from root keys and ministack's own services."""
    entries = data.get("Entries") or []
    if not 1 <= len(entries) <= 10:
        bound = "greater than or equal to 1" if not entries else "less than or equal to 10"
        return _invalid(
            f"Value '{len(entries)}' at 'entries' failed to satisfy constraint: Member must have length {bound}"
        )
    if sum(map(_size, entries)) > _MAX_BYTES:
        return _invalid("Total size of the entries in the request is over the limit.")
    results = [_put_entry(entry, allow_aws_source or _root.get()) for entry in entries]
    return json_response({"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results})


def _invalid(reason):
    return error_response_json("ValidationException", f"1 validation error detected: {reason}", 400)


def _size(entry):
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *(entry.get("Resources") or [])]
    return (14 if entry.get("Time") else 0) + sum(len(text.encode()) for text in texts if isinstance(text, str))


def _put_entry(entry, may_speak_as_aws):
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return _refused("InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument.")
    if entry["Source"].startswith("aws.") and not may_speak_as_aws:
        return _refused("NotAuthorizedForSourceException", "Not authorized for the source.")
    bus_name, bus_error = eb._event_bus_name_from_ref(entry.get("EventBusName") or "default")
    if bus_error:
        return _refused(*bus_error)
    try:
        is_object = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        is_object = False
    if not is_object:
        return _refused("MalformedDetail", "Detail is malformed.")

    event = {
        "EventId": new_uuid(),
        "Source": entry["Source"],
        "DetailType": entry["DetailType"],
        "Detail": entry["Detail"],
        "EventBusName": bus_name,
        "Time": _epoch(entry.get("Time")),
        "Resources": entry.get("Resources") or [],
        "Account": get_account_id(),
        "Region": get_region(),
    }
    view = eb._pattern_event_view(event)
    # By its global name: deliveries.py may wrap it.
    eb._dispatch_event(event, view)
    eb._archive_event(event, view)
    return {"EventId": event["EventId"]}


def _refused(code, message):
    return {"ErrorCode": code, "ErrorMessage": message}


def _epoch(when):
    """Whole seconds: a number as SDKs send it, an ISO text, or now."""
    if isinstance(when, str):
        return int(datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp())
    return int(when if when is not None else time.time())


def dispatch_event(event, view=None):
    """Hands an event to the targets of each rule of its bus that matches, and journals which did, also if none."""
    view = view or eb._pattern_event_view(event)
    bus_name = event.get("EventBusName", "default")
    path = set(event.get("_DispatchPath") or [])
    matched = [
        (key, rule)
        for key, rule in list(eb._rules.items())
        if rule.get("EventBusName", "default") == bus_name
        and key not in path
        and rule.get("State") == "ENABLED"
        and rule.get("EventPattern")
        and eb._matches_pattern_view(rule["EventPattern"], view, f"rule {key}")
    ]
    record(
        "event",
        id=event.get("EventId"),
        source=event.get("Source"),
        detailType=event.get("DetailType"),
        account=get_account_id(),
        region=get_region(),
        bus=bus_name,
        rules=[rule["Name"] for _, rule in matched],
    )
    for key, rule in matched:
        for target in list(eb._targets.get(key, [])):
            eb._invoke_target(_with_input(target, view), event, rule, view)


def _with_input(target, view):
    """ministack follows no array index in an InputPath: follow it here, and hand on the result as the input."""
    path = target.get("InputPath")
    if not path or "[" not in path:
        return target
    found, value = follow(path, view.event_with_detail())
    rest = {name: value for name, value in target.items() if name != "InputPath"}
    return {**rest, "Input": json.dumps(value)} if found else rest


def apply_input_transformer(transformer, rule, view):
    event = view.event_with_detail()
    values = {}
    for name, path in (transformer.get("InputPathsMap") or {}).items():
        found, value = follow(path, event)
        values[name] = value if found else ""
    reserved = {
        "aws.events.event.json": event,
        "aws.events.event": view.envelope(),
        "aws.events.event.ingestion-time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws.events.rule-name": (rule or {}).get("Name", ""),
        "aws.events.rule-arn": (rule or {}).get("Arn", ""),
    }
    return eb._render_input_template(transformer.get("InputTemplate", ""), {**values, **reserved})


def follow(path, document):
    """`$.detail.findings[0].Id` in a document: (True, value), or (False, None) when there is nothing there."""
    value = document
    for name, quoted, index in re.findall(r"\.([^.\[\]]+)|\['([^']*)'\]|\[(\d+)\]", path):
        try:
            value = value[int(index)] if index else value[name or quoted]
        except (KeyError, IndexError, TypeError):
            return False, None
    return True, value
