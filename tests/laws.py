"""The laws of SCORING section 6, each as a function from results to what breaks it, in words; [] where it holds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from recaudit import audit
from recaudit.model import RUNGS, STATES
from recaudit.synth import Spec, export
from tests.losses import Files, missing_table

Result = Mapping[str, Any]

TIMES = 20 if os.environ.get("RECAUDIT_EXHAUSTIVE") == "1" else 1
SHOWN = 12

SUITES = '[suites]\nhealth = ["encounter", "patient", "condition", "observation", "composition"]\n'
LEFT_OUT = ("MedicationRequest", "Procedure")
"""For speed: to the laws they are as observations are, tables of which no rule asks for a row."""

CLAIMS = """
[[claim]]
id = "all"
sector = "health"
rung = "complete"
target = "100 %"

[[claim]]
id = "most"
sector = "health"
rung = "attested"
target = "60 %"
excused = "accept"

[[claim]]
id = "facilities"
sector = "health"
rung = "complete"
target = "50 %"
level = "facilities"
each = "90 %"

[[claim]]
id = "areas"
sector = "health"
rung = "received"
target = "100 %"
level = "areas"
each = "any"
"""
OF_ONE = """
[[claim]]
id = "of {facility}"
sector = "health"
rung = "consistent"
target = "100 %"
scope = {{ facility = ["{facility}"] }}
"""


# -------------------------------------------------------------- provinces and their audits
def province(spec: Spec) -> Files:
    """The audit of a spec with claims of our own: about everything, and one about each facility."""
    world, _, exported = export.build(spec)
    files = export.audit(spec)
    plan = export.plan_text(world, exported, ())
    claims = CLAIMS + "".join(OF_ONE.format(facility=site.id) for site in world.sites)
    kept = {path: content for path, content in files.items() if path.startswith(("register/", "health/"))}
    for kind in LEFT_OUT:
        kept = missing_table(kept, kind)
    return {**kept, "recaudit.toml": (plan + SUITES + claims).encode()}


def put(files: Files, folder: Path) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def outcome(files: Files, *, workers: int = 1) -> audit.Outcome:
    with tempfile.TemporaryDirectory() as folder:
        put(files, Path(folder))
        return audit.check(Path(folder), workers=workers)


def audited(files: Files) -> Result:
    return outcome(files).result


# -------------------------------------------------------------- comparing
def differences(here: object, there: object, path: str = "") -> Iterator[str]:
    """Where two JSON values differ: ``path: here, not there``."""
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        for key in sorted({*here, *there}):
            yield from differences(here.get(key), there.get(key), f"{path}/{key}")
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for place, (one, other) in enumerate(zip(here, there, strict=True)):
            name = one.get("id", one.get("name", place)) if isinstance(one, Mapping) else place
            yield from differences(one, other, f"{path}/{name}")
    elif here != there:
        yield f"{path}: {here}, not {there}"


def told(broken: Iterable[str]) -> str:
    """What a failing test prints."""
    every = list(broken)
    more = [f"and {len(every) - SHOWN} more"] if len(every) > SHOWN else []
    return "\n".join([*every[:SHOWN], *more])


# -------------------------------------------------------------- laws 1, 2 and 3
def raised(before: Result, after: Result, rungs: Sequence[str] = RUNGS) -> list[str]:
    """What a loss may not do: a low bound that rises, or a verdict that becomes confirmed.

    Claims over what was a floor are left out: a floor that is none any more gets the low bound it did not have.
    """
    return list(_raised(before, after, rungs))


def _raised(before: Result, after: Result, rungs: Sequence[str]) -> Iterator[str]:
    for was, now in _claims(before, after):
        if any(one["over_reported"] or one["covers"] == "subset" for one in _inside(was, before)):
            continue
        for rung in rungs:
            old, new = was["by_rung"][rung], now["by_rung"][rung]
            name = f"claim {now['id']} at {rung}"
            if new["low"] and (not old["low"] or _share(new["low"]) > _share(old["low"])):
                yield f"{name}: low rises from {old['low']} to {new['low']}"
            if new["verdict"] == "confirmed" != old["verdict"]:
                yield f"{name}: {old['verdict']} becomes confirmed"
        if now["verdict"] == "confirmed" != was["verdict"] and now["rung"] in rungs:
            yield f"claim {now['id']}: {was['verdict']} becomes confirmed"


def _inside(claim: Any, result: Result) -> list[Any]:  # noqa: ANN401 - JSON
    """The facilities that a claim of ``CLAIMS`` speaks of."""
    scope = claim["scope"]["facilities"]
    return [facility for facility in result["facilities"] if facility["id"] in scope or not scope]


def _claims(before: Result, after: Result) -> Iterator[tuple[Any, Any]]:
    return zip(before["claims"], after["claims"], strict=True)


def _share(bound: Sequence[int]) -> Fraction:
    return Fraction(bound[0], bound[1]) if bound[1] else Fraction(0)


# -------------------------------------------------------------- law 4
def reordered(one: Result, other: Result) -> list[str]:
    """What the order of files, rows, chunks and the number of workers may not change."""
    parts = ("facilities", "areas", "claims", "rules", "tables", "unattributed", "totals", "not_looked_at", "notes")
    return [found for part in parts for found in differences(one[part], other[part], part)]


# -------------------------------------------------------------- law 5
def _received(facility: Mapping[str, Any]) -> int:
    """Without an expected number the whole is what was received: keys, and unreadable rows, which are unknown."""
    return int(facility["matched"] + min(facility["unreadable"], facility["rungs"]["received"]["unknown"]))


def unsummed(result: Result) -> list[str]:
    """Facility sums = area sums = province sums; the two identities of section 2; rules = sums over facilities."""
    return list(_unsummed(result))


def _unsummed(result: Result) -> Iterator[str]:
    facilities = result["facilities"]
    numbered = [facility for facility in facilities if facility["expected"] is not None]
    root = next(area for area in result["areas"] if not area["parent"])
    totals = result["totals"]["health"]
    for name, said in (("total", totals), (f"area {root['code']}", root["sectors"]["health"])):
        due = {
            "facilities": len(facilities),
            "silent": sum(facility["status"] == "silent" for facility in facilities),
            "no_expected": len(facilities) - len(numbered),
            "expected": sum(facility["expected"] for facility in numbered),
            "rungs": _rungs_of(numbered or facilities),
        }
        yield from differences({key: said[key] for key in due}, due | {"expected": due["expected"] or None}, name)
    for facility in facilities:
        states = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")
        if facility["read"] != sum(facility[state] for state in states):
            yield f"facility {facility['id']}: a row is in no state, or in two"
        for rung in RUNGS:
            if sum(facility["rungs"][rung].values()) != (facility["expected"] or _received(facility)):
                yield f"facility {facility['id']}: a record is nowhere, or twice, at {rung}"
    unattributed = sum(result["unattributed"].values())
    if totals["read"] != sum(facility["read"] for facility in facilities) + unattributed:
        yield "total: a row is of no facility and not unattributed"
    for rule in result["rules"]:
        summed = {state: sum(facility["rules"][rule["id"]][state] for facility in facilities) for state in STATES}
        yield from differences(rule["totals"], summed, f"rule {rule['id']}")


def _rungs_of(facilities: Sequence[Any]) -> dict[str, dict[str, int]]:
    stands = ("reached", "short", "unknown")
    return {
        rung: {stand: sum(facility["rungs"][rung][stand] for facility in facilities) for stand in stands}
        for rung in RUNGS
    }


# -------------------------------------------------------------- law 7
def contradicted(result: Result) -> list[str]:
    """low <= high, and the verdict that the claim's own numbers and the register allow."""
    return list(_contradicted(result))


