"""What is not looked at: what rules ask for and nobody handed in, and what was handed in and no rule looks at.

Of columns this is known of inputs that say so of themselves (``Input.lacks``), which those of education do. A column is
named where every input that holds rows of its table lacks it; where only those of one source do, with its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.links import Links
from recaudit.looked import looked_at, seen_by
from recaudit.model import Input
from recaudit.result import NotLookedAt
from recaudit.said import Said, as_entry, few, say, say_n, together
from recaudit.terms import unit_in_words

if TYPE_CHECKING:
    from recaudit.engine import Task


@dataclass(frozen=True, slots=True)
class Unseen:
    """``rules``: all that cannot be assessed for want of it. ``facilities``: those of the source that lacks it; None
    where it is of no one source."""

    what: str
    why: Said
    rules: tuple[str, ...] = ()
    facilities: tuple[str, ...] | None = None


def not_looked_at(
    task: Task, inputs: Iterable[Input], namespaces: Mapping[str, Collection[str]]
) -> Iterator[NotLookedAt]:
    """Of one sector. ``inputs``: of all of them, those that were ignored too. ``namespaces``: facility -> those that
    rows of it are in (``Counted.namespaces``)."""
    for one in _reasons(task, inputs, namespaces):
        entry: NotLookedAt = {"what": one.what, "why": as_entry(one.why), "sector": task.sector}
        if one.rules:
            entry["rules"] = list(one.rules)
        if one.facilities is not None:
            entry["facilities"] = list(one.facilities)
        yield entry


def _reasons(task: Task, inputs: Iterable[Input], namespaces: Mapping[str, Collection[str]]) -> Iterator[Unseen]:
    for read in inputs:
        if read.sector == task.sector and read.role == "ignored":
            yield Unseen(read.path, say("neither name nor content is of a format that recaudit reads"))
    due = task.due
    if due is not None and task.due_plan is None:
        on_it = _standing_on(task, due.table)
        yield Unseen(due.table, _without_due(task, len(on_it)), () if task.due_own else on_it)
    held = _held(task.inputs)
    by = task.links.in_scope_by
    if by is not None and by.table not in held:
        unit = unit_in_words(task.links.unit)
        yield Unseen(by.table, say("the table was not handed in: no {unit} is known to be in scope", unit=unit))
    yield from absent(task, held, task.inputs)
    looked_in = used(task)
    for table, rows in sorted(held.items()):
        if table not in task.tables and table not in task.links.further:
            yield Unseen(
                table,
                say_n(
                    "{n} row read and judged for conformance; no rule can stand on it",
                    "{n} rows read and judged for conformance; no rule can stand on it",
                    n=rows,
                ),
            )
        elif table not in looked_in:
            yield Unseen(
                table,
                say_n(
                    "{n} row read and judged for conformance; no rule of the suites",
                    "{n} rows read and judged for conformance; no rule of the suites",
                    n=rows,
                ),
            )
    for what, asking in unsaid(task, task.links):
        why = say("no input says anything of it; asked for by {rules}", rules=few(asking))
        yield Unseen(what, why, tuple(asking))
    yield from of_some(task, namespaces)


def _held(inputs: Iterable[Input]) -> dict[str, int]:
    """Table -> rows of it, of those that were handed in, with rows or without."""
    held: dict[str, int] = {}
    for read in inputs:
        for table in (*read.empty, *((read.only,) if read.only is not None else ())):
            held.setdefault(table, 0)
        for found in read.tables:
            held[found.table] = held.get(found.table, 0) + found.rows
    return held


def of_some(task: Task, namespaces: Mapping[str, Collection[str]]) -> Iterator[Unseen]:
    """What one source lacks and another has, as "source: table" or "source: table.column". Sources that share a
    namespace complete each other, so they are asked together."""
    groups = _apart(task.inputs)
    if len(groups) < 2:
        return
    nowhere = {one.what for one in absent(task, _held(task.inputs))} | {what for what, _ in unsaid(task, task.links)}
    for name, inputs in groups.items():
        own = {one.namespace for one in inputs}
        facilities = tuple(sorted(facility for facility, found in namespaces.items() if not own.isdisjoint(found)))
        for one in absent(task, _held(inputs), inputs):
            if one.what not in nowhere:
                yield replace(one, what=f"{name}: {one.what}", facilities=facilities)
        for what, asking in unsaid(replace(task, inputs=inputs), task.links):
            if what not in nowhere:
                why = say("this source says nothing of it; asked for by {rules}", rules=few(asking))
                yield Unseen(f"{name}: {what}", why, tuple(asking), facilities)


def _apart(inputs: Iterable[Input]) -> dict[str, tuple[Input, ...]]:
    """Names of sources -> their inputs, in order of the names; no namespace is in two of them."""
    of_source: dict[str, list[Input]] = {}
    for one in inputs:
        of_source.setdefault(one.source, []).append(one)
    groups: list[tuple[set[str], set[str]]] = []  # sources, namespaces
    for source, read in of_source.items():
        names, spaces = {source}, {one.namespace for one in read}
        for group in [group for group in groups if group[1] & spaces]:
            groups.remove(group)
            names, spaces = names | group[0], spaces | group[1]
        groups.append((names, spaces))
    named = {", ".join(sorted(names)): names for names, _ in groups}
    return {name: tuple(one for part in sorted(named[name]) for one in of_source[part]) for name in sorted(named)}


def _without_due(task: Task, rules: int) -> Said:
    if task.due_own:
        return say(
            "the register names no {key}: what is handed in was asked for what it says of itself, and nobody asked "
            "what is absent",
            key="subject_plan",
        )
    return say_n(
        "the register names no {key}: {n} rule on it cannot be assessed",
        "the register names no {key}: {n} rules on it cannot be assessed",
        n=rules,
        key="subject_plan",
    )


def unsaid(task: Task, links: Links) -> list[tuple[str, list[str]]]:
    """("table.column", the rules that look at it), sorted; [] where no input says so."""
    lacking: dict[str, set[str]] = {}
    for one in task.inputs:
        for table in {read.table for read in one.tables if read.rows}:
            lacks = {column for of, column in one.lacks if of == table}
            lacking[table] = lacking.get(table, lacks) & lacks
    asked = {rule.id: looked_at(rule, links) for rule in task.rules} if any(lacking.values()) else {}
    found = []
    for table, columns in sorted(lacking.items()):
        for column in sorted(columns):
            if blind := sorted(rule for rule, places in asked.items() if (table, column) in places):
                found.append((f"{table}.{column}", blind))
    return found


def absent(task: Task, held: Collection[str], inputs: Iterable[Input] = ()) -> Iterator[Unseen]:
    """Each table that rules stand on or look in and that is not among those handed in, with the rules that cannot be
    assessed for want of it: how many stand on it, and the names of all others. Where no format of the inputs has a
    place for it, that is said, and what to do: to look for the file would be in vain."""
    from recaudit.engine.looking import FILE_OF  # which is loaded when it has counted

    inputs = tuple(inputs)
    looking: dict[str, list[str]] = {table: [] for table in task.on_ladder}
    for rule in task.rules:
        for table in sorted({of for of, _ in looked_at(rule, task.links)}):
            looking.setdefault(table, []).extend([rule.id] if table != rule.table else [])
    for table, others in looking.items():
        if table in held or FILE_OF.get(table, table) in held:
            continue
        own = _standing_on(task, table)
        conformance = (f"conformant:{table}",) if table in task.on_ladder else ()
        why = together(_blind(len(own), others), _no_place(table, inputs))
        yield Unseen(table, why, (*conformance, *own, *others))


def _standing_on(task: Task, table: str) -> tuple[str, ...]:
    return tuple(rule.id for rule in task.rules if rule.table == table)


def _no_place(table: str, inputs: Iterable[Input]) -> Said | None:
    """None where some input could hold the table, for all that is known. A mapping of the plan's own says nothing of
    what its files hold: it may be there, and the mapping does not name it."""
    read = [one for one in inputs if one.role == "export"]
    if not read or any(table not in one.no_place_for for one in read):
        return None
    formats = few(sorted({one.format for one in read if not one.own_mapping}))
    mappings = few(sorted({one.format for one in read if one.own_mapping}))
    docs = "docs/education-formats.md"
    if not mappings:
        return say("no file of {formats} has a place for it: hand it in beside ({docs})", formats=formats, docs=docs)
    if not formats:
        return say(
            "no rows of mapping {mappings} are of it: add them there, or hand it in beside ({docs})",
            mappings=mappings,
            docs=docs,
        )
    return say(
        "no file of {formats} has a place for it, and no rows of mapping {mappings} are of it: add them there, or hand "
        "it in beside ({docs})",
        formats=formats,
        mappings=mappings,
        docs=docs,
    )


def _blind(own: int, others: list[str]) -> Said:
    if not others:
        return say_n(
            "the table was not handed in: {n} rule on it cannot be assessed",
            "the table was not handed in: {n} rules on it cannot be assessed",
            n=own,
        )
    if not own:
        return say("the table was not handed in: {rules} cannot be assessed", rules=others)
    return say_n(
        "the table was not handed in: {n} rule on it cannot be assessed, nor {others}",
        "the table was not handed in: {n} rules on it cannot be assessed, nor {others}",
        n=own,
        others=others,
    )


def used(task: Task) -> frozenset[str]:
    """Every table of which something is asked: by a rule or signal, or by how records are found and what they owe."""
    links = task.links
    tables = {*task.on_ladder, *(table for rule in task.rules for table, _ in looked_at(rule, links))}
    tables |= {table for signal in task.signals for table, _ in seen_by(signal, links)}
    if links.in_scope_by is not None:
        tables.add(links.in_scope_by.table)
    if task.calendar is not None and task.due is not None and task.due.stay is not None:
        tables.add(task.due.stay.table)
    if task.persons is not None and links.person is not None:
        tables |= {table for table, _ in links.person.columns}
    return frozenset(tables)
