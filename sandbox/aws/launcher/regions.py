"""The regions that each account has enabled: elsewhere its credentials are not known, as with AWS.

https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html. Which error that is goes by the service:
UnrecognizedClientException, InvalidClientTokenId, AuthFailure or InvalidAccessKeyId; ministack names them.
"""

import json
import os

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id

# Their endpoints are one for all regions, or in one of those that everybody has; the region that a request is signed for
# in the sandbox means nothing to them.
_GLOBAL = ("iam", "organizations", "health")

# Older than the rule of 2019 that a new region must be opted in to. There will be no more of them.
_EVERYBODYS = frozenset(
    """
    ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1
    eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
    """.split()
)

_enabled = {}


def install():
    learn(json.loads(os.environ.get("SANDBOX_REGIONS") or "{}"))
    enforce = iam_evaluator.enforce

    def enforce_where_enabled(access_key_id, iam_action, service, region, *args, **keywords):
        if service not in _GLOBAL and not has(get_account_id(), region):
            return iam_evaluator.AuthError(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        return enforce(access_key_id, iam_action, service, region, *args, **keywords)

    iam_evaluator.enforce = enforce_where_enabled


def learn(regions):
    """Takes the regions of these accounts, by account; those that are not named keep theirs."""
    _enabled.update({account: frozenset(names) for account, names in regions.items()})


def has(account, region):
    """Whether the account may be in the region; one that nobody spoke of has them all."""
    return account not in _enabled or region in _enabled[account]


def must_opt_in(region):
    """Whether accounts have the region only once they opt in to it."""
    return region not in _EVERYBODYS
