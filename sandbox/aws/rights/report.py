"""What is wrong with the policies of a run, each finding with what to do about it."""

from rights import narrow, sources
from rights.parts import parts


def report(book, judged, asked, needs, made):
    """`judged`: positions of the documents to speak of. Findings are in their order."""
    statements, findings = [], []
    for position in judged:
        for index, statement in enumerate(book.statements(position)):
            about = _about(book.documents[position], index, statement)
            needing = needs.statements.get((position, index), [])
            proof = {"request": _shown(needing[0])} if needing else {}
            statements.append({**about, "needed": bool(needing), **proof})
            findings += [{**about, **finding} for finding in _judge(book, needs, position, index, statement, made)]
    return {
        "statements": statements,
        "findings": findings,
        "requests": len(asked),
        "parts": sum(len(parts(statement)) for position in judged for statement in book.statements(position)),
    }


def _judge(book, needs, position, index, statement, made):
    if not needs.statements.get((position, index)):
        return [_finding("unneeded", "No request of the run needed this statement: take it out.")]
    found = _unneeded_parts(needs, position, index, statement)
    if statement.get("Effect") != "Allow":
        return found
    for part in parts(statement):
        requests = [one.request for one in needs.parts.get((position, index, part), [])]
        why = requests and narrow.too_wide(book.documents[position]["kind"], part, requests, made)
        if why:
            found.append(_finding("wide", why, part))
    return found + _open_doors(book, needs.statements[position, index], statement)


def _unneeded_parts(needs, position, index, statement):
    found = []
    for part in parts(statement):
        if not needs.parts.get((position, index, part)):
            found.append(_finding("unneeded", "No request of the run needed it: take it out.", part))
    needed = [part for part in parts(statement) if needs.parts.get((position, index, part))]
    for action in needed:
        for resource in needed:
            both = action.where == ("Action",) and resource.where == ("Resource",)
            if both and (position, index, action, resource) not in needs.pairs:
                why = f"Each is needed, but not {action.value} on {resource.value}: split the statement."
                found.append(_finding("unneeded", why, action, on=resource.value))
    return found


def _open_doors(book, needing, statement):
    found = []
    strangers = [one for one in needing if sources.serves_strangers(book, one.request)]
    if strangers:
        request = strangers[0].request
        what = f"It lets {request.principal} do {request.action} for any account"
        found.append(_finding("unbound", f"{what}: add a condition on aws:SourceArn or aws:SourceAccount."))
    idle = {held for one in needing for held in sources.idle_conditions(book, one.request, statement)}
    for key, value in sorted(idle, key=str):
        what = f"the value {value}" if value else "no value at all"
        found.append(_finding("unbound", f"Its condition on {key} lets {what} in: compare it exactly."))
    return found


def _finding(problem, advice, part=None, **more):
    where = {"part": ".".join(part.where), "value": part.value} if part else {}
    return {"problem": problem, **where, **more, "advice": advice}


def _about(document, index, statement):
    about = {key: document[key] for key in ("kind", "owner", "name") if document.get(key)}
    return {**about, "index": index, **({"sid": statement["Sid"]} if statement.get("Sid") else {})}


def _shown(one):
    return {key: one.entry[key] for key in ("point", "principal", "action", "resource") if key in one.entry}
