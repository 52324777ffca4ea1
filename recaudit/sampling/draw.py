"""A seeded draw, without any library's random numbers: each unit gets HMAC-SHA-256(seed and sizes, unit), and the
lowest are drawn.

So the order of rows and files changes nothing, and every version of recaudit draws the same. Another size draws others:
whoever dislikes an answer cannot drop it by saying afterwards that fewer were drawn.
"""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, cast

from recaudit.sampling.frame import BY, OF, By, Frame, Of, Unit

SCHEMA: Final = "recaudit.draw/1"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be drawn: ``size`` in all, or ``per_stratum`` of each. ``claim``: its scope is the frame; ""."""

    sector: str
    of: Of
    seed: str
    size: int | None = None
    per_stratum: int | None = None
    by: By = ""
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Stratum:
    name: str
    frame: int
    drawn: tuple[Unit, ...]  # in the order of the draw


def drawn(frame: Frame, request: Request) -> tuple[Stratum, ...]:
    """The strata in order of name, each with what was drawn of it. A frame of nothing has none."""
    members: dict[str, list[Unit]] = defaultdict(list)
    for unit in frame.units:
        members[frame.stratum(unit, request.by)].append(unit)
    sizes = {name: len(members[name]) for name in sorted(members)}
    if request.per_stratum is not None:
        counts = {name: min(request.per_stratum, size) for name, size in sizes.items()}
    else:
        counts = allocated(sizes, request.size or 0)
    return tuple(
        Stratum(name, size, tuple(sorted(members[name], key=lambda unit: _place(request, unit))[: counts[name]]))
        for name, size in sizes.items()
    )


def _place(request: Request, unit: Unit) -> bytes:
    asked = "\0".join((request.seed, str(request.size), str(request.per_stratum), request.by, request.claim))
    message = "\0".join((request.sector, request.of, *unit))
    return hmac.digest(asked.encode(), message.encode(), "sha256")


def allocated(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum: in proportion, by largest remainder, ties by name; at least one of each where the size
    allows, taken from the stratum that has most above its share. Never more than there are.

    >>> allocated({"a": 97, "b": 2, "c": 1}, 10), allocated({"a": 3}, 5), allocated({}, 5)
    ({'a': 8, 'b': 1, 'c': 1}, {'a': 3}, {})
    """
    whole = sum(sizes.values())
    size = min(size, whole)
    if not whole:
        return dict.fromkeys(sizes, 0)
    quota = {name: Fraction(size * of, whole) for name, of in sizes.items()}
    counts = {name: int(share) for name, share in quota.items()}
    left = size - sum(counts.values())
    for name in sorted(sizes, key=lambda name: (counts[name] - quota[name], name))[:left]:
        counts[name] += 1
    if size >= sum(of > 0 for of in sizes.values()):
        for name in [name for name in sizes if sizes[name] and not counts[name]]:
            richest = max((other for other in sizes if counts[other] > 1), key=lambda one: counts[one] - quota[one])
            counts[richest] -= 1
            counts[name] += 1
    return counts


# ------------------------------------------------------------------------------------------------ draw.json
def as_json(
    request: Request,
    frame: Frame,
    strata: tuple[Stratum, ...],
    *,
    version: str,
    lists: Mapping[str, str],
    sheets: Mapping[str, str],
) -> str:
    """How it was drawn, for anybody who wants to draw it again; no id of a record. ``lists``, ``sheets``: SHA-256."""
    said = {
        "schema": SCHEMA,
        "recaudit": version,
        "sector": request.sector,
        "of": request.of,
        "claim": request.claim,
        "by": request.by,
        "size": request.size,
        "per_stratum": request.per_stratum,
        "seed": request.seed,
        "frame": {"size": len(frame.units), "sha256": frame.sha256, "without_a_list": list(frame.unlisted)},
        "strata": _counts(strata),
        "lists": [{"file": name, "sha256": sha256} for name, sha256 in sorted(lists.items())],
        "sheets": [{"file": name, "sha256": sha256} for name, sha256 in sorted(sheets.items())],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _counts(strata: tuple[Stratum, ...]) -> list[dict[str, str | int]]:
    return [{"name": one.name, "frame": one.frame, "drawn": len(one.drawn)} for one in strata]


def says(text: str, strata: tuple[Stratum, ...]) -> bool:
    """Whether a sound draw.json says that just so many were drawn of each stratum. Not where somebody changed what it
    asks for, or how many it says it drew, afterwards."""
    said = json.loads(text)
    return bool(said.get("strata") == _counts(strata))


def request_of(text: str) -> tuple[Request, str] | None:
    """What a draw.json asks for, and the SHA-256 of its frame; None when it is no such file."""
    try:
        said = json.loads(text)
        request = Request(*(said[key] for key in ("sector", "of", "seed", "size", "per_stratum", "by", "claim")))
        sha256 = said["frame"]["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    texts = (request.sector, request.seed, request.claim, sha256)
    sound = said.get("schema") == SCHEMA and request.of in OF and request.by in BY
    sound &= all(isinstance(one, str) and _encodable(one) for one in texts) and (
        _count(request.size) ^ _count(request.per_stratum)
    )
    return (request, cast(str, sha256)) if sound else None


def _encodable(text: str) -> bool:
    """JSON may escape half of a character, which no text in UTF-8 has."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _count(value: Any) -> bool:  # noqa: ANN401  # whatever stands in a JSON file
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
