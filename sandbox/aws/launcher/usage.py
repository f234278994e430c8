"""What the roles of an account used of AWS, in the units that AWS bills: asked for by /_sandbox/usage, for benches.

Counted from the start of this process. What the sandbox itself does as root is not.
"""

import threading

_counts = {}
_lock = threading.Lock()


def add(unit, by, count=1):
    """Adds so many of a unit, such as states:transitions, that something used."""
    with _lock:
        _counts[unit, by] = _counts.get((unit, by), 0) + count


def everything():
    with _lock:
        return [{"unit": unit, "by": by, "count": count} for (unit, by), count in _counts.items()]


def count_call(principal, action):
    """A call of a role, by the action that it was authorised as."""
    role = role_of(principal)
    if role:
        add(f"api:{action}", role)


def role_of(principal):
    """The name of a role session's role; None for anybody else."""
    return principal.split("/")[1] if principal and ":assumed-role/" in principal else None