def _contradicted(result: Result) -> Iterator[str]:
    for claim in result["claims"]:
        for rung in RUNGS:
            at = claim["by_rung"][rung]
            if at["low"] and at["high"] and not 0 <= at["low"][0] <= at["high"][0] <= at["high"][1]:
                yield f"claim {claim['id']} at {rung}: {at['low']} to {at['high']} is no range"
        due = _due(claim, result)
        if claim["verdict"] != due:
            yield f"claim {claim['id']}: {claim['verdict']}, but its numbers say {due}"


def _due(claim: Any, result: Result) -> str:  # noqa: ANN401 - JSON
    """For claims that accept no count: those of ``CLAIMS``."""
    target, low, high = Fraction(claim["target"]), claim["low"], claim["high"]
    if target == 1 and claim["counterexamples"]:
        return "refuted"
    if high and high[1] and _share(high) < target:
        return "refuted"
    if not low or not low[1] or _share(low) < target or not result["register"]["dated"]:
        return "unverifiable"
    by_roster = claim["level"] != "records" or all(one["basis"] == "roster" for one in _inside(claim, result))
    return "confirmed" if by_roster else "unverifiable"


def refuted_unread(before: Result, after: Result) -> list[str]:
    """What was only not read may be as good as it was: no high bound may fall below what was known before."""
    return list(_refuted_unread(before, after))


def _refuted_unread(before: Result, after: Result) -> Iterator[str]:
    for was, now in _claims(before, after):
        for rung in RUNGS:
            old, new = was["by_rung"][rung], now["by_rung"][rung]
            name = f"claim {now['id']} at {rung}"
            if old["low"] and new["high"] and _share(new["high"]) < _share(old["low"]):
                yield f"{name}: high falls to {new['high']}, below the low {old['low']} that is known"
            if old["verdict"] == "confirmed" and new["verdict"] == "refuted":
                yield f"{name}: confirmed becomes refuted"
