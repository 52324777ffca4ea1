"""``[register]`` of a plan: where it lies, who keeps it, and how its records are told from one another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from recaudit.keys import DIFFERENCES, Difference
from recaudit.model import Period
from recaudit.planfile import Table
from recaudit.said import say
from recaudit.shipped import area_packs, expectations

_REGISTER_FILES: Final = ("expected", "rosters", "enrolments")
_NO_PLAN: Final = say('add subject_plan = "..."')
_NO_DAYS: Final = say('add calendar = "file.csv"')
LEAST_ALIKE: Final = Fraction(8, 10)
ALIKE: Final = Fraction(9, 10)
"""How alike two names are that probably are one person's, where the plan does not say."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of health insurance that were accepted: how many there are is expected, as a part of what is due."""

    files: tuple[str, ...]  # files, folders or patterns
    source: str  # whose they are, as in the column ``source`` of expected counts
    accepted: str  # who says that they were accepted, and how they were picked; no field of theirs does


@dataclass(frozen=True, slots=True)
class RegisterFiles:
    """Where the register lies; paths as written, relative to the plan's folder."""

    facilities: str
    areas: str = ""
    expected: tuple[str, ...] = ()
    rosters: tuple[str, ...] = ()
    enrolments: tuple[str, ...] = ()  # OneRoster's enrollments.csv of another source: who is enrolled is a roster
    enrolled_on: date | None = None  # on this day
    subject_plan: str = ""  # a file, or the name of one that travels with recaudit; "": nobody says what is due
    source: str = ""  # who keeps it; without source and date nothing is confirmed
    as_of: date | None = None
    decides: tuple[str, ...] = ()  # sources of expected numbers, the most trusted first
    crosswalk: str = ""  # a file: which new codes old ones of areas became
    map: str = ""  # a GeoJSON file: outlines of the areas
    map_key: str = ""  # its property that holds their code; "": the usual ones are tried
    keys: tuple[Difference, ...] = ()  # differences between a roster's key and an exported one that mean nothing
    fallback: Fraction | None = None  # how alike names must be where keys do not match; None: only keys match
    claims: Claims | None = None
    calendar: str = ""  # a file: when terms end and school years close
    statuses: str = ""  # a file, or the name of one that travels with recaudit: codes of a learner's standing


def register_of(table: Table, root: Path, period: Period) -> RegisterFiles:
    table.known(
        "source",
        "date",
        "facilities",
        "areas",
        "crosswalk",
        "map",
        "map_key",
        *_REGISTER_FILES,
        "decides",
        "enrolled_on",
        "subject_plan",
        "keys",
        "fallback",
        "claims",
        "calendar",
        "statuses",
    )
    files = RegisterFiles(
        facilities=table.text("facilities"),
        areas=table.text("areas", default=""),
        expected=table.texts("expected"),
        rosters=table.texts("rosters"),
        enrolments=table.texts("enrolments"),
        enrolled_on=table.day("enrolled_on") if "enrolled_on" in table.raw else None,
        subject_plan=table.text("subject_plan", default=""),
        source=table.text("source", default=""),
        as_of=table.day("date") if "date" in table.raw else None,
        decides=table.texts("decides"),
        crosswalk=table.text("crosswalk", default=""),
        map=table.text("map", default=""),
        map_key=table.text("map_key", default=""),
        keys=_differences(table),
        fallback=_fallback(table),
        claims=_claims(table.table("claims")) if "claims" in table.raw else None,
        calendar=table.text("calendar", default=""),
        statuses=table.text("statuses", default=""),
    )
    if len(set(files.decides)) < len(files.decides):
        table.problem(say("a source is named twice"), key="decides", fix=say("name each once, the most trusted first"))
    if files.crosswalk and not files.areas:
        table.problem(say("a crosswalk leads to areas, and there are none"), key="areas", fix=say("add areas = ..."))
    if files.map and not files.areas:
        table.problem(say("a map draws areas, and there are none"), key="map", fix=say("add areas = ..."))
    if files.map_key and not files.map:
        table.problem(say("it is a property of a map, and there is none"), key="map_key", fix=say("add map = ..."))
    for key, name in (("subject_plan", files.subject_plan), ("statuses", files.statuses)):
        travel = {path.stem for path in expectations("education", key).glob("*.csv")}
        if name and name not in travel and not os.path.isfile(root / name):
            fix = say(
                "paths are relative to {root}; with recaudit travels: {names}",
                root=str(root),
                names=", ".join(sorted(travel)),
            )
            table.problem(say("file {name} is not there", name=name), key=key, fix=fix)
    if files.calendar and not files.subject_plan:
        table.problem(say("a calendar says when results are due, and no plan says which"), key="calendar", fix=_NO_PLAN)
    if files.statuses and not files.calendar:
        table.problem(
            say("codes of standing speak of terms, and no calendar says when those are"), key="statuses", fix=_NO_DAYS
        )
    if files.enrolled_on is not None and not period.first <= files.enrolled_on <= period.last:
        table.problem(
            say("the day lies outside the plan's period"), key="enrolled_on", fix=say("name a day of the period")
        )
    if files.enrolments and files.enrolled_on is None:
        table.problem(
            say("nobody says on which day they count"), key="enrolled_on", fix=say("add enrolled_on = YYYY-MM-DD")
        )
    for key in ("facilities", "areas", "crosswalk", "map", "calendar", *_REGISTER_FILES):
        for name in dict.fromkeys(table.texts(key)) if key in table.sound else ():
            if not os.path.isfile(root / name) and not (key == "areas" and name in area_packs()):
                # Path.is_file raises for a name too long
                fix = say("paths are relative to {root}", root=str(root))
                if key == "areas":
                    packs = ", ".join(area_packs())
                    fix = say(
                        "paths are relative to {root}; with recaudit travels: {names}", root=str(root), names=packs
                    )
                table.problem(say("file {name} is not there", name=name), key=key, fix=fix)
    return files


def _claims(table: Table) -> Claims:
    table.known("files", "source", "accepted")
    return Claims(table.texts("files", required=True), table.text("source"), table.text("accepted"))


def _differences(table: Table) -> tuple[Difference, ...]:
    named = table.texts("keys")
    for one in named:
        if one not in DIFFERENCES:
            table.not_one_of(one, DIFFERENCES, key="keys")
    return tuple(one for one in DIFFERENCES if one in named)


def _fallback(table: Table) -> Fraction | None:
    """How alike names have to be for a probable match; None where none is looked for."""
    said = table.raw.get("fallback", False)
    if isinstance(said, dict):
        inside = table.table("fallback")
        inside.known("at_least")
        alike = inside.share("at_least")
        if "at_least" in inside.sound and alike < LEAST_ALIKE:
            inside.problem(say("names so different are two persons'"), key="at_least", fix=say("name 0.8 or more"))
    elif isinstance(said, bool):
        alike = ALIKE
    else:
        table.problem(say("is no yes or no"), key="fallback", fix=say("write fallback = true, or { at_least = 0.9 }"))
        return None
    if said is not False and not table.raw.get("rosters"):
        fix = say("name rosters with the columns name, birth_date and sex, or remove fallback")
        table.problem(say("no roster says who is expected"), key="fallback", fix=fix)
    return None if said is False else alike
