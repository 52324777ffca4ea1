"""Codes of areas of any day -> the areas of one day.

A crosswalk says what became of an old code: it went wholly into a new one, or was split among several, one of which
may stand for it by default. A code that neither holds nor leads to one that does is no area, and is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, get_args

from recaudit.csvfiles import DAY, FILLED, ROW, Contract, Faults, Sheet, day_of, one_of
from recaudit.model import Area
from recaudit.register.areas import valid_on
from recaudit.said import say

Relation = Literal["whole", "split", "split-default"]
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)

CROSSWALK: Final = Contract(
    required={"old": (FILLED,), "new": (FILLED,), "relation": (one_of(*RELATIONS),)}, optional={"from": (DAY,)}
)


@dataclass(frozen=True, slots=True)
class Step:
    """What became of an old code. ``since``: the first day on which the new one holds; None: always."""

    old: str
    new: str
    relation: Relation
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """``area`` "": the code leads to no area of the day. ``may_be``: other codes that it may mean as well, sorted."""

    code: str
    area: str
    may_be: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """All that is known of codes on one day. ``known``: every code that an area or a step names, of whatever day."""

    day: date
    valid: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)  # old code -> its latest steps up to that day

    def resolve(self, code: str, said_on: date | None = None) -> Resolved:
        """A code that holds on the day stands as it is; else the steps that decide are followed, over as many as there
        are. An empty code leads nowhere.

        ``said_on``: the day of which the code is, where somebody says so. Then what became of it later is followed even
        where the code holds again, and what became of another area that was called so before is not.
        """
        if said_on is not None:
            later = [step for step in self.steps.get(code, ()) if _since(step) > said_on]
            if not later and code in self.valid:
                return Resolved(code, code)
            if later:
                ways = {step.new: self.resolve(step.new) for step in later}
                area = next((ways[step.new].area for step in later if step.relation != "split"), "")
                reached = {one for way in ways.values() for one in (way.area, *way.may_be)}
                return Resolved(code, area, tuple(sorted(reached - {area, ""})))
        at, seen = code, set[str]()
        while at and at not in self.valid and at not in seen:
            seen.add(at)
            at = next((step.new for step in self.steps.get(at, ()) if step.relation != "split"), "")
        area = at if at in self.valid else ""
        return Resolved(code, area, tuple(sorted(self._reached(code) - {area})))

    def meant(self, code: str) -> tuple[str, ...]:
        """Every area of the day that a code may mean, where somebody means all that was called so: one that holds on
        the day is its own; else whatever any way leads to, the one by default first; () for none."""
        if code in self.valid:
            return (code,)
        resolved = self.resolve(code)
        return tuple(one for one in (resolved.area, *resolved.may_be) if one)

    def _reached(self, code: str) -> set[str]:
        """Every code of the day that some way leads to."""
        found, seen = {code} & self.valid, {code}
        open_ = [step.new for step in self.steps.get(code, ())]
        while open_:
            at = open_.pop()
            if at in self.valid:
                found.add(at)
            elif at not in seen:
                seen.add(at)
                open_ += [step.new for step in self.steps.get(at, ())]
        return found


def on_day(areas: Iterable[Area], steps: Iterable[Step], day: date) -> Crosswalk:
    """Areas and steps of all days as they stand on ``day``. Of an old code the steps of the latest ``since`` count."""
    areas, steps = tuple(areas), tuple(steps)
    begun: dict[str, list[Step]] = {}
    for step in steps:
        if step.since is None or step.since <= day:
            begun.setdefault(step.old, []).append(step)
    latest = {old: max(_since(step) for step in those) for old, those in begun.items()}
    return Crosswalk(
        day=day,
        valid=frozenset(area.code for area in valid_on(areas, day)),
        known=frozenset({*(area.code for area in areas), *(c for step in steps for c in (step.old, step.new))}),
        steps={old: tuple(step for step in those if _since(step) == latest[old]) for old, those in begun.items()},
    )


def _since(step: Step) -> date:
    return step.since or date.min


def steps_of(sheets: Sequence[Sheet], faults: Faults) -> tuple[Step, ...]:
    """Every row as a step. Faults: a row said twice, an old code that goes wholly somewhere and elsewhere too, or that
    is split with two defaults, from one day on."""
    steps: list[Step] = []
    for sheet in sheets:
        groups: dict[tuple[str, date | None], list[Step]] = {}
        for cells in sheet.frame.iter_rows(named=True):
            if cells["relation"] not in RELATIONS or not (cells["old"] and cells["new"]):
                continue
            step = Step(cells["old"], cells["new"], cells["relation"], day_of(cells["from"]))
            earlier = groups.setdefault((step.old, step.since), [])
            relations = [one.relation for one in earlier]
            if step.new in [one.new for one in earlier]:
                faults.row(
                    sheet, cells[ROW], "new", say("this step stands in an earlier line too"), say("keep one of them")
                )
            elif earlier and "whole" in (step.relation, *relations):
                what, fix = (
                    say("the old code goes wholly to one area and to another"),
                    say("write split where it was divided"),
                )
                faults.row(sheet, cells[ROW], "relation", what, fix)
            elif step.relation == "split-default" and "split-default" in relations:
                what, fix = say("the old code has two defaults"), say("keep split-default for one of them, write split")
                faults.row(sheet, cells[ROW], "relation", what, fix)
            earlier.append(step)
            steps.append(step)
    return tuple(steps)
