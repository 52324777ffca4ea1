"""Gaps in what the pack ``vn`` asks of a visit."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final

from recaudit.model import State
from recaudit.synth.cells import NULL, Cell, because, coded, day, placeholder, value
from recaudit.synth.health.plant_elements import element
from recaudit.synth.health.vietnam_fill import CARE_INSIDE, CITIZEN, OPENED
from recaudit.synth.planting import Cells, Planting, Spot, left_alone
from recaudit.synth.world import Record, Row, World


# ------------------------------------------------------------------------------------------------ which rows fit
def _citizen(visit: Record, row: Row) -> bool:
    return row.cells.get("nationality", NULL).text in CITIZEN and row["identifier"].filled


def _working(visit: Record, row: Row) -> bool:
    return row.cells.get("occupation", NULL).filled


def _opened(visit: Record, row: Row) -> bool:
    return row["type"].text in OPENED


def _inside(visit: Record, row: Row) -> bool:
    return row["type"].text in CARE_INSIDE


def _by_day(visit: Record, row: Row) -> bool:
    return row["type"].text == "04"


def _stays(visit: Record, row: Row) -> bool:
    return row["type"].text == "03" and row["class"].filled


def _insured(visit: Record, row: Row) -> bool:
    return visit.own.cells.get("insurance_visit_type", NULL).filled


def _cut(visit: Record, row: Row) -> bool:
    return row.cells.get("category", NULL).text == "18"


# ------------------------------------------------------------------------------------------------ cells worked out
def _changed(row: Row, at: int, digit: str) -> Cells:
    text = row["identifier"].text
    return {"identifier": value(text[:at] + digit + text[at + 1 :])}


def _other_century(visit: Record, row: Row) -> Cells:
    return _changed(row, 3, str((int(row["identifier"].text[3]) + 2) % 4))


def _other_sex(visit: Record, row: Row) -> Cells:
    return _changed(row, 3, str(int(row["identifier"].text[3]) ^ 1))


def _in_the_organization(name: str, note: str, state: State, cells: Cells) -> Planting:
    """The facility's own row, so that it shows in each of its visits."""

    def plant(world: World, rng: Random) -> Spot | None:
        room = [
            (site, row)
            for site in world.sites
            if not left_alone(site) and site.records
            for row in site.others["organization"]
            if row not in world.touched
        ]
        if not room:
            return None
        site, row = rng.choice(room)
        world.touched.add(row)
        row.cells.update(cells)
        return site.id, (row,)

    return Planting(name, note, plant, rule=name.partition("/")[0], state=state)


_CHILD: Final[dict[str, Cell]] = {"birth_date": day(date(2024, 3, 1)), "contact": NULL}

