"""Step Functions: a state machine does all that it does with its role, which ministack never looks at.

Follows https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html and
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy. A refused task fails with the
name that the service's SDK gives the error, so that Retry and Catch see what they would see in AWS.
"""

import contextvars

import ministack.app as app
from launcher import topics
from launcher.authorise import act_as, authorise, caller
from launcher.policies import role_session
from launcher.queues import SENDERS_KEYS, key_refusal
from launcher.requests import remember_token
from ministack.core import iam_actions
from ministack.core.responses import error_response_json, get_account_id, get_region, new_uuid
from ministack.services import lambda_svc, sqs
from ministack.services import stepfunctions as sfn

_POINT = "task of a state machine"
_LOG_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
_NOT_ASSUMABLE = (
    "Neither the global service principal states.amazonaws.com, "
    "nor the regional one is authorized to assume the provided role."
)
_NOT_LOGGING = "The state machine IAM Role is not authorized to access the Log Destination"

# The machine and role of the execution that this context runs; None outside one.
_running = contextvars.ContextVar("sandbox_machine", default=None)


def install():
    _guard_definitions()
    _guard_executions()
    _guard_functions()
    _guard_integrations()
    _guard_sdk_calls()


# Making and changing


def _guard_definitions():
    create, update = sfn._create_state_machine, sfn._update_state_machine

    def create_permitted(data):
        arn = f"arn:aws:states:{get_region()}:{get_account_id()}:stateMachine:{data.get('name')}"
        return _definition_error(arn, data.get("roleArn"), data.get("loggingConfiguration")) or create(data)

    def update_permitted(data):
        machine = sfn._state_machines.get(data.get("stateMachineArn")) or {}
        role = data.get("roleArn") or machine.get("roleArn")
        logging = data.get("loggingConfiguration") or machine.get("loggingConfiguration")
        return (_definition_error(data["stateMachineArn"], role, logging) if machine else None) or update(data)

    sfn._create_state_machine, sfn._update_state_machine = create_permitted, update_permitted


def _definition_error(arn, role, logging):
    if not role:
        return None
    if _trust_refusal(arn, role):
        return error_response_json("AccessDeniedException", _NOT_ASSUMABLE, 400)
    if (logging or {}).get("level", "OFF") != "OFF":
        session = role_session(role, "logging")
        if any(authorise("log of a state machine", session, action, "*") for action in _LOG_ACTIONS):
            return error_response_json("AccessDeniedException", _NOT_LOGGING, 400)
    return None


def _trust_refusal(machine_arn, role):
    source = {"aws:SourceArn": machine_arn, "aws:SourceAccount": get_account_id()}
    why = None
    for service in ("states.amazonaws.com", f"states.{get_region()}.amazonaws.com"):
        why = authorise("role of a state machine", service, "sts:AssumeRole", role, source, every=False)
        if why is None:
            return None
    return why


# Running


def _guard_executions():
    run, wait_for_token = sfn._run_execution, sfn._invoke_with_callback

    def run_as_role(execution_arn):
        execution = sfn._executions.get(execution_arn) or {}
        machine = sfn._state_machines.get(execution.get("stateMachineArn")) or {}
        before, parent = caller(), _running.set(machine.get("stateMachineArn"))
        act_as(role_session(machine["roleArn"], new_uuid().replace("-", "")) if machine else None)
        try:
            run(execution_arn)
        finally:
            # A nested execution that is waited for runs in its parent's context.
            act_as(before)
            _running.reset(parent)

    def wait_for_own_token(resource, input_data, token, state_def):
        machine = _running.get()
        if machine:
            remember_token(token, machine)
        # ministack swallows a function's error here, and the task would wait for ever.
        if machine and _function_of(resource, input_data):
            _permit_function(_function_of(resource, input_data))
        return wait_for_token(resource, input_data, token, state_def)

    sfn._run_execution, sfn._invoke_with_callback = run_as_role, wait_for_own_token


def _function_of(resource, input_data):
    if "states:::lambda:invoke" in resource:
        return input_data.get("FunctionName")
    return resource.replace(".waitForTaskToken", "") if ":function:" in resource else None


def _fail(error, why, service, status, code):
    details = f"Service: {service}; Status Code: {status}; Error Code: {code}; Request ID: {new_uuid()}; Proxy: null"
    raise sfn._ExecutionError(error, f"{why.message} ({details})")


def _permitted(action, resource, context=None):
    """Why the running machine's role may not do this: its trust first, then its policy."""
    machine = sfn._state_machines.get(_running.get()) or {}
    if machine and (why := _trust_refusal(machine["stateMachineArn"], machine["roleArn"])):
        raise sfn._ExecutionError("States.TaskFailed", f"{_NOT_ASSUMABLE} {why.message}")
    return authorise(_POINT, caller(), action, resource, context)


def _guard_functions():
    call = sfn._call_lambda

    def call_permitted(func_ref, event):
        if _running.get():
            _permit_function(func_ref)
        return call(func_ref, event)

    sfn._call_lambda = call_permitted


def _permit_function(reference):
    function, config, name = lambda_svc._get_func_record_for_ref(reference)
    arn = reference if str(reference).startswith("arn:") else lambda_svc._func_arn(reference)
    if function and config and (why := _permitted("lambda:InvokeFunction", arn)):
        _fail("Lambda.AWSLambdaException", why, "AWSLambda", 403, "AccessDeniedException")


