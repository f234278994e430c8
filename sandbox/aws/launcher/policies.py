"""The policy documents now in force, by what they belong to; for one request, and all of them."""

from launcher.decision import Policies, is_service
from ministack.core import iam_evaluator
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import request_scope
from ministack.services import eventbridge, iam, kms, lambda_svc, s3, secretsmanager, sns, sqs


def for_request(principal, action, resource):
    """Everything that has a say when `principal` does `action` on `resource`."""
    identity, limits = ((), ()) if is_service(principal) else identity_of(principal)
    document, owner = resource_policy(resource, action)
    return Policies(identity=identity, limits=limits, resource=document, owner=owner)


def role_session(role_arn, session):
    """The ARN under which a service acts with a role."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return f"arn:aws:sts::{account}:assumed-role/{name}/{session[:64]}"


def find_role(arn):
    """The role of a role's ARN or of a role session's; None where there is none."""
    parts = arn.split(":")
    if len(parts) < 6:
        return None
    tail = parts[5].split("/")
    name = tail[1] if tail[0] == "assumed-role" and len(tail) > 1 else tail[-1]
    return iam._roles.get_scoped(parts[4], None, name)


def identity_of(principal):
    """Documents and permissions boundary of a user or a role session."""
    account = principal.split(":")[4] if principal.count(":") >= 5 else ""
    if ":user/" in principal:
        with request_scope(account, "us-east-1"):
            name = principal.rsplit("/", 1)[-1]
            user = iam._users.get(name) or {}
            inline = iam._user_inline_policies.get(name) or {}
            return _documents(inline, user, account), _boundary(user, account)
    role = find_role(principal)
    if role is None:
        return (), ()
    return _documents(role.get("InlinePolicies") or {}, role, account), _boundary(role, account)


def _documents(inline, owner, account):
    attached = (
        iam_evaluator._resolve_managed_policy_document(arn, account) for arn in owner.get("AttachedPolicies", [])
    )
    return (*inline.values(), *(document for document in attached if document))


def _boundary(owner, account):
    arn = owner.get("PermissionsBoundary")
    if not arn:
        return ()
    return ((iam_evaluator._resolve_managed_policy_document(arn, account) or {"Statement": []},),)


def resource_policy(arn, action=""):
    """The resource's own policy and its owner's account; (None, None) for what keeps none."""
    try:
        spec = parse_arn(arn)
    except ArnParseError:
        return None, None
    if spec.service == "iam":  # a role: its trust policy
        role = find_role(arn) if action.startswith("sts:") else None
        return (role.get("AssumeRolePolicyDocument") if role else None), spec.account_id
    if spec.service == "s3":
        return _bucket_policy(spec.resource.split("/")[0])
    if not spec.account_id or not spec.region:
        return None, None
    with request_scope(spec.account_id, spec.region):
        found = _lookup(spec, arn)
    # No document is an answer of its own: the owner still counts, since another account needs one.
    return (found or None), spec.account_id


def _bucket_policy(bucket):
    """A bucket's ARN names no account, and its name is nobody else's."""
    for account, name in s3._buckets.to_dict():
        if name == bucket:
            return s3._bucket_policies.get_scoped(account, None, bucket), account
    return None, None


def _lookup(spec, arn):
    if spec.service == "sqs":
        queue = sqs._queue_by_arn(arn)
        return queue and queue["attributes"].get("Policy")
    if spec.service == "sns":
        topic = sns._topic_by_arn_any_scope(arn)
        return topic and topic.get("attributes", {}).get("Policy")
    if spec.service == "lambda":
        found = lambda_svc.function_policy_for_arn(arn)
        return found and found[0]
    if spec.service == "kms":
        key = kms._resolve_key(arn)
        return key and key.get("Policy")
    if spec.service == "secretsmanager":
        return secretsmanager._resource_policies.get(arn)
    if spec.service == "events" and spec.resource.startswith("event-bus/"):
        return eventbridge._event_bus_policies.get(spec.resource.partition("/")[2])
    return None


def key_of(reference, owner_arn):
    """The customer's key that `reference` (id, alias or ARN, as a resource names it) means; None for AWS's own keys.

    A key that is not there any more is returned as an ARN without a record: nothing may be done with it.
    """
    if not reference or reference.startswith("alias/aws/") or ":alias/aws/" in reference:
        return None
    spec = parse_arn(owner_arn)
    account, region = spec.account_id, spec.region
    if reference.startswith("arn:"):
        named = parse_arn(reference)
        account, region = named.account_id, named.region
    with request_scope(account, region):
        record = kms._resolve_key(reference)
    if record:
        return record["Arn"]
    return reference if reference.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{reference}"


def key_state(arn):
    """Enabled, Disabled, PendingDeletion; None where there is no such key."""
    spec = parse_arn(arn)
    with request_scope(spec.account_id, spec.region):
        return (kms._resolve_key(arn) or {}).get("KeyState")


def everything():
    """Every policy document in force, as `{kind, owner, name?, document}`: the owner an ARN, the document as it was given."""
    found = []

    def add(kind, owner, document, name=None):
        if document:
            found.append({"kind": kind, "owner": owner, **({"name": name} if name else {}), "document": document})

    for scope, role in iam._roles.to_dict().items():
        for name, document in (role.get("InlinePolicies") or {}).items():
            add("role", role["Arn"], document, name)
        for policy in role.get("AttachedPolicies", []):
            add("role", role["Arn"], iam_evaluator._resolve_managed_policy_document(policy, scope[0]), policy)
        if role.get("PermissionsBoundary"):
            add("boundary", role["Arn"], _boundary(role, scope[0])[0][0], role["PermissionsBoundary"])
        add("trust", role["Arn"], role.get("AssumeRolePolicyDocument"))
    for _, queue in sqs._queues.all_items():
        add("queue", queue["attributes"]["QueueArn"], queue["attributes"].get("Policy"))
    for _, topic in sns._topics.all_items():
        add("topic", topic["arn"], topic.get("attributes", {}).get("Policy"))
    for _, key in kms._keys.all_items():
        add("key", key["Arn"], key.get("Policy"))
    for _, function in lambda_svc._functions.all_items():
        if function["policy"]["Statement"]:
            add("function", function["config"]["FunctionArn"], function["policy"])
    for scope, document in s3._bucket_policies.to_dict().items():
        add("bucket", f"arn:aws:s3:::{scope[-1]}", document)
    for scope, document in secretsmanager._resource_policies.all_items():
        add("secret", scope[-1], document)
    for scope, document in eventbridge._event_bus_policies.all_items():
        add("bus", f"arn:aws:events:{scope[1]}:{scope[0]}:event-bus/{scope[2]}", document)
    return found
