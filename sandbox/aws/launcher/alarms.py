"""CloudWatch alarms on a clock, with AWS's rules for missing data; each change of state is journaled, and an event.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html, section on missing data.
Periods up to five minutes are compressed, so that an alarm is raised while one watches; its reason says so. Longer ones
are not: what they watch (schedules, days without a message) goes by real time here too.
"""

import json
import logging
import time
from datetime import datetime, timezone

from launcher.journal import record
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch, eventbridge

_COMPRESSED_UP_TO = 300
_COMPRESSION = 60
_SHORTEST = 2
# How many periods AWS looks back beyond those that it evaluates, for data that came late.
_LOOK_BACK = 2

_BREACHES = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
_log = logging.getLogger("launcher")


def install():
    cloudwatch._evaluate_alarm = evaluate
    put, dispatch = cloudwatch._put_metric_alarm, cloudwatch._dispatch_alarm_actions

    def put_metric_alarm(params, data, is_cbor, is_json=False):
        problem = _refusal(params, data)
        if problem:
            return cloudwatch._error("ValidationError", problem, 400, use_json=is_json, use_cbor=is_cbor)
        return put(params, data, is_cbor, is_json)

    def dispatch_and_tell(alarm, old_state, new_state, reason):
        record(
            "alarm",
            account=get_account_id(),
            region=get_region(),
            name=alarm["AlarmName"],
            **{"from": old_state, "to": new_state},
            reason=reason,
        )
        _put_event(alarm, old_state, new_state, reason)
        dispatch(alarm, old_state, new_state, reason)

    cloudwatch._put_metric_alarm = put_metric_alarm
    # Every change of state, by evaluation or by SetAlarmState, comes through here.
    cloudwatch._dispatch_alarm_actions = dispatch_and_tell


def evaluate_all():
    for account, region in {key[:2] for key, _ in list(cloudwatch._alarms.all_items())}:
        with request_scope(account, region):
            for alarm in list(cloudwatch._alarms.values()):
                evaluate(alarm)


def evaluate(alarm):
    """Brings one alarm to the state that its metric calls for now."""
    breaches = _BREACHES.get(alarm.get("ComparisonOperator"))
    if breaches is None or not alarm.get("MetricName"):
        return
    values = _values(alarm)
    seen = [None if value is None else breaches(value, alarm["Threshold"]) for value in values]
    state = next_state(
        seen,
        alarm["EvaluationPeriods"],
        alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        alarm.get("TreatMissingData") or "missing",
    )
    old = alarm["StateValue"]
    if state in (None, old):
        return
    reason = _reason(alarm, values, old, state)
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], old, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def next_state(seen, periods, to_alarm, missing):
    """The state by the last periods, newest first: True breaching, False not, None no data.

    There are more than `periods` of them. None as the answer means: stay as you are.
    """
    present = [value for value in seen if value is not None]
    if len(present) >= periods:
        return "ALARM" if sum(present[:periods]) >= to_alarm else "OK"
    if not present and missing == "ignore":
        return None
    if not present and missing == "missing":
        return "INSUFFICIENT_DATA"
    lacking = periods - len(present)
    if missing in ("breaching", "notBreaching"):
        breaching = sum(present) + (lacking if missing == "breaching" else 0)
        return "ALARM" if breaching >= to_alarm else "OK"
    if sum(present) >= to_alarm:
        return "ALARM"
    if not all(present):
        return "OK"
    # AWS's rule on premature alarms: what there is breaches, and its oldest is as old as the alarm asks for.
    oldest = max(index for index, value in enumerate(seen) if value)
    return "ALARM" if missing == "missing" and oldest + 1 >= to_alarm else None


def compressed(period):
    """Seconds that a period of an alarm lasts here."""
    return max(_SHORTEST, period / _COMPRESSION) if period <= _COMPRESSED_UP_TO else period


def _values(alarm):
    """The alarm's statistic in each period up to now, newest first; None where there is no data."""
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(key) or []
    now, length = time.time(), compressed(alarm["Period"])
    periods = [[] for _ in range(alarm["EvaluationPeriods"] + _LOOK_BACK)]
    for point in reversed(points):
        index = int((now - point["Timestamp"]) / length)
        if index >= len(periods):
            break
        periods[max(index, 0)].append(point)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    return [cloudwatch._stat_value(cloudwatch._calc_stats(some), statistic, some) if some else None for some in periods]


def _reason(alarm, values, old, state):
    recent = [value for value in values if value is not None][: alarm["EvaluationPeriods"]]
    length = compressed(alarm["Period"])
    note = f" [sandbox: periods of {alarm['Period']} s last {length:g} s]" if length != alarm["Period"] else ""
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {alarm['EvaluationPeriods']} datapoints were unknown.{note}"
    if not recent:
        return (
            f"Threshold Crossed: no datapoints were received, and missing ones are {alarm['TreatMissingData']}.{note}"
        )
    operator = alarm["ComparisonOperator"]
    return f"Threshold Crossed: datapoints {recent} for {operator} {alarm['Threshold']} ({old} -> {state}).{note}"


def _refusal(params, data):
    given = data or params
    if "Metrics" in given or any(name.startswith("Metrics.") for name in params):
        return "The sandbox evaluates alarms on one metric only, not on Metrics (metric math)."
    operator = given.get("ComparisonOperator")
    operator = operator[0] if isinstance(operator, list) else operator
    if operator not in _BREACHES:
        return f"The sandbox does not evaluate the comparison operator {operator}; it knows {', '.join(_BREACHES)}."
    return None


def _put_event(alarm, old_state, new_state, reason):
    at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    metric = {"namespace": alarm.get("Namespace"), "name": alarm.get("MetricName")}
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
    stat = {
        "metric": {**metric, "dimensions": dimensions},
        "period": alarm.get("Period"),
        "stat": alarm.get("Statistic"),
    }
    detail = {
        "alarmName": alarm["AlarmName"],
        "state": {"value": new_state, "reason": reason, "timestamp": at},
        "previousState": {"value": old_state},
        "configuration": {"description": alarm.get("AlarmDescription", ""), "metrics": [{"metricStat": stat}]},
    }
    arn = alarm.get("AlarmArn") or f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{alarm['AlarmName']}"
    entry = {"Source": "aws.cloudwatch", "DetailType": "CloudWatch Alarm State Change", "Resources": [arn]}
    eventbridge._ensure_default_bus()
    eventbridge._put_events({"Entries": [{**entry, "Detail": json.dumps(detail)}]}, allow_aws_source=True)
