"""Applies every patch, then runs ministack in the foreground. Settings come by environment variables (ministack.ts)."""

import importlib
import importlib.util
import os
import signal
import threading
import time

import ministack.app as app

# Order matters where two modules wrap one function: the later wraps the earlier.
MODULES = (
    "scps",
    "authorise",
    "regions",
    "limits",
    "events",
    "clock",
    "deliveries",
    "capacity",
    "topics",
    "mail",
    "queues",
    "invocations",
    "kills",
    "embedded",
    "functions",
    "executions",
    "machines",
    "recorders",
    "aggregators",
    "alarms",
    "dashboards",
    "metrics",
    "exports",
    "trails",
    "forward",
    "routes",
)


def install_all():
    for name in MODULES:
        if importlib.util.find_spec(f"launcher.{name}"):
            importlib.import_module(f"launcher.{name}").install()


def end_with_parent():
    """A sandbox killed the hard way must not leave its AWS behind: it would hold ports and memory."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


install_all()
end_with_parent()
app.main()
