"""One row a card of what follows from its results, its levels, the learner's age and the years before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.computing import CARDS, Computation, Level, Title
from recaudit.engine.computedcells import IDENTITY, NO_ROW, Part, as_text, columns, decimal, merged, worst
from recaudit.engine.dialect import all_of
from recaudit.engine.link import Linked
from recaudit.engine.numbers import whole_number
from recaudit.engine.task import Engine, Task
from recaudit.values import NOT_KNOWN, NULL, VALUE

_PLACE: Final = "place of the level"
_TERMS: Final = ("conduct of term 1", "conduct of term 2")
_ANY_YEAR: Final = -1  # of a card that does not say which: before every other


class Cards:
    """``units``: the cards with their own cells; ``years``: of each, how many subjects are at least so good.

    Made in two steps, as the engine plans a deep expression slowly: what stands in single rows, then what follows.
    """

    def __init__(self, task: Task, units: FromClause, years: FromClause) -> None:
        computed, due = task.links.computed, task.links.due
        assert computed is not None
        assert due is not None
        self.task, self.computed, self.grade_column = task, computed, due.grade
        self.u, self.y, self.numbers = units.c, years.c, task.computation
        self.source: FromClause = units.join(years, sa.and_(years.c.src == units.c.src, years.c.pos == units.c.pos))
        self.grade = self.own(due.grade)

    def make(
        self,
        engine: Engine,
        linked: Linked,
        hung: Mapping[str, FromClause],
        named: Mapping[str, FromClause],
        handed: FromClause,
    ) -> FromClause:
        """The table of the cards."""
        numbers = self.numbers
        cells = {"grade": self.grade, "decision": self.own(self.computed.decision)}
        cells |= self.before(linked, handed)
        if numbers is not None:
            cells |= self.said(numbers) | self.ages(numbers, named)
            if self.computed.traits[0] in hung:
                cells |= self.terms(numbers, hung[self.computed.traits[0]], handed)
        identity = [self.u[name] for name in IDENTITY]
        counts = [column for column in self.y if column.name not in IDENTITY]
        first = sa.select(*identity, *counts, *columns(cells, cells)).select_from(self.source)
        step = engine.make(f"{self.computed.cards} said", first).c
        found = {name: Part(step[name], step[f"{name}__s"]) for name in cells}
        self.y, self.grade = step, found["grade"]
        if numbers is not None:
            found |= self.follows(found, numbers)
        row = [*(step[name] for name in IDENTITY), sa.literal("card").label("id")]
        return engine.make(self.computed.cards, sa.select(*row, *columns(found, CARDS)))

    def own(self, name: str) -> Part:
        return Part(self.u[name], self.u[f"{name}__s"])

    def handed(self, handed: FromClause, table: str) -> ColumnElement[bool]:
        """Where a row of a table that is not there is known not to exist. Lines that nobody could read are holes of a
        hanging table on the ladder, and counted as such; those of any other leave it open (``looking.whole``)."""
        h = handed.alias(f"handed for {table}")
        on = sa.and_(h.c.tbl == table, h.c.facility == self.u.facility_, h.c.ns == self.u.ns)
        self.source = self.source.outerjoin(h, on)
        known = [h.c.handed_in, sa.not_(h.c.cut), *([] if table in self.task.hanging else [sa.not_(h.c.unread)])]
        return sa.func.coalesce(sa.and_(*known), sa.false())

    def in_grades(self, grades: Iterable[str], part: Part) -> Part:
        """Only in these grades; where the grade is absent or not known, nobody knows."""
        grade, known = self.grade
        bucket = sa.case((known != VALUE, NOT_KNOWN), (grade.not_in([*grades]), NULL), else_=part.bucket)
        return Part(part.value, bucket)

    # -------------------------------------------------------------------------------------------- what is said
    def said(self, numbers: Computation) -> dict[str, Part]:
        """The card's own levels by their codes, its title, its absences, and on what its level rests."""
        learning, conduct = (
            self.in_grades(numbers.secondary, self.coded(column, numbers))
            for column in (self.computed.learning, self.computed.conduct)
        )
        absences = [self.own(name) for name in self.computed.absences]
        days = [decimal(part.value) for part in absences]
        read = sa.case((sa.and_(*(one.is_not(None) for one in days)), VALUE), else_=NOT_KNOWN)
        there = worst(*(part.bucket for part in absences))
        limit = Part(sa.literal(f"{numbers.absence}"), sa.literal(VALUE))
        return {
            "learning": learning,
            "conduct": conduct,
            "award": self.in_grades(numbers.secondary, self.award(numbers)),
            "absence": Part(as_text(sum(days[1:], days[0])), sa.case((there == VALUE, read), else_=there)),
            "absenceLimit": self.in_grades(numbers.secondary, limit),
            _PLACE: Part(plain_level(self.y, numbers), self.year_known()),
        }

    def coded(self, column: str, numbers: Computation) -> Part:
        """The code of the level that a cell says; an unknown word as it stands."""
        value, bucket = self.own(column)
        word = _word(value)
        codes = {one: code for code, words in numbers.words.items() for one in words}
        return Part(sa.func.coalesce(sa.case(codes, value=word), value), bucket)

    def year_known(self) -> ColumnElement[int]:
        """Is all there that the level of the year is computed from? The bucket of what is."""
        unknown = sa.or_(self.u.open_, self.y.unknown_ > 0)
        nothing = sa.or_(self.y.absent_ > 0, self.y.subjects_ == 0)
        return sa.case((unknown, NOT_KNOWN), (nothing, NULL), else_=VALUE)

    def award(self, numbers: Computation) -> Part:
        """The title that a card names, in whatever words; absent where it names none that is known."""
        value, bucket = self.own(self.computed.award)
        titles = {word: one.code for one in numbers.titles for word in one.words}
        code = sa.case(titles, value=_word(value))
        return Part(code, sa.case((sa.and_(bucket == VALUE, code.is_(None)), NULL), else_=bucket))

    def terms(self, numbers: Computation, traits: FromClause, handed: FromClause) -> dict[str, Part]:
        """The conduct of each term, by the code of its level, from the card's traits."""
        table, trait, period, level = self.computed.traits
        by = self.task.links.hanging[table].by
        t = traits.c
        there = sa.and_(t[f"{by}__s"] == VALUE, t[f"{trait}__s"] == VALUE, t[trait] == numbers.conduct_trait)
        terms = [merged(t[level], t[f"{level}__s"], t[period] == code) for code, _ in numbers.terms]
        cells = [
            column
            for place, (value, bucket) in enumerate(terms)
            for column in (value.label(f"term{place}"), bucket.label(f"term{place}__s"))
        ]
        said = sa.select(t.ns, t[by].label("names_"), *cells).where(there).group_by(t.ns, t[by]).subquery("conduct")
        lost = sa.or_(t[f"{trait}__s"] != VALUE, t[f"{period}__s"] != VALUE)
        mute = sa.select(t.ns, t[by].label("names_")).where(t[f"{by}__s"] == VALUE, lost).distinct().subquery("mute")
        for one in (said, mute):
            self.source = self.source.outerjoin(one, sa.and_(one.c.ns == self.u.ns, one.c.names_ == self.u.names_))
        whole = sa.and_(self.handed(handed, table), self.u.names_.is_not(None), mute.c.names_.is_(None))
        codes = {one: code for code, words in numbers.words.items() for one in words}
        found: dict[str, Part] = {}
        for place, name in enumerate(_TERMS):
            code = sa.case(codes, value=_word(said.c[f"term{place}"]))
            bucket = sa.func.coalesce(said.c[f"term{place}__s"], NO_ROW)
            known = sa.case(
                (bucket == NO_ROW, sa.case((whole, NULL), else_=NOT_KNOWN)),
                (sa.and_(bucket == VALUE, code.is_(None)), NULL),
                else_=bucket,
            )
            found[name] = Part(code, known)
        return found

    # -------------------------------------------------------------------------------------------- what follows
    def follows(self, said: Mapping[str, Part], numbers: Computation) -> dict[str, Part]:
        """Levels, title and promotion as they follow from what is said."""
        learning, conduct, absence, place = (said[name] for name in ("learning", "conduct", "absence", _PLACE))
        computed = self.in_grades(numbers.secondary, Part(level(self.y, place.value, numbers), place.bucket))
        ranks = {code: rank for rank, code in enumerate(numbers.words)}
        ours, theirs = (sa.case(ranks, value=part.value) for part in (learning, computed))
        both = worst(learning.bucket, computed.bucket)
        gap = sa.case((sa.or_(both != VALUE, ours.is_not(None)), both), else_=NULL)  # an unknown word has no rank
        entitled = (
            (sa.and_(learning.value == one.learning, conduct.value == one.conduct, _some(self.y, one)), one.code)
            for one in numbers.titles
        )
        title = Part(sa.case(*entitled, else_="untitled"), worst(learning.bucket, conduct.bucket, place.bucket))
        few = decimal(absence.value) <= numbers.absence
        good = sa.and_(learning.value.in_(numbers.promoted_learning), conduct.value.in_(numbers.promoted_conduct), few)
        promotable = Part(_yes_or_no(good), worst(learning.bucket, conduct.bucket, absence.bucket))
        complete = Part(_yes_or_no(sa.and_(self.y.failed_ == 0, self.y.poor_ == 0)), place.bucket)
        found = {
            "learningComputed": computed,
            "learningGap": Part(sa.func.abs(ours - theirs), gap),
            "awardComputed": self.in_grades(numbers.secondary, title),
            "promotable": self.in_grades(numbers.secondary, promotable),
            "primaryComplete": self.in_grades(numbers.primary, complete),
        }
        if all(name in said for name in _TERMS):
            first, second = (said[name] for name in _TERMS)
            whens = (
                (sa.and_(first.value.in_(ones), second.value.in_(twos)), year)
                for ones, twos, year in numbers.conduct_terms
            )
            year = Part(sa.case(*whens, else_=numbers.lowest), worst(first.bucket, second.bucket))
            found["conductComputed"] = self.in_grades(numbers.secondary, year)
        return found

    # -------------------------------------------------------------------------------------------- age, years before
    def year(self) -> tuple[ColumnElement[Any], ColumnElement[int]]:
        """The calendar year in which the school year ends, and whether it is known."""
        value, bucket = self.own(self.computed.school_year)
        number = whole_number(value)
        return number, sa.case((sa.and_(bucket == VALUE, number.is_(None)), NOT_KNOWN), else_=bucket)

    def ages(self, numbers: Computation, named: Mapping[str, FromClause]) -> dict[str, Part]:
        """Age in whole years on the computation's day of the year in which the school year began."""
        table, column = self.computed.born
        rows = named[table].c
        value, bucket = merged(rows[column], rows[f"{column}__s"], sa.true())
        born = (
            sa.select(rows.ns, rows.id, value.label("born"), bucket.label("born__s"))
            .where(rows.id.is_not(None), rows.standing_)
            .group_by(rows.ns, rows.id)
            .subquery("born")
        )
        learner, known = self.own(self.computed.learner)
        self.source = self.source.outerjoin(born, sa.and_(known == VALUE, born.c.ns == self.u.ns, born.c.id == learner))
        year, year_known = self.year()
        text = born.c.born
        whole = sa.func.regexp_matches(text, r"^\d{4}-\d{2}-\d{2}")
        later = sa.func.substring(text, 6, 5) > numbers.age_on
        age = year - 1 - sa.try_cast(sa.func.substring(text, 1, 4), sa.Integer) - sa.case((later, 1), else_=0)
        found = sa.func.coalesce(born.c.born__s, NOT_KNOWN)
        said = sa.case((sa.and_(found == VALUE, sa.not_(whole)), NOT_KNOWN), else_=found)  # a day that nobody knows
        grade, grade_known = self.grade
        limits = []
        for place in (0, 1):
            limit = sa.case({one: pair[place] for one, pair in numbers.ages.items()}, value=grade)
            there = sa.case((grade_known != VALUE, NOT_KNOWN), (limit.is_(None), NULL), else_=VALUE)
            limits.append(Part(limit, there))
        return {"age": Part(age, worst(said, year_known)), "ageLeast": limits[0], "ageMost": limits[1]}

    def before(self, linked: Linked, handed: FromClause) -> dict[str, Part]:
        """What the learner's card of the year before says, and of how many earlier years there is one. That there is
        none, and how many there are, is known where every card was read that may be an earlier one of the learner."""
        computed, links, rows = self.computed, self.task.links, linked.rows.c
        learner, at, grade, decision = (computed.learner, computed.school_year, self.grade_column, computed.decision)
        number = whole_number(rows[at])
        finished = sa.and_(rows[f"{links.status}__s"] == VALUE, rows[links.status].in_(links.finished))
        known = sa.and_(rows[f"{learner}__s"] == VALUE, rows[f"{at}__s"] == VALUE, number.is_not(None), finished)
        cells: list[ColumnElement[Any]] = []
        for name, column in (("grade", grade), ("decision", decision)):
            value, bucket = merged(rows[column], rows[f"{column}__s"], sa.true())
            cells += [value.label(name), bucket.label(f"{name}__s")]
        years = (
            sa.select(rows.ns, rows[learner].label("learner"), number.label("year"), *cells)
            .where(known)
            .group_by(rows.ns, rows[learner], number)
        )
        u = self.u
        year, year_known = self.year()
        here = sa.and_(u[f"{learner}__s"] == VALUE, year_known == VALUE)
        prior = years.subquery("year before")
        mine = sa.and_(here, prior.c.ns == u.ns, prior.c.learner == u[learner])
        earlier = years.subquery("years before")
        same = sa.and_(here, earlier.c.ns == u.ns, earlier.c.learner == u[learner], earlier.c.year < year)
        counted = (
            sa.select(u.src, u.pos, sa.func.count().label("number"), sa.func.min(earlier.c.year).label("first"))
            .select_from(u.src.table.join(earlier, same))
            .group_by(u.src, u.pos)
            .subquery("history")
        )
        self.source = self.source.outerjoin(prior, sa.and_(mine, prior.c.year == year - 1))
        self.source = self.source.outerjoin(counted, sa.and_(counted.c.src == u.src, counted.c.pos == u.pos))
        whole = sa.and_(self.handed(handed, links.unit), here, self.none_lost(linked, known, number, year))
        missing = sa.case((whole, NULL), else_=NOT_KNOWN)

        def said(name: str) -> ColumnElement[int]:
            return sa.case((prior.c.learner.is_(None), missing), else_=prior.c[f"{name}__s"])

        after = whole_number(prior.c.grade) + 1
        of_grade = said("grade")
        following = sa.case((sa.and_(of_grade == VALUE, after.is_(None)), NOT_KNOWN), else_=of_grade)
        history = sa.case((sa.and_(whole, counted.c.number.is_not(None)), VALUE), else_=missing)
        return {
            "priorDecision": Part(prior.c.decision, said("decision")),
            "priorGrade": Part(prior.c.grade, of_grade),
            "priorNext": Part(after, following),
            "earlierYears": Part(counted.c.number, history),
            "yearsSince": Part(year - counted.c.first, history),
        }

    def none_lost(
        self, linked: Linked, known: ColumnElement[bool], number: ColumnElement[Any], year: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        """Is there no card that may be an earlier one of the learner, and does not say so: without a learner, a year or
        a known status? ``known``, ``number``: of all cards, whether they say all three, and their year."""
        links, rows, u, learner = self.task.links, linked.rows.c, self.u, self.computed.learner
        at = self.computed.school_year
        named = sa.case((rows[f"{learner}__s"] == VALUE, rows[learner]))
        first = sa.func.min(sa.case((rows[f"{at}__s"] == VALUE, sa.func.coalesce(number, _ANY_YEAR)), else_=_ANY_YEAR))
        open_ = sa.and_(rows[f"{links.status}__s"] == VALUE, rows[links.status].in_(links.open))
        lost = (
            sa.select(rows.ns, named.label("learner"), first.label("first"))
            .where(sa.not_(known), sa.not_(open_))
            .group_by(rows.ns, named)
        )
        own, nameless = lost.subquery("lost of the learner"), lost.subquery("lost of nobody")
        whose = ((own, own.c.learner == u[learner]), (nameless, nameless.c.learner.is_(None)))
        for one, on in whose:
            self.source = self.source.outerjoin(one, sa.and_(one.c.ns == u.ns, on, one.c.first < year))
        return sa.and_(own.c.first.is_(None), nameless.c.first.is_(None))


def _word(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A word as it is compared: NFC, small letters, no white space around it."""
    return sa.func.lower(sa.func.nfc_normalize(sa.func.trim(value)))


def _yes_or_no(holds: ColumnElement[bool]) -> ColumnElement[Any]:
    return sa.case((holds, "yes"), else_="no")


# ------------------------------------------------------------------------------------------------ the level of a year
Counts = Any
"""Columns of a relation: ``failed_`` subjects, and how many scores are ``at 6.5`` or more, or ``below 6.5``."""


def _some(y: Counts, one: Level | Title) -> ColumnElement[bool]:
    return y[f"at {one.some_at}"] >= one.some  # type: ignore[no-any-return]


def plain_level(y: Counts, numbers: Computation) -> ColumnElement[int]:
    """The place, from 0, of the first level whose conditions hold."""
    holds = (
        (all_of(y.failed_ <= one.failed, y[f"below {one.least}"] == 0, _some(y, one)), place)
        for place, one in enumerate(numbers.levels)
    )
    return sa.case(*holds, else_=len(numbers.levels))


def level(y: Counts, plain: ColumnElement[Any], numbers: Computation) -> ColumnElement[Any]:
    """The code of the level. Where one subject alone keeps a card from a level that is ``adjusted``, and it fell two
    levels or more, it is raised by one."""
    at = sa.cast(plain, sa.Integer)
    raised = (
        sa.and_(
            sa.func.greatest(y.failed_ - one.failed, 0) + y[f"below {one.least}"] == 1, _some(y, one), at - place >= 2
        )
        for place, one in enumerate(numbers.levels)
        if one.adjusted
    )
    place = sa.case((sa.or_(sa.false(), *raised), at - 1), else_=at)
    codes = [*(one.code for one in numbers.levels), numbers.lowest]
    return sa.case(dict(enumerate(codes)), value=place)
