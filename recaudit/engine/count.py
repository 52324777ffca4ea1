"""The four steps in order, and their counts as values of the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.agreement import Sheet
from recaudit.counted import Counted, Holes, RuleCount, TableCount, Tally
from recaudit.engine.attribution import NOT_OPEN, UNKNOWN_FACILITY, UNREADABLE_LINE, inherited_rows
from recaudit.engine.bits import looks_in
from recaudit.engine.fold import fold
from recaudit.engine.frame import Frames, build
from recaudit.engine.judge import Judged, judge
from recaudit.engine.kept import keep
from recaudit.engine.link import Linked, cut_without_links, link, whole
from recaudit.engine.matching import spellings
from recaudit.engine.moved import moved
from recaudit.engine.owing import narrowed
from recaudit.engine.patterns import patterns
from recaudit.engine.reference import sheets
from recaudit.engine.scope import elsewhere, nowhere, of_no_known_kind, of_other_base
from recaudit.engine.signals import signals
from recaudit.engine.stood import added_up
from recaudit.engine.task import Engine, Task
from recaudit.model import RUNGS, Rung
from recaudit.values import VALUE

ROW_STATES = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")


def count(
    task: Task, *, threads: int = 0, kept: Path | None = None, beside: Callable[[Sheet], None] | None = None
) -> Counted:
    """Everything that can be counted of one sector. Without a row, a facility or a rule the counts are zero.

    ``kept``: a file for the records that do not reach every rung (``engine.kept``); None writes none. ``beside`` is
    handed each frame with what the query made of it, one at a time, to be compared with another engine.
    """
    with Engine(task.spill / "engine", threads) as engine:
        return _count(engine, task, kept, beside)


def _count(engine: Engine, task: Task, kept: Path | None, beside: Callable[[Sheet], None] | None) -> Counted:
    linked = link(engine, task)
    task = replace(task, inputs=cut_without_links(engine, task, linked))
    frames = build(engine, task, linked)
    judged = judge(engine, task, linked, frames)
    if beside is not None:
        for sheet in sheets(engine, task, frames, judged):
            beside(sheet)
    stood = fold(engine, task, linked, frames, judged, once=kept is None)
    if kept is not None:
        keep(engine, task, linked, judged, stood, kept)
    probably, nameless = _probable(engine, task, linked, frames)
    under_another = moved(engine, task, linked)
    left_out, of_no_kind = _kinds(engine, task, linked)
    fewer, idle = narrowed(engine, task, linked, frames.owed)
    tallies = _tallies(engine, task, linked, judged, stood)
    return Counted(
        tallies=tuple(
            replace(tally, probable=probably.get(tally.facility), moved=under_another.get(tally.facility, 0))
            for tally in tallies
        ),
        holes=_holes(engine, task, linked),
        tables=_tables(engine, task, linked, frames),
        **_unattributed(engine, task, linked),
        inherited=inherited_rows(engine, task),
        rung_of_table=_lowest(task),
        signals=signals(engine, task, frames),
        patterns=patterns(engine, task, linked, frames),
        bits=tuple(bit.rule for bit in judged.shape.bits.bits),
        **spellings(engine, linked.records if task.on_roster else None),
        nameless=nameless,
        left_out=left_out,
        of_no_kind=of_no_kind,
        narrowed=fewer,
        idle=idle,
        elsewhere=elsewhere(engine, task, linked.rows),
        nowhere=nowhere(engine, task, linked.rows),
        namespaces=_namespaces(engine, linked),
    )


def _namespaces(engine: Engine, linked: Linked) -> dict[str, frozenset[str]]:
    ways = linked.ways.c
    found: dict[str, set[str]] = defaultdict(set)
    for facility, namespace in engine.rows(
        sa.select(ways.facility_, ways.ns).where(ways.facility_.is_not(None)).distinct()
    ):
        found[facility].add(namespace)
    return {facility: frozenset(names) for facility, names in found.items()}


def _kinds(engine: Engine, task: Task, linked: Linked) -> tuple[int, int]:
    """Rows of a kind that the plan is not about, and of none that its list knows, whatever else they are."""
    if task.base is None:
        return 0, 0
    by = task.links.in_scope_by
    rows = linked.seam[by.table if by else task.links.unit]
    left_out, of_no_kind = of_other_base(rows.c, task.base), of_no_known_kind(rows.c, task.base)
    counted = sa.select(sa.func.count().filter(left_out), sa.func.count().filter(of_no_kind)).select_from(rows)
    [(other, none)] = engine.rows(counted)
    return int(other), int(none)


def _probable(engine: Engine, task: Task, linked: Linked, frames: Frames) -> tuple[Mapping[str, int], int]:
    """Facility -> keys probably received under another, and unexpected records that could not be asked."""
    if task.persons is None:
        return {}, 0
    from recaudit.engine.probable import probable  # rapidfuzz, where somebody asks

    found = probable(engine, task, linked, frames)
    return found.found, found.nameless


def _lowest(task: Task) -> dict[str, Rung]:
    """Hanging tables that required rules look at -> the lowest rung of one. Conformance is a rule on every table of
    the ladder; into another one only rules about what is absent look."""
    lowest: dict[str, Rung] = {}
    for rule in task.rules:
        table = looks_in(rule, task)
        if table and rule.required:
            lowest[table] = min(lowest.get(table, rule.rung), rule.rung, key=RUNGS.index)
    return {**lowest, **dict.fromkeys(task.hanging, "conformant")}


# -------------------------------------------------------------- tallies
def _tallies(engine: Engine, task: Task, linked: Linked, judged: Judged, stood: FromClause) -> tuple[Tally, ...]:
    ways, places = linked.ways.c, linked.places.c
    states: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for facility, state, number in engine.rows(
        sa.select(ways.facility_, ways.row_state_, whole(sa.func.sum(ways.rows_)))
        .where(ways.facility_.is_not(None))
        .group_by(ways.facility_, ways.row_state_)
    ):
        states[facility][state] = number
    lines, cut = _lines(task)
    torn = sa.select(places.facility, whole(sa.func.sum(places.conflicting))).group_by(places.facility)
    conflicting = dict(engine.rows(torn))
    where = added_up(engine, stood, judged.shape)
    cut_for_all = None in cut
    broken = [one for one in task.inputs if one.unreadable or not one.to_the_end]
    damaged = {of for one in broken for of in (one.facility, *task.heirs_of(one))}

    tallies = []
    for facility in task.facilities:
        of = facility.id
        counts = {bit.rule: judged.counts.get(of, {}).get(bit.rule, RuleCount()) for bit in judged.shape.bits.bits}
        counts = {rule: number + RuleCount(solo=where.solo.get((of, rule), 0)) for rule, number in counts.items()}
        numbers = {state: states[of][state] for state in ROW_STATES}
        numbers["unreadable"] += lines.get(of, 0)
        tallies.append(
            Tally(
                facility=of,
                **numbers,
                conflicting=conflicting.get(of, 0),
                to_the_end=not cut_for_all and of not in cut,
                damaged=of in damaged,
                received=where.received.get(of, {}),
                reached_in=where.reached_in.get(of, {}),
                absent=where.absent.get(of, {}),
                rules=counts,
            )
        )
    return tuple(tallies)


def _lines(task: Task) -> tuple[dict[str | None, int], set[str | None]]:
    """Unreadable lines that may be of the unit's table, and which inputs of it were cut off; by certain facility."""
    lines: dict[str | None, int] = defaultdict(int)
    cut: set[str | None] = set()
    in_scope = {facility.id for facility in task.facilities}
    for one in task.inputs:
        if one.only in (None, task.links.unit):
            owner = task.owner(one)
            lines[owner if owner in in_scope else None] += one.unreadable
            if not one.to_the_end:
                cut |= {one.facility, *task.heirs_of(one)} & {None, *in_scope}
    return dict(lines), cut