PLANTINGS = (
    element("vn-pat-cccd/null", "unmet", "a citizen without number", {"identifier": NULL}, _citizen),
    element(
        "vn-pat-cccd/newborn", "not_applicable", "a reason: not yet", {"identifier": because("temp-unknown")}, _citizen
    ),
    element("vn-pat-cccd/masked", "excused", "a reason: masked", {"identifier": because("masked")}, _citizen),
    element("vn-pat-cccd/nobody-knows", "not_assessable", "no nationality", {"nationality": NULL}, _citizen),
    element("vn-pat-cccd-shape/lost-digit", "unmet", "11 digits", lambda v, r: _changed(r, 11, ""), _citizen),
    element("vn-pat-cccd-province/none", "unmet", "no province", lambda v, r: _changed(r, 0, "9"), _citizen),
    element("vn-pat-cccd-century/other", "unmet", "another century's digit", _other_century, _citizen),
    element("vn-pat-cccd-sex/other", "unmet", "the other sex's digit", _other_sex, _citizen),
    element("vn-pat-bhyt-shape/level-6", "unmet", "a level that there is not", {"bhyt": value("ZZ6669900000001")}),
    element("vn-pat-bhyt-shape/small", "unmet", "small letters", {"bhyt": value("zz4669900000001")}),
    element("vn-pat-address/placeholder", "unmet", "“chưa cập nhật”", {"address": placeholder("chưa cập nhật")}),
    element("vn-pat-ward/null", "unmet", "absent", {"ward": NULL}),
    element("vn-pat-ward/masked", "excused", "a reason: masked", {"ward": because("masked")}),
    element("vn-pat-ward-shape/name", "unmet", "a name", {"ward": value("Ea Súp")}),
    element("vn-pat-province/null", "unmet", "absent", {"province": NULL}),
    element("vn-pat-province-shape/three", "unmet", "three digits", {"province": value("066")}),
    element("vn-pat-ethnicity/declined", "excused", "did not want to say", {"ethnicity": because("asked-declined")}),
    element("vn-pat-ethnicity-code/word", "unmet", "a word", {"ethnicity": value("Kinh")}),
    element("vn-pat-nationality/placeholder", "unmet", "“không rõ”", {"nationality": placeholder("không rõ")}),
    element("vn-pat-occupation/null", "unmet", "absent", {"occupation": NULL}, _working),
    element("vn-enc-ma-lk/null", "unmet", "absent", {"identifier": NULL}),
    element("vn-enc-ma-lk-length/long", "unmet", "101 signs", {"identifier": value("L" * 101)}),
    element("vn-enc-ma-hsba/null", "unmet", "absent", {"ma_hsba": NULL}, _opened),
    element("vn-enc-ma-hsba/reason", "excused", "a reason: unknown", {"ma_hsba": because("unknown")}, _opened),
    element("vn-enc-visit-type/no-zero", "unmet", "a code without its zero", {"type": coded("1")}),
    element("vn-enc-visit-type/class", "unmet", "a class instead of a type", {"type": coded("OBSENC")}),
    element("vn-enc-inpatient-class/ambulant", "unmet", "outpatient class", {"class": coded("AMB")}, _stays),
    element("vn-enc-discharge/null", "unmet", "absent", {"discharge_disposition": NULL}, _by_day),
    element("vn-enc-admit-source/null", "unmet", "absent", {"admit_source": NULL}, _inside),
    element("vn-enc-diagnosis/null", "unmet", "absent", {"diagnosis_ref": NULL}),
    element("vn-cond-icd10/placeholder", "unmet", "“UNK”", {"code": placeholder("UNK")}),
    element(
        "vn-cond-icd10/problem",
        "not_applicable",
        "a problem in a list of the facility's own",
        {"category": coded("problem-list-item"), "code_system": NULL},
    ),
    element("vn-cond-icd10/excused", "excused", "a reason: unknown", {"code": because("unknown")}),
    element("vn-cond-icd10-length/two", "unmet", "two codes in one cell", {"code": coded("J18.9;I10")}),
    element("vn-cond-icd10-shape/american", "unmet", "a code of another edition", {"code": coded("S72.001")}),
    element("vn-proc-performer/null", "unmet", "surgery by nobody", {"performer_ref": NULL}, _cut),
    element("vn-proc-outcome/null", "unmet", "surgery without outcome", {"outcome": NULL}, _cut),
    Planting(
        "vn-enc-bhyt/zeros",
        "an insured visit, zeros for a card",
        element("vn-pat-bhyt-shape/x", "met", "", {"bhyt": placeholder("000000000000")}, _insured).plant,
        "vn-enc-bhyt",
        "unmet",
    ),
    Planting(
        "vn-enc-guardian/child",
        "a small child, and nobody on record",
        element("vn-pat-bhyt-shape/x", "met", "", _CHILD, _citizen).plant,
        "vn-enc-guardian",
        "unmet",
    ),
    _in_the_organization("vn-org-facility-code/null", "no code", "unmet", {"identifier": placeholder("-")}),
    _in_the_organization("vn-org-facility-code-shape/long", "11 digits", "unmet", {"identifier": value("89300000001")}),
    _in_the_organization("vn-org-name/null", "no name", "unmet", {"name": NULL}),
    _in_the_organization("vn-org-ward/null", "no ward", "unmet", {"ward": NULL}),
    _in_the_organization("vn-org-ward-shape/name", "a name for a code", "unmet", {"ward": value("Ea Súp")}),
    _in_the_organization("vn-org-type/placeholder", "“unknown”", "unmet", {"type": placeholder("unknown")}),
)
