"""A whole audit on disk: plan, register, exports, the truth about them, and a page that says what is planted where."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

from recaudit.errors import PlanError
from recaudit.model import RUNGS, Claim
from recaudit.synth import plantings, province, readme
from recaudit.synth.claims import Judge, claims_of, holes_of
from recaudit.synth.counting import Ladder, facility_truth, ladder, table_truth, tally, unattributed
from recaudit.synth.layout import File, as_bytes, files
from recaudit.synth.reading import Reading
from recaudit.synth.spec import AS_OF, PERIOD, TIMEZONE, Spec
from recaudit.synth.world import FOLDERS, SHARED, Planted, World

QUARTER = "2026-Q3"  # the period, as the register writes it
TruthJson = dict[str, object]


def write(target: Path, spec: Spec) -> None:
    """Write the audit of ``spec`` into the folder ``target``, which is made where it is missing.

    Raises ``PlanError`` when the folder has something in it, when the spec asks for a planting that there is not,
    or for no facility or no record at all: nothing is overwritten and no empty audit is made.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise PlanError("the folder is not empty", where=str(target), fix="name a new folder, or empty this one")
    for path, content in audit(spec).items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def audit(spec: Spec) -> dict[str, bytes]:
    """Path -> bytes of every file that ``write`` writes. Raises ``PlanError`` as it does."""
    world, planted, exports = build(spec)
    claims = claims_of(world)
    texts = {
        "recaudit.toml": plan_text(world, exports, claims),
        "register/facilities.csv": _facilities(world),
        "register/areas.csv": _areas(world),
        "register/expected.csv": _expected(world),
        "register/rosters.csv": _rosters(world),
        "truth.json": json.dumps(truth(world, exports, claims), indent=1, sort_keys=True) + "\n",
        "README.md": readme.text(spec, planted, exports),
    }
    return {file.path: as_bytes(file) for file in exports} | {path: text.encode() for path, text in texts.items()}


def _check(spec: Spec) -> None:
    if spec.facilities < 1 or spec.records < 1:
        fix = "ask for at least one facility and one record"
        raise PlanError("nothing to make", where="facilities and records", fix=fix)
    if unknown := sorted((spec.plantings or frozenset()) - frozenset(plantings.PLANTINGS)):
        fix = f"the names are {', '.join(plantings.PLANTINGS)}"
        raise PlanError(f"there is no planting {', '.join(unknown)}", where="plantings", fix=fix)


def build(spec: Spec) -> tuple[World, list[Planted], tuple[File, ...]]:
    """The planned province, what was planted in it, and its export files. Raises ``PlanError`` as ``write`` does."""
    _check(spec)
    world = province.clean(spec)
    planted = plantings.plant(world)
    return world, planted, files(world)


# ------------------------------------------------------------------------------------------------ the truth
def truth(world: World, exports: tuple[File, ...], claims: tuple[Claim, ...]) -> TruthJson:
    """What a correct audit says, added up from the planted rows."""
    register = {facility.id: facility for facility in (*(site.facility for site in world.sites), *world.closed)}
    reading = Reading.of(exports)
    rows = reading.by_facility(register)
    ladders = [ladder(tally(site, rows.get(site.id, []), reading), world.spec.silence) for site in world.sites]
    strangers = unattributed(rows[None], reading)
    judge = Judge(world, ladders, strangers, holes_of(reading))
    return {
        "facilities": {one.tally.site.id: facility_truth(one) for one in ladders},
        "unattributed": strangers,
        "tables": table_truth(reading),
        "claims": {claim.id: judge.truth(claim) for claim in claims},
        "totals": _totals(ladders, strangers),
    }


def _totals(ladders: list[Ladder], strangers: Mapping[str, int]) -> TruthJson:
    """Sums over facilities; rungs and expected over those with an expected number."""
    numbered = [one for one in ladders if one.expected is not None]
    states = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")
    return {
        "facilities": len(ladders),
        "silent": sum(one.status == "silent" for one in ladders),
        "no_expected": len(ladders) - len(numbered),
        "expected": sum(one.expected or 0 for one in numbered),
        "missing": sum(one.missing for one in ladders),
        "read": sum(one.tally.read for one in ladders) + strangers["rows"],
        **{state: sum(one.tally.rows[state] for one in ladders) for state in states},
        "unattributed": strangers["rows"],
        "rungs": {
            name: {stand: sum(one.rung(number)[stand] for one in numbered) for stand in ("reached", "short", "unknown")}
            for number, name in enumerate(RUNGS, 1)
        },
    }


