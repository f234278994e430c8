"""Whether policies let in only whom they should: the run's requests asked once more, on behalf of somebody else.

A service acts for whoever set it up, and says for whom in aws:SourceArn and aws:SourceAccount. A policy that looks at
neither would serve another customer's rule or alarm as well:
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html.
"""

import re
from dataclasses import replace

from launcher.decision import is_service
from rights.parts import conditions, widens

_STRANGER = "999999999999"
_SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner")


def serves_strangers(book, request):
    """Whether a service would be let in as well for the same thing of another account."""
    sources = [key for key in _SOURCES if key in request.context]
    if not is_service(request.principal) or not sources:
        return False
    context = {**request.context, **{key: another(request.context[key]) for key in sources}}
    return book.allows(replace(request, context=context))


def idle_conditions(book, request, statement):
    """(key, value) of each condition that would let another value in than this request's; None stands for no value."""
    found = []
    for operator, key, _values in conditions(statement):
        held = request.context.get(key.lower())
        if held is None or not widens(operator):
            continue
        for value in (another(held), None):
            context = {**request.context, key.lower(): value}
            if value is None:
                del context[key.lower()]
            if book.allows(replace(request, context=context)):
                found.append((key, value))
    return found


def another(value):
    """A value of the same kind that is somebody else's: of another account where it names one."""
    if isinstance(value, list):
        return [another(one) for one in value]
    if value in ("true", "false"):
        return "false" if value == "true" else "true"
    changed = re.sub(r"(?<![0-9])[0-9]{12}(?![0-9])", _STRANGER, str(value))
    return changed if changed != value else f"{value}-of-another"
