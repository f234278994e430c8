"""The one place where rights are decided: ministack checks API calls alone, AWS checks every delivery too.

`authorise` answers as AWS does, in AWS's words, and every decision goes to the journal with all that it was decided on,
so that replay.py can take each statement away and decide again.
"""

import contextvars
import threading
from dataclasses import dataclass

import ministack.app as app
from launcher import journal, policies, requests, scps, usage
from launcher.decision import Request, decide, is_service
from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.core.responses import get_region


@dataclass(frozen=True)
class Refusal:
    principal: str
    action: str
    resource: str
    message: str
    code: str = "AccessDenied"


# Who the work at hand is done for: None is the sandbox itself (an account's root), which AWS lets do all.
_caller = contextvars.ContextVar("sandbox_caller", default=None)
_evaluated = contextvars.ContextVar("sandbox_evaluated", default=None)

_last = {}
_last_lock = threading.Lock()


def caller():
    """The ARN that the API call or execution at hand acts as; None for root."""
    return _caller.get()


def act_as(principal):
    """From here on, what this context does is done as `principal`."""
    _caller.set(principal)


def authorise(point, principal, action, resource, context=None, every=True):
    """None if `principal` (an ARN, or a service's name) may do `action` on `resource`; else why not.

    `point` names the place of delivery in the journal. `context` holds condition keys such as aws:SourceArn. With `every`
    false, a decision is recorded when it differs from the last one only: for what a poller asks again and again.
    """
    request = Request(principal, action, resource, get_region(), _lower(context))
    decision = decide(request, policies.for_request(principal, action, resource))
    if every or _changed((point, principal, action, resource), decision.allowed):
        record(point, request, decision.allowed, decision.via)
    return None if decision.allowed else Refusal(principal, action, resource, _words(request, decision))


def authorise_key(point, principal, reference, owner, actions, context, every=True):
    """Rights on the key of `owner` (ARN of a queue, topic, secret or function), whose encryption setting is `reference`.

    AWS's own keys need none. `context` holds what the service tells KMS: the encryption context as
    kms:EncryptionContext:..., and aws:SourceArn where it passes one on.
    """
    key = policies.key_of(reference, owner)
    if key is None or principal is None:
        return None
    spec = parse_arn(owner)
    full = {"kms:ViaService": f"{spec.service}.{spec.region}.amazonaws.com", **context}
    if not is_service(principal):
        full["kms:CallerAccount"] = principal.split(":")[4]
    for action in actions:
        refusal = authorise(point, principal, action, key, full, every)
        if refusal:
            return refusal
    state = policies.key_state(key)
    if state != "Enabled":
        message = f"{key} is disabled." if state == "Disabled" else f"{key} is pending deletion."
        return Refusal(principal, actions[0], key, message, code="KMSInvalidStateException")
    return None


def record(point, request, allowed, via):
    if not allowed:
        usage.add(f"denied:{request.action}", usage.role_of(request.principal) or request.principal)
    journal.record(
        "authorisation",
        point=point,
        principal=request.principal,
        action=request.action,
        resource=request.resource,
        decision="allowed" if allowed else "denied",
        via=via,
        region=request.region,
        context=request.context,
    )


def _words(request, decision):
    who = request.principal if is_service(request.principal) else f"User: {request.principal}"
    if decision.explicit:
        why = "with an explicit deny in " + (
            "an identity-based policy" if decision.via == "identity" else "a resource-based policy"
        )
    else:
        why = f"because no {decision.via}-based policy allows the {request.action} action"
    return f"{who} is not authorized to perform: {request.action} on resource: {request.resource} {why}"


def _lower(context):
    return {key.lower(): value for key, value in (context or {}).items() if value is not None}


def _changed(key, allowed):
    with _last_lock:
        before = _last.get(key)
        _last[key] = allowed
        return before is not allowed


def install():
    """Records each API call of a user or role, and remembers who makes it for what the call sets off."""
    requests.install()
    enforce, evaluate = iam_evaluator.enforce, iam_evaluator.evaluate

    def remembering_evaluate(ctx, documents, *limits):
        _evaluated.set(ctx)
        return evaluate(ctx, documents, *limits)

    def recording_enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        _evaluated.set(None)
        denied = enforce(
            access_key_id, iam_action, service, region, resource_arn=resource_arn, service_context=service_context
        )
        ctx = _evaluated.get()
        # Root and failed signatures never reach the evaluation.
        act_as(ctx.principal_arn if ctx else None)
        if ctx:
            context = _lower({**ctx.principal_keys, **ctx.service_context})
            request = Request(ctx.principal_arn, ctx.action, ctx.resource_arn, ctx.region, context)
            record("api", request, denied is None, _side(request, denied))
            usage.count_call(ctx.principal_arn, ctx.action)
        return denied

    iam_evaluator.evaluate = remembering_evaluate
    iam_evaluator.enforce = recording_enforce
    _record_unknown_actions()


def _record_unknown_actions():
    """ministack lets a call through whose action it does not know; in the journal it stands as allowed by nothing."""
    authenticate = app._authenticate_only

    def recording_authenticate(service, headers, query_params, request_id):
        failure = authenticate(service, headers, query_params, request_id)
        principal = iam_evaluator.caller_arn()
        if failure is None and not principal.endswith(":root"):
            record("api", Request(principal, f"{service}:UnknownAction", "*", get_region()), True, "")
        return failure

    app._authenticate_only = recording_authenticate


def _side(request, denied):
    """Which side decided, as our own decision sees it; ministack's does not say."""
    if isinstance(denied, scps.Denial):
        return "organization"
    if denied is not None:
        return "resource" if getattr(denied, "resource_policy_arn", "") else "identity"
    return decide(request, policies.for_request(request.principal, request.action, request.resource)).via
