"""What a gate asks and how it stands, in words: the one place where every report, the page and the exit code have it.

A record of the result goes in, sentences of no language come out. The sign of met or missed is the report's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from recaudit.result import AreaEntry
from recaudit.resultclaims import GateEntry, GateUnit
from recaudit.said import Promised, Said, SaidEntry, Share, few, of_entry, say, say_n
from recaudit.terms import word


def asked(gate: GateEntry, areas: Sequence[AreaEntry] = ()) -> Said:
    """What it asks for, with its scope. ``areas``: those of the result, so that areas have their names too.

    >>> scope = {"areas": ["24133"], "kinds": [], "vendors": [], "facilities": []}
    >>> gate = {"rung": "complete", "at_least": "0.95", "sector": "health", "per": "area", "of": "expected"}
    >>> str(asked({**gate, "scope": scope}))
    'complete: at least 95 % of expected records in each area of health, only areas 24133'
    """
    whole = _of_all(gate)
    scope = list(_scope(gate, {area["code"]: area["name"] for area in areas}))
    return say("{asked}, only {scope}", asked=whole, scope=scope) if scope else whole


def _of_all(gate: GateEntry) -> Said:
    share, rung, sector = Promised(gate["at_least"]), word("rung", gate["rung"]), word("sector", gate["sector"])
    values = {"rung": rung, "share": share, "sector": sector}
    match gate["of"], gate["per"]:
        case "expected", "area":
            return say("{rung}: at least {share} of expected records in each area of {sector}", **values)
        case "expected", "facility":
            return say("{rung}: at least {share} of expected records in each facility of {sector}", **values)
        case "expected", _:
            return say("{rung}: at least {share} of expected records of {sector}", **values)
        case _, "area":
            return say("{rung}: at least {share} of received records in each area of {sector}", **values)
        case _, "facility":
            return say("{rung}: at least {share} of received records in each facility of {sector}", **values)
    return say("{rung}: at least {share} of received records of {sector}", **values)


def _scope(gate: GateEntry, names: Mapping[str, str]) -> Iterator[Said]:
    """Each filter in its turn; areas that are called otherwise today stand as the plan writes them too."""
    for name, values in cast(Mapping[str, list[str]], gate["scope"]).items():
        if not values:
            continue
        if name == "as_written":
            yield say("in the plan {names}", names=few(values))
            continue
        shown = [f"{one} {names[one]}" if name == "areas" and names.get(one) else one for one in values]
        yield say("{name} {values}", name=word("scope", name), values=few(shown))


def kept(gate: GateEntry, *, hidden: bool = False) -> Said:
    """What is known at least, or how many of its units miss it, or why it has no unit. ``hidden``: the counts of
    its scope are not shown, which matters to a gate about a sum.

    >>> unit = {"unit": "health", "low": [12, 20], "met": False, "why": None}
    >>> gate = {"per": "sector", "units": 1, "missed": 1, "why": None, "worst": [unit]}
    >>> str(kept(gate)), str(kept({**gate, "per": "area", "units": 3}))
    ('at least 60.00 %, 12 of 20', '1 of 3 areas misses it')
    """
    if not gate["units"]:
        return _why(gate["why"])
    if gate["per"] == "sector":
        return known(gate["worst"][0], hidden=hidden)
    missed, every = gate["missed"], gate["units"]
    if gate["per"] == "area":
        return say_n("{n} of {every} areas misses it", "{n} of {every} areas miss it", n=missed, every=every)
    return say_n("{n} of {every} facilities misses it", "{n} of {every} facilities miss it", n=missed, every=every)


def known(unit: GateUnit, *, hidden: bool = False) -> Said:
    """What is known of one unit at least; why nothing is, where nothing is."""
    if hidden:
        return say("counts are not shown")
    if unit["low"] is None:
        return _why(unit["why"])
    n, total = unit["low"]
    return say("at least {share}, {n} of {total}", share=Share(n, total), n=n, total=total)


def _why(entry: SaidEntry | str | None) -> Said:
    if entry and not isinstance(entry, str):
        return of_entry(entry)
    return say("nobody said why")
