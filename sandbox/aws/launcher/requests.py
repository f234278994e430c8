"""What an API call asks for, where ministack's reading differs from AWS's: action, resource, condition keys.

Follows the service authorization reference: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import json
import re

from ministack.core import iam_actions
from ministack.services import dynamodb, kms

# A batch call is authorised as the single call.
_SAME_AS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
    # Both forms of Security Hub take the same rights, each to its own hub.
    "securityhub:GetFindingsV2": "securityhub:GetFindings",
    "securityhub:BatchUpdateFindingsV2": "securityhub:BatchUpdateFindings",
}
_REPORTS = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")
_ONE_MAPPING = re.compile(r"/event-source-mappings/[^/]+/?$")
_BY_RULE = ("ListTargetsByRule", "PutTargets", "RemoveTargets")
_BY_NAME = ("DescribeRule", "PutRule", "DeleteRule", "EnableRule", "DisableRule")
_OF_THE_HUB = ("/accounts", "/findings", "/findings/batchupdate", "/actionTargets", "/members")
# Which hub of V2 is not said: there is one a region.
_OF_THE_HUB_V2 = ("/hubv2", "/findingsv2", "/findingsv2/batchupdatev2")

# Whose task a token belongs to. Kept after the task's end: a late report must meet its machine's policy first, and then
# TaskDoesNotExist.
_machine_of_token = {}


# Set by install(): ministack's own reading.
_action_of = None


def operation_of(service, method, path, headers, body, query_params):
    """The operation that is called, whatever it is authorised as."""
    action = _action_of(service, method, path, headers, body, query_params)
    return action.split(":", 1)[1] if action else None


def remember_token(token, machine_arn):
    _machine_of_token[token] = machine_arn


def install():
    global _action_of
    _action_of, resource_of = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    dynamodb_context, tag_context = iam_actions.dynamodb_service_context, iam_actions.request_tag_context

    def extract_iam_action(service, method, path, headers, body, query_params):
        action = _action_of(service, method, path, headers, body, query_params)
        if action == "lambda:ListEventSourceMappings" and _ONE_MAPPING.search(path):
            return "lambda:GetEventSourceMapping"
        return _SAME_AS.get(action, action)

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
        resource = resource_of(service, method, path, headers, body, query_params, region, account_id)
        if service == "states" and headers.get("x-amz-target", "").endswith(_REPORTS):
            return _machine_of_token.get(_json(body).get("taskToken"), "*")
        if service == "securityhub" and (path.rstrip("/") in _OF_THE_HUB or path.startswith("/actionTargets/")):
            return f"arn:aws:securityhub:{region}:{account_id}:hub/default"
        if service == "securityhub" and path.rstrip("/") == "/automationrules/get":  # all of one account and region
            return (_json(body).get("AutomationRulesArns") or ["*"])[0]
        if service == "securityhub" and path.rstrip("/") in _OF_THE_HUB_V2:
            return f"arn:aws:securityhub:{region}:{account_id}:hubv2/*"
        if service == "events":
            return _rule(headers, _json(body), region, account_id) or resource.replace(":rule/default/", ":rule/")
        if service == "sqs":
            owner = _json(body).get("QueueOwnerAWSAccountId")  # of GetQueueUrl, which is given no URL
            return resource.replace(f":{account_id}:", f":{owner}:") if owner else resource
        if service == "kms" and ":alias/" in resource:
            key = kms._resolve_key(resource)  # a key's policy and rights go by the key, whatever it is called by
            return key["Arn"] if key else resource
        return resource

    def dynamodb_service_context(body):
        return {**dynamodb_context(body), **_leading_keys(_json(body))}

    def request_tag_context(service, iam_action, body, params):
        found = tag_context(service, iam_action, body, params)
        return {**found, **_event_keys(_json(body))} if iam_action == "events:PutEvents" else found

    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions.dynamodb_service_context = dynamodb_service_context
    iam_actions.request_tag_context = request_tag_context


def _rule(headers, data, region, account_id):
    """The rule that a call is about. Of the default bus, whose name an ARN leaves out."""
    operation = headers.get("x-amz-target", "").split(".")[-1]
    name = data.get("Rule") if operation in _BY_RULE else data.get("Name") if operation in _BY_NAME else None
    if not name:
        return None
    bus = str(data.get("EventBusName") or "default").split(":event-bus/")[-1]
    return f"arn:aws:events:{region}:{account_id}:rule/{name if bus == 'default' else f'{bus}/{name}'}"


def _json(body):
    try:
        data = json.loads(body or b"{}")
    except (ValueError, TypeError):
        return {}
    return data if isinstance(data, dict) else {}


def _event_keys(data):
    """events:source and events:detail-type: one value as such; several as a list, which only set operators match."""
    keys = {}
    for key, member in (("events:source", "Source"), ("events:detail-type", "DetailType")):
        values = sorted({str(entry.get(member, "")) for entry in data.get("Entries") or [] if isinstance(entry, dict)})
        if values:
            keys[key] = values[0] if len(values) == 1 else values
    return keys


def _leading_keys(data):
    """dynamodb:LeadingKeys: the partition key that a call names in Key, Item or an equality of KeyConditionExpression."""
    table = dynamodb._tables.get(data.get("TableName", "").rsplit("/", 1)[-1]) if data.get("TableName") else None
    schema = (table or {}).get("KeySchema") or []
    if data.get("IndexName"):
        indexes = (table or {}).get("GlobalSecondaryIndexes") or []
        schema = next((index["KeySchema"] for index in indexes if index["IndexName"] == data["IndexName"]), [])
    name = next((part["AttributeName"] for part in schema if part["KeyType"] == "HASH"), None)
    if not name:
        return {}
    value = (data.get("Key") or data.get("Item") or {}).get(name) or _equal_to(data, name)
    return {"dynamodb:LeadingKeys": [str(next(iter(value.values())))]} if value else {}


def _equal_to(data, name):
    names = data.get("ExpressionAttributeNames") or {}
    for part in (data.get("KeyConditionExpression") or "").replace("and", "AND").split("AND"):
        left, sign, right = part.partition("=")
        left = left.strip().strip("()")
        if sign and names.get(left, left) == name:
            return (data.get("ExpressionAttributeValues") or {}).get(right.strip().strip("()"))
    return None
