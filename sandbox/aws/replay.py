"""Which statements of which policies a run has needed: takes each away, and decides the run's requests again.

Standard input: {"policies": what /_sandbox/policies gave, "requests": the journal's entries of kind "authorisation"}.
Standard output: {"statements": [{kind, owner, name, index, sid, needed, request, unneededActions}],
"unneeded": [those of them that no request needs],
"unexplained": [allowed requests that the given policies don't allow: others were in force at the time]}.

A statement that allows is needed when an allowed request is refused without it; one that denies, when a refused request
is allowed without it.
"""

import copy
import json
import sys
from collections import defaultdict

from launcher.decision import Policies, Request, decide, is_service


def main():
    given = json.load(sys.stdin)
    json.dump(replay(given["policies"], given["requests"]), sys.stdout, indent=1)
    print()


def replay(documents, entries):
    book = Book(documents)
    requests = {_identity(entry): entry for entry in entries if entry.get("kind", "authorisation") == "authorisation"}
    needs = {}  # (document, statement) -> the first request that needs it
    acted = defaultdict(set)  # (document, statement) -> which of its actions a request needed
    unexplained = []
    for entry in requests.values():
        request = _request(entry)
        allowed = entry["decision"] == "allowed"
        involved = book.involved(request)
        if decide(request, book.policies(request, involved)).allowed != allowed:
            if allowed:
                unexplained.append(entry)
            continue
        for position in involved:
            for index, statement in enumerate(book.statements(position)):
                if (statement.get("Effect") == "Allow") != allowed:
                    continue
                if _turns(book, request, involved, position, index, allowed):
                    needs.setdefault((position, index), entry)
                    acted[position, index] |= _needed_actions(book, request, involved, position, index, allowed)
    return _report(book, needs, acted, unexplained)


def _turns(book, request, involved, position, index, allowed, statement=None):
    """Whether the decision turns when this statement goes, or stands changed."""
    with_change = book.policies(request, involved, {position: book.without(position, index, statement)})
    return decide(request, with_change).allowed != allowed


def _needed_actions(book, request, involved, position, index, allowed):
    statement = book.statements(position)[index]
    actions = _list(statement.get("Action"))
    needed = set()
    for action in actions:
        # An empty list would mean any action: what is left must name something.
        rest = [other for other in actions if other != action] or ["none:none"]
        if _turns(book, request, involved, position, index, allowed, {**statement, "Action": rest}):
            needed.add(action)
    return needed


def _report(book, needs, acted, unexplained):
    rows = []
    for position, document in enumerate(book.documents):
        for index, statement in enumerate(book.statements(position)):
            request = needs.get((position, index))
            row = {key: document[key] for key in ("kind", "owner", "name") if document.get(key)}
            row |= {"index": index, "sid": statement.get("Sid"), "needed": request is not None}
            if request:
                row["request"] = {
                    key: request[key] for key in ("point", "principal", "action", "resource") if key in request
                }
                row["unneededActions"] = [a for a in _list(statement.get("Action")) if a not in acted[position, index]]
            rows.append(row)
    return {"statements": rows, "unneeded": [row for row in rows if not row["needed"]], "unexplained": unexplained}


class Book:
    """The documents, found by whom they belong to."""

    def __init__(self, documents):
        self.documents = [{**document, "document": _parsed(document["document"])} for document in documents]
        self._of = defaultdict(list)
        for position, document in enumerate(self.documents):
            self._of[document["owner"]].append(position)

    def statements(self, position):
        return _list(self.documents[position]["document"].get("Statement"))

    def without(self, position, index, replacement=None):
        document = copy.deepcopy(self.documents[position]["document"])
        statements = _list(document.get("Statement"))
        document["Statement"] = statements[:index] + ([replacement] if replacement else []) + statements[index + 1 :]
        return document

    def involved(self, request):
        """Positions of the caller's documents and of the resource's own."""
        found = [] if is_service(request.principal) else self._identity(request.principal)
        trusting = request.action.startswith("sts:")
        for position in self._of.get(_resource_owner(request.resource), []):
            kind = self.documents[position]["kind"]
            if kind not in ("role", "user", "boundary") and (kind == "trust") == trusting:
                found.append(position)
        return found

    def _identity(self, principal):
        owners = [principal]
        if ":assumed-role/" in principal:
            account, name = principal.split(":")[4], principal.split("/")[1]
            start = f"arn:aws:iam::{account}:role/"
            owners = [owner for owner in self._of if owner.startswith(start) and owner.rsplit("/", 1)[-1] == name]
        kinds = ("role", "user", "boundary")
        return [at for owner in owners for at in self._of.get(owner, []) if self.documents[at]["kind"] in kinds]

    def policies(self, request, involved, instead=None):
        def document(position):
            return (instead or {}).get(position, self.documents[position]["document"])

        def of(*kinds):
            return tuple(document(at) for at in involved if self.documents[at]["kind"] in kinds)

        own = [at for at in involved if self.documents[at]["kind"] not in ("role", "user", "boundary")]
        limits = tuple((boundary,) for boundary in of("boundary"))
        owner = request.resource.split(":")[4] if request.resource.count(":") >= 5 else ""
        resource = document(own[0]) if own else None
        return Policies(identity=of("role", "user"), limits=limits, resource=resource, owner=owner or None)


def _request(entry):
    return Request(
        entry["principal"], entry["action"], entry["resource"], entry.get("region", ""), entry.get("context") or {}
    )


def _identity(entry):
    """Equal requests are decided once: sessions of one role differ in their name alone."""
    principal = (
        "/".join(entry["principal"].split("/")[:2]) if ":assumed-role/" in entry["principal"] else entry["principal"]
    )
    context = json.dumps(
        {k: v for k, v in (entry.get("context") or {}).items() if k != "aws:userid"}, sort_keys=True, default=str
    )
    return principal, entry["action"], entry["resource"], entry["decision"], context


def _resource_owner(arn):
    """A qualified function keeps its statements with the function."""
    parts = arn.split(":")
    return ":".join(parts[:7]) if arn.startswith("arn:aws:lambda:") and len(parts) > 7 else arn


def _parsed(document):
    return json.loads(document) if isinstance(document, str) else document


def _list(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    main()
