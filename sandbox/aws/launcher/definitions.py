"""Refuses the definitions that Step Functions refuses: https://states-language.net and ValidateStateMachineDefinition.

Each problem reads as AWS's: `CODE: message at /States/Name/Field`.
"""

import json

_PATHS = {"InputPath", "OutputPath"}
_STEP = {"Type", "Comment", "QueryLanguage", "Assign", "Output"}
_NEXT = {"Next", "End"}
_RESULT = {"Parameters", "Arguments", "ResultSelector", "ResultPath", "Retry", "Catch"}
_FIELDS = {
    "Task": _STEP | _PATHS | _NEXT | _RESULT
    | {"Resource", "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"},
    "Pass": _STEP | _PATHS | _NEXT | {"Result", "ResultPath", "Parameters"},
    "Choice": _STEP | _PATHS | {"Choices", "Default"},
    "Wait": _STEP | _PATHS | _NEXT | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": _STEP | _PATHS,
    "Fail": {"Type", "Comment", "QueryLanguage", "Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": _STEP | _PATHS | _NEXT | _RESULT | {"Branches"},
    "Map": _STEP | _PATHS | _NEXT | _RESULT
    | {"ItemProcessor", "Iterator", "Items", "ItemsPath", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter"}
    | {"Label", "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath"}
    | {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"},
}  # fmt: skip
_TOP = {"Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage", "ProcessorConfig"}
_JSONPATH_ONLY = _PATHS | {"Parameters", "ResultSelector", "ResultPath", "ItemsPath", "Result"}
_JSONATA_ONLY = {"Arguments", "Output", "Items"}
_REQUIRED = {"Task": ["Resource"], "Choice": ["Choices"], "Parallel": ["Branches"]}
_WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
_RETRIER = {
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
}
_CATCHER = {"ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"}
_COMPARISONS = {
    *(f"{kind}{operator}{path}" for path in ("", "Path") for kind in ("String", "Numeric", "Timestamp")
      for operator in ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")),
    *("BooleanEquals", "BooleanEqualsPath", "StringMatches"),
    *("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"),
}  # fmt: skip
_LONGEST_SECONDS = 99_999_999


def problems(text):
    """All that is wrong with a definition; an empty list when nothing is."""
    try:
        definition = json.loads(text)
    except (TypeError, ValueError) as error:
        return [f"INVALID_JSON_DESCRIPTION: {error} at /"]
    if not isinstance(definition, dict):
        return ["INVALID_JSON_DESCRIPTION: The definition is not an object at /"]
    check = _Check()
    check.machine(definition, "", "JSONPath")
    return check.found


class _Check:
    def __init__(self):
        self.found = []
        self.names = set()

    def schema(self, message, path):
        self.found.append(f"SCHEMA_VALIDATION_FAILED: {message} at {path or '/'}")

    def fields(self, value, known, path):
        for name in value:
            if name not in known:
                self.schema(f"Field {name} is not supported", f"{path}/{name}")

    def machine(self, machine, path, language):
        self.fields(machine, _TOP, path)
        language = machine.get("QueryLanguage", language)
        states = machine.get("States")
        if not isinstance(states, dict) or not states:
            return self.schema("These required fields are missing: [States]", path)
        if not isinstance(machine.get("StartAt"), str):
            self.schema("These required fields are missing: [StartAt]", path)
        self.seconds(machine, "TimeoutSeconds", path, language)
        for name, state in states.items():
            place = f"{path}/States/{name}"
            if len(name) > 80:
                self.schema("The name of a state has at most 80 characters", place)
            if name in self.names:
                self.found.append(f"DUPLICATE_STATE_NAME: Duplicate State name: {name} at {place}")
            self.names.add(name)
            if isinstance(state, dict):
                self.state(state, place, language)
            else:
                self.schema("Value should be of type OBJECT", place)
        self.transitions(machine, states, path)

    def transitions(self, machine, states, path):
        reached, todo = set(), [(machine.get("StartAt"), f"{path}/StartAt")]
        while todo:
            name, place = todo.pop()
            if name not in states:
                if isinstance(name, str):
                    self.found.append(f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {name} at {place}")
            elif name not in reached:
                reached.add(name)
                todo += _targets(states[name], f"{path}/States/{name}")
        for name in states:
            if name not in reached:
                self.found.append(
                    f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {path}/States/{name}'
                )

    def state(self, state, path, language):
        kind = state.get("Type")
        if kind not in _FIELDS:
            return self.schema(f"Type must be one of {sorted(_FIELDS)}, not {kind}", f"{path}/Type")
        language = state.get("QueryLanguage", language)
        self.fields(state, _FIELDS[kind], path)
        foreign = _JSONPATH_ONLY if language == "JSONata" else _JSONATA_ONLY
        for name in state:
            if name in foreign or (language == "JSONata" and name.endswith("Path") and name in _FIELDS[kind]):
                self.schema(f"Field {name} is not supported when query language is {language}", f"{path}/{name}")
        missing = [name for name in _REQUIRED.get(kind, []) if name not in state]
        if missing:
            self.schema(f"These required fields are missing: {missing}", path)
        if _NEXT <= _FIELDS[kind] and not (isinstance(state.get("Next"), str) ^ (state.get("End") is True)):
            self.schema("Exactly one of Next and End is required", path)
        if kind == "Wait" and sum(name in state for name in _WAITS) != 1:
            self.schema(f"Exactly one of {list(_WAITS)} is required", path)
        self.seconds(state, "TimeoutSeconds", path, language)
        self.seconds(state, "HeartbeatSeconds", path, language)
        if _is_number(state.get("HeartbeatSeconds")) and state["HeartbeatSeconds"] >= state.get(
            "TimeoutSeconds", _LONGEST_SECONDS
        ):
            self.schema("HeartbeatSeconds must be smaller than TimeoutSeconds", f"{path}/HeartbeatSeconds")
        if kind == "Task" and not str(state.get("Resource", "arn:")).startswith("arn:"):
            self.schema("Value is not a valid resource ARN", f"{path}/Resource")
        if language == "JSONPath":
            for name in _TEMPLATES:
                self.template(state.get(name), f"{path}/{name}")
        self.errors(state, path)
        for index, rule in enumerate(_list(state.get("Choices"))):
            self.rule(rule, f"{path}/Choices[{index}]", language, True)
        for index, branch in enumerate(_list(state.get("Branches"))):
            self.machine(branch, f"{path}/Branches[{index}]", language)
        for name in ("ItemProcessor", "Iterator"):
            if isinstance(state.get(name), dict):
                self.machine(state[name], f"{path}/{name}", language)
        return None

    def seconds(self, value, name, path, language):
        given = value.get(name, 1)
        if language == "JSONata" and isinstance(given, str):
            return
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= _LONGEST_SECONDS:
            self.schema(f"{name} must be an integer from 1 to {_LONGEST_SECONDS}", f"{path}/{name}")

    def template(self, value, path):
        if isinstance(value, list):
            for index, item in enumerate(value):
                self.template(item, f"{path}[{index}]")
        if not isinstance(value, dict):
            return
        for name, item in value.items():
            if not name.endswith(".$"):
                self.template(item, f"{path}/{name}")
            elif not isinstance(item, str) or not item.startswith(("$", "States.")):
                message = (
                    f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
                )
                self.schema(message, f"{path}/{name}")

    def errors(self, state, path):
        for field, known in (("Retry", _RETRIER), ("Catch", _CATCHER)):
            handlers = _list(state.get(field))
            for index, handler in enumerate(handlers):
                place = f"{path}/{field}[{index}]"
                self.fields(handler, known, place)
                names = handler.get("ErrorEquals")
                if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
                    self.schema("ErrorEquals must name at least one error", f"{place}/ErrorEquals")
                elif "States.ALL" in names and (len(names) > 1 or index < len(handlers) - 1):
                    self.schema("States.ALL must stand alone, and in the last place", f"{place}/ErrorEquals")
                if field == "Catch" and not isinstance(handler.get("Next"), str):
                    self.schema("These required fields are missing: [Next]", place)
                if field == "Retry":
                    self.retrier(handler, place)

    def retrier(self, retrier, path):
        for name, least in (("IntervalSeconds", 1), ("MaxAttempts", 0), ("MaxDelaySeconds", 1)):
            given = retrier.get(name, least)
            if not isinstance(given, int) or isinstance(given, bool) or given < least:
                self.schema(f"{name} must be an integer of at least {least}", f"{path}/{name}")
        if not _is_number(retrier.get("BackoffRate", 1)) or retrier.get("BackoffRate", 1) < 1:
            self.schema("BackoffRate must be a number of at least 1", f"{path}/BackoffRate")
        if "MaxDelaySeconds" in retrier and retrier["MaxDelaySeconds"] <= retrier.get("IntervalSeconds", 1):
            self.schema("MaxDelaySeconds must be greater than IntervalSeconds", f"{path}/MaxDelaySeconds")
        if retrier.get("JitterStrategy", "NONE") not in ("FULL", "NONE"):
            self.schema("JitterStrategy must be FULL or NONE", f"{path}/JitterStrategy")

    def rule(self, rule, path, language, top):
        if not isinstance(rule, dict):
            return self.schema("Value should be of type OBJECT", path)
        if top and not isinstance(rule.get("Next"), str):
            self.schema("These required fields are missing: [Next]", path)
        extra = {"Comment", "Assign", "Output"} | ({"Next"} if top else set())
        if language == "JSONata":
            self.fields(rule, extra | {"Condition"}, path)
            return None if "Condition" in rule else self.schema("These required fields are missing: [Condition]", path)
        self.fields(rule, extra | _COMPARISONS | {"Variable", "And", "Or", "Not"}, path)
        operators = [name for name in rule if name in _COMPARISONS or name in ("And", "Or", "Not")]
        if len(operators) != 1:
            return self.schema("Exactly one comparison is required", path)
        if operators[0] in _COMPARISONS:
            return None if "Variable" in rule else self.schema("These required fields are missing: [Variable]", path)
        parts = rule[operators[0]]
        for index, part in enumerate(parts if isinstance(parts, list) else [parts]):
            self.rule(part, f"{path}/{operators[0]}[{index}]", language, False)
        return None


def _targets(state, path):
    if not isinstance(state, dict):
        return []
    found = [(state.get("Next"), f"{path}/Next"), (state.get("Default"), f"{path}/Default")]
    for field in ("Choices", "Catch"):
        found += [
            (one.get("Next"), f"{path}/{field}[{i}]/Next")
            for i, one in enumerate(_list(state.get(field)))
            if isinstance(one, dict)
        ]
    return [(name, place) for name, place in found if name is not None]


def _list(value):
    return value if isinstance(value, list) else []


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
