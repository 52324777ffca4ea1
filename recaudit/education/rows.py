"""One batch of a file as rows of its seam tables, with the columns that no file has."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from recaudit import values
from recaudit.education import tables
from recaudit.education.cells import Cells, blanked, cells, hidden, joined, looked_up, not_known, spans_in, unless_known
from recaudit.education.checks import filled
from recaudit.education.copies import contents, versions
from recaudit.education.formats import Specification
from recaudit.education.header import NOT_JUDGED, Header
from recaudit.education.membership import ORGS, in_schools
from recaudit.seam import Tables

_AS_LEARNER: Final = {"userSourcedId": "sourcedId", "orgSourcedId": "primaryOrgSourcedId"}
"""Column of ``learners`` -> the one of users.csv that says the same, where there are no roles."""

_PERSONAL_ID: Final = re.compile(r"[0-9]{3}([0-5])([0-9]{2})[0-9]{6}")
_EXEMPT: Final = frozenset({"score", "level", "comment"})
_WAIVED: Final = "waived"  # a reason that no catalogue has: excused


@dataclass(frozen=True, slots=True)
class Lookups:
    """What rows of one file need from others. What is not known stands in none of them."""

    codes: Mapping[str, str] = field(default_factory=dict)  # school -> identifier
    ends: Mapping[str, str] = field(default_factory=dict)  # school year -> the day it ends
    kinds: Mapping[str, str] = field(default_factory=dict)  # org -> its type
    schools: Mapping[str, str] = field(default_factory=dict)  # class -> school
    items: Mapping[str, str] = field(default_factory=dict)  # line item -> class
    sessions: Mapping[str, str] = field(default_factory=dict)  # line item -> type of its session, "" for no type


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the cells of an audit mean: the time zone, the last day of its period (None: ever), and the lookups."""

    zone: ZoneInfo
    last: date | None
    lookups: Lookups


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a batch that go to one table: their places in the batch, and columns ready for the seam; None for those
    that the file does not have."""

    table: str
    places: pl.Series
    columns: Sequence[pl.Series | None]


class Batch:
    """A batch of one file. ``frame``: the header's columns as text without nulls; ``lines``: where each row begins;
    ``doubted``: lines of rows of which nobody knows whether they hold, as deltas cannot be put in order; ``version``:
    how new rows are that do not say so themselves; ``apart``: whether no two rows share a key, so that nobody asks what
    tells copies apart."""

    def __init__(
        self,
        specification: Specification,
        header: Header,
        meaning: Meaning,
        frame: pl.DataFrame,
        lines: pl.Series,
        *,
        doubted: Collection[int] = (),
        version: int | None = None,
        apart: bool = False,
    ) -> None:
        self.specification, self.header, self.meaning = specification, header, meaning
        self.frame, self.lines, self.doubted, self.version, self.apart = frame, lines, doubted, version, apart

    def parts(self, kept: Tables, judged: pl.Series, *, learners: bool) -> Iterator[Part]:
        """The rows of each table, one after the other, with the columns that are ``kept`` of it; () for a table of
        which nothing is.

        ``learners``: each row of users.csv is one of ``learners`` too.
        """
        table = self.specification.table
        content = None if self.apart else contents(self.frame, self.header, self.specification.modified)
        version = versions(self.specification, self.header, self.frame, self.version)
        if self.doubted:
            judged = pl.select(
                pl.when(self.in_doubt()).then(pl.lit(NOT_JUDGED, judged.dtype)).otherwise(judged)
            ).to_series()
        identity = (self.lines.cast(pl.Int64), version, content, judged)
        if table in tables.SPLIT:
            students, others = tables.SPLIT[table]
            is_student = self._is_student(table)
            split: list[tuple[str, pl.Series | None]] = [(students, is_student), (others, ~is_student)]
        else:
            split = [(table, None)]
        every = pl.int_range(len(self.lines), eager=True)
        for name, mask in split:
            places = every if mask is None else every.filter(mask)
            if len(places) and name in kept:
                some = len(places) < len(every)
                rows = _Rows(self, name, self.frame[places] if some else self.frame, places)
                own = [each.gather(places) if some and each is not None else each for each in identity]
                yield Part(name, places, rows.columns(kept[name], own))
            elif len(places):
                yield Part(name, places, ())
        if learners and table == "users":
            frame, places, lines = self._in_schools()
            if len(places):
                rows = _Rows(self, tables.LEARNERS, frame, places)
                some = frame is not self.frame
                own = [each.gather(places) if some and each is not None else each for each in identity]
                own[0] = lines
                columns = rows.columns(kept[tables.LEARNERS], own) if tables.LEARNERS in kept else ()
                yield Part(tables.LEARNERS, places, columns)

    def in_doubt(self) -> pl.Series:
        """Row by row, whether nobody knows that it holds."""
        return self.lines.is_in(list(self.doubted))

    def _in_schools(self) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
        """Users as learners: their cells, their places in the batch, and a place of its own for each in the file. Of
        1.1, whose users say their role, those who are or may be students, once for each of their schools."""
        places = pl.int_range(len(self.lines), eager=True)
        if ORGS not in self.specification.columns:
            return self.frame, places, self.lines.cast(pl.Int64)
        places = places.filter(self._is_student("users"))
        lines = self.lines.gather(places).cast(pl.Int64)
        if ORGS not in self.header.columns:
            return self.frame[places], places, lines
        return in_schools(self.frame[places], places, lines, self.meaning.lookups.kinds)

    def _is_student(self, table: str) -> pl.Series:
        """Whether a row is a learner's. An enrollment or a user whose role cannot be read may be one."""
        if "role" not in self.header.columns:
            return pl.Series([table != "roles"]).new_from_index(0, len(self.lines))
        roles = self.frame["role"]
        if table == "roles":
            return roles == "student"
        words = [word for word in self.specification.columns["role"].words if word != "student"]
        return ~(roles.is_in(words) | roles.str.contains(r"\Aext:\S"))


