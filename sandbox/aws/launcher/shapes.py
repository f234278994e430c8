"""Checks a request of a service that our doubles speak for against the service's own model, as botocore carries it."""

import functools
import re
import urllib.parse

from ministack.core import iam_actions

# Security Hub judges each finding of an import by itself and answers in FailedFindings: that is the double's to do.
_JUDGED_BY_THE_SERVICE = {"AwsSecurityFinding"}
_TYPES = {
    "structure": (dict, "object"),
    "map": (dict, "object"),
    "list": (list, "array"),
    "string": (str, "string"),
    "boolean": (bool, "boolean"),
    "integer": (int, "integer"),
    "long": (int, "integer"),
    "float": ((int, float), "number"),
    "double": ((int, float), "number"),
    "timestamp": ((str, int, float), "a timestamp"),
    "blob": (str, "base64 text"),
}


# Values that AWS has by now, and the pinned botocore does not.
_NEWER = {"organizations": {"PolicyType": ["SECURITYHUB_CSPM_POLICY"]}}


@functools.cache
def model(service):
    """The newest model of a service that botocore carries: `operations`, `shapes`, `metadata`."""
    found = iam_actions._load_botocore_model(service)
    for shape, values in _NEWER.get(service, {}).items():
        found["shapes"][shape]["enum"] = [*found["shapes"][shape]["enum"], *values]
    return found


def is_query(service):
    """Whether the service takes a form, and answers in XML."""
    return model(service)["metadata"]["protocol"] == "query"


def from_form(service, operation, body):
    """The form of a service of the query protocol as what JSON would be; scalars by their shape where they can be read so."""
    form = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
    tree = {}
    for key, text in form:
        if key in ("Action", "Version"):
            continue
        place = tree
        *path, last = key.split(".")
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise ValueError(key)
        place[last] = text
    shapes = model(service)["shapes"]
    name = model(service)["operations"][operation].get("input", {}).get("shape")
    return _from_tree(shapes, shapes[name], tree) if name else tree


def _from_tree(shapes, shape, value):
    kind = shape["type"]
    if kind == "list":
        items = (value or {}).get("member", {}) if not shape.get("flattened") else value
        return [_from_tree(shapes, shapes[shape["member"]["shape"]], items[key]) for key in sorted(items, key=int)]
    if kind == "structure" and isinstance(value, dict):
        members = shape.get("members", {})
        return {
            name: _from_tree(shapes, shapes[members[name]["shape"]], item) if name in members else item
            for name, item in value.items()
        }
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if kind in ("integer", "long") and re.fullmatch(r"-?\d+", str(value)):
        return int(value)
    return value


def problems(service, operation, body, query):
    """What is wrong with a request, each as `data.Path should ...`; an empty list when nothing is.

    `body` is the JSON value, `query` the parsed query (lists of texts). Path labels are there: the route matched.
    """
    shapes = model(service)["shapes"]
    name = model(service)["operations"][operation].get("input", {}).get("shape")
    if name is None:
        return []
    if not isinstance(body, dict):
        return ["data should be object"]
    shape = shapes[name]
    found = []
    inside = {}
    for member, reference in shape.get("members", {}).items():
        place, wire = reference.get("location"), reference.get("locationName", member)
        if place is None:
            inside[member] = reference
        elif place == "querystring":
            _check_query(shapes, reference, query.get(wire), member in shape.get("required", []), f"data.{wire}", found)
    required = [member for member in shape.get("required", []) if member in inside]
    _check(shapes, {"type": "structure", "members": inside, "required": required}, body, "data", found)
    return found


def _check_query(shapes, reference, texts, required, path, found):
    if texts is None:
        if required:
            found.append(f"data should have required property '{path.removeprefix('data.')}'")
        return
    shape = shapes[reference["shape"]]
    if shape["type"] == "list":
        value = list(texts)
    elif shape["type"] in ("integer", "long"):
        value = int(texts[0]) if re.fullmatch(r"-?\d+", texts[0]) else texts[0]
    elif shape["type"] == "boolean":
        value = {"true": True, "false": False}.get(texts[0], texts[0])
    else:
        value = texts[0]
    _check(shapes, shape, value, path, found)


def _check(shapes, shape, value, path, found):
    kind = shape["type"]
    if shape.get("document"):
        return
    expected, name = _TYPES[kind]
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean"):
        found.append(f"{path} should be {name}")
    elif kind == "structure":
        _check_structure(shapes, shape, value, path, found)
    elif kind == "list":
        _check_bounds(shape, len(value), path, "items", found)
        member = shape["member"]["shape"]
        if member not in _JUDGED_BY_THE_SERVICE:
            for index, item in enumerate(value):
                _check(shapes, shapes[member], item, f"{path}[{index}]", found)
    elif kind == "map":
        _check_bounds(shape, len(value), path, "properties", found)
        for key, item in value.items():
            _check(shapes, shapes[shape["key"]["shape"]], key, f"{path} key '{key}'", found)
            _check(shapes, shapes[shape["value"]["shape"]], item, f"{path}.{key}", found)
    elif kind == "string":
        _check_bounds(shape, len(value), path, "characters", found)
        if "enum" in shape and value not in shape["enum"]:
            found.append(f"{path} should be equal to one of the allowed values: {', '.join(shape['enum'])}")
        if "pattern" in shape and not _matches(shape["pattern"], value):
            found.append(f'{path} should match pattern "{shape["pattern"]}"')
    elif kind in ("integer", "long", "float", "double"):
        if value < shape.get("min", value):
            found.append(f"{path} should be >= {shape['min']}")
        if value > shape.get("max", value):
            found.append(f"{path} should be <= {shape['max']}")


def _check_structure(shapes, shape, value, path, found):
    members = {reference.get("locationName", name): reference for name, reference in shape.get("members", {}).items()}
    for name in shape.get("required", []):
        wire = shape["members"][name].get("locationName", name)
        if value.get(wire) is None:
            found.append(f"{path} should have required property '{wire}'")
    if shape.get("union") and sum(item is not None for item in value.values()) != 1:
        found.append(f"{path} should have exactly one property")
    for name, item in value.items():
        if name not in members:
            found.append(f"{path} should not have additional property '{name}'")
        elif item is not None:
            _check(shapes, shapes[members[name]["shape"]], item, f"{path}.{name}", found)


def _check_bounds(shape, size, path, unit, found):
    if size < shape.get("min", size):
        found.append(f"{path} should have at least {shape['min']} {unit}")
    if size > shape.get("max", size):
        found.append(f"{path} should have at most {shape['max']} {unit}")


def _matches(pattern, value):
    try:
        return re.search(pattern, value, re.DOTALL) is not None
    except re.error:  # a Java pattern that Python can't read proves nothing
        return True
