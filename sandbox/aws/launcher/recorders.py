"""AWS Config's recorder and delivery channel: what ministack lacks of them, and the order that AWS insists on.

Follows https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html and its neighbours.
"""

import json

from ministack.core.responses import error_response_json, json_response
from ministack.services import config


def install():
    handle = config.handle_request

    async def handle_request(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        data = json.loads(body) if body else {}
        refused = _refusal(action, data)
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
