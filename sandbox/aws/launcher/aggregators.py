"""AWS Config's aggregators of an organization, which ministack lacks.

Follows https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationAggregator.html: the organization's manager or the
delegated administrator of AWS Config makes one, with a role that may read the organization.
"""

import asyncio
import json
import time

from launcher import organization
from launcher.authorise import authorise
from launcher.policies import role_session
from ministack.core.responses import (
    AccountRegionScopedDict,
    error_response_json,
    get_account_id,
    get_region,
    json_response,
    new_uuid,
)
from ministack.services import config

SERVICE = "config.amazonaws.com"
# What AWS Config asks with the role; the managed policy AWSConfigRoleForOrganizations holds the same.
_NEEDED = (
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListDelegatedAdministrators",
)
_aggregators = AccountRegionScopedDict()
_tags = AccountRegionScopedDict()


def install():
    handle = config.handle_request
    ours = {
        "PutConfigurationAggregator": _put,
        "DescribeConfigurationAggregators": _describe,
        "DeleteConfigurationAggregator": _delete,
        "TagResource": _tag,
        "UntagResource": _untag,
        "ListTagsForResource": _list_tags,
    }

    async def handle_request(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        if action not in ours:
            return await handle(method, path, headers, body, query_params)
        # The double is asked over HTTP, which must not hold up everybody else.
        return await asyncio.to_thread(ours[action], json.loads(body) if body else {})

    config.handle_request = handle_request


def _put(data):
    name, source = data.get("ConfigurationAggregatorName", ""), data.get("OrganizationAggregationSource")
    if source is None:
        return _fail("InvalidParameterValueException", "The sandbox has aggregators of an organization alone.")
    if bool(source.get("AllAwsRegions")) == bool(source.get("AwsRegions")):
        return _fail("InvalidParameterValueException", "Either AllAwsRegions or AwsRegions must be given, and not both.")
    account = get_account_id()
    found = organization.of_account(account)
    if found is None:
        return _fail("NoAvailableOrganizationException", "Organization is no longer available.")
    if not organization.administers(account, SERVICE):
        return _fail(
            "OrganizationAccessDeniedException",
            "This action can be only performed if you are a registered delegated administrator for AWS Config.",
        )
    refused = _role_refusal(source.get("RoleArn", ""))
    if refused:
        return refused
    there = _aggregators.get(name)
    _aggregators[name] = {
        "ConfigurationAggregatorName": name,
        "ConfigurationAggregatorArn": there["ConfigurationAggregatorArn"] if there else _arn(),
        "OrganizationAggregationSource": source,
        "CreationTime": there["CreationTime"] if there else int(time.time()),
        "LastUpdatedTime": int(time.time()),
    }
    arn = _aggregators[name]["ConfigurationAggregatorArn"]
    if not there:
        _tags[arn] = {tag["Key"]: tag["Value"] for tag in data.get("Tags") or []}
    return json_response({"ConfigurationAggregator": _aggregators[name]})


def _arn():
    return f"arn:aws:config:{get_region()}:{get_account_id()}:config-aggregator/config-aggregator-{new_uuid()[:8]}"


def _role_refusal(role):
    source = {"aws:SourceAccount": get_account_id()}
    if authorise("role of an aggregator", SERVICE, "sts:AssumeRole", role, source) is not None:
        return _fail("InvalidRoleException", f"AWS Config cannot assume the role '{role}'.")
    session = role_session(role, "AWSConfig-Aggregator")
    for action in _NEEDED:
        if authorise("aggregator to organization", session, action, "*") is not None:
            return _fail("OrganizationAccessDeniedException", f"The role '{role}' is not authorized to perform {action}.")
    return None


def _describe(data):
    names = data.get("ConfigurationAggregatorNames") or [*_aggregators]
    missing = [name for name in names if name not in _aggregators]
    if missing:
        return _missing(missing[0])
    return json_response({"ConfigurationAggregators": [_aggregators[name] for name in names]})


def _delete(data):
    name = data.get("ConfigurationAggregatorName")
    if name not in _aggregators:
        return _missing(name)
    _tags.pop(_aggregators[name]["ConfigurationAggregatorArn"], None)
    del _aggregators[name]
    return json_response({})


def _tag(data):
    _tags.setdefault(data["ResourceArn"], {}).update({tag["Key"]: tag["Value"] for tag in data.get("Tags") or []})
    return json_response({})


def _untag(data):
    for key in data.get("TagKeys") or []:
        _tags.get(data["ResourceArn"], {}).pop(key, None)
    return json_response({})


def _list_tags(data):
    tags = _tags.get(data["ResourceArn"]) or {}
    return json_response({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def _missing(name):
    return _fail(
        "NoSuchConfigurationAggregatorException", f"The configuration aggregator {name} does not exist in the account."
    )


def _fail(code, message):
    return error_response_json(code, message, 400)
