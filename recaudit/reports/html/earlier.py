"""Earlier results beside the one that is shown: in which order, and what of them was measured alike.

A trend joins points that were measured alike. ``recaudit.compare`` says what was not; the page shows such points apart,
with the reason. A result of another plan is no earlier result of this one and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from recaudit.compare import compare
from recaudit.errors import ResultError
from recaudit.reports.html.packing import packed
from recaudit.result import Result
from recaudit.said import SaidEntry, as_entry, say

KEPT: Final = ("schema", "tool", "plan", "as_of", "period", "areas", "claims", "totals", "digest")
"""What a trend needs beside the facilities."""
_AREAS_ASIDE: Final = ("code", "sectors")


def in_order(result: Result, older: Sequence[Result]) -> list[Result]:
    """The earlier results, oldest first. Raises ``ResultError`` for one that is of another plan, or not earlier."""
    seen = {_when(result)}
    for one in sorted(older, key=_when):
        if one["plan"]["name"] != result["plan"]["name"]:
            raise ResultError(
                say("an earlier result is of another plan"),
                where=f"{one['plan']['name']}, beside {result['plan']['name']}",
                fix=say("name results of one plan; a plan keeps its name from period to period"),
            )
        if _when(one) in seen or _when(one) > _when(result):
            raise ResultError(
                say("an earlier result is of the same day and period as another one, or later than the one shown"),
                where=f"{one['plan']['name']}, as of {one['as_of']}",
                fix=say("name each earlier result once, and show the latest"),
            )
        seen.add(_when(one))
    return sorted(older, key=_when)


def _when(result: Result) -> tuple[str, str, str]:
    period = result["period"]
    return period["to"] or "", period["from"] or "", result["as_of"] or ""


def unlike(old: Result, new: Result) -> dict[str, dict[str, list[SaidEntry]]]:
    """Why a claim or a facility was not measured then as it is now: {"claims": {id: [why]}, "facilities": …}.

    Facilities by "sector/id"; claims and facilities that were measured alike, or did not change, are left out.
    """
    found: dict[str, dict[str, list[SaidEntry]]] = {"claims": {}, "facilities": {}}
    for change in compare(old, new).changes:
        if change.why is not None and change.kind == "claim":
            _add(found["claims"], change.id, as_entry(change.why))
        elif change.why is not None and change.kind == "facility":
            _add(found["facilities"], f"{change.sector}/{change.id}", as_entry(change.why))
    return found


def _add(reasons: dict[str, list[SaidEntry]], key: str, why: SaidEntry) -> None:
    """Each reason once."""
    known = reasons.setdefault(key, [])
    if why not in known:
        known.append(why)


def beside(old: Result, new: Result, numbers: bytearray) -> dict[str, Any]:
    """An earlier result as the page holds it; its counts are appended to ``numbers``."""
    then, start = packed(old, cells=False), len(numbers)
    numbers += then.numbers
    kept: dict[str, Any] = {name: part for name, part in old.items() if name in KEPT}
    kept["areas"] = [{name: area[name] for name in _AREAS_ASIDE} for area in old["areas"]]
    return {"result": kept, "facilities": {**then.head, "start": start}, "unlike": unlike(old, new)}
