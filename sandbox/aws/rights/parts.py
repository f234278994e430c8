"""A statement, piece by piece: each action, resource, principal and value of a condition widens what it grants."""

import copy
from collections import namedtuple

from rights.book import as_list

# `where` is the way to it, such as ("Action",) or ("Condition", "ArnEquals", "aws:SourceArn").
Part = namedtuple("Part", "where value")

# What no request matches. An empty list would not do: of actions and resources it means any.
_NOTHING = "none:none"


def parts(statement):
    """Values of conditions count in a statement that allows, and where more values let more in."""
    found = [Part((name,), value) for name in ("Action", "Resource") for value in as_list(statement.get(name))]
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        found += [Part(("Principal", kind), value) for kind in principal for value in as_list(principal[kind])]
    elif principal:
        found.append(Part(("Principal",), principal))
    if statement.get("Effect") == "Allow":
        found += [
            Part(("Condition", operator, key), value)
            for operator, key, values in conditions(statement)
            if widens(operator)
            for value in values
        ]
    return found


def conditions(statement):
    """(operator, key, values) of each condition."""
    blocks = statement.get("Condition") or {}
    return [(operator, key, as_list(values)) for operator in blocks for key, values in blocks[operator].items()]


def widens(operator):
    """Whether another value of this operator would let more requests in: not so where a value forbids."""
    plain = operator.lower().split(":")[-1]
    return "not" not in plain and not plain.startswith("null")


def without(statement, *gone):
    """The statement with these parts taken out."""
    changed = copy.deepcopy(statement)
    for part in gone:
        holder = changed
        for name in part.where[:-1]:
            holder = holder[name]
        last = part.where[-1]
        rest = [value for value in as_list(holder[last]) if value != part.value]
        holder[last] = rest or [_NOTHING]
    if changed.get("Principal") == [_NOTHING]:
        changed["Principal"] = {"AWS": _NOTHING}
    return changed