# -------------------------------------------------------------- what could not be read
def _holes(engine: Engine, task: Task, linked: Linked) -> tuple[Holes, ...]:
    """Unreadable rows of hanging tables, in inputs read to the end: lines, and rows whose link cannot be read."""
    ladder = frozenset(_lowest(task))
    found: dict[tuple[str, frozenset[str], str | None], int] = defaultdict(int)
    inputs = {one.src: one for one in task.inputs if one.to_the_end}
    for one in inputs.values():
        tables = ladder if one.only is None else frozenset({one.only}) & ladder
        if one.unreadable and tables:
            found[one.namespace, tables, task.owner(one)] += one.unreadable
    for table in sorted(one for one in ladder if linked.held[one].rows):
        rows = linked.seam[table].c
        link_state = rows[f"{task.links.hanging[table].by}__s"]
        for src, number in engine.rows(
            sa.select(rows.src, sa.func.count()).where(link_state != VALUE).group_by(rows.src)
        ):
            if src in inputs:
                found[inputs[src].namespace, frozenset({table}), task.owner(inputs[src])] += number
    return tuple(
        Holes(namespace, tables, facility, number)
        for (namespace, tables, facility), number in sorted(
            found.items(), key=lambda item: (item[0][0], sorted(item[0][1]), item[0][2] or "")
        )
    )


