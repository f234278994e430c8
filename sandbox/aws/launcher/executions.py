"""Executions of state machines: their names, their ends, their waits and retries, as Step Functions has them.

Follows https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. definitions.py checks definitions.
"""

import contextvars
import json
import os
import random
import re
import threading
import time
import types

from launcher import definitions, metrics, usage
from launcher.journal import record
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, now_iso
from ministack.services import stepfunctions as sfn

# Shortens the intervals of Retry, for tests of many attempts; Wait states and time-outs last as long as they say.
_RETRY_SCALE = float(os.environ.get("SANDBOX_WAIT_SCALE") or 1)
_SLICE_SECONDS = 0.2
_calls = threading.BoundedSemaphore(int(os.environ.get("SANDBOX_CALLS_AT_ONCE") or 16))
_MAX_INPUT_BYTES = 256 * 1024
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html: name
_BAD_NAME = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]')
# Executions' ends, by their ARNs.
_ends = {}
_ENDS = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "TIMED_OUT": "TimedOut", "ABORTED": "Aborted"}

# The execution that this thread works for; the name of none in a request.
_current = contextvars.ContextVar("sandbox_execution", default=None)
_heartbeat_seconds = contextvars.ContextVar("sandbox_heartbeat", default=None)


class _Ended(SystemExit):
    """The execution was stopped or timed out: nothing in it goes on or is caught; its threads end without a word."""


class _Waiting(threading.Event):
    """Waits for a task's token, unless the execution ends meanwhile or the task's heartbeat stays away."""

    def wait(self, timeout=None):
        latest = time.monotonic() + timeout if timeout is not None else float("inf")
        while time.monotonic() < latest:
            if super().wait(min(_SLICE_SECONDS, max(0, latest - time.monotonic()))):
                return True
            _check_still_running()
            self._check_heartbeat()
        return self.is_set()

    def _check_heartbeat(self):
        allowed = _heartbeat_seconds.get()
        token, info = next(((key, one) for key, one in sfn._task_tokens.items() if one["event"] is self), (None, None))
        if not allowed or info is None:
            return
        if info.get("heartbeat") != info.get("seen"):
            info["seen"], info["since"] = info["heartbeat"], time.monotonic()
        if time.monotonic() - info.setdefault("since", time.monotonic()) > allowed:
            sfn._task_tokens.pop(token, None)
            raise sfn._ExecutionError("States.HeartbeatTimeout", f"No heartbeat within {allowed} seconds")


class _BranchContext(dict):
    """Counts the states that a branch enters, of which ministack writes no history."""

    def __setitem__(self, name, value):
        if name == "State":
            _count_transition(_current.get())
        super().__setitem__(name, value)


def install():
    sfn.threading = types.SimpleNamespace(**{**vars(threading), "Event": _Waiting})
    sfn._start_execution = _idempotent(sfn._start_execution)
    sfn._create_state_machine = _checked(sfn._create_state_machine)
    sfn._update_state_machine = _checked(sfn._update_state_machine)
    sfn._validate_state_machine_definition = _validate
    sfn._run_execution = _with_time_limit(sfn._run_execution)
    sfn._fail_execution = _once(sfn._fail_execution)
    sfn._emit_execution_status_event = _told(sfn._emit_execution_status_event)
    sfn._find_matching_retrier = _waiting_retrier(sfn._find_matching_retrier)
    sfn._invoke_with_callback = _with_heartbeat(sfn._invoke_with_callback)
    sfn._call_lambda = _in_turn(_with_throttling_named(sfn._call_lambda))
    sfn._scaled_sleep = lambda seconds: _sleep(seconds * sfn._SFN_WAIT_SCALE)
    sfn._add_event = _counting_states(sfn._add_event)
    run = sfn._run_sub_machine
    # A context for each branch: ministack's branches overwrite each other's state name, retry count and task token.
    sfn._run_sub_machine = lambda states, start, data, execution, ctx: run(
        states, start, data, execution, _BranchContext(ctx)
    )


# Definitions


def _checked(write):
    def write_checked(data):
        problems = definitions.problems(data["definition"]) if "definition" in data else []
        if problems:
            text = ", ".join(f"'{problem}'" for problem in problems)
            return error_response_json("InvalidDefinition", f"Invalid State Machine Definition: {text}", 400)
        return write(data)

    return write_checked


def _validate(data):
    problems = definitions.problems(data.get("definition", ""))
    diagnostics = []
    for problem in problems:
        code, _, rest = problem.partition(": ")
        message, _, location = rest.rpartition(" at ")
        diagnostics.append({"severity": "ERROR", "code": code, "message": message, "location": location})
    return json_response({"result": "FAIL" if problems else "OK", "diagnostics": diagnostics, "truncated": False})


# Start and end


