"""The pack ``further`` on the tables of a visit: what it asks for beyond the core, and gaps in it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from recaudit.synth.cells import NULL, coded, later, placeholder, value
from recaudit.synth.health.fhir import UNIT
from recaudit.synth.health.part import Part
from recaudit.synth.health.plant_elements import element
from recaudit.synth.planting import Cells
from recaudit.synth.questions import days_between, not_before, present
from recaudit.synth.sector import Received, Rule, States, rules
from recaudit.synth.world import Record, Row, Site

RULES: dict[str, Rule] = {
    **rules(UNIT, "complete", True, "enc-reason-required enc-provider"),
    **rules("condition", "complete", True, "cond-category-required"),
    **rules("condition", "complete", False, "cond-verification cond-recorded"),
    **rules("condition", "timely", False, "cond-recorded-timely"),
    **rules("observation", "complete", True, "obs-status obs-category-required obs-subject"),
    **rules("observation", "complete", False, "obs-performer"),
    **rules("medication_request", "complete", True, "med-status med-intent med-subject"),
    **rules("medication_request", "complete", False, "med-route med-quantity"),
    **rules("medication_request", "consistent", False, "med-before-end"),
    **rules("procedure", "complete", True, "proc-status proc-subject"),
}
ROUTES = ("Uống", "Tiêm bắp", "Tiêm tĩnh mạch")


def fill(site: Site, rng: Random) -> None:
    for visit in site.records:
        for row in visit.of("observation"):
            row.cells["performer_ref"] = visit.own["participant_ref"]
        for row in visit.of("medication_request"):
            row.cells |= {"route": coded(rng.choice(ROUTES)), "quantity": value(str(rng.randrange(5, 60)))}


def _encounter(row: Row, record: Received) -> States:
    by_number = row.told_by == "identifier" and row.told
    return {
        "enc-reason-required": "not_applicable" if row["reason_ref"].filled else present(row["reason"]),
        "enc-provider": "not_applicable" if by_number else present(row["service_provider"]),
    }


def _condition(row: Row, record: Received) -> States:
    return {
        "cond-category-required": present(row["category"]),
        "cond-verification": present(row["verification_status"]),
        "cond-recorded": present(row["recorded_date"]),
        "cond-recorded-timely": days_between(record.holder(row)["period_end"], row["recorded_date"], 7),
    }


def _observation(row: Row, record: Received) -> States:
    return {
        "obs-status": present(row["status"]),
        "obs-category-required": present(row["category"]),
        "obs-subject": present(row["subject_ref"]),
        "obs-performer": present(row.cells.get("performer_ref", NULL)),
    }


def _medication(row: Row, record: Received) -> States:
    return {
        "med-status": present(row["status"]),
        "med-intent": present(row["intent"]),
        "med-subject": present(row["subject_ref"]),
        "med-before-end": not_before(record.holder(row)["period_end"], row["authored_on"]),
        "med-route": present(row.cells.get("route", NULL)),
        "med-quantity": present(row.cells.get("quantity", NULL)),
    }


def _procedure(row: Row, record: Received) -> States:
    return {
        "proc-status": present(row["status"]),
        "proc-subject": present(row["subject_ref"]),
    }


def _after(column: str, *, days: int) -> Callable[[Record, Row], Cells]:
    return lambda visit, row: {column: later(visit.own["period_end"], days=days)}


PLANTINGS = (
    element("enc-reason-required/placeholder", "unmet", "“không rõ”", {"reason": placeholder("không rõ")}),
    element("cond-category-required/placeholder", "unmet", "“-”", {"category": placeholder("-")}),
    element("cond-verification/null", "unmet", "absent", {"verification_status": NULL}),
    element("cond-recorded/null", "unmet", "absent", {"recorded_date": NULL}),
    element("cond-recorded-timely/late", "unmet", "nine days after the end", _after("recorded_date", days=9)),
    element("med-before-end/next-day", "unmet", "the day after the end", _after("authored_on", days=1)),
    element("obs-status/unknown", "unmet", "“unknown”", {"status": placeholder("unknown")}),
    element("obs-category-required/null", "unmet", "absent", {"category": NULL}),
    element("obs-subject/null", "unmet", "absent", {"subject_ref": NULL}),
    element("obs-performer/null", "unmet", "absent", {"performer_ref": NULL}),
    element("med-status/unknown", "unmet", "“unknown”", {"status": placeholder("unknown")}),
    element("med-route/placeholder", "unmet", "“không rõ”", {"route": placeholder("không rõ")}),
    element("med-quantity/null", "unmet", "absent", {"quantity": NULL}),
    element("proc-status/unknown", "unmet", "“unknown”", {"status": placeholder("unknown")}),
)

VISITS = Part(
    rules=RULES,
    states={
        UNIT: _encounter,
        "condition": _condition,
        "observation": _observation,
        "medication_request": _medication,
        "procedure": _procedure,
    },
    fill=fill,
    plantings=PLANTINGS,
)
