"""Time that tests move on: what rules with a schedule go by. All else keeps the machine's time."""

import threading
import time

from ministack.services import eventbridge as eb

_ahead = 0.0
# ministack's own thread looks every ten seconds, and ours whenever time moves: a schedule fires once all the same.
_looking = threading.Lock()


def install():
    tick = eb._tick_scheduled_rules

    def tick_alone():
        with _looking:
            tick()

    eb._tick_scheduled_rules = tick_alone
    eb._now_ts = lambda: time.time() + _ahead


def advance(milliseconds):
    """Schedules that fell due meanwhile fire at once, and once each."""
    global _ahead
    _ahead += milliseconds / 1000
    threading.Thread(target=eb._tick_scheduled_rules, daemon=True, name="clock-advanced").start()
    return _ahead
