"""Metrics that functions write into their logs, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html: a log line that is
JSON with `_aws`, or ends in it, since Lambda may put time and request before it. A line that breaks the format gives no metric, and
nobody is told; nor does one that the function may not log.
"""

import json

from launcher.metrics import count
from ministack.services import lambda_svc

_MOST_DIMENSIONS = 30
_MOST_METRICS = 100
_MOST_VALUES = 100


def install():
    emit = lambda_svc._emit_lambda_logs

    def emit_and_measure(func, request_id, log_text, *args, **more):
        emit(func, request_id, log_text, *args, **more)
        for line in (log_text or "").splitlines():
            for namespace, name, dimensions, value, unit in metrics_of(line):
                count(namespace, name, dimensions, value, unit)

    lambda_svc._emit_lambda_logs = emit_and_measure


def metrics_of(line):
    """Namespace, name, dimensions, value and unit of each point that a line of a log holds."""
    start = line.find("{")
    if start < 0 or '"_aws"' not in line:
        return []
    try:
        document = json.loads(line[start:])
        directives = document["_aws"]["CloudWatchMetrics"]
        if not isinstance(document["_aws"]["Timestamp"], int):
            return []
        return [point for directive in directives for point in _points(document, directive)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _points(document, directive):
    namespace, sets, metrics = directive["Namespace"], directive["Dimensions"], directive["Metrics"]
    if not namespace or not sets or len(metrics) > _MOST_METRICS:
        return
    for keys in sets:
        dimensions = {key: document.get(key) for key in keys}
        if len(keys) > _MOST_DIMENSIONS or not all(_is_dimension(value) for value in dimensions.values()):
            continue
        for metric in metrics:
            found = document.get(metric["Name"])
            values = found if isinstance(found, list) else [found]
            for value in values[:_MOST_VALUES]:
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    yield namespace, metric["Name"], dimensions, value, metric.get("Unit", "None")


def _is_dimension(value):
    return isinstance(value, str) and 1 <= len(value) <= 1024 and value.isascii() and not value.startswith(":")
