"""Lambda: whether a role lets Lambda take it, what a function may log, its environment's key; and the keys of secrets.

Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html and
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html.
"""

from launcher import topics
from launcher.authorise import authorise, authorise_key, caller
from launcher.policies import role_session
from launcher.queues import SENDERS_KEYS, key_refusal
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import error_response_json, get_account_id, get_region, new_uuid
from ministack.services import cloudwatch_logs, lambda_svc, secretsmanager

SERVICE = "lambda.amazonaws.com"
_NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."


def install():
    _guard_roles()
    _guard_logs()
    _guard_environment()
    _guard_destinations()
    _guard_secrets()


def _guard_roles():
    create, update = lambda_svc._create_function, lambda_svc._update_config

    def create_trusted(data):
        return _trust_error(data.get("Role"), data.get("FunctionName", "")) or create(data)

    def update_trusted(name, data):
        return _trust_error(data.get("Role"), name) or update(name, data)

    lambda_svc._create_function, lambda_svc._update_config = create_trusted, update_trusted


def _trust_error(role, name):
    if not role:
        return None
    source = {"aws:SourceArn": lambda_svc._func_arn(name), "aws:SourceAccount": get_account_id()}
    if authorise("role of a function", SERVICE, "sts:AssumeRole", role, source) is None:
        return None
    return error_response_json("InvalidParameterValueException", _NOT_ASSUMABLE, 400)


def _guard_logs():
    emit = lambda_svc._emit_lambda_logs

    def emit_permitted(func, *args, **more):
        """Without the rights the function runs all the same, and its log lines vanish."""
        config = func.get("config") or func
        if config.get("Role") is None or _may_log(config):
            emit(func, *args, **more)

    lambda_svc._emit_lambda_logs = emit_permitted


def _may_log(config):
    name = config["FunctionName"]
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
    group_arn = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}"
    session = role_session(config["Role"], name)
    needed = [("logs:CreateLogStream", f"{group_arn}:log-stream:*"), ("logs:PutLogEvents", f"{group_arn}:log-stream:*")]
    if group not in cloudwatch_logs._log_groups:
        needed.insert(0, ("logs:CreateLogGroup", f"{group_arn}:log-stream:"))
    return all(authorise("log of a function", session, action, arn, every=False) is None for action, arn in needed)


def _guard_environment():
    execute = lambda_svc._execute_function

    def execute_permitted(func, event):
        config = func.get("config") or func
        # In another scope ministack comes here a second time, in the function's own.
        if config.get("KMSKeyArn") and not lambda_svc._function_config_scope_mismatch(config):
            arn = lambda_svc._func_arn(config["FunctionName"])
            context = {"kms:EncryptionContext:aws:lambda:FunctionArn": arn}
            session = role_session(config["Role"], config["FunctionName"])
            why = authorise_key(
                "environment of a function", session, config["KMSKeyArn"], arn, ("kms:Decrypt",), context, every=False
            )
            if why:
                message = (
                    "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check "
                    f"the function's KMS key settings. KMS Exception: AccessDeniedException KMS Message: {why.message}"
                )
                return {
                    "body": {"errorType": "KMSAccessDeniedException", "errorMessage": message},
                    "error": True,
                    "log": "",
                }
        return execute(func, event)

    lambda_svc._execute_function = execute_permitted


def _guard_destinations():
    """What a function failed at for good goes on with the function's own role."""
    route = lambda_svc._route_async_failure

    def route_permitted(target_arn, func_name, event, result):
        function = lambda_svc._functions.get(func_name)
        if function is None or _may_route(role_session(function["config"]["Role"], func_name), target_arn):
            route(target_arn, func_name, event, result)

    lambda_svc._route_async_failure = route_permitted


def _may_route(session, target_arn):
    try:
        service = parse_arn(target_arn).service
    except ArnParseError:
        return True
    point = "function to destination"
    if service == "sqs":
        why = authorise(point, session, "sqs:SendMessage", target_arn) or key_refusal(
            point, session, target_arn, SENDERS_KEYS
        )
    elif service == "sns":
        why = topics.refusal(point, session, target_arn)
    elif service == "lambda":
        why = authorise(point, session, "lambda:InvokeFunction", target_arn)
    elif service == "events":
        why = authorise(point, session, "events:PutEvents", target_arn)
    else:
        why = None
    return why is None


def _guard_secrets():
    read, put, create = (
        secretsmanager._get_secret_value,
        secretsmanager._put_secret_value,
        secretsmanager._create_secret,
    )

    def read_permitted(data):
        return _secret_error(data, ("kms:Decrypt",)) or read(data)

    def put_permitted(data):
        return _secret_error(data, SENDERS_KEYS) or put(data)

    def create_permitted(data):
        # A new secret has no ARN yet: its name and six characters that nobody knows.
        arn = f"arn:aws:secretsmanager:{get_region()}:{get_account_id()}:secret:{data.get('Name', '')}-{new_uuid()[:6]}"
        return _key_error(data.get("KmsKeyId"), arn, SENDERS_KEYS) or create(data)

    secretsmanager._get_secret_value, secretsmanager._put_secret_value = read_permitted, put_permitted
    secretsmanager._create_secret = create_permitted


def _secret_error(data, actions):
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    return _key_error(secret.get("KmsKeyId"), secret["ARN"], actions) if secret else None


def _key_error(reference, arn, actions):
    if authorise_key("secret", caller(), reference, arn, actions, {"kms:EncryptionContext:SecretARN": arn}) is None:
        return None
    return error_response_json("AccessDeniedException", "Access to KMS is not allowed", 400)
