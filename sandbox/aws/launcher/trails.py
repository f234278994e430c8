"""CloudTrail's trails: what ministack takes and CloudTrail refuses, above all of a trail of the whole organization.

Follows https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html and
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-an-organizational-trail-prepare.html: such a trail is the management
account's, or an administrator's; CloudTrail has trusted access; bucket and key let it in for this trail, which it tries at once. With
thanks to those who reported that a bucket must be open below the management account's number as well as below the organization's id.
"""

import asyncio
import ipaddress
import json
import re

from launcher import organization, policies, shapes
from launcher.authorise import authorise
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, s3

SERVICE = "cloudtrail.amazonaws.com"
_CHANGES = ("DeleteTrail", "UpdateTrail", "StartLogging", "StopLogging")
_MOST_TRAILS = 5  # a region, those of other regions that are visible there among them
_NAME = re.compile(r"[A-Za-z0-9]([._-]?[A-Za-z0-9])*")


def install():
    handle = cloudtrail.handle_request

    async def handle_request(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        data = json.loads(body) if body else {}
        # The double of AWS Organizations is asked over HTTP, which must not hold up everybody else.
        refused = await asyncio.to_thread(_refusal, action, data)
        if refused:
            return cloudtrail._err(*refused)
        answer = await handle(method, path, headers, body, query_params)
        if answer[0] == 200:
            _keep_tags(action, data)
        return answer

    cloudtrail.handle_request = handle_request


def _keep_tags(action, data):
    """Those that a trail is made with, which ministack drops; and none after its end."""
    if action == "CreateTrail" and data.get("TagsList"):
        tags = {tag["Key"]: tag.get("Value", "") for tag in data["TagsList"]}
        cloudtrail._trail_tags[cloudtrail._trail_arn(data["Name"])] = tags
    if action == "DeleteTrail":
        name = data.get("Name", "")
        cloudtrail._trail_tags.pop(name if name.startswith("arn:") else cloudtrail._trail_arn(name), None)


def _refusal(action, data):
    if action in _CHANGES:
        refused = _of_another_account(data.get("Name", ""))
        if refused:
            return refused
    if action == "CreateTrail":
        return _invalid(action, data) or _name_refusal(data["Name"]) or _too_many() or _trail_refusal(_made_of(data))
    if action == "UpdateTrail":
        there = cloudtrail._find_visible_trail(data.get("Name", ""))[2]
        # One that is not there is ministack's to refuse.
        return _invalid(action, data) or (there and _trail_refusal({**there, **_made_of(data, there)}))
    return None


def _invalid(action, data):
    wrong = shapes.problems("cloudtrail", action, data, {})
    return ("InvalidParameterException", "; ".join(wrong)) if wrong else None


def _of_another_account(name):
    """Who belongs to the organization sees its trail, and changes nothing of it."""
    try:
        spec = parse_arn(name)
    except ArnParseError:
        return None
    if spec.account_id == get_account_id():
        return None
    trail = cloudtrail._trails.get_scoped(spec.account_id, spec.region, spec.resource.removeprefix("trail/"))
    own = organization.of_account(get_account_id())
    if not trail or not trail.get("IsOrganizationTrail") or not own or own["MasterAccountId"] != spec.account_id:
        return None
    return (
        "NotOrganizationMasterAccountException",
        "The request could not be processed because you are not signed in to the management account of the organization.",
    )


def _name_refusal(name):
    if 3 <= len(name) <= 128 and _NAME.fullmatch(name) and not _is_address(name):
        return None
    return (
        "InvalidTrailNameException",
        f"Trail name {name!r} must have 3 to 128 letters, digits, periods, underscores or dashes, no two of the latter three adjacent, "
        "begin and end with a letter or digit, and be no IP address.",
    )


def _is_address(name):
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _too_many():
    if len(cloudtrail._visible_trail_items()) < _MOST_TRAILS:
        return None
    return (
        "MaximumNumberOfTrailsExceededException",
        f"User: {get_account_id()} already has {_MOST_TRAILS} trails in {get_region()}.",
    )


def _made_of(data, there=None):
    """The trail as it would be, by the names of its own shape."""
    other = {"EnableLogFileValidation": "LogFileValidationEnabled"}
    return {**{other.get(name, name): data[name] for name in data}, "Name": there["Name"] if there else data["Name"]}


def _trail_refusal(trail):
    if trail.get("IsMultiRegionTrail") and trail.get("IncludeGlobalServiceEvents") is False:
        return "InvalidParameterCombinationException", "Multi-Region trail must include global service events."
    folders = [get_account_id()]
    if trail.get("IsOrganizationTrail"):
        own = organization.of_account(get_account_id())
        refused = _organization_refusal(own)
        if refused:
            return refused
        folders = [own["MasterAccountId"], f"{own['Id']}/{own['MasterAccountId']}"]
    return _delivery_refusal(trail, folders)


def _organization_refusal(own):
    account = get_account_id()
    if own is None:
        return (
            "OrganizationsNotInUseException",
            "The request could not be processed because your account is not a member of an organization.",
        )
    if not organization.administers(account, SERVICE):
        return (
            "NotOrganizationMasterAccountException",
            "The request could not be processed because you are not signed in to the management account of the organization.",
        )
    if not organization.trusts(own["MasterAccountId"], SERVICE):
        return (
            "CloudTrailAccessNotEnabledException",
            "The request could not be processed because your organization hasn't enabled CloudTrail service access. "
            "Enable service access for CloudTrail, and then try again.",
        )
    return None


def _delivery_refusal(trail, folders):
    """CloudTrail looks the bucket up, and writes where log files and, with validation, digests will stand."""
    bucket, key = trail.get("S3BucketName", ""), trail.get("KmsKeyId")
    there = next((record for (_, name), record in s3._buckets.to_dict().items() if name == bucket), None)
    if there is None:
        return "S3BucketDoesNotExistException", f"S3 bucket {bucket} does not exist!"
    arn = f"arn:aws:cloudtrail:{get_region()}:{get_account_id()}:trail/{trail['Name']}"
    source = {"aws:SourceArn": arn, "aws:SourceAccount": get_account_id(), "aws:SecureTransport": "true"}
    kinds = ["CloudTrail", *(["CloudTrail-Digest"] if trail.get("LogFileValidationEnabled") else [])]
    prefix = f"{trail['S3KeyPrefix']}/" if trail.get("S3KeyPrefix") else ""
    written = {**source, "s3:x-amz-acl": "bucket-owner-full-control"}
    needed = [
        ("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}", source),
        *(
            ("s3:PutObject", f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{folder}/{kind}/{get_region()}", written)
            for folder in folders
            for kind in kinds
        ),
    ]
    if any(authorise("trail to bucket", SERVICE, *one) is not None for one in needed):
        return "InsufficientS3BucketPolicyException", f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
    return _key_refusal(key, bucket, there.get("region") or "us-east-1", arn, source) if key else None


def _key_refusal(named, bucket, region, trail, source):
    key = policies.key_of(named, trail)
    state = policies.key_state(key)
    if state is None:
        return "KmsKeyNotFoundException", f"KMS key {named} not found."
    if parse_arn(key).region != region:
        return "KmsException", f"KMS key {key} must be in the region of the S3 bucket {bucket}, {region}."
    if state != "Enabled":
        return "KmsKeyDisabledException", f"KMS key {key} is disabled."
    encrypted = {**source, "kms:EncryptionContext:aws:cloudtrail:arn": trail}
    needed = [("kms:DescribeKey", source), ("kms:GenerateDataKey", encrypted)]
    if all(authorise("trail to key", SERVICE, action, key, context) is None for action, context in needed):
        return None
    return (
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key}.",
    )