class _Rows:
    """The rows of one table out of a batch."""

    def __init__(self, batch: Batch, table: str, frame: pl.DataFrame, places: pl.Series) -> None:
        self.batch, self.table, self.frame, self.places = batch, table, frame, places
        self.span = spans_in(batch.meaning.zone)
        own = batch.specification.table
        self.is_users = own == "users" and table == tables.LEARNERS
        self.is_unit = table in (tables.LEARNERS, tables.REPORT_CARDS)
        self._made: dict[str, Cells] = {}

    def columns(self, kept: Mapping[str, str], identity: Sequence[pl.Series | None]) -> list[pl.Series | None]:
        """``pos, id, version, content, judged``, then the cells of the kept columns."""
        pos, *rest = identity
        doubted = self.batch.in_doubt().gather(self.places) if self.batch.doubted and not self.is_unit else None
        key = self.identifier()
        if doubted is not None:  # nobody knows whether the row is there: it is no answer to who asks for its key
            key = blanked(key, doubted)
        found: list[pl.Series | None] = [pos, key, *rest]
        for name in kept:
            cell = self.cells(name)
            found.extend((cell if doubted is None else hidden(cell, doubted)).series)
        return found

    def identifier(self) -> pl.Series:
        """What names the row inside its table and namespace; null where nothing does."""
        specification = self.batch.specification
        if self.table == tables.REPORT_CARDS:
            return joined((self.cells("studentSourcedId"), self.cells("schoolYear")), "/")
        if self.table == tables.LEARNERS:
            return self.cells("userSourcedId").text
        if specification.key not in self.batch.header.columns:
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(self.frame))
        keys = self.frame[specification.key]
        there = filled(keys)
        return keys if there.all() else pl.select(pl.when(there).then(keys)).to_series()

    def cells(self, name: str) -> Cells:
        if name not in self._made:
            make = _MADE.get((self.table, name))
            self._made[name] = make(self) if make else self.own(name)
        return self._made[name]

    def own(self, name: str, bucket: Callable[[str | None, str], int] = values.bucket) -> Cells:
        """A column of the file. One that it does not have is not known."""
        kind = tables.tables()[self.table][name]
        texts = self.texts(name)
        if texts is None:
            return not_known(len(self.frame), kind)
        why = self.batch.header.reasons.get(self.batch.specification.of_seam(name))
        reasons = [self.frame[each] for each in [why] if each is not None]
        if self.table == tables.RESULTS and name in _EXEMPT and "exemptReason" in self.batch.header.columns:
            # whoever waives a result says why, in words of their own: it is excused, whatever the words are
            reasons.append(
                pl.select(pl.when(self.cells("exemptReason").text.is_not_null()).then(pl.lit(_WAIVED))).to_series()
            )
        return cells(texts, kind, self.span, reasons=reasons, bucket=bucket)

    def texts(self, name: str) -> pl.Series | None:
        own = self.batch.specification
        column = _AS_LEARNER.get(name, name) if self.is_users else own.of_seam(name)
        if column == _AS_LEARNER["orgSourcedId"] and ORGS in own.columns:
            column = ORGS
        header = self.batch.header
        return self.frame[column] if column in header.columns or column in header.filled else None

    def made(self, name: str, texts: Callable[[], pl.Series], *needs: str) -> Cells:
        """A column that no file has, made of others: not known where the file lacks one of those."""
        kind = tables.tables()[self.table][name]
        if any(self.texts(need) is None for need in needs):
            return not_known(len(self.frame), kind)
        return cells(texts(), kind, self.span)


