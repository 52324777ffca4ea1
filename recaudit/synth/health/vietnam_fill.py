"""What the pack ``vn`` asks of a clean visit. Codes of places are real, every serial number is made up."""

from __future__ import annotations

from random import Random
from typing import Final

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell, coded, value
from recaudit.synth.world import Record, Row, Site

CITIZEN: Final = ("VN", "VNM", "704", "000")
CARE_INSIDE: Final = ("03", "04", "09")
OPENED: Final = ("02", "03", "04", "05", "06", "08", "09")
ETHNICITIES: Final = ("01", "01", "01", "12", "18", "02")
OCCUPATIONS: Final = ("61110", "23410", "52230")
GROUPS: Final = ("AA", "BB", "ZZ")  # no groups of insured people are called so
_NURSERY: Final = 2020  # who was born in this year or later has somebody on record


def fill(site: Site, rng: Random) -> None:
    for row in site.others["organization"]:
        row.cells["ward"] = value(site.facility.area)
    for visit in site.records:
        _patient(visit.names("patient"), site, rng)
        _visit(visit, rng)


def _patient(row: Row, site: Site, rng: Random) -> None:
    foreign = rng.random() < 0.05
    if foreign:
        row.cells["identifier"] = NULL
    small = int(row["birth_date"].text[:4]) >= _NURSERY
    row.cells |= {
        "bhyt": value(_card(rng)),
        "ward": value(site.facility.area),
        "province": value(people.PROVINCE[0]),
        "ethnicity": value("55" if foreign else rng.choice(ETHNICITIES)),
        "nationality": value("LA" if foreign else "VN"),
        "occupation": NULL if small else value(rng.choice(OCCUPATIONS)),
        "contact": value(people.full_name(rng)) if small or rng.random() < 0.2 else NULL,
    }


def _card(rng: Random) -> str:
    serial = f"99{rng.randrange(10**8):08d}"
    return serial if rng.random() < 0.3 else f"{rng.choice(GROUPS)}{rng.randrange(1, 6)}{people.PROVINCE[0]}{serial}"


def _visit(visit: Record, rng: Random) -> None:
    own = visit.own
    by_day = own["type"].text == "01" and rng.random() < 0.35
    if by_day:
        code = rng.choice(("04", "05"))
        own.cells["type"] = coded(code, "Điều trị")
        if code == "04":
            own.cells["discharge_disposition"] = coded(*people.DISCHARGES[0])
    kind = own["type"].text
    own.cells |= {
        "ma_hsba": value(f"BA-{own.id}") if kind in OPENED else NULL,
        "admit_source": coded("outp") if kind in CARE_INSIDE else NULL,
        "insurance_visit_type": coded("1") if rng.random() < 0.8 else NULL,
        "diagnosis_ref": value(visit.of("condition")[0].id or ""),
    }
    for row in visit.of("procedure"):
        row.cells |= _surgery() if kind == "03" else {"category": coded("2"), "outcome": NULL}


def _surgery() -> dict[str, Cell]:
    return {"category": coded("18"), "outcome": coded("385669000")}
