"""What the double of AWS Organizations says of an account: services ask it behind the caller's back."""

import http.client
import json
import os
import urllib.parse


def of_account(account):
    """The organization that an account belongs to; None where there is none, or no double."""
    answer = _ask(account, "DescribeOrganization", {})
    return answer["Organization"] if answer else None


def administers(account, service):
    """Whether an account manages the organization, or administers a service of it."""
    organization = of_account(account)
    if not organization:
        return False
    if organization["MasterAccountId"] == account:
        return True
    # Who administers nothing may not ask.
    answer = _ask(account, "ListDelegatedAdministrators", {"ServicePrincipal": service}) or {}
    return any(one["Id"] == account for one in answer.get("DelegatedAdministrators", []))


def trusts(account, service):
    """Whether a service has trusted access to the organization that an account manages."""
    token = {}
    while True:
        answer = _ask(account, "ListAWSServiceAccessForOrganization", token) or {}
        if any(one["ServicePrincipal"] == service for one in answer.get("EnabledServicePrincipals", [])):
            return True
        if not answer.get("NextToken"):
            return False
        token = {"NextToken": answer["NextToken"]}


def _ask(account, operation, data):
    url = json.loads(os.environ.get("SANDBOX_DOUBLES") or "{}").get("organizations")
    if not url:
        return None
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"AWSOrganizationsV20161128.{operation}",
        "x-sandbox-account": account,
        "x-sandbox-region": "us-east-1",
    }
    try:
        connection.request("POST", "/", json.dumps(data), headers)
        answer = connection.getresponse()
        content = answer.read()
        return json.loads(content) if answer.status == 200 else None
    finally:
        connection.close()
