"""Which statements, and which parts of them, a run has needed: each is taken away, and the requests decided again.

A statement that allows is needed when an allowed request is refused without it; one that denies, when a refused request
is allowed without it. No run asks for what a Deny under a condition forbids (such as a call without TLS), so such
requests are made up from those that were allowed.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from launcher.decision import Request
from rights.parts import conditions, parts, widens, without


@dataclass(frozen=True)
class Asked:
    """A request, what became of it, and the journal's entry that it comes from."""

    request: Request
    allowed: bool
    entry: dict


class Needs:
    """By statement, which is (position, index), and by part: the requests that need it."""

    def __init__(self, book, asked):
        self._book = book
        self.statements = defaultdict(list)
        self.parts = defaultdict(list)  # (position, index, part)
        self.pairs = set()  # (position, index, action part, resource part)
        for one in [*asked, *made_up(book, asked)]:
            for position in book.involved(one.request):
                for index, statement in enumerate(book.statements(position)):
                    if (statement.get("Effect") == "Allow") == one.allowed:
                        self._try(one, position, index, statement)

    def _try(self, one, position, index, statement):
        if not self._turns(one, position, index):
            return
        self.statements[position, index].append(one)
        needed = [part for part in parts(statement) if self._turns(one, position, index, without(statement, part))]
        for part in needed:
            self.parts[position, index, part].append(one)
        actions, resources = ([part for part in needed if part.where == (name,)] for name in ("Action", "Resource"))
        self.pairs |= {(position, index, action, resource) for action in actions for resource in resources}

    def _turns(self, one, position, index, instead=None):
        return self._book.allows(one.request, position, index, instead) != one.allowed


def made_up(book, asked):
    """For each Deny under conditions, the allowed requests as they would be if its conditions held."""
    found = []
    for one in asked:
        for position in book.involved(one.request) if one.allowed else []:
            for statement in book.statements(position):
                wanted = [(key, values[0]) for operator, key, values in conditions(statement) if widens(operator)]
                if statement.get("Effect") != "Deny" or not wanted:
                    continue
                context = {**one.request.context, **{key.lower(): value for key, value in wanted}}
                request = replace(one.request, context=context)
                if not book.allows(request):
                    found.append(replace(one, request=request, allowed=False))
    return found
