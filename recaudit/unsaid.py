"""What rules ask for and nobody handed in, tables and columns, and which tables nothing looks at.

Of columns this is known of inputs that say so of themselves (``Input.lacks``), which mapped formats do. A column is
named only where every input that holds rows of its table lacks it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from recaudit.engine import Task
from recaudit.engine.looking import FILE_OF
from recaudit.looked import looked_at, seen_by
from recaudit.model import Links
from recaudit.reports.numbers import counted


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


def absent(task: Task, held: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each table that rules stand on or look in and that is not among those handed in, with the rules that cannot be
    assessed for want of it: how many stand on it, and the names of all others."""
    looking: dict[str, list[str]] = {table: [] for table in task.on_ladder}
    for rule in task.rules:
        for table in sorted({of for of, _ in looked_at(rule, task.links)}):
            looking.setdefault(table, []).extend([rule.id] if table != rule.table else [])
    for table, others in looking.items():
        if table in held or FILE_OF.get(table, table) in held:
            continue
        own = sum(rule.table == table for rule in task.rules)
        said = [f"{counted(own, 'rule')} on it cannot be assessed"] if own or not others else []
        names = ", ".join(others)
        said += [f"nor {names}" if said else f"{names} cannot be assessed"] if others else []
        yield table, ", ".join(said)


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
