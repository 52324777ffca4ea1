"""Columns that rules look at and no input says anything of: the format has no place for them, or nobody filled one in.

Known of inputs that say so of themselves (``Input.lacks``), which mapped formats do. A column is named only where every
input that holds rows of its table lacks it.
"""

from __future__ import annotations

from collections.abc import Collection

from recaudit.engine import Task
from recaudit.model import Links, Rule


def unsaid(task: Task, links: Links) -> list[tuple[str, list[str]]]:
    """("table.column", the rules that can be assessed nowhere for want of it), sorted; [] where no input says so."""
    lacking: dict[str, set[str]] = {}
    for one in task.inputs:
        for table in {read.table for read in one.tables if read.rows}:
            lacks = {column for of, column in one.lacks if of == table}
            lacking[table] = lacking.get(table, lacks) & lacks
    found = []
    for table, columns in sorted(lacking.items()):
        for column in sorted(columns):
            if blind := sorted(rule.id for rule in task.rules if _looks(rule, table, column, links)):
                found.append((f"{table}.{column}", blind))
    return found


def _looks(rule: Rule, table: str, column: str, links: Links) -> bool:
    """Whether a rule cannot be answered without this column: by itself, or through a link to it."""
    due = links.due
    if due is not None and rule.table == due.table and table == due.of:
        return column in rule.columns and column in due.columns
    if rule.table == table and column in rule.columns:
        return True
    linked = {one.name: one for one in links.columns.get(rule.table, ())}
    asked: Collection[str] = rule.columns
    while asked:
        more = set()
        for name in asked:
            one = linked.get(name)
            if one is None:
                continue
            if one.form == "column" and (one.table, one.column) == (table, column):
                return True
            if one.form == "days":
                more |= {one.start, one.end}
        if rule.table == table and column in more:
            return True
        asked = more
    return False
