"""marks: the numbers on the cards of each class, laid out once for every signal that looks at them.

A class is a class of one facility and namespace, its learners the cards that name it, in the order of the export. A
mark is a whole number of hundredths, so that sums are the same in whatever order they are added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Final, NamedTuple

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.dialect import all_of
from recaudit.engine.frame import Frames
from recaudit.engine.numbers import decimal
from recaudit.engine.task import Engine, Task
from recaudit.signals import SignalRule
from recaudit.values import VALUE

HUNDREDTHS: Final = 100


class Group(NamedTuple):
    """What one group says of one signal. ``tested`` False: too small, or nothing to hold it against; it is neither
    flagged nor cleared. ``chance``: of what stands out in it, where nobody meddled; ``strong``: is it much, too?"""

    facility: str
    name: str  # the class, or the grade; "" for the facility
    tested: bool = False
    chance: float = 1.0
    strong: bool = False


class Place(NamedTuple):
    facility: str
    name: str


class Column(NamedTuple):
    """One column of marks as a class has it: a subject in a period, of one level."""

    level: str
    subject: str
    period: str


@dataclass(frozen=True)
class Marks:
    """``cards`` (place, card): learners by class; ``card`` numbers them in the order of the export. ``marks`` (place,
    card, col, mark): two results of one learner, subject and period that differ are none. Without a card that names
    its class both are empty."""

    engine: Engine
    cards: FromClause
    marks: FromClause
    places: dict[int, Place]
    columns: dict[int, Column]
    number: int = 0  # of those that are laid out by other columns
    made: Iterator[int] = field(default_factory=count)  # numbers of tables made of them

    def make(self, name: str, statement: sa.Select[Any]) -> FromClause:
        """A table for one question alone: several rules of a kind may ask."""
        return self.engine.make(f"{name}_{self.number}_{next(self.made)}", statement)

    def load(self, name: str, rows: pa.Table) -> FromClause:
        """As ``make``, of rows that are there."""
        return self.engine.load(f"{name}_{self.number}_{next(self.made)}", rows)

    @cached_property
    def learners(self) -> FromClause:
        """place, card, how many marks (k), the least and the greatest, and what tells rows of marks apart (vector):
        two that are the same have the same one."""
        m = self.marks.c
        told = sa.func.sum(sa.func.hash(m.col, m.mark)).label("vector")
        each = (sa.func.count().label("k"), sa.func.min(m.mark).label("lo"), sa.func.max(m.mark).label("hi"), told)
        return self.make("pattern_learners", sa.select(m.place, m.card, *each).group_by(m.place, m.card))

    def groups(self, said: dict[int, Group]) -> list[Group]:
        """One for each class, in order: those of which nothing is said are not tested."""
        return [said.get(place, Group(*of)) for place, of in self.places.items()]


def class_cards(frames: Frames, task: Task, beside: tuple[tuple[str, str], ...]) -> sa.Subquery:
    """One row a card that names its class: facility, ns, class, level, names (what results call it by), src, pos and
    every other column that ``beside`` names of the unit's table."""
    unit = task.links.unit
    rows = frames.frames[unit].rows.c
    named = [column for table, column in beside if table == unit]
    key = next((link.names for link in task.links.hanging.values() if link.names), "")
    names = rows[key] if key else rows.id
    first = sa.func.row_number().over(partition_by=[rows.ns, names], order_by=[rows.src, rows.pos])
    cells = [sa.case((rows[f"{one}__s"] == VALUE, rows[one]), else_="").label(f"of_{one}") for one in named[1:]]
    of_class = rows[named[0]]
    each = sa.select(rows.facility_.label("facility"), rows.ns, of_class.label("class_"), names.label("names"), *cells)
    each = each.add_columns(rows.src, rows.pos, first.label("first_"))
    once = each.where(rows.standing_, rows[f"{named[0]}__s"] == VALUE, names.is_not(None)).subquery()
    return sa.select(*once.c).where(once.c.first_ == 1).subquery("class cards")


def laid_out(engine: Engine, task: Task, frames: Frames, rule: SignalRule, number: int) -> Marks:
    """The marks that a rule looks at: its columns are card, subject, period and mark; beside it stand the class and the
    level of a card. ``number``: sets them apart from those that others look at."""
    cards_ = class_cards(frames, task, rule.beside)
    c = cards_.c
    level = c[f"of_{rule.beside[1][1]}"]
    place = sa.func.dense_rank().over(order_by=[c.facility, c.ns, c.class_])
    card = sa.func.row_number().over(order_by=[c.facility, c.ns, c.class_, c.src, c.pos, c.names])
    cards = engine.make(
        f"pattern_cards_{number}",
        sa.select(place.label("place"), card.label("card"), c.facility, c.ns, c.class_, level.label("level"), c.names),
    )
    results = frames.hung[rule.table].c
    by, subject, period, mark = rule.columns
    there = all_of(*(results[f"{name}__s"] == VALUE for name in rule.columns))
    raw = (
        sa.select(
            cards.c.place,
            cards.c.card,
            cards.c.level,
            results[subject].label("subject"),
            results[period].label("period"),
            hundredths(results[mark]).label("mark"),
        )
        .select_from(
            cards.join(frames.hung[rule.table], sa.and_(cards.c.ns == results.ns, cards.c.names == results[by]))
        )
        .where(results.standing_, there, hundredths(results[mark]).is_not(None))
        .subquery("raw marks")
    )
    told = (raw.c.level, raw.c.subject, raw.c.period)
    some = sa.select(*told).distinct().subquery("told")
    numbered = sa.func.row_number().over(order_by=[*some.c])
    columns = engine.make(f"pattern_columns_{number}", sa.select(*some.c, numbered.label("col")))
    same = sa.and_(*(one == columns.c[one.name] for one in told))
    marks = engine.make(
        f"pattern_marks_{number}",
        sa.select(raw.c.place, raw.c.card, columns.c.col, sa.func.min(raw.c.mark).label("mark"))
        .select_from(raw.join(columns, same))
        .group_by(raw.c.place, raw.c.card, columns.c.col)
        .having(sa.func.min(raw.c.mark) == sa.func.max(raw.c.mark)),
    )
    kept = sa.select(cards.c.place, cards.c.facility, cards.c.class_).distinct().order_by(cards.c.place)
    return Marks(
        engine,
        cards,
        marks,
        {at: Place(facility, name) for at, facility, name in engine.rows(kept)},
        {row[3]: Column(*row[:3]) for row in engine.rows(sa.select(*columns.c).order_by(columns.c.col))},
        number,
    )


def hundredths(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """A mark as a whole number of hundredths; NULL for what is no number, or has more than two places."""
    return sa.cast(decimal(text, 2) * HUNDREDTHS, sa.BigInteger)


def streamed(engine: Engine, statement: sa.ClauseElement) -> Iterator[tuple[Any, ...]]:
    """The statement's rows, a few thousand at a time: there is one for each class and column. Nothing else may be asked
    of the engine before the last."""
    return engine.stream(statement)


def whole_part(number: ColumnElement[Any], of: ColumnElement[Any] | int) -> ColumnElement[Any]:
    """Division of whole numbers, rounded down to a whole one."""
    return number.op("//", precedence=20)(of)  # binds as a product does: a sum before it stands in brackets
