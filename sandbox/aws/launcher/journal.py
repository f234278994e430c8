"""What happened in the local AWS, in order: events, deliveries, calls and their authorisation."""

import json
import os
import threading
from collections import deque
from datetime import datetime, timezone

# Bounded, so that a sandbox left on for days doesn't grow without end; the file, if asked for, keeps everything.
_KEPT = 200_000

_lock = threading.Lock()
_entries = deque(maxlen=_KEPT)
_seq = 0
_path = os.environ.get("SANDBOX_JOURNAL")
_file = open(_path, "a", encoding="utf-8", buffering=1) if _path else None


def record(kind, **fields):
    """Adds an entry and returns it. Its `seq` rises by one each time; `at` is UTC, to the millisecond."""
    global _seq
    with _lock:
        _seq += 1
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry = {"seq": _seq, "at": at, "kind": kind, **fields}
        _entries.append(entry)
        if _file:
            _file.write(json.dumps(entry, default=str) + "\n")
        return entry


def after(seq=0, kind=None):
    """The entries later than `seq`, oldest first; of one kind, if given."""
    with _lock:
        found = []
        for entry in reversed(_entries):
            if entry["seq"] <= seq:
                break
            if kind is None or entry["kind"] == kind:
                found.append(entry)
    return found[::-1]