# ------------------------------------------------------------------------------------------------ added columns
def _learner(user: str, school: str) -> Callable[[_Rows], Cells]:
    return lambda rows: rows.made("learner", lambda: joined((rows.cells(user), rows.cells(school)), "@"), user, school)


def _seat(rows: _Rows) -> Cells:
    """A learner in a class: where an enrolment says that they are."""
    names = ("userSourcedId", "classSourcedId")
    return rows.made("seat", lambda: joined([rows.cells(name) for name in names], "@"), *names)


def _class_of_mark(rows: _Rows) -> pl.Series:
    """The class that a result names, else that of its line item; null where neither is known."""
    looked = looked_up(rows.cells("lineItemSourcedId").text, rows.batch.meaning.lookups.items.get)
    own = rows.texts("classSourcedId")
    return (
        looked if own is None else pl.select(pl.coalesce(pl.lit(rows.cells("classSourcedId").text), looked)).to_series()
    )


def _marked(name: str, place: Callable[[_Rows], pl.Series]) -> Callable[[_Rows], Cells]:
    """The student of a result, in the class or in the school that it is of. Not known where the place is not."""

    def made(rows: _Rows) -> Cells:
        student, where = rows.cells("studentSourcedId").text, place(rows)
        both = pl.select(pl.concat_str(pl.lit(student), pl.lit("@"), pl.lit(where))).to_series()
        return unless_known(rows.made(name, lambda: both, "studentSourcedId", "lineItemSourcedId"), where.is_not_null())

    return made


def _school_of_mark(rows: _Rows) -> pl.Series:
    return looked_up(_class_of_mark(rows), rows.batch.meaning.lookups.schools.get)


def _session_type(rows: _Rows) -> Cells:
    types = looked_up(rows.cells("lineItemSourcedId").text, rows.batch.meaning.lookups.sessions.get)
    return unless_known(rows.made("sessionType", lambda: types, "lineItemSourcedId"), types.is_not_null())


def _school_code(school: str) -> Callable[[_Rows], Cells]:
    return lambda rows: rows.made(
        "schoolCode", lambda: looked_up(rows.cells(school).text, rows.batch.meaning.lookups.codes.get), school
    )


def _live_status(rows: _Rows) -> Cells:
    texts = rows.texts("status")
    if texts is None:
        return rows.made("liveStatus", lambda: pl.Series([], dtype=pl.String), "status")
    there = filled(texts)
    live = pl.when(there).then(texts).otherwise(pl.lit("active"))
    found = rows.made("liveStatus", lambda: pl.select(live).to_series())
    roles = rows.texts("role") if rows.is_users else None
    # a user of 1.1 whose role cannot be read may be a learner or not: nobody knows whether the row is a record
    found = found if roles is None else unless_known(found, roles == "student")
    if not rows.batch.doubted:
        return found
    return unless_known(found, ~rows.batch.in_doubt().gather(rows.places))


def _school_year(rows: _Rows) -> Cells:
    """A school year ends on one local day of the year that it is named after: the one on which the period ends."""
    last = rows.batch.meaning.last

    def span(text: str) -> tuple[int, int] | None:
        return rows.span(text if last is None else _day_in(text, last))

    texts = rows.texts("schoolYear")
    if texts is None:
        return not_known(len(rows.frame), "date")
    why = rows.batch.header.reasons.get("schoolYear")
    return cells(texts, "date", span, reasons=[rows.frame[why]] if why else [], bucket=_year_bucket)


