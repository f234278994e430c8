"""GuardDuty's export of findings: it takes a bucket and a key only where it may write, and tries that when it is told of them.

Follows https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html.
"""

from launcher import forward, policies
from launcher.authorise import authorise
from launcher.regions import must_opt_in
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

_OPERATIONS = ("CreatePublishingDestination", "UpdatePublishingDestination")


def install():
    forward.before("guardduty", _refusal)


def _refusal(operation, path, data):
    """What GuardDuty refuses a destination for, as code and message; None if it takes it."""
    named = data.get("destinationProperties") or {}
    if operation not in _OPERATIONS or not named:
        return None
    bucket = _bucket_of(named.get("destinationArn"))
    key = _key_of(named.get("kmsKeyArn"))
    if bucket is None:
        return _bad("the value specified for the destinationArn parameter is not valid.")
    there = next((record for (_, name), record in s3._buckets.to_dict().items() if name == bucket), None)
    if there is None:
        return _bad("the resource specified in the destinationArn parameter does not exist.")
    region = there.get("region") or "us-east-1"
    if key is None or key.region != region:
        return _bad("the value specified for the kmsKeyArn parameter is not valid.")
    if region != get_region() and must_opt_in(region):
        return _bad("the destination bucket cannot be in a different opt-in Region.")
    if _may_write(bucket, named["kmsKeyArn"], path.split("/")[2]):
        return None
    return _bad(
        "the GuardDuty service principal does not have permission to the KMS key or the resource specified by the "
        "destinationArn parameter. Refer to https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html"
    )


def _may_write(bucket, key, detector):
    """It looks the bucket up, and leaves an empty object there, encrypted with the key."""
    service = f"guardduty.{get_region()}.amazonaws.com" if must_opt_in(get_region()) else "guardduty.amazonaws.com"
    source = {
        "aws:SourceAccount": get_account_id(),
        "aws:SourceArn": f"arn:aws:guardduty:{get_region()}:{get_account_id()}:detector/{detector}",
        "aws:SecureTransport": "true",
    }
    encrypted = {"s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": key}
    arn = f"arn:aws:s3:::{bucket}"
    needed = [
        ("s3:GetBucketLocation", arn, source),
        ("s3:PutObject", f"{arn}/AWSLogs/", {**source, **encrypted}),
        ("kms:GenerateDataKey", key, source),
    ]
    allowed = all(authorise("findings to bucket", service, *one) is None for one in needed)
    return allowed and policies.key_state(key) == "Enabled"


def _bucket_of(arn):
    prefix = "arn:aws:s3:::"
    name = (arn or "").removeprefix(prefix).split("/")[0]
    return name if (arn or "").startswith(prefix) and name else None


def _key_of(arn):
    try:
        spec = parse_arn(arn or "")
    except ArnParseError:
        return None
    return spec if spec.service == "kms" and spec.resource.startswith("key/") else None


def _bad(why):
    return "BadRequestException", f"The request failed because {why}"
