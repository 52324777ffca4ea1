"""The health sector of a synthetic province: FHIR exports of hospitals and stations."""

from __future__ import annotations

from recaudit.synth.health import facilities, fhir, layout, states
from recaudit.synth.health.claims import claims_of
from recaudit.synth.health.plant_copies import COPIES
from recaudit.synth.health.plant_elements import ELEMENTS
from recaudit.synth.health.plant_files import FILES
from recaudit.synth.health.plant_records import RECORDS
from recaudit.synth.sector import Sector, Source, States
from recaudit.synth.world import Row


def _link(row: Row) -> str | None:
    cell = row["encounter_ref"]
    return cell.text if cell.filled else None


def _nothing_due(*_: object) -> list[States]:
    return []


HEALTH = Sector(
    name="health",
    unit=fhir.UNIT,
    tables=fhir.TABLES,
    hanging=fhir.HANGING,
    named={"patient": "subject_ref"},
    status="status",
    finished=("finished", "completed"),
    open=(
        *("planned", "arrived", "triaged", "in-progress", "onleave", "on-hold", "discharged", "discontinued"),
        *("cancelled", "entered-in-error"),
    ),
    end="period_end",
    rules=states.RULES,
    looks_for=states.LOOKS_FOR,
    states=states.states_of,
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
    then=(*COPIES, *RECORDS, *ELEMENTS),
    sources=(
        Source(layout.SHARED, "health/shared", "files that hold the rows of many facilities"),
        Source(layout.FOLDERS, "health/by_facility", "one folder a facility", ('facility = ["folder"]',)),
    ),
    plan=('format = "fhir"', 'release = "R4"', 'namespace = "source"'),
    suites=(),
    namespace=layout.namespace,
    files=layout.files,
    written=lambda files: {file.path: layout.as_bytes(file) for file in files},
    line=layout.line,
    claims=claims_of,
    roster_id=str,
    roster_source="Admission book",
)
