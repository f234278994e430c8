"""Whether policies allow a request: AWS's rules over given documents. No state: a run can be decided again offline."""

import functools
import json
import re
from dataclasses import dataclass, field

from ministack.core import iam_evaluator as iam

# A key's policy and a role's trust must allow also within their account; of others there, either side's Allow is enough.
_OWN_POLICY_NEEDED = ("kms", "sts")


_SESSION = re.compile(r"^arn:aws:sts::(\d{12}):assumed-role/([^/]+)/.*$")
_resolve = iam._resolve_condition_key


def _resolve_condition_key(key, ctx):
    """A role's session goes by the role here, where ministack has the session; a role with a path does not occur."""
    value = _resolve(key, ctx)
    return _SESSION.sub(r"arn:aws:iam::\1:role/\2", value) if key.lower() == "aws:principalarn" else value


iam._resolve_condition_key = _resolve_condition_key


@dataclass(frozen=True)
class Request:
    principal: str  # an ARN, or a service's name such as events.amazonaws.com
    action: str
    resource: str
    region: str
    context: dict = field(default_factory=dict)  # condition keys, in lower case


@dataclass(frozen=True)
class Policies:
    """Everything that has a say in one request. Documents are dicts or JSON."""

    identity: tuple = ()  # of the caller
    limits: tuple = ()  # each a tuple of documents: the permissions boundary
    resource: object = None  # the resource's own policy; of a role: its trust policy
    owner: str | None = None  # account of the resource


@dataclass(frozen=True)
class Decision:
    allowed: bool
    explicit: bool = False  # an explicit Deny
    via: str = ""  # which side allowed or denied: "identity" or "resource"


def is_service(principal):
    return principal.endswith(".amazonaws.com")


def account_of(principal):
    parts = principal.split(":")
    return parts[4] if len(parts) > 4 else ""


def decide(request, policies):
    return _for_service(request, policies) if is_service(request.principal) else _for_principal(request, policies)


def _for_service(request, policies):
    """A service has no policy of its own: the resource's policy must name it."""
    keys = {"aws:principalisawsservice": "true", "aws:principalservicename": request.principal}
    # "*" stands for no IAM principal: an account's or a role's grant never covers a service.
    ctx = _evaluation(request, arn="*", kind="Service", account="", keys=keys)
    result = iam.evaluate_resource_policy(policies.resource, ctx, service=request.principal)
    return Decision(result.decision == "Allow", result.decision == "Deny", "resource")


def _for_principal(request, policies):
    account = account_of(request.principal)
    ctx = _evaluation(request, arn=request.principal, kind=_kind(request.principal), account=account, keys={})
    limits = [[parse(document) for document in limit] for limit in policies.limits]
    result = iam.evaluate(ctx, [parse(document) for document in policies.identity], *limits)
    via = "identity"
    service = request.action.partition(":")[0]
    if policies.resource is not None:
        combined = iam.combine_resource_policy(
            result, ctx, policies.resource, policies.owner, required=service in _OWN_POLICY_NEEDED, limits=limits
        )
        via = "identity" if combined is result else "resource"
        result = combined
    elif policies.owner not in (None, account) or service in _OWN_POLICY_NEEDED:
        # Nothing of the resource's own: across accounts, and for a key, the identity's Allow is not enough.
        return Decision(False, result.decision == "Deny", "resource" if result.decision == "Allow" else "identity")
    return Decision(result.decision == "Allow", result.decision == "Deny", via)


def _evaluation(request, arn, kind, account, keys):
    # The evaluator takes this key from a member of its own.
    tls = request.context.get("aws:securetransport")
    return iam.EvalContext(
        **({} if tls is None else {"secure_transport": tls == "true"}),
        principal_arn=arn,
        principal_type=kind,
        principal_account=account,
        action=request.action,
        resource_arn=request.resource,
        region=request.region,
        service_context={"aws:tagkeys": None, **request.context},
        principal_keys=keys,
    )


def _kind(arn):
    if ":assumed-role/" in arn:
        return "AssumedRole"
    return "User" if ":user/" in arn else "Root"


def parse(document):
    """The statements of a document, parsed once per text."""
    return _parsed(document if isinstance(document, str) else json.dumps(document, sort_keys=True))


@functools.lru_cache(maxsize=2048)
def _parsed(text):
    return iam.parse_policy_document(text)