def _idempotent(start):
    def start_once(data):
        name, given = data.get("name"), data.get("input") or "{}"
        if name is not None and (not 1 <= len(name) <= 80 or _BAD_NAME.search(name)):
            return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        try:
            json.loads(given)
        except ValueError as error:
            return error_response_json(
                "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'", 400
            )
        if len(given.encode()) > _MAX_INPUT_BYTES:
            return error_response_json("InvalidExecutionInput", "The input is longer than 262144 bytes.", 400)
        machine = sfn._state_machines.get(sfn._resolve_state_machine_arn(data.get("stateMachineArn", "")))
        if machine and name:
            arn = f"arn:aws:states:{get_region()}:{get_account_id()}:execution:{machine['name']}:{name}"
            known = sfn._executions.get(arn)
            # Only while it runs, and only for the same input, byte for byte.
            if known and known["status"] == "RUNNING" and known["input"] == given:
                return json_response({"executionArn": arn, "startDate": known["startDate"]})
        return start({**data, "input": given})

    return start_once


def _told(emit):
    """Every change of status comes through here: journal, metric, and the event, which is ministack's."""

    def tell(execution):
        status = execution["status"]
        record("execution", arn=execution["executionArn"], status=status)
        name = f"Executions{_ENDS.get(status, 'Started')}"
        metrics.count("AWS/States", name, {"StateMachineArn": execution["stateMachineArn"]})
        if status == "RUNNING":
            usage.add("states:executions", execution["stateMachineArn"].rsplit(":", 1)[-1])
        else:
            _end_of(execution).set()
        emit(execution)

    return tell


def _once(fail):
    def fail_if_running(execution, error, cause):
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    return fail_if_running


def _with_time_limit(run):
    def run_limited(arn):
        execution = sfn._executions.get(arn) or {}
        machine = sfn._state_machines.get(execution.get("stateMachineArn")) or {}
        limit = json.loads(machine.get("definition") or "{}").get("TimeoutSeconds")
        token = _current.set(execution or None)
        timer = None
        if execution and limit:
            timer = threading.Timer(limit, contextvars.copy_context().run, (_time_out, execution))
            timer.daemon = True
            timer.start()
        try:
            run(arn)
        except _Ended:
            pass
        finally:
            _current.reset(token)
            if timer:
                timer.cancel()

    return run_limited


def _time_out(execution):
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", stopDate=now_iso())
    sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    sfn._emit_execution_status_event(execution)


def _check_still_running():
    execution = _current.get()
    if execution and execution["status"] != "RUNNING":
        raise _Ended


def _end_of(execution):
    """Set once the execution has ended. Whoever waits for it costs nothing meanwhile: in a flood a thousand do."""
    return _ends.setdefault(execution["executionArn"], threading.Event())


def _sleep(seconds):
    execution = _current.get()
    if execution:
        _end_of(execution).wait(max(0, seconds))
    else:
        time.sleep(max(0, seconds))
    _check_still_running()


# What is billed: each state that is entered, and each retry. https://aws.amazon.com/step-functions/pricing/


def _counting_states(add):
    def add_and_count(execution, event_type, details=None):
        if event_type.endswith("StateEntered"):
            _count_transition(execution)
        return add(execution, event_type, details)

    return add_and_count


def _count_transition(execution):
    machine = ((execution or {}).get("stateMachineArn") or "").rsplit(":", 1)[-1]
    if machine:
        usage.add("states:transitions", machine)


# Tasks


def _waiting_retrier(find):
    """Waits here as long as AWS would (MaxDelaySeconds, jitter, no cap), and leaves ministack nothing to wait for."""

    def find_and_wait(retriers, error, counts):
        retrier, index = find(retriers, error, counts)
        if retrier is None:
            return retrier, index
        _count_transition(_current.get())
        delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
        delay = min(delay, retrier.get("MaxDelaySeconds", delay))
        _sleep(_RETRY_SCALE * (random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay))
        return {**retrier, "IntervalSeconds": 0}, index

    return find_and_wait


def _with_heartbeat(invoke):
    def invoke_watched(resource, data, token, state):
        _check_still_running()
        before = _heartbeat_seconds.set(state.get("HeartbeatSeconds"))
        try:
            return invoke(resource, data, token, state)
        finally:
            _heartbeat_seconds.reset(before)

    return invoke_watched


def _in_turn(call):
    """AWS runs a thousand calls at once; a machine that tried to would run out of memory: here they stand in line."""

    def call_in_turn(reference, event):
        with _calls:
            return call(reference, event)

    return call_in_turn


def _with_throttling_named(call):
    def call_named(reference, event):
        _check_still_running()
        try:
            return call(reference, event)
        except sfn._ExecutionError as error:
            if error.error == "Lambda.Unknown" and '"TooManyRequestsException"' in str(error.cause):
                raise sfn._ExecutionError("Lambda.TooManyRequestsException", error.cause) from None
            raise

    return call_named