def _unattributed(engine: Engine, task: Task, linked: Linked) -> dict[str, Any]:
    ways = linked.ways.c
    rows = whole(sa.func.sum(ways.rows_))
    reasons: dict[str, int] = defaultdict(int)
    in_scope = 0
    for reason, number, perhaps in engine.rows(
        sa.select(ways.reason_, rows, whole(sa.func.sum(ways.rows_).filter(ways.may_be_in_scope_)))
        .where(ways.facility_.is_(None))
        .group_by(ways.reason_)
    ):
        reasons[reason] += number
        in_scope += perhaps
    open_then = {facility.id for facility in task.facilities}
    lines = 0
    for one in task.inputs:
        if one.only in (None, task.links.unit):
            lines += one.unreadable
            owner = task.owner(one)
            if one.unreadable and owner not in open_then:
                known = NOT_OPEN if owner in task.known else UNKNOWN_FACILITY
                reasons[UNREADABLE_LINE if owner is None else known] += one.unreadable
                in_scope += one.unreadable
    [(read, differing)] = engine.rows(sa.select(rows, whole(sa.func.sum(ways.rows_).filter(ways.differing_))))
    return {
        "unattributed": dict(sorted(reasons.items())),
        "unattributed_in_scope": in_scope,
        "differing": differing,
        "read": read + lines,
    }


# -------------------------------------------------------------- tables
def _tables(engine: Engine, task: Task, linked: Linked, frames: Frames) -> tuple[TableCount, ...]:
    lines: dict[str, int] = defaultdict(int)
    for one in task.inputs:
        lines[one.only or task.links.unit] += one.unreadable
    counts = []
    for table in sorted(task.tables):
        held = linked.held[table]
        unreadable, unlinked = _unlinked(engine, task, linked, frames, table) if held.rows else (0, 0)
        counts.append(
            TableCount(
                sector=task.sector,
                name=table,
                read=held.rows + lines[table],
                unreadable=unreadable + lines[table],
                unlinked=unlinked,
                duplicate=held.further,
                conflicting=held.conflicting,
            )
        )
    return tuple(counts)


def _unlinked(engine: Engine, task: Task, linked: Linked, frames: Frames, table: str) -> tuple[int, int]:
    """Rows that cannot be read, and hanging rows whose record was not read."""
    if table == task.links.unit:
        ways = linked.ways.c
        unreadable = engine.rows(sa.select(whole(sa.func.sum(ways.rows_))).where(sa.not_(ways.readable_)))
        return unreadable[0][0], 0
    if table not in task.links.hanging:
        return 0, 0
    rows, link = frames.hung[table], task.links.hanging[table]
    state = rows.c[f"{link.by}__s"]
    unit = linked.rows.c
    key = unit[link.names] if link.names else unit.id
    readable = sa.and_(unit.id.is_not(None), unit.readable_)
    read = sa.select(unit.ns, key.label("key")).where(readable, key.is_not(None)).distinct()
    there = read.subquery("read")
    joined = rows.outerjoin(there, sa.and_(there.c.ns == rows.c.ns, there.c.key == rows.c[link.by]))
    [numbers] = engine.rows(
        sa.select(
            sa.func.count().filter(state != VALUE),
            sa.func.count().filter(sa.and_(state == VALUE, there.c.key.is_(None))),
        ).select_from(joined)
    )
    return numbers[0], numbers[1]
