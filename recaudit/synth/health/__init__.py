"""The health sector of a synthetic province: FHIR exports of hospitals and stations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from recaudit.synth.health import facilities, fhir, layout, states
from recaudit.synth.health.claims import claims_of
from recaudit.synth.health.packs import PACKS, parts
from recaudit.synth.health.part import Part
from recaudit.synth.health.plant_copies import COPIES
from recaudit.synth.health.plant_elements import ELEMENTS
from recaudit.synth.health.plant_files import FILES
from recaudit.synth.health.plant_records import RECORDS
from recaudit.synth.sector import Received, Sector, Source, States
from recaudit.synth.spec import Spec
from recaudit.synth.world import Row

T = TypeVar("T")


def _link(row: Row) -> str | None:
    cell = row["encounter_ref"]
    return cell.text if cell.filled else None


def _nothing_due(*_: object) -> list[States]:
    return []


def _merged(mappings: Iterable[Mapping[str, T]]) -> dict[str, T]:
    return {key: value for mapping in mappings for key, value in mapping.items()}


def _states_of(row: Row, record: Received, more: Sequence[Part]) -> States:
    """The core's states, then those of the parts: a part may say anew what a rule of the core finds in its rows."""
    found = states.states_of(row, record)
    for part in more:
        if row.table in part.states:
            found |= part.states[row.table](row, record)
    return found


def health(spec: Spec) -> Sector:
    """The sector with the tables, rules and plantings of the spec's packs."""
    more = parts(spec)
    tables = (*fhir.TABLES, *(table for part in more for table in part.tables))
    own = tuple(pack for pack in spec.packs if pack in PACKS)
    return Sector(
        name="health",
        unit=fhir.UNIT,
        tables=tables,
        hanging=(*fhir.HANGING, *(table for part in more for table in part.hanging)),
        named={"patient": "subject_ref"} | _merged(part.named for part in more),
        status="status",
        finished=("finished", "completed"),
        open=(
            *("planned", "arrived", "triaged", "in-progress", "onleave", "on-hold", "discharged", "discontinued"),
            *("cancelled", "entered-in-error"),
        ),
        end="period_end",
        rules=states.RULES | _merged(part.rules for part in more),
        looks_for=states.LOOKS_FOR | _merged(part.looks_for for part in more),
        states=partial(_states_of, more=more),
        due=_nothing_due,
        link=_link,
        anchor=lambda row, table: row.id,
        holder=lambda row, table: row.id,
        content=fhir.content,
        layouts=("shared", "folder"),
        site=facilities.site,
        size=facilities.size,
        fill=facilities.fill,
        first=(*facilities.FACILITIES, *FILES),
        then=(*COPIES, *RECORDS, *ELEMENTS, *(one for part in more for one in part.plantings)),
        sources=(
            Source(layout.SHARED, "health/shared", "files that hold the rows of many facilities"),
            Source(layout.FOLDERS, "health/by_facility", "one folder a facility", ('facility = ["folder"]',)),
        ),
        plan=('format = "fhir"', 'release = "R4"', 'namespace = "source"'),
        suites=("core", *own) if own else (),
        namespace=layout.namespace,
        files=partial(layout.files, tables=tables),
        written=lambda files: {file.path: layout.as_bytes(file) for file in files},
        line=layout.line,
        claims=claims_of,
        roster_id=str,
        roster_source="Admission book",
    )
