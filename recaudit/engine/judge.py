"""judge: every rule on every row of its frame -> five counts per facility, and masks per row (SCORING section 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import EXCUSED, MET, NOT_APPLICABLE, NOT_ASSESSABLE, UNIQUE, UNMET, Among, state
from recaudit.engine.copies import repeated
from recaudit.engine.frame import Frame, Frames, carried
from recaudit.engine.link import Linked, key_of
from recaudit.engine.seam import Engine, Task
from recaudit.model import RUNGS, Rule, RuleCount, Rung
from recaudit.seam import DUE_FOUND, WORD
from recaudit.values import VALUE

CONFORMANT = "conformant:"
_NOT_CONFORMANT, _NOT_JUDGED = 2, 3  # of the seam's column ``judged``


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


@dataclass(frozen=True, slots=True)
class Judged:
    """``masks``: table -> the masks of its rows that may stand for their record."""

    bits: Bits
    masks: dict[str, FromClause]
    counts: dict[str, dict[str, RuleCount]]  # facility -> rule -> counts


def judge(engine: Engine, task: Task, linked: Linked, frames: Frames) -> Judged:
    bits = number(task)
    states = {table: _states(engine, task, bits.of(table), frame) for table, frame in frames.frames.items()}
    counts: dict[str, dict[str, RuleCount]] = defaultdict(dict)

    def add(facility: str, rule: str, more: RuleCount) -> None:
        counts[facility][rule] = counts[facility].get(rule, RuleCount()) + more

    for table, judged in states.items():
        for facility, rule, count in five_counts(engine, bits.of(table), judged):
            add(facility, rule, count)
    for table in task.hanging:
        _not_handed_in(engine, linked, frames, table, bits.of(table), add)
        _cut_off(engine, task, linked, frames, table, bits.of(table), states[table], add)
    for table in task.referenced:
        _not_read(engine, task, linked, frames, table, bits.of(table), add)
    if task.due and task.due_plan is None and not task.due_own:
        _nobody_said_what_is_due(engine, linked, bits.of(task.due.table), add)
    masks = {table: _masks(engine, bits, table, judged) for table, judged in states.items()}
    return Judged(bits, masks, dict(counts))


Extremes = Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]] | None]


def verdicts(frame: Frame, rules: Sequence[Rule], extremes: Extremes | None = None) -> list[ColumnElement[int]]:
    """The state of every row of the frame under each of ``rules``, as an expression on the frame's columns, and on
    those of ``extremes``, if any (``cells.Among``)."""
    c = frame.rows.c
    whole = c["whole_"] if "whole_" in c else sa.false()
    among = Among(key_of(c), c.standing_, _apart(frame), whole, extremes or {})
    return [state(rule, frame.cells, among) for rule in rules]


def _apart(frame: Frame) -> Mapping[str, tuple[ColumnElement[Any], ...]]:
    """``Rule.within`` -> the columns that set rows apart."""
    c = frame.rows.c
    return {"": (c.ns,), "facility": (c.ns, c.facility_)}


def beside(engine: Engine, frame: Frame, rules: Iterable[Rule]) -> tuple[FromClause, Extremes]:
    """The frame with the values beside it that several rows have, where a rule asks that they stand once."""
    rows, c = frame.rows, frame.rows.c
    source: FromClause = rows
    found: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]] | None] = {}
    standing = sa.case((c.standing_, key_of(c)))
    more = (sa.func.min(standing).label("least_"), sa.func.max(standing).label("most_"))
    for place, rule in enumerate(one for one in rules if one.type == UNIQUE):
        cell = frame.cells[str(rule.kwargs["column"])]
        value = cell.value.label("value_")
        key, read = (value, *_apart(frame)[rule.within]), cell.bucket == VALUE
        often = repeated(engine, f"often_{place}_{frame.table}", rows, key, read, more)
        found[rule.id] = None
        if often is not None:
            same = (often.c[one.name] == c[one.name] for one in _apart(frame)[rule.within])
            source = source.outerjoin(often, sa.and_(read, often.c.value_ == cell.value, *same))
            found[rule.id] = (often.c.least_, often.c.most_)
    return source, found


def _states(engine: Engine, task: Task, bits: Sequence[Bit], frame: Frame) -> FromClause:
    rules = [rule for rule in task.rules if rule.table == frame.table]
    source, extremes = beside(engine, frame, rules)
    ruled = dict(zip((rule.id for rule in rules), verdicts(frame, rules, extremes), strict=True))
    c = frame.rows.c
    identity = [
        name for name in ("facility_", "rid_", "ns", "src", "pos", "id", "standing_", "row_state_") if name in c
    ]
    judged: list[ColumnElement[Any]] = []
    for bit in bits:
        if bit.rule == CONFORMANT + frame.table:
            verdict: ColumnElement[int] = sa.case(
                (c.judged == _NOT_CONFORMANT, UNMET), (c.judged == _NOT_JUDGED, NOT_ASSESSABLE), else_=MET
            )
        else:
            verdict = ruled[bit.rule]
        told = sa.func.coalesce(verdict, NOT_ASSESSABLE)  # what a rule says nothing of, nobody could judge
        judged.append(sa.cast(told, sa.SmallInteger).label(f"r{bit.place}"))
    kept = [c[name] for name in identity]
    if task.due and frame.table == task.due.table:
        kept += [c[name] for name in carried(task, task.due.of)]
    elif frame.table not in task.made:
        kept += [sa.case((c[f"{name}__s"] == VALUE, c[name])).label(name) for name in carried(task, frame.table)]
    return engine.make(f"states_{frame.table}", sa.select(*kept, *judged).select_from(source))


_HALF: Final = 1 << 40  # rows of one facility that a half of a sum can hold; the sum itself is of 128 bits


def five_counts(engine: Engine, bits: Sequence[Bit], states: FromClause) -> Iterator[tuple[str, str, RuleCount]]:
    """Facility and rule -> how many rows are in each state. Two states share a sum, each in a half of its own: a tenth
    of what five filtered counts cost. The rest is not assessable, a row of no state too: nothing is never met."""
    pairs = ((UNMET, EXCUSED), (MET, NOT_APPLICABLE))
    sums = [
        sa.func.sum(
            sa.case(
                (states.c[f"r{bit.place}"] == low, sa.literal(1, sa.BigInteger)),
                (states.c[f"r{bit.place}"] == high, sa.literal(_HALF, sa.BigInteger)),
                else_=sa.literal(0, sa.BigInteger),
            )
        )
        for bit in bits
        for low, high in pairs
    ]
    by_facility = sa.select(states.c.facility_, sa.func.count(), *sums).group_by(states.c.facility_)
    for facility, rows, *numbers in engine.rows(by_facility):
        for index, bit in enumerate(bits):
            first, second = (int(number) for number in numbers[2 * index : 2 * index + 2])
            unmet, excused = first % _HALF, first // _HALF
            met, not_applicable = second % _HALF, second // _HALF
            not_assessable = rows - met - unmet - excused - not_applicable
            yield facility, bit.rule, RuleCount(met, unmet, excused, not_applicable, not_assessable)


# -------------------------------------------------------------- what nobody could look at
def _not_handed_in(
    engine: Engine,
    linked: Linked,
    frames: Frames,
    table: str,
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """A table that was not handed in: every rule on it is not assessable, once a record."""
    records, handed = linked.records.c, frames.handed.c
    lacking = (
        sa.select(records.facility, sa.func.count())
        .select_from(
            linked.records.join(frames.handed, sa.and_(handed.facility == records.facility, handed.ns == records.ns))
        )
        .where(handed.tbl == table, sa.not_(handed.handed_in))
        .group_by(records.facility)
    )
    _once_a_record(engine, lacking, bits, add)


def _nobody_said_what_is_due(
    engine: Engine,
    linked: Linked,
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """Without a plan every rule on what is due is not assessable, once a record."""
    records = linked.records.c
    _once_a_record(engine, sa.select(records.facility, sa.func.count()).group_by(records.facility), bits, add)


def _once_a_record(
    engine: Engine,
    records: sa.Select[Any],
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """``records``: facility and how many of its records nobody could look at."""
    for facility, number_of_records in engine.rows(records):
        for bit in bits:
            add(facility, bit.rule, RuleCount(not_assessable=number_of_records))


def _cut_off(
    engine: Engine,
    task: Task,
    linked: Linked,
    frames: Frames,
    table: str,
    bits: Sequence[Bit],
    states: FromClause,
    add: Any,  # noqa: ANN401
) -> None:
    """What hangs on a record and may be unread: its table was cut off, or a copy of the record has no name of its own
    by which rows could hang on it. A required rule not already unmet is not assessable, once a record."""
    required = [bit for bit in bits if bit.required]
    records, handed, rows = linked.records, frames.handed, linked.rows.c
    link = task.links.hanging[table]
    unnamed: ColumnElement[bool] = sa.false()
    if link.names and not link.shared:
        read = rows[f"{link.names}__s"] == VALUE
        unnamed = records.c.rid.in_(sa.select(rows.rid_).where(rows.rid_.is_not(None), sa.not_(read)))
    unmet = (
        sa.select(
            states.c.rid_,
            *(sa.func.bool_or(states.c[f"r{bit.place}"] == UNMET).label(f"u{bit.place}") for bit in required),
        )
        .group_by(states.c.rid_)
        .subquery()
    )
    open_ = [
        sa.func.count().filter(sa.not_(sa.func.coalesce(unmet.c[f"u{bit.place}"], sa.false()))) for bit in required
    ]
    cut = (
        sa.select(records.c.facility, *open_)
        .select_from(
            records.join(
                handed, sa.and_(handed.c.facility == records.c.facility, handed.c.ns == records.c.ns)
            ).outerjoin(unmet, unmet.c.rid_ == records.c.rid)
        )
        .where(handed.c.tbl == table, handed.c.handed_in, sa.or_(handed.c.cut, unnamed))
        .group_by(records.c.facility)
    )
    for facility, *numbers in engine.rows(cut):
        for bit, count in zip(required, numbers, strict=True):
            add(facility, bit.rule, RuleCount(not_assessable=count))


def _not_read(
    engine: Engine,
    task: Task,
    linked: Linked,
    frames: Frames,
    table: str,
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """The row that a record names was not read: every rule on it is not assessable, once a record."""
    rows, named, by = linked.rows, frames.named[table], task.links.referenced[table]
    read = sa.select(named.c.ns, named.c.id).where(named.c.id.is_not(None)).distinct().subquery()
    there = sa.and_(read.c.ns == rows.c.ns, read.c.id == rows.c[by], rows.c[f"{by}__s"] == VALUE)
    by_record = (
        sa.select(rows.c.facility_, rows.c.rid_, sa.func.bool_or(read.c.id.is_not(None)).label("read"))
        .select_from(rows.outerjoin(read, there))
        .where(rows.c.rid_.is_not(None), rows.c.standing_)
        .group_by(rows.c.facility_, rows.c.rid_)
        .subquery()
    )
    missing = (
        sa.select(by_record.c.facility_, sa.func.count())
        .where(sa.not_(by_record.c.read))
        .group_by(by_record.c.facility_)
    )
    _once_a_record(engine, missing, bits, add)


# -------------------------------------------------------------- masks
MASKS = ("unmet", "excused", "not_assessable")
_CODES = {"unmet": UNMET, "excused": EXCUSED, "not_assessable": NOT_ASSESSABLE}


def mask_column(mask: str, word: int) -> str:
    return f"{mask} {word}"


def _masks(engine: Engine, bits: Bits, table: str, states: FromClause) -> FromClause:
    """The three masks of every row that may stand for its record, a word each, with the frame's identity."""
    ruled = {f"r{bit.place}" for bit in bits.bits}
    identity = [column for column in states.c if column.name not in ruled]
    words: list[ColumnElement[Any]] = []
    for mask in MASKS:
        for word in bits.words:
            total: ColumnElement[Any] = sa.cast(sa.literal(0), sa.BigInteger)
            for bit in bits.of(table):
                if bit.word == word:
                    on = states.c[f"r{bit.place}"] == _CODES[mask]
                    total = total + sa.case((on, sa.cast(sa.literal(bit.mask), sa.BigInteger)), else_=0)
            words.append(total.label(mask_column(mask, word)))
    return engine.view(f"masks_{table}", sa.select(*identity, *words).where(states.c.standing_))
