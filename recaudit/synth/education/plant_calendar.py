"""The pack that asks the calendar: until when re-tests are open, and who still waits for one after that. A province is
audited on one day: re-tests are over on it, or, as another pack has it, still open.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from recaudit.model import State
from recaudit.synth.cells import value
from recaudit.synth.education.cards import YEAR
from recaudit.synth.education.element import element
from recaudit.synth.education.part import Part
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import Planting
from recaudit.synth.sector import Received, States, rules
from recaudit.synth.spec import AS_OF
from recaudit.synth.world import Record, Row

RETESTS_END, LATE_END = date(2026, 8, 28), date(2026, 11, 30)  # the calendar says nothing else: it puts off no result
FILE = "register/calendar.csv"


def _card(row: Row, record: Received, *, until: date) -> States:
    """Who waits: before re-tests are over that is in order. A card without a decision does not wait."""
    decision = row["decision"]
    waits: State = "unmet" if until < AS_OF else "met"
    if decision.state == "unknown":
        return {"req-06-retest": "not_assessable"}
    return {"req-06-retest": waits if decision.filled and decision.text == "pending_retest" else "not_applicable"}


def _decides(record: Record, row: Row) -> bool:
    """The decision is of this card alone: no other rule is about what it says."""
    return row["decision"].text in ("promoted", "completed_level")


WAITS, RETESTED = ({"decision": value(word)} for word in ("pending_retest", "promoted_after_retest"))


def _part(until: date, *plantings: Planting) -> Part:
    return Part(
        rules=rules(UNIT, "complete", True, "req-06-retest"),
        states={UNIT: partial(_card, until=until)},
        plantings=plantings,
        register={FILE: f"schoolYear,event,date,periodCode\n{YEAR},retest_end,{until},\n"},
        register_plan=(f'calendar = "{FILE}"',),
    )


CALENDAR = _part(
    RETESTS_END,
    element("req-06-retest/waits", "unmet", "waits for a re-test, and they are over", WAITS, _decides, table=UNIT),
    element("req-06-retest/retested", "not_applicable", "passed the re-test", RETESTED, _decides, table=UNIT),
)
OPEN = _part(LATE_END, element("req-06-retest/open", "met", "waits for a re-test", WAITS, _decides, table=UNIT))
