"""A register that can be read -> what is doubtful in it. What is wrong in it is told when it is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from recaudit.errors import PlanError
from recaudit.intime import gaps, without
from recaudit.model import Area, Expected, Period, Stated
from recaudit.plan import Plan
from recaudit.register import Register, load
from recaudit.register.areas import holds, valid_on
from recaudit.reports.registered import Finding, Lint
from recaudit.said import Said, say, together
from recaudit.verdicts import lineage


def lint(plan: Plan) -> Lint:
    """Reads the plan's register and looks at it. Raises ``RegisterError`` for what stops an audit too, ``PlanError``
    where the plan has no register: of nothing nobody can say that it is in order."""
    if plan.register is None:
        raise PlanError(
            say("the plan has no register"), where=plan.path.name, fix=say("add [register] with facilities = ...")
        )
    register = load(plan)
    return Lint(
        facilities=len(register.facilities),
        areas=len(register.areas),
        findings=tuple(findings(register, bool(plan.register.source), plan.register.as_of is not None)),
        notes=register.notes,
    )


def findings(register: Register, sourced: bool, dated: bool) -> Iterator[Finding]:
    """``sourced``, ``dated``: whether the register says who keeps it and of which day it is."""
    if not sourced:
        yield Finding("source")
    if not dated:
        yield Finding("date")
    for one in register.expected.values():
        yield from _of_expected(one)
    yield from _of_places(register)
    yield from _of_areas(register)
    yield from _of_steps(register)
    yield from _of_stretches(register)
    yield from _of_years(register)


def _of_expected(one: Expected) -> Iterator[Finding]:
    if one.number is None:
        yield Finding("no_expected", one.facility)
    elif one.disputed:
        yield Finding("disputed", one.facility, together(*map(_spoken, one.said)))
    elif one.number == 0:
        yield Finding("zero", one.facility)


def _spoken(one: Stated) -> Said:
    if one.covers == "subset":
        return say("{source}: {number} of a part", source=one.source, number=one.number)
    return say("{source}: {number}", source=one.source, number=one.number)


def _of_places(register: Register) -> Iterator[Finding]:
    """Codes of the facilities' areas, those of facilities out of scope too."""
    if register.crosswalk is None:
        return
    for facility in register.facilities:
        resolved = register.code_of(facility, register.crosswalk)
        code = resolved.code
        others = list(resolved.may_be)
        if not code:
            yield Finding("no_area", facility.id)
        elif not resolved.area:
            yield Finding("unresolved", facility.id, _leads_nowhere(code, others))
        elif others:
            yield Finding("split", facility.id, _may_be(code, resolved.area, others))
        elif resolved.area != code:
            yield Finding("older_code", facility.id, say("{code}, today {area}", code=code, area=resolved.area))


def _leads_nowhere(code: str, others: list[str]) -> Said:
    return say("{code}, one of {others}", code=code, others=others) if others else say("{code}", code=code)


def _may_be(code: str, area: str, others: list[str]) -> Said:
    return say("{code}, taken for {area}, may be {others}", code=code, area=area, others=others)


def _of_areas(register: Register) -> Iterator[Finding]:
    by_code: dict[str, list[Area]] = {}
    for area in register.every_area:
        by_code.setdefault(area.code, []).append(area)
    for code, areas in by_code.items():
        for gap in gaps(map(holds, areas)):
            yield Finding("area_gap", code, _days(gap))
    for area in register.every_area:
        for days in without(holds(area), map(holds, by_code.get(area.parent, ()))) if area.parent else ():
            yield Finding(
                "parent", area.code, say("{parent} does not hold {days}", parent=area.parent, days=_days(days))
            )
    parents = {area.code: area.parent for area in register.areas}
    lived_in = {code for facility in register.facilities for code in lineage(facility.area, parents)}
    for area in register.areas:
        if area.code not in lived_in:
            yield Finding("empty_area", area.code)


def _of_steps(register: Register) -> Iterator[Finding]:
    """Steps to a code that no area has on the first day on which the step says it holds."""
    for step in register.steps:
        same = [area for area in register.every_area if area.code == step.new]
        if not (valid_on(same, step.since) if step.since else same):
            yield Finding("target", step.new, _after(step.old, step.since))


def _after(old: str, since: date | None) -> Said:
    return say("after {old}, from {day}", old=old, day=since) if since else say("after {old}", old=old)


def _of_stretches(register: Register) -> Iterator[Finding]:
    for facility in register.facilities:
        for gap in facility.gaps:
            yield Finding("facility_gap", facility.id, _days(gap))
    before: dict[str, Sequence[str]] = {}
    for id_, rows in register.stretches.items():
        for row in rows:
            for one in row.predecessors:
                if one not in register.stretches:
                    before[one] = [*before.get(one, ()), id_]
    for one, later in before.items():
        yield Finding("predecessor", one, say("before {names}", names=list(dict.fromkeys(later))))


def _of_years(register: Register) -> Iterator[Finding]:
    """Days that the calendar does not say of a school year, though the subject plan has the period."""
    owed = sorted(set(register.due_plan["period"].to_pylist())) if register.due_plan is not None else []
    for year in register.calendar.years if register.calendar is not None else ():
        silent = [say("the end of {period}", period=period) for period in owed if period not in year.over]
        silent += [say("its begin")] if year.begins is None else []
        silent += [say("the day on which it closes")] if year.closing is None else []
        if silent:
            yield Finding("calendar", year.year, say("{days}", days=silent))
        if year.retest_end is None:
            yield Finding("retest", year.year)


def _days(days: Period) -> Said:
    """
    >>> str(_days(Period(date.min, date(2025, 6, 30))))
    'up to 2025-06-30'
    """
    if days.first == date.min:
        return say("on any day") if days.last == date.max else say("up to {last}", last=days.last)
    if days.last == date.max:
        return say("from {first} on", first=days.first)
    return say("from {first} to {last}", first=days.first, last=days.last)
