"""Functions as they run: what they see of this process, the names of their errors, retries of asynchronous calls.

https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html and .../invocation-async-error-handling.html.
"""

import contextvars
import os
import subprocess
import threading
import time
import types

from launcher import journal, usage
from ministack.core import lambda_runtime
from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sts

# All else of the launcher's environment is none of a function's business. Node and its libraries look at HOME and LANG.
_SEEN_BY_FUNCTIONS = {"PATH", "HOME", "LANG", "TMPDIR", "NODE_PATH"}
_ATTEMPTS = 3
_LONGEST_EVENT_AGE_SECONDS = 6 * 3600
# START, END and REPORT of each call, in bytes.
_LINES_OF_LAMBDA = 300

_asynchronous = 0
_lock = threading.Lock()
_error_type = threading.local()


def running():
    """Function invocations in progress, and asynchronous ones that wait for their next attempt."""
    return max(lambda_svc.executions_in_flight()[0], _asynchronous)


def install():
    # The names in this process's environment now are the launcher's; what a function adds is its own.
    ours = set(os.environ) - _SEEN_BY_FUNCTIONS
    lambda_runtime.subprocess = types.SimpleNamespace(
        **{name: getattr(subprocess, name) for name in subprocess.__all__},
    )
    lambda_runtime.subprocess.Popen = _popen_without(ours)
    lambda_svc.invoke_async_with_retry = invoke_async
    sts.register_session = _alone(sts.register_session)
    _journal_invocations()
    _name_errors()


def _alone(register):
    """Functions that start at the same time each register a session, and go over all of them: one at a time."""
    lock = threading.Lock()

    def register_alone(*args):
        with lock:
            return register(*args)

    return register_alone


def _popen_without(names):
    def popen(*args, env=None, **more):
        kept = {key: value for key, value in (env or {}).items() if key not in names or value != os.environ.get(key)}
        return subprocess.Popen(*args, env=kept, **more)

    return popen


def _journal_invocations():
    dispatch = lambda_svc._execute_function_dispatch

    def dispatch_and_tell(func, config, event, request_id, started):
        result = dispatch(func, config, event, request_id, started)
        if not result.get("throttle"):
            _count(config, time.time() - started, result.get("log") or "")
        body = result.get("body") if result.get("error") else None
        error = (
            f"{body.get('errorType') or body.get('__type')}: {body.get('errorMessage')}"
            if isinstance(body, dict)
            else body
        )
        journal.record(
            "invocation",
            function=config.get("FunctionArn"),
            requestId=request_id,
            ms=int((time.time() - started) * 1000),
            **({"error": error} if result.get("error") else {}),
        )
        return result

    lambda_svc._execute_function_dispatch = dispatch_and_tell


def _count(config, seconds, log):
    name = config.get("FunctionName", "")
    usage.add("lambda:calls", name)
    usage.add("lambda:gigabyteSeconds", name, seconds * config.get("MemorySize", 128) / 1024)
    usage.add("logs:bytes", name, len(log.encode()) + _LINES_OF_LAMBDA)


def _name_errors():
    """An error's own name (err.name) is its errorType, which Retry and Catch go by; ministack has one for all."""
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    for plain, named in (
        (
            "error: String(err.message || err), trace:",
            "error: String(err.message || err), error_type: err.name, trace:",
        ),
        ('status: "error", error: e.message, trace:', 'status: "error", error: e.message, error_type: e.name, trace:'),
    ):
        if plain not in script:
            raise SystemExit("ministack's Node worker is not the one that invocations.py knows")
        script = script.replace(plain, named)
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    invoke, warm = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def invoke_and_keep_type(self, *args, **more):
        answer = invoke(self, *args, **more)
        failed = answer.get("status") == "error"
        died = failed and answer.get("error") == "Worker process died"
        _error_type.value = "Runtime.ExitError" if died else answer.get("error_type") if failed else None
        return answer

    def warm_with_type(func, event, request_id):
        _error_type.value = None
        result = warm(func, event, request_id)
        if _error_type.value and result.get("error") and result["body"].get("errorType") == "Runtime.HandlerError":
            result["body"]["errorType"] = _error_type.value
        return result

    lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm = invoke_and_keep_type, warm_with_type


def invoke_async(func, event):
    """Up to three attempts, as AWS makes them, then the on-failure destination; throttling uses none up."""
    global _asynchronous
    with _lock:
        _asynchronous += 1
    context = contextvars.copy_context()

    def attempt_in_background():
        global _asynchronous
        try:
            context.run(_attempt_until_done, func, event)
        finally:
            with _lock:
                _asynchronous -= 1

    threading.Thread(target=attempt_in_background, daemon=True, name="asynchronous-invocation").start()


def _attempt_until_done(func, event):
    config = func.get("config") or func
    account, region = lambda_svc._account_region_from_function_config(config)
    limits = func.get("event_invoke_config") or (func.get("event_invoke_configs") or {}).get("$LATEST") or {}
    retries = limits.get("MaximumRetryAttempts")
    attempts = _ATTEMPTS if retries is None else retries + 1
    latest = time.time() + (limits.get("MaximumEventAgeInSeconds") or _LONGEST_EVENT_AGE_SECONDS)
    delay = lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS
    with request_scope(account, region):
        while True:
            result = lambda_svc._execute_function(func, event)
            if not result.get("error"):
                return
            attempts -= 0 if result.get("throttle") else 1
            if attempts == 0 or time.time() + delay > latest:
                break
            time.sleep(delay)
            delay = min(delay * 2, lambda_svc._LAMBDA_ASYNC_RETRY_MAX_SECONDS)
        destination = (limits.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
        target = destination or (config.get("DeadLetterConfig") or {}).get("TargetArn")
        if target:
            lambda_svc._route_async_failure(target, config.get("FunctionName", ""), event, result)
