"""Service control policies: what AWS Organizations attaches to an account, its units and the root binds each of its
users and roles, and its root user too; never the management account, and no service-linked role.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

import json
import os
import time

from launcher import forward, policies
from launcher.decision import parse
from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import evaluate  # itself: authorise remembers each call's own evaluation by wrapping it
from ministack.core.responses import get_account_id

_URL = json.loads(os.environ.get("SANDBOX_DOUBLES") or "{}").get("organizations")

# By account, until when it is good, and the statements of each level from the root down. All go when anything of the
# organization changes by a call; an account that a person moves is seen after a second.
_levels = {}
_GOOD_SECONDS = 1


class _NoOrganization(Exception):
    """The account belongs to none."""


class Denial(iam_evaluator.AuthError):
    """Refused by a service control policy."""


def install():
    if not _URL:
        return
    enforce = iam_evaluator.enforce

    def bound_enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        denied = enforce(
            access_key_id, iam_action, service, region, resource_arn=resource_arn, service_context=service_context
        )
        if denied is not None or not access_key_id or iam_action in iam_evaluator._ALWAYS_ALLOWED_ACTIONS:
            return denied
        return _refusal(access_key_id, iam_action, service, region, resource_arn, service_context)

    iam_evaluator.enforce = bound_enforce
    forward.on_success("organizations", lambda operation: None if _reads(operation) else _levels.clear())


def _reads(operation):
    return operation.startswith(("List", "Describe"))


def _refusal(access_key_id, action, service, region, resource, service_context):
    principal = iam_evaluator.resolve_principal(access_key_id, get_account_id())
    if isinstance(principal, iam_evaluator.AuthError) or ":role/aws-service-role/" in _role_arn(principal.arn):
        return None
    context = iam_evaluator.EvalContext(
        # A role's session goes by the role, as aws:PrincipalArn has it.
        principal_arn=_role_arn(principal.arn),
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context={key.lower(): value for key, value in (service_context or {}).items()},
        principal_keys=principal.keys,
    )
    everything = parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    levels = [[statements] for statements in _levels_of(principal.account)]
    result = evaluate(context, [everything], *levels)
    if result.decision == "Allow":
        return None
    why = (
        "with an explicit deny in a service control policy"
        if result.decision == "Deny"
        else f"because no service control policy allows the {action} action"
    )
    return Denial(
        iam_actions._DENIED_CODES.get(service, "AccessDenied"),
        f"User: {principal.arn} is not authorized to perform: {action} on resource: {resource} {why}",
    )


def _role_arn(principal):
    if ":assumed-role/" not in principal:
        return principal
    role = policies.find_role(principal)
    return role["Arn"] if role else principal


def _levels_of(account):
    until, levels = _levels.get(account, (0, []))
    if until < time.monotonic():
        levels = _read_levels(account)
        _levels[account] = (time.monotonic() + _GOOD_SECONDS, levels)
    return levels


def _read_levels(account):
    try:
        management = _ask(account, "DescribeOrganization")["Organization"]["MasterAccountId"]
    except _NoOrganization:
        return []
    root = _ask(management, "ListRoots")["Roots"][0]
    on = [one["Type"] for one in root.get("PolicyTypes", []) if one["Status"] == "ENABLED"]
    if account == management or "SERVICE_CONTROL_POLICY" not in on:
        return []
    above = [account]
    while above[0] != root["Id"]:
        above.insert(0, _ask(management, "ListParents", ChildId=above[0])["Parents"][0]["Id"])
    return [_statements(management, target) for target in above]


def _statements(management, target):
    attached = _ask(management, "ListPoliciesForTarget", TargetId=target, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    described = [_ask(management, "DescribePolicy", PolicyId=policy["Id"])["Policy"] for policy in attached]
    return [statement for policy in described for statement in parse(policy["Content"])]


def _ask(account, operation, **arguments):
    """The double's answer."""
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"AWSOrganizationsV20161128.{operation}",
        "x-sandbox-account": account,
        "x-sandbox-region": "us-east-1",
    }
    status, _, content = forward.ask(_URL, "POST", "/", headers, json.dumps(arguments).encode())
    answer = json.loads(content)
    if status == 200:
        return answer
    if "AWSOrganizationsNotInUseException" in answer.get("__type", ""):
        raise _NoOrganization(account)
    raise RuntimeError(f"{operation} of the double of organizations: {status} {answer}")
