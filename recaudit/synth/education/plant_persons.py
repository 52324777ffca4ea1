"""The pack about the register of persons: what somebody who compared the learners with it wrote down of each.

The comparison is the school's. Its word is planned here and written as a column of users.csv; no register is written,
and nothing is compared.
"""

from __future__ import annotations

from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL, UNKNOWN, Cell, blank, placeholder, value
from recaudit.synth.education.element import element
from recaudit.synth.education.part import Part
from recaudit.synth.plant_files import whole_file
from recaudit.synth.planting import Planting
from recaudit.synth.questions import value_of
from recaudit.synth.sector import Received, States, rules
from recaudit.synth.world import Record, Row, Site

PERSONS, COLUMN, RULE = "users", "metadata.rc.personRegister", "idn-09-register"
FOUND, NOT_FOUND, NOT_CHECKED = (value(word) for word in ("found", "not_found", "not_checked"))


def _fill(site: Site, rng: Random) -> None:
    """Nearly every learner was looked for, and is there. Of teachers the column says nothing."""
    for record in site.records:
        learner = record.names(PERSONS)
        looked_for = learner["userMasterIdentifier"].filled and rng.random() < 0.9
        learner.cells[COLUMN] = FOUND if looked_for else NOT_CHECKED


def _user(row: Row, record: Received) -> States:
    """Whom nobody looked for is in order and at fault as little as one of whom the column says nothing."""
    said = row.cells.get(COLUMN, NULL)
    if said.filled and said.text == NOT_CHECKED.text:
        return {RULE: "not_applicable"}
    return {RULE: value_of(said, said.text == FOUND.text)}


def _found(record: Record, row: Row) -> bool:
    return row.cells.get(COLUMN) == FOUND


def _said(name: str, state: State, note: str, cell: Cell) -> Planting:
    return element(f"{RULE}/{name}", state, note, {COLUMN: cell}, _found, table=PERSONS)


def _no_column(site: Site) -> None:
    """The file does not have the column: of nobody is it known."""
    for row in site.rows(PERSONS):
        row.cells[COLUMN] = UNKNOWN


PERSON_REGISTER = Part(
    rules=rules(PERSONS, "consistent", False, RULE),
    states={PERSONS: _user},
    fill=_fill,
    plantings=(
        whole_file("package/no-register-column", "nobody was looked for: no such column", PERSONS, _no_column),
        _said("not-found", "unmet", "a number that the register of persons does not have", NOT_FOUND),
        _said("other-word", "unmet", "a word of the school's own", value("Có")),
        _said("capitals", "unmet", "the word in capitals: it is another one", value("FOUND")),
        _said("not-checked", "not_applicable", "nobody looked for the number", NOT_CHECKED),
        _said("null", "not_applicable", "absent", NULL),
        _said("blank", "not_applicable", "a blank", blank(" ")),
        _said("placeholder", "not_applicable", "“N/A”", placeholder("N/A")),
    ),
    columns={PERSONS: (COLUMN,)},
)
