"""bits: every rule of an audit, the built-in ones too, and its place among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recaudit.engine.task import Task
from recaudit.model import RUNGS, Rule, Rung
from recaudit.seam import DUE_FOUND, WORD

CONFORMANT = "conformant:"


@dataclass(frozen=True, slots=True)
class Bit:
    """One rule of the audit, the built-in ones too, and its place in the masks."""

    place: int
    rule: str
    table: str
    rung: Rung
    required: bool
    looks_in: str = ""  # the hanging table whose absent rows it asks about

    @property
    def word(self) -> int:
        return self.place // WORD

    @property
    def mask(self) -> int:
        return 1 << self.place % WORD


@dataclass(frozen=True, slots=True)
class Bits:
    """All rules of the audit in order."""

    bits: tuple[Bit, ...]

    @property
    def words(self) -> range:
        return range(-(-len(self.bits) // WORD))

    def of(self, table: str) -> tuple[Bit, ...]:
        return tuple(bit for bit in self.bits if bit.table == table)

    def mask(self, word: int, bits: Iterable[Bit]) -> int:
        """The given bits of one word, as an integer."""
        return sum(bit.mask for bit in bits if bit.word == word)

    def up_to(self, rung: Rung) -> tuple[Bit, ...]:
        """Required rules of rungs 2..rung: what a record has to hold to reach it."""
        limit = RUNGS.index(rung)
        return tuple(bit for bit in self.bits if bit.required and RUNGS.index(bit.rung) <= limit)

    def at(self, rung: Rung) -> tuple[Bit, ...]:
        return tuple(bit for bit in self.bits if bit.required and bit.rung == rung)


def number(task: Task) -> Bits:
    """A bit for each rule: table by table, conformance first, then the suite's rules in their order."""
    bits: list[Bit] = []
    for table in task.on_ladder:
        bits.append(Bit(len(bits), CONFORMANT + table, table, "conformant", True))
        for rule in task.rules:
            if rule.table == table:
                bits.append(Bit(len(bits), rule.id, table, rule.rung, rule.required, looks_in(rule, task)))
    for rule in task.rules:
        if rule.table in task.made:
            bits.append(Bit(len(bits), rule.id, rule.table, rule.rung, rule.required, looks_in(rule, task)))
    return Bits(tuple(bits))


def looks_in(rule: Rule, task: Task) -> str:
    """The hanging table whose absent rows the rule asks about; "" for a rule that asks about none."""
    if task.due and rule.table == task.due.table:
        return task.due.of if rule.presence and rule.kwargs["column"] in DUE_FOUND else ""
    for column in task.links.columns.get(rule.table, ()):
        absent = column.form == "count" or (column.form == "made" and rule.presence)
        if absent and column.name == rule.kwargs.get("column"):
            return column.table
    return ""
