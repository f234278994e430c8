"""What a run's requests prove of the policies in force: what of them was needed, how narrow it is, whom it lets in.

Standard input: {"policies": what /_sandbox/policies gave, "requests": the journal's entries of kind "authorisation",
"made": ARNs of what the stacks made}. Only policies of what is among `made` are judged, by requests of its roles and
of services: what others did (who deploys, above all) proves nothing. Without `made`, all are.
Standard output: {"findings": [{kind, owner, name, index, sid, problem, part, value, on, advice}], "statements": [each,
with whether it was needed, and by which request], "unexplained": [requests that the given policies don't allow: others
were in force then], "requests", "parts": how many of each were looked at}.

Problems: "unneeded" (a statement, an action, a resource, a principal, a value of a condition, an action on one of several
resources), "wide" (a pattern where a name would do), "unbound" (a service is let in for whomever it acts).
"""

import json
import sys

from launcher.decision import is_service
from rights.book import Book, request_of
from rights.needs import Asked, Needs
from rights.parts import conditions
from rights.report import report


def main():
    given = json.load(sys.stdin)
    made = set(given["made"]) if "made" in given else None
    json.dump(replay(given["policies"], given["requests"], made), sys.stdout, indent=1)
    print()


def replay(documents, entries, made=None):
    book = Book(documents)
    asked, unexplained = [], []
    for entry in _distinct(book, entries):
        request, allowed = request_of(entry), entry["decision"] == "allowed"
        if made is not None and not _of_ours(book, request.principal, made):
            continue
        if book.allows(request) == allowed:
            asked.append(Asked(request, allowed, entry))
        elif allowed:
            unexplained.append(entry)
    judged = [at for at, document in enumerate(book.documents) if made is None or document["owner"] in made]
    return {**report(book, judged, asked, Needs(book, asked), made), "unexplained": unexplained}


def _of_ours(book, principal, made):
    return is_service(principal) or any(role in made for role in book.roles_of(principal))


def _distinct(book, entries):
    """Each request once: the session of a role, and keys that no policy looks at, make no difference."""
    looked_at = {"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"}
    for position in range(len(book.documents)):
        for statement in book.statements(position):
            looked_at |= {key.lower() for _, key, _ in conditions(statement)}
    found = {}
    for entry in entries:
        if entry.get("kind", "authorisation") == "authorisation":
            context = {key: value for key, value in (entry.get("context") or {}).items() if key in looked_at}
            principal = entry["principal"]
            who = principal.rsplit("/", 1)[0] if ":assumed-role/" in principal else principal
            key = [who, *(entry[name] for name in ("action", "resource", "decision")), context]
            found.setdefault(json.dumps(key, sort_keys=True), entry)
    return list(found.values())


if __name__ == "__main__":
    main()
