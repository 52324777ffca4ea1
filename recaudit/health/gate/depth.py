"""How deep a resource may nest: deeper ones are not judged, by anything, and counted as that."""

from __future__ import annotations

from typing import Final

import orjson

from recaudit.health.evaluate import Resource

DEEPEST: Final = 254
"""Objects and lists inside one another, the resource itself counted. It is what orjson writes; HL7's own examples have
up to 24, and no exchange needs ten times as many."""

_SAYS: Final = "Recursion limit"


def is_too_deep(resource: Resource) -> bool:
    """Whether anything lies more than ``DEEPEST`` levels deep. Looks by writing it: no recursion of Python's.

    >>> is_too_deep({"a": [{}]})
    False
    """
    try:
        orjson.dumps(resource)
    except orjson.JSONEncodeError as failure:
        return _SAYS in str(failure)
    return False
