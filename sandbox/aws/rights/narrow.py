"""Whether what was needed was granted by the narrowest name that the run's requests leave."""

import re

from rights.parts import Part

# What is named at run time, and how a policy names all of one parent's: log streams of a group, executions of a
# machine, objects under a prefix.
_RUN_TIME = (
    (re.compile(r"^(arn:aws:logs:[^:]*:[^:]*:log-group:[^:]+:log-stream:)"), "*"),
    (re.compile(r"^(arn:aws:states:[^:]*:[^:]*:execution:[^:]+:)"), "*"),
    (re.compile(r"^(arn:aws:s3:::[^/]+/(?:.*/)?)[^/]*$"), "*"),
)


def narrowest(resource):
    """The narrowest that a policy can name for this resource before it is there."""
    for pattern, rest in _RUN_TIME:
        found = pattern.match(resource)
        if found:
            return found[1] + rest
    return resource


def too_wide(kind, part, requests, made):
    """Why this part, which `requests` needed, is wider than it must be; None if it is not.

    `made`: ARNs that the stacks made, so that a policy could name them; None where that is not known.
    """
    pattern = part.value
    if not _is_pattern(part):
        return None
    if part.where == ("Action",):
        return f"It met only {_listed(one.action for one in requests)}: name what is needed."
    if part.where[0] == "Principal":
        return f"Anybody may: name who does, {_listed(one.principal for one in requests)}."
    if part.where[0] == "Condition":
        values = {str(one.context.get(part.where[2].lower())) for one in requests}
        return None if len(values) > 1 else f"It met only {_listed(values)}: name it."
    if kind == "key" and pattern == "*":
        return None  # in a key's own policy the star is that key
    return _wide_resource(pattern, {one.resource for one in requests}, made)


def _wide_resource(pattern, met, made):
    if met == {"*"}:
        return "AWS was asked for nothing narrower: if the action knows no resource, except it by name and say so."
    forms = {narrowest(resource) for resource in met}
    if pattern in forms and len(forms) == 1:
        return None
    if len(forms) == 1:
        return f"It met only {_listed(met)}: {_listed(forms)} grants that."
    if made is not None and not all(resource in made or narrowest(resource) != resource for resource in met):
        return None  # several, some of which no stack has made: nothing narrower is known when the policy is written
    return f"It met only {_listed(met)}, which can be named: {_listed(forms)}."


def _is_pattern(part: Part):
    if part.where[0] == "Condition" and not re.search("like|arn", part.where[1].lower()):
        return False  # compared as it is
    return any(sign in str(part.value) for sign in "*?")


def _listed(values):
    return ", ".join(sorted(set(values)))