def _guard_integrations():
    for resource, check in {
        "arn:aws:states:::sqs:sendMessage": _check_queue,
        "arn:aws:states:::sns:publish": _check_topic,
        "arn:aws:states:::events:putEvents": _check_buses,
        "arn:aws:states:::dynamodb:putItem": _check_table("dynamodb:PutItem"),
        "arn:aws:states:::dynamodb:getItem": _check_table("dynamodb:GetItem"),
        "arn:aws:states:::dynamodb:updateItem": _check_table("dynamodb:UpdateItem"),
        "arn:aws:states:::dynamodb:deleteItem": _check_table("dynamodb:DeleteItem"),
    }.items():
        sfn._SERVICE_DISPATCH[resource] = _checked(check, sfn._SERVICE_DISPATCH[resource])

    for name in ("_invoke_nested_start_execution", "_invoke_nested_start_execution_sync"):
        _guard_nested(name)


def _checked(check, invoke):
    def invoke_permitted(resource, input_data):
        if _running.get():
            check(input_data)
        return invoke(resource, input_data)

    return invoke_permitted


def _check_queue(data):
    try:
        arn = sqs._get_q(data.get("QueueUrl", ""))["attributes"]["QueueArn"]
    except sqs._Err:
        return  # the call itself says that there is no such queue
    if why := _permitted("sqs:SendMessage", arn):
        _fail("SQS.AmazonSQSException", why, "AmazonSQS", 403, "AccessDenied")
    if why := key_refusal(_POINT, caller(), arn, SENDERS_KEYS):
        _fail("SQS.AmazonSQSException", why, "AmazonSQS", 400, "KMS.AccessDeniedException")


def _check_topic(data):
    arn = data.get("TopicArn") or data.get("TargetArn") or ""
    if why := _permitted("sns:Publish", arn):
        _fail("SNS.AuthorizationErrorException", why, "AmazonSNS", 403, "AuthorizationError")
    if why := topics.key_refusal(_POINT, caller(), arn):
        _fail("SNS.KMSAccessDeniedException", why, "AmazonSNS", 400, "KMSAccessDenied")


def _check_buses(data):
    for entry in data.get("Entries") or []:
        bus = entry.get("EventBusName") or "default"
        arn = bus if bus.startswith("arn:") else f"arn:aws:events:{get_region()}:{get_account_id()}:event-bus/{bus}"
        keys = {"events:source": entry.get("Source"), "events:detail-type": entry.get("DetailType")}
        if why := _permitted("events:PutEvents", arn, keys):
            _fail("EventBridge.AmazonEventBridgeException", why, "AmazonEventBridge", 400, "AccessDeniedException")


def _check_table(action):
    def check(data):
        arn = iam_actions._dynamodb_table_arn(data.get("TableName", ""), get_region(), get_account_id())
        if why := _permitted(action, arn):
            _fail("DynamoDB.AmazonDynamoDBException", why, "AmazonDynamoDBv2", 400, "AccessDeniedException")

    return check


def _guard_nested(name):
    invoke = getattr(sfn, name)

    def invoke_permitted(resource, input_data):
        arn = input_data.get("StateMachineArn") or input_data.get("stateMachineArn") or "*"
        if _running.get() and (why := _permitted("states:StartExecution", arn)):
            _fail("StepFunctions.AWSStepFunctionsException", why, "AWSStepFunctions", 400, "AccessDeniedException")
        return invoke(resource, input_data)

    setattr(sfn, name, invoke_permitted)


# aws-sdk integrations: each becomes an API request inside ministack, past its own check of IAM


def _guard_sdk_calls():
    integrate, call = sfn._invoke_aws_sdk_integration, app.call_service_handler_sync
    named = contextvars.ContextVar("sandbox_sdk_service", default=None)

    def remember_service(resource, input_data):
        named.set(resource.split("aws-sdk:")[1].split(":")[0].lower())
        try:
            return integrate(resource, input_data)
        finally:
            named.set(None)

    def call_permitted(handler, method, path, headers, body, query_params, *args, **more):
        if _running.get() and named.get():
            _check_sdk_call(named.get(), method, path, headers, body, query_params)
        return call(handler, method, path, headers, body, query_params, *args, **more)

    sfn._invoke_aws_sdk_integration, app.call_service_handler_sync = remember_service, call_permitted


def _check_sdk_call(name, method, path, headers, body, query_params):
    service = (sfn._AWS_SDK_SERVICE_MAP.get(name) or {}).get("service_key", name)
    raw = body if isinstance(body, bytes) else (body or "").encode()
    action = iam_actions.extract_iam_action(service, method, path, headers, raw, query_params)
    if action is None:
        return
    region, account = get_region(), get_account_id()
    checks = iam_actions.dynamodb_transaction_checks(action, raw, region, account) if service == "dynamodb" else []
    if not checks:
        form = app._routing_params(method, path, headers, raw, query_params)
        checks = [
            (action, iam_actions.extract_resource_arn(service, method, path, headers, raw, form, region, account))
        ]
    context = iam_actions.dynamodb_service_context(raw) if service == "dynamodb" else {}
    prefix = sfn._AWS_SDK_ERROR_PREFIX.get(name, name.capitalize())
    for checked, resource in checks:
        if why := _permitted(checked, resource, context):
            _fail(f"{prefix}.{prefix}Exception", why, prefix, 400, "AccessDeniedException")
