"""AWS Config's recorder and delivery channel: what ministack lacks of them, the order that AWS insists on, and rights.

Follows https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html and its neighbours, and
https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html.
"""

import asyncio
import json

from launcher import organization
from launcher.authorise import authorise
from launcher.policies import role_session
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import config, s3

SERVICE = "config.amazonaws.com"


def install():
    handle = config.handle_request

    async def handle_request(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        data = json.loads(body) if body else {}
        # The double of AWS Organizations is asked over HTTP, which must not hold up everybody else.
        refused = await asyncio.to_thread(_refusal, action, data)
        if refused:
            return error_response_json(*refused, 400)
        if action == "DeleteConfigurationRecorder":
            del config._recorders[data["ConfigurationRecorderName"]]
            return json_response({})
        if action == "DeleteDeliveryChannel":
            del config._delivery_channels[data["DeliveryChannelName"]]
            return json_response({})
        return await handle(method, path, headers, body, query_params)

    config.handle_request = handle_request


def _refusal(action, data):
    recorders, channels = config._recorders, config._delivery_channels
    if action == "PutConfigurationRecorder":
        name = (data.get("ConfigurationRecorder") or {}).get("name") or "default"
        if [other for other in recorders if other != name]:
            return (
                "MaxNumberOfConfigurationRecordersExceededException",
                f"Failed to put configuration recorder '{name}' because the maximum number of configuration recorders: 1 is reached.",
            )
    if action == "PutDeliveryChannel":
        name = (data.get("DeliveryChannel") or {}).get("name") or "default"
        if not list(recorders):
            return (
                "NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to put delivery channel.",
            )
        if [other for other in channels if other != name]:
            return (
                "MaxNumberOfDeliveryChannelsExceededException",
                f"Failed to put delivery channel '{name}' because the maximum number of delivery channels: 1 is reached.",
            )
        return _bucket_refusal(data.get("DeliveryChannel") or {})
    if action == "StartConfigurationRecorder" and not list(channels):
        return (
            "NoAvailableDeliveryChannelException",
            "Delivery channel is not available to start configuration recorder.",
        )
    if action == "DeleteConfigurationRecorder" and data.get("ConfigurationRecorderName") not in recorders:
        return (
            "NoSuchConfigurationRecorderException",
            f"Cannot find configuration recorder with the specified name '{data.get('ConfigurationRecorderName')}'.",
        )
    if action == "DeleteDeliveryChannel":
        name = data.get("DeliveryChannelName")
        if name not in channels:
            return ("NoSuchDeliveryChannelException", f"Cannot find delivery channel with specified name '{name}'.")
        if any(recorder.get("recording") for recorder in recorders.values()):
            return (
                "LastDeliveryChannelDeleteFailedException",
                f"Failed to delete last specified delivery channel with name '{name}', because there is a running configuration recorder.",
            )
    return None


def _bucket_refusal(channel):
    """A channel is taken only once AWS Config has found its bucket, read its rights, and written a file into it."""
    bucket, prefix, account = channel.get("s3BucketName", ""), channel.get("s3KeyPrefix"), get_account_id()
    if not any(name == bucket for _, name in s3._buckets.to_dict()):
        return "NoSuchBucketException", f"Cannot find a S3 bucket with the name '{bucket}'."
    source = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:config:{get_region()}:{account}:*",
        "aws:SecureTransport": "true",
    }
    found = organization.of_account(account)
    if found:
        source["aws:SourceOrgID"] = found["Id"]
    arn = f"arn:aws:s3:::{bucket}"
    file = "/".join([arn, *([prefix] if prefix else []), "AWSLogs", account, "Config", "ConfigWritabilityCheckFile"])
    needed = [
        ("s3:ListBucket", arn, source),
        ("s3:GetBucketAcl", arn, source),
        ("s3:PutObject", file, {**source, "s3:x-amz-acl": "bucket-owner-full-control"}),
    ]
    if all(authorise("recorder to bucket", _deliverer(), *one) is None for one in needed):
        return None
    return (
        "InsufficientDeliveryPolicyException",
        f"Insufficient delivery policy to s3 bucket: {bucket}, unable to write to bucket, "
        f"provided s3 key prefix is '{prefix or 'null'}'.",
    )


def _deliverer():
    """With the service-linked role it is the service that delivers; any other role delivers itself."""
    role = next(iter(config._recorders.values()))["recorder"].get("roleARN") or ""
    own = role and ":role/aws-service-role/" not in role
    return role_session(role, "AWSConfig-BucketConfigCheck") if own else SERVICE
