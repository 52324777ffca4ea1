"""What tells one row from another: its id, its version, and a hash of what it says."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from recaudit import values
from recaudit.health.evaluate import Element, Resource

_UTC: Final = ZoneInfo("UTC")


def key_of(resource: Resource) -> str | None:
    """The id of a resource as text; None where it has none that can be read. A number is read as its digits."""
    key = resource.get("id")
    if isinstance(key, str):
        return key if key.strip() else None
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else None


def version_of(meta: Element) -> int | None:
    """``meta.lastUpdated`` as microseconds since 1970 UTC; None where it is absent or no instant."""
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    span = values.span(text, _UTC) if isinstance(text, str) else None
    return span[0] if span is not None and span[0] == span[1] else None


def content_hash(resource: Resource) -> str:
    """16 hex digits that differ for copies that differ, ``meta`` apart; the order of elements does not matter.

    >>> content_hash({"id": "a", "meta": {"versionId": "1"}}) == content_hash({"id": "a"})
    True
    """
    rest = resource.copy()
    rest.pop("meta", None)
    try:
        text = orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # nested too deep to be written again
        text = _flat(rest)
    return blake2b(text, digest_size=8).hexdigest()


def _flat(value: Element) -> bytes:
    """A JSON value of any depth as bytes: another value gives other bytes."""
    pieces, left = [], [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            pieces.append(f"{{{len(each)}")
            for name in sorted(each, reverse=True):
                left.extend((each[name], name))
        elif isinstance(each, list):
            pieces.append(f"[{len(each)}")
            left.extend(reversed(each))
        else:
            pieces.append(repr(each))
    return "\0".join(pieces).encode()
