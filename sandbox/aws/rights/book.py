"""The policy documents of a run, found by whom they belong to, and a request decided again with one of them changed."""

import copy
import json
from collections import defaultdict

from launcher.decision import Policies, Request, decide, is_service

_IDENTITY_KINDS = ("role", "user", "boundary")


class Book:
    """Each document is {kind, owner, name?, document}; a position is its index."""

    def __init__(self, documents):
        self.documents = [{**document, "document": _parsed(document["document"])} for document in documents]
        self._of = defaultdict(list)
        for position, document in enumerate(self.documents):
            self._of[document["owner"]].append(position)

    def statements(self, position):
        return as_list(self.documents[position]["document"].get("Statement"))

    def involved(self, request):
        """Positions of the caller's documents and of the resource's own."""
        found = [] if is_service(request.principal) else self._identity(request.principal)
        trusting = request.action.startswith("sts:")
        for position in self._of.get(_resource_owner(request.resource), []):
            kind = self.documents[position]["kind"]
            if kind not in _IDENTITY_KINDS and (kind == "trust") == trusting:
                found.append(position)
        return found

    def roles_of(self, principal):
        """ARNs of the roles whose session `principal` is: a session's ARN has no path, so there may be several."""
        if ":assumed-role/" not in principal:
            return []
        account, name = principal.split(":")[4], principal.split("/")[1]
        start = f"arn:aws:iam::{account}:role/"
        return [owner for owner in self._of if owner.startswith(start) and owner.rsplit("/", 1)[-1] == name]

    def _identity(self, principal):
        owners = self.roles_of(principal) or [principal]
        found = [at for owner in owners for at in self._of.get(owner, [])]
        return [at for at in found if self.documents[at]["kind"] in _IDENTITY_KINDS]

    def allows(self, request, position=None, index=None, statement=None):
        """Whether the request is allowed: as things are, or with one statement replaced by another, or taken away."""
        instead = {} if position is None else {position: self._without(position, index, statement)}
        return decide(request, self._policies(request, instead)).allowed

    def _without(self, position, index, replacement):
        document = copy.deepcopy(self.documents[position]["document"])
        statements = as_list(document.get("Statement"))
        document["Statement"] = statements[:index] + ([replacement] if replacement else []) + statements[index + 1 :]
        return document

    def _policies(self, request, instead):
        involved = self.involved(request)

        def of(*kinds):
            found = [at for at in involved if self.documents[at]["kind"] in kinds]
            return tuple(instead.get(at, self.documents[at]["document"]) for at in found)

        own = [at for at in involved if self.documents[at]["kind"] not in _IDENTITY_KINDS]
        owner = request.resource.split(":")[4] if request.resource.count(":") >= 5 else ""
        return Policies(
            identity=of("role", "user"),
            limits=tuple((boundary,) for boundary in of("boundary")),
            resource=instead.get(own[0], self.documents[own[0]]["document"]) if own else None,
            owner=owner or None,
        )


def request_of(entry):
    """The request of a journal entry."""
    context = entry.get("context") or {}
    return Request(entry["principal"], entry["action"], entry["resource"], entry.get("region", ""), context)


def as_list(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _resource_owner(arn):
    """Whose policy a resource goes by: a function's version the function's, an object the bucket's."""
    parts = arn.split(":")
    if arn.startswith("arn:aws:lambda:") and len(parts) > 7:
        return ":".join(parts[:7])
    return arn.split("/")[0] if arn.startswith("arn:aws:s3:::") else arn


def _parsed(document):
    return json.loads(document) if isinstance(document, str) else document
