"""What AWS refuses when a resource is made, and ministack lets through.

Follows https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html and
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
"""

import json
import re

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc, sqs

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime: reserved
_RESERVED = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
}
_ENVIRONMENT_BYTES = 4096
_NOT_CONFIGURED = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided"
)
_MEMORY = (128, 10240)
_TIMEOUT = (1, 900)
_BATCH = (1, 10_000)
_WINDOW = (0, 300)


def install():
    create, update = lambda_svc._create_function, lambda_svc._update_config
    create_mapping, update_mapping = lambda_svc._create_esm, lambda_svc._update_esm

    def update_function(name, data):
        return _function_problem(data) or _timeout_problem(name, data) or update(name, data)

    def update_event_source(mapping_id, data):
        known = lambda_svc._esms.get(mapping_id) or {}
        merged = {**known, **data}
        return (_mapping_problem(merged) if known else None) or update_mapping(mapping_id, data)

    lambda_svc._create_function = lambda data: _function_problem(data) or create(data)
    lambda_svc._update_config = update_function
    lambda_svc._create_esm = lambda data: _mapping_problem(data) or create_mapping(data)
    lambda_svc._update_esm = update_event_source


def _refused(message):
    return error_response_json("InvalidParameterValueException", message, 400)


def _out_of_range(data, name, bounds):
    given = data.get(name)
    if given is None or bounds[0] <= given <= bounds[1]:
        return None
    return _refused(f"{name} must be from {bounds[0]} to {bounds[1]}, not {given}.")


def _function_problem(data):
    variables = (data.get("Environment") or {}).get("Variables") or {}
    reserved = sorted(_RESERVED & variables.keys())
    if reserved:
        return _refused(
            f"{_NOT_CONFIGURED} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    bad = next((name for name in variables if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]+", name)), None)
    if bad is not None:
        return _refused(
            f"Environment variable name {bad} must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+"
        )
    text = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) > _ENVIRONMENT_BYTES:
        return _refused(f"{_NOT_CONFIGURED} exceeded the 4KB limit. String measured: {text}")
    return _out_of_range(data, "Timeout", _TIMEOUT) or _out_of_range(data, "MemorySize", _MEMORY)


def _timeout_problem(name, data):
    """A function's time-out can't rise above the visibility of a queue that already feeds it."""
    for mapping in lambda_svc._esms.values() if data.get("Timeout") else ():
        if mapping.get("FunctionName") == lambda_svc._resolve_name(name):
            problem = _visibility_problem(mapping.get("EventSourceArn", ""), data["Timeout"])
            if problem:
                return problem
    return None


def _mapping_problem(data):
    batch, window = data.get("BatchSize") or 10, data.get("MaximumBatchingWindowInSeconds") or 0
    problem = _out_of_range(data, "BatchSize", _BATCH) or _out_of_range(data, "MaximumBatchingWindowInSeconds", _WINDOW)
    source = data.get("EventSourceArn", "")
    if problem or ":sqs:" not in source:
        return problem
    if source.endswith(".fifo") and (batch > 10 or window):
        return _refused("BatchSize must be 10 or less, without a batching window, for a FIFO queue.")
    if batch > 10 and window < 1:
        return _refused(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    function = lambda_svc._functions.get(lambda_svc._resolve_name(data.get("FunctionName", "")))
    timeout = ((function or {}).get("config") or {}).get("Timeout")
    return _visibility_problem(source, timeout) if timeout else None


def _visibility_problem(queue_arn, timeout):
    queue = sqs._queue_by_arn(queue_arn)
    if queue is None:
        return None
    visibility = int(queue["attributes"].get("VisibilityTimeout", 30))
    if visibility >= timeout:
        return None
    return _refused(f"Queue visibility timeout: {visibility} seconds is less than Function timeout: {timeout} seconds")