def _year_bucket(text: str | None, kind: str) -> int:
    bucket = values.bucket(text, kind)
    is_year = text is not None and re.fullmatch("[0-9]{4}", text)
    return values.UNPARSEABLE if bucket == values.VALUE and not is_year else bucket


def _day_in(year: str, last: date) -> str:
    return f"{year}-{last.month:02}-{28 if (last.month, last.day) == (2, 29) else last.day:02}"


def _year_end(rows: _Rows) -> Cells:
    ends = looked_up(rows.cells("schoolYear").text, rows.batch.meaning.lookups.ends.get)
    return unless_known(rows.made("yearEnd", lambda: ends), ends.is_not_null())


def _result_key(rows: _Rows) -> Cells:
    """A result that does not say what it is of may be of any subject and period: its key is not known."""
    names = ("reportCardId", "subjectCode", "periodCode")
    found = rows.made("resultKey", lambda: joined([rows.cells(name) for name in names], "/", "/"), *names)
    return unless_known(found, found.bucket == values.VALUE)


def _from_personal_id(name: str, place: int) -> Callable[[_Rows], Cells]:
    def made(rows: _Rows) -> Cells:
        ids = rows.cells("userMasterIdentifier").text
        return rows.made(name, lambda: looked_up(ids, lambda text: _said_by_id(text, place)), "userMasterIdentifier")

    return made


def _said_by_id(text: str, place: int) -> str | None:
    both = from_personal_id(text)
    return both[place] if both else None


def from_personal_id(text: str) -> tuple[str, str] | None:
    """(year of birth, sex) that a Vietnamese personal id says; None for what is none.

    The fourth of twelve digits gives century and sex, the two after it the year.

    >>> from_personal_id("066214001234"), from_personal_id("66214001234")
    (('2014', 'male'), None)
    """
    match = _PERSONAL_ID.fullmatch(text)
    if match is None:
        return None
    century, sex = divmod(int(match[1]), 2)
    return f"{19 + century}{match[2]}", ("male", "female")[sex]


def _extension(name: str) -> Callable[[_Rows], Cells]:
    """A column of our own that a file of OneRoster may have beside its own. One that it does not have is not known."""

    def made(rows: _Rows) -> Cells:
        kind, titles = tables.tables()[rows.table][name], rows.batch.header.titles
        if name not in titles:
            return not_known(len(rows.frame), kind)
        return cells(rows.frame[rows.batch.header.frame[titles.index(name)]], kind, rows.span)

    return made


def _birth_year(rows: _Rows) -> Cells:
    return rows.made("birthYear", lambda: rows.cells("birthDate").text.str.slice(0, 4), "birthDate")


_MADE: Final[Mapping[tuple[str, str], Callable[[_Rows], Cells]]] = {
    (tables.REPORT_CARDS, "learner"): _learner("studentSourcedId", "schoolSourcedId"),
    (tables.REPORT_CARDS, "schoolCode"): _school_code("schoolSourcedId"),
    (tables.REPORT_CARDS, "schoolYear"): _school_year,
    (tables.REPORT_CARDS, "yearEnd"): _year_end,
    (tables.RESULTS, "resultKey"): _result_key,
    (tables.LEARNERS, "learner"): _learner("userSourcedId", "orgSourcedId"),
    (tables.LEARNERS, "schoolCode"): _school_code("orgSourcedId"),
    (tables.LEARNERS, "liveStatus"): _live_status,
    ("enrollments", "learner"): _learner("userSourcedId", "schoolSourcedId"),
    **{
        ("enrollments", name): _extension(name)
        for name in tables.ADDED["enrollments"]
        if name.startswith("metadata.rc.")
    },
    ("enrollments", "seat"): _seat,
    (tables.MARKS, "learner"): _marked("learner", _school_of_mark),
    (tables.MARKS, "seat"): _marked("seat", _class_of_mark),
    (tables.MARKS, "sessionType"): _session_type,
    ("users", "idBirthYear"): _from_personal_id("idBirthYear", 0),
    ("users", "idSex"): _from_personal_id("idSex", 1),
    ("demographics", "birthYear"): _birth_year,
}
