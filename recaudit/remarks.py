"""Notes of a result: what was decided on the way, and what nobody could ask, of one sector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from recaudit.counted import Counted
from recaudit.links import Base
from recaudit.model import Rule
from recaudit.plan import Plan
from recaudit.said import Said, Value, few, say, say_n
from recaudit.terms import named, unit_in_words
from recaudit.verdicts import Evidence

if TYPE_CHECKING:
    from recaudit.engine import Task


def forced(planned: Plan) -> Iterator[Said]:
    """Facilities that the plan gives to whole sources, whatever their rows say."""
    for source in planned.sources:
        if source.facility_id:
            yield say(
                "source {source}: every row counts for facility {facility}, whatever the row names",
                source=source.name,
                facility=source.facility_id,
            )


def notes(task: Task, counted: Counted, evidence: Evidence, rules: Sequence[Rule]) -> Iterator[Said]:
    """Of one sector. ``rules``: all of its suites, those about records of another unit too."""
    sector = named(task.sector)
    yield from _there(
        say_n(
            "{n} row names two facilities of the register; the first in the plan's order counts",
            "{n} rows name two facilities of the register; the first in the plan's order counts",
            n=counted.differing,
        )
    )
    for (before, now), number in sorted(counted.inherited.items()):
        yield say_n(
            "{n} row of {sector} names predecessor {before} and counts for {now}",
            "{n} rows of {sector} name predecessor {before} and count for {now}",
            n=number,
            sector=sector,
            before=before,
            now=now,
        )
    yield from _of_keys(counted, sector)
    if task.base is not None and counted.left_out:
        yield _left_out(task.base, counted.left_out, sector)
        yield from _there(
            say_n(
                "{n} row of {sector} without a visit type that is a code of that list: unreadable, as nobody knows if "
                "the plan is about it, unless status or end puts it out",
                "{n} rows of {sector} without a visit type that is a code of that list: unreadable, as nobody knows if "
                "the plan is about them, unless status or end puts them out",
                n=counted.of_no_kind,
                sector=sector,
            )
        )
    yield from _of_periods(counted, sector)
    if of_others := [rule.id for rule in rules if rule.unit not in ("", task.links.unit)]:
        yield say(
            "rules of {sector} not asked, as the unit is {unit}: {rules}",
            sector=sector,
            unit=unit_in_words(task.links.unit),
            rules=few(of_others),
        )
    yield from _unasked(task, counted, evidence)


def _there(*found: Said) -> Iterator[Said]:
    """Those of which there is one at least."""
    return (one for one in found if one.values["n"])


def _of_keys(counted: Counted, sector: Value) -> Iterator[Said]:
    yield from _there(
        say_n(
            "{n} record of {sector} is on a roster that writes its key otherwise",
            "{n} records of {sector} are on a roster that writes their key otherwise",
            n=counted.respelt,
            sector=sector,
        ),
        say_n(
            "{n} record of {sector} is unexpected: the roster's key that its own means is another record's",
            "{n} records of {sector} are unexpected: the roster's key that theirs means is another record's",
            n=counted.further,
            sector=sector,
        ),
        say_n(
            "{n} visit of {sector} in scope is of another facility than every row of the patient, so no record holds "
            "what it says",
            "{n} visits of {sector} in scope are of another facility than every row of the patient, so no record holds "
            "what they say",
            n=counted.elsewhere,
            sector=sector,
        ),
        say_n(
            "{n} visit of {sector} in scope names a patient that was not handed in, so no record holds what it says",
            "{n} visits of {sector} in scope name a patient that was not handed in, so no record holds what they say",
            n=counted.nowhere,
            sector=sector,
        ),
    )


def _left_out(base: Base, number: int, sector: Value) -> Said:
    if not isinstance(base.source, str):  # a base that travels with recaudit: the report has its source by its name
        return say_n(
            "{n} row of {sector} is a visit of another type than the plan is about (base {base}), so out of scope",
            "{n} rows of {sector} are visits of other types than the plan is about (base {base}), so out of scope",
            n=number,
            sector=sector,
            base=base.name,
        )
    return say_n(
        "{n} row of {sector} is a visit of another type than the plan is about (types {codes}; {source}), so out of "
        "scope",
        "{n} rows of {sector} are visits of other types than the plan is about (types {codes}; {source}), so out of "
        "scope",
        n=number,
        sector=sector,
        codes=base.codes,
        source=base.source,
    )


def _of_periods(counted: Counted, sector: Value) -> Iterator[Said]:
    yield from _there(
        say_n(
            "{n} record of {sector} owes fewer periods: the learner came after the end of one, or left before it",
            "{n} records of {sector} owe fewer periods: the learner came after the end of one, or left before it",
            n=counted.narrowed,
            sector=sector,
        ),
        say_n(
            "{n} record of {sector} owes no subject result at all by what the export says of the learner's stay: no "
            "record is complete by that alone",
            "{n} records of {sector} owe no subject result at all by what the export says of the learner's stay: no "
            "record is complete by that alone",
            n=counted.idle,
            sector=sector,
        ),
    )


def _unasked(task: Task, counted: Counted, evidence: Evidence) -> Iterator[Said]:
    """Where keys that are not received were not looked for under other keys, although the plan asks for it."""
    if task.persons is None:
        return
    mute = [
        seat.facility.id for seat in evidence.seats if seat.expected.basis == "roster" and seat.tally.probable is None
    ]
    if mute:
        yield say(
            "{key}: roster or export does not say whom records are of, so nobody asked: {names}",
            key="fallback",
            names=few(mute),
        )
    yield from _there(
        say_n(
            "{key}: {n} unexpected record of {sector} could not be asked, for want of name, birth date or sex",
            "{key}: {n} unexpected records of {sector} could not be asked, for want of name, birth date or sex",
            n=counted.nameless,
            key="fallback",
            sector=named(task.sector),
        )
    )