# ------------------------------------------------------------------------------------------------ the register
def _csv(header: str, rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _facilities(world: World) -> str:
    every = sorted((*(site.facility for site in world.sites), *world.closed), key=lambda facility: facility.id)
    rows = ((f.id, f.name, f.sector, f.kind, f.area, f.vendor, _day(f.open_from), _day(f.open_to)) for f in every)
    return _csv("id,name,sector,kind,area,vendor,open_from,open_to", rows)


def _areas(world: World) -> str:
    return _csv("code,name,name_en,kind,parent", ((a.code, a.name, a.name_en, a.kind, a.parent) for a in world.areas))


def _expected(world: World) -> str:
    counted = (site for site in world.sites if site.basis == "count")
    rows = ((s.id, QUARTER, s.expected, s.covers, _count_source(s.covers)) for s in counted)
    return _csv("facility,period,expected,covers,source", rows)


def _count_source(covers: str) -> str:
    return "Insurance claims" if covers == "subset" else "Quarterly activity report"


def _rosters(world: World) -> str:
    listed = (site for site in world.sites if site.basis == "roster")
    rows = ((s.id, QUARTER, key, "Admission book") for s in listed for key in sorted(s.roster))
    return _csv("facility,period,id,source", rows)


# ------------------------------------------------------------------------------------------------ the plan
def plan_text(world: World, exports: tuple[File, ...], claims: tuple[Claim, ...]) -> str:
    """``recaudit.toml``. A source without a file is left out: it would name nothing that can be read."""
    spaces = {file.namespace for file in exports}
    spec = world.spec
    parts = [
        "# A synthetic audit: people, facilities and records are made up. truth.json has what a correct audit finds.",
        "[audit]",
        f'name = "Synthetic province, seed {spec.seed}"',
        f"as_of = {AS_OF}",
        f"period = {{ from = {PERIOD.first}, to = {PERIOD.last} }}",
        f'timezone = "{TIMEZONE}"',
        f'silence = "{spec.silence}"',
        "",
        "[register]",
        'source = "Provincial health department, list of licensed facilities"',
        f"date = {PERIOD.first}",
        'facilities = "register/facilities.csv"',
        'areas = "register/areas.csv"',
    ]
    if any(site.basis == "count" for site in world.sites):
        parts.append('expected = ["register/expected.csv"]')
    if any(site.basis == "roster" for site in world.sites):
        parts.append('rosters = ["register/rosters.csv"]')
    if SHARED in spaces:
        parts += _source(SHARED, "health/shared", "# files that hold the rows of many facilities")
    if FOLDERS in spaces:
        parts += [*_source(FOLDERS, "health/by_facility", "# one folder a facility"), 'facility = ["folder"]']
    for claim in claims:
        parts += _claim(claim)
    return "\n".join(parts) + "\n"


def _source(name: str, path: str, comment: str) -> list[str]:
    return [
        "",
        f"[[source]]  {comment}",
        f'name = "{name}"',
        'sector = "health"',
        f'paths = ["{path}"]',
        'format = "fhir"',
        'release = "R4"',
        'namespace = "source"',
    ]


def _claim(claim: Claim) -> list[str]:
    lines = ["", "[[claim]]", f'id = "{claim.id}"', f'sector = "{claim.sector}"', f'rung = "{claim.rung}"']
    lines.append(f'target = "{_per_cent(claim.target)}"')
    words = ", ".join(f"{language} = {_quoted(text)}" for language, text in claim.statement.items())
    lines.append(f"statement = {{ {words} }}")
    if claim.level != "records":
        lines.append(f'level = "{claim.level}"')
        lines.append(f'each = "{claim.each if claim.each == "any" else _per_cent(Fraction(claim.each))}"')
    scope = {"area": claim.scope.areas, "kind": claim.scope.kinds, "vendor": claim.scope.vendors}
    scope["facility"] = claim.scope.facilities
    named = [f"{key} = [{', '.join(map(_quoted, texts))}]" for key, texts in scope.items() if texts]
    if named:
        lines.append(f"scope = {{ {', '.join(named)} }}")
    if claim.excused != "unmet":
        lines.append(f'excused = "{claim.excused}"')
    if claim.accept:
        lines.append(f'accept = "{claim.accept}"')
    if claim.said_by:
        lines.append(f"by = {_quoted(claim.said_by)}")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _per_cent(share: Fraction) -> str:
    whole = share * 100
    return f"{whole.numerator / whole.denominator:g} %"
