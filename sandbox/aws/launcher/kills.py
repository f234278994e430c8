"""Functions killed on command, as their machine may die under them: during a call of AWS, which is done, though nobody hears of it."""

import threading

from launcher import authorise
from ministack.core import lambda_runtime
from ministack.core.arn import parse_arn

_waiting = []
_lock = threading.Lock()


def install():
    record = authorise.record

    def record_and_kill(point, request, allowed, via):
        record(point, request, allowed, via)
        name = parse_arn(request.principal).resource.rpartition("/")[2] if point == "api" and allowed else None
        if name and _falls_due(name, request.action):
            _kill(name)

    authorise.record = record_and_kill


def add(function, action, passing=0, times=1):
    """Has `function` (its name) die `times` times when it calls `action`, once `passing` such calls went through. Gives what waits."""
    with _lock:
        _waiting.append({"function": function, "action": action, "passing": passing, "times": times})
        return list(_waiting)


def waiting():
    with _lock:
        return list(_waiting)


def _falls_due(function, action):
    with _lock:
        for one in _waiting:
            if one["function"] != function or one["action"] != action:
                continue
            if one["passing"] > 0:
                one["passing"] -= 1
                return False
            one["times"] -= 1
            if one["times"] == 0:
                _waiting.remove(one)
            return True
    return False


def _kill(function):
    """All that run of it: who of them called can't be seen."""
    with lambda_runtime._lock:
        workers = [one for pool in lambda_runtime._workers.values() for one in pool]
        processes = [one._proc for one in workers if one.func_name == function and one.in_use]
    for process in processes:
        if process is not None:
            process.kill()
