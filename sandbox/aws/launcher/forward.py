"""Hands services that ministack lacks to our doubles, after IAM and the service's model have passed the request.

A double gets the same method, path, query and body, and who calls: x-sandbox-account, x-sandbox-region and
x-sandbox-principal.
"""

import asyncio
import contextvars
import html
import http.client
import json
import os
import urllib.parse

import ministack.app as app
from ministack.core import iam_actions, iam_evaluator, router
from ministack.core.responses import get_account_id, get_region

from launcher import requests, shapes

# As it came: a decoded path no longer tells an ARN's slash from the path's.
_target = contextvars.ContextVar("sandbox_raw_target", default="/")

# How each service calls a request that breaks its model, where it has several names for it.
_INVALID = ("InvalidInputException", "ValidationException", "BadRequestException")


# Who is told of each operation of a service that a double has done.
_told = {}


def on_success(service, told):
    """Calls `told` with the name of each operation of the service that its double has done."""
    _told.setdefault(service, []).append(told)


# Who has a say before a double is asked, by service.
_before = {}


def before(service, refusal):
    """Asks `refusal` with name, path and JSON body of each operation of the service: an error's code and message, or None."""
    _before.setdefault(service, []).append(refusal)


def install():
    doubles = json.loads(os.environ.get("SANDBOX_DOUBLES") or "{}")
    for service, url in doubles.items():
        _register(service, url)
    if not doubles:
        return

    resource_of, serve = iam_actions.extract_resource_arn, app.app

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
        if service == "guardduty":
            return _guardduty_resource(path, region, account_id)
        # Most of their actions take no resource, and ministack's own ARNs for them are not of AWS's shape.
        if service in ("organizations", "cloudformation", "inspector2", "health"):
            return "*"
        return resource_of(service, method, path, headers, body, query_params, region, account_id)

    async def remember_target(scope, receive, send):
        if scope["type"] == "http":
            raw = scope.get("raw_path") or urllib.parse.quote(scope["path"]).encode()
            query = scope.get("query_string", b"")
            _target.set(raw.decode("ascii").split("?")[0] + (f"?{query.decode('ascii')}" if query else ""))
        await serve(scope, receive, send)

    iam_actions.extract_resource_arn = extract_resource_arn
    app.app = remember_target


def _register(service, url):
    known = shapes.model(service)
    if not known:
        raise SystemExit(f"botocore knows no service '{service}' to forward to {url}")
    patterns = {"credential_scope": known["metadata"].get("signingName", service), "host_patterns": [service + r"\."]}
    if "targetPrefix" in known["metadata"]:
        patterns["target_prefixes"] = [known["metadata"]["targetPrefix"]]
    router.SERVICE_PATTERNS[service] = patterns
    app.SERVICE_HANDLERS[service] = _handler(service, url)
    iam_actions.SERVICE_TO_IAM_NAMESPACE[service] = service
    iam_actions._BOTOCORE_SERVICE_MAP[service] = [service]
    iam_actions._DENIED_CODES[service] = "AccessDenied" if shapes.is_query(service) else "AccessDeniedException"


def _handler(service, url):
    async def handle_request(method, path, headers, body, query_params):
        operation = requests.operation_of(service, method, path, headers, body, query_params)
        refused = _error_xml if shapes.is_query(service) else _error
        if operation not in shapes.model(service)["operations"]:
            return refused("UnknownOperationException", "Unknown operation.", 404)
        try:
            data = shapes.from_form(service, operation, body) if shapes.is_query(service) else json.loads(body or "{}")
        except ValueError:
            return refused("SerializationException", "The request can't be read.")
        wrong = shapes.problems(service, operation, data, query_params)
        if wrong:
            return refused(*_refusal(service, operation, wrong))
        for refusal in _before.get(service, []):
            why = refusal(operation, path, data)
            if why:
                return refused(*why)
        headers = {
            **{name: headers[name] for name in ("content-type", "x-amz-target", "accept") if name in headers},
            "x-sandbox-account": get_account_id(),
            "x-sandbox-region": get_region(),
            "x-sandbox-principal": iam_evaluator.caller_arn(),
        }
        try:
            answer = await asyncio.to_thread(ask, url, method, _target.get(), headers, body)
        except (OSError, http.client.HTTPException) as error:
            return refused("InternalFailure", f"The double of {service} at {url} does not answer: {error!r}", 500)
        if answer[0] < 300:
            for told in _told.get(service, []):
                told(operation)
        return answer

    return handle_request


def ask(url, method, target, headers, body):
    """The double's status, headers and content. Raises OSError or http.client.HTTPException where it does not answer."""
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    try:
        connection.request(method, place.path.rstrip("/") + target, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        kept = ("content-type", "x-amzn-errortype", "retry-after")
        return answer.status, {name: value for name, value in answer.getheaders() if name.lower() in kept}, content
    finally:
        connection.close()


def _refusal(service, operation, wrong):
    errors = [error["shape"] for error in shapes.model(service)["operations"][operation].get("errors", [])]
    other = "ValidationError" if shapes.is_query(service) else "ValidationException"
    code = next((name for name in _INVALID if name in errors), other)
    details = "; ".join(wrong[:10])
    if service == "guardduty":
        return (
            code,
            "The request is rejected because an invalid or out-of-range value is specified as an input parameter. "
            f"{details}",
        )
    if service == "securityhub":
        return code, f"Invalid parameter: {details}"
    return code, f"You specified an invalid value. {details}"


def _error(code, message, status=400):
    body = {"__type": code, "Code": code, "message": message, "Message": message}
    return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, json.dumps(body).encode()


def _error_xml(code, message, status=400):
    kind = "Sender" if status < 500 else "Receiver"
    body = f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{html.escape(message)}</Message></Error></ErrorResponse>"
    return status, {"Content-Type": "text/xml"}, body.encode()


def _guardduty_resource(path, region, account_id):
    """`detector/ID`, with `/filter/NAME` and the like for what it keeps under a name; `*` where there is none."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 2 or parts[0] != "detector":
        return "*"
    kept = len(parts) == 4 and parts[2] in ("filter", "ipset", "threatintelset", "publishingDestination")
    return f"arn:aws:guardduty:{region}:{account_id}:detector/{'/'.join(parts[1:4] if kept else parts[1:2])}"
