"""Counts for CloudWatch, where metrics.py is installed."""

import importlib


def count(namespace, name, dimensions, value=1):
    try:
        metrics = importlib.import_module("launcher.metrics")
    except ModuleNotFoundError:
        return
    metrics.count(namespace, name, dimensions, value)
