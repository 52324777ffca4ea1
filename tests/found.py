"""What was found in a file, as one English text: the place, and what is wrong there."""

from __future__ import annotations

from recaudit.model import Finding
from recaudit.result import FindingEntry
from recaudit.said import of_entry
from recaudit.terms import placed


def found_at(found: Finding | FindingEntry) -> str:
    """
    >>> found_at({"kind": "not conformant", "count": 1, "where": "users.email", "lines": [], "what": {"text": "empty"}})
    'users.email: empty'
    """
    if isinstance(found, Finding):
        return str(placed(found.where, found.what))
    return str(placed(found["where"], of_entry(found["what"]) if "what" in found else None))
