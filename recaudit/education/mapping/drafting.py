"""A mapping for files of no format that is known: their titles as they stand, and rows where titles say what they are.

Only a list of learners is recognised, by titles that mappings of recaudit or OneRoster use. Of every other kind of file
the columns are written down and nothing is made of them: which rows they are, a person has to say.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, Final

from recaudit.education.formats import specifications
from recaudit.education.mapping.containers import heads
from recaudit.education.mapping.definition import Shape
from recaudit.education.mapping.loading import load, shipped
from recaudit.education.mapping.text import fold
from recaudit.education.mapping.titles import key, may_be_name, titles_of
from recaudit.education.mapping.workbooks import UnreadableError
from recaudit.shipped import expectations
from recaudit.sources.files import Found
from recaudit.sources.lines import CannotOpenError

_LEARNERS: Final = ("student", "pupil", "learner", "hocsinh", "mahs")
_PERSON: Final = frozenset({"givenName", "familyName", "middleName", "birthDate", "sex"})
_SCHOOL: Final = ("roles", "orgSourcedId")
_ID: Final = ("users", "sourcedId")
_SCHOOLS: Final = ("school", "schoolcode", "matruong", "truonghoc", "truong", "tentruong", "schoolname")
"""Titles of a school that no mapping has. Where two stand in one list, a code is the better one."""
_LIKE_SCHOOL: Final = re.compile(r"school|truong|campus")
_NO_SCHOOL: Final = re.compile(r"schoolyear|previous|former|hieutruong|loptruong|totruong|nhomtruong")
_WITHIN: Final = 20  # lines in which a header is looked for
_BESIDE: Final = frozenset({"sourcedId", "status", "dateLastModified", "agentSourcedIds", "password"})
"""Columns that no title of a list stands for: that order rows, name other rows, or are nobody's business."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a title stands for in one column of a table, and how its cells are to be read."""

    table: str
    column: str
    kind: str = "text"
    serial: bool = False
    form: str = ""
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class KindOfFile:
    """Files with the same titles. ``known``: title -> what it was taken for; {} where no row is made of the files."""

    name: str
    titles: tuple[str, ...]
    stems: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    several: bool = False  # whether a workbook has other sheets beside
    workbook: bool = False
    first: bool = True  # whether the titles stand on the first line of all of them
    kept_back: int = 0  # columns whose titles may be values of records
    unsure: tuple[str, ...] = ()  # titles that may be those of the school; no row is made before a person has said
    known: dict[str, list[Meant]] = field(default_factory=dict)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(title for title in self.titles if title not in self.known)

    @property
    def by_folder(self) -> bool:
        """Whether its rows count for the school that the folder is called by, as no column names one."""
        return bool(self.known) and _column_of(self, _SCHOOL) is None


@dataclass(frozen=True, slots=True)
class Drafted:
    """The kinds of files, and those of which nobody can say what their titles are."""

    kinds: tuple[KindOfFile, ...] = ()
    paths: tuple[str, ...] = ()  # of their files; an archive once
    untitled: tuple[str, ...] = ()

    def mapping(self, *, name: str, about: str, evidence: str, source: str, whole: bool = True) -> dict[str, Any]:
        """As JSON. ``whole``: with the kinds of which no row is made, which a mapping that is used must not have."""
        kinds = [kind for kind in self.kinds if whole or kind.known]
        made: dict[str, Any] = {"format": name, "about": about, "evidence": evidence, "source": source}
        codes = {
            word: code for kind in kinds for each in kind.known.values() for one in each for word, code in one.codes
        }
        if codes:
            made["codes"] = {"words": codes}
        if any(kind.by_folder for kind in kinds):
            made["parameters"] = {"school": [{"of": "plan"}, {"of": "folder"}]}
        return made | {"shapes": [_shape(kind, alone=len(kinds) == 1) for kind in kinds]}


def drafted(files: Iterable[Found]) -> Drafted:
    """Of files with an ending that a mapping may read; without one there is no kind. Nothing is raised."""
    kinds: dict[tuple[str, ...], KindOfFile] = {}
    untitled: list[str] = []
    paths: dict[str, None] = {}
    for found in files:
        try:
            tops = heads(found) if found.opens else []
        except (UnreadableError, CannotOpenError):
            tops = []
        titled = [(top, titles) for top in tops if (titles := titles_of(top)) is not None]
        if not titled:
            untitled.append(found.path)
        for top, titles in titled:
            paths[found.path.partition("!")[0]] = None
            kind = kinds.setdefault(tuple(map(key, titles.names)), KindOfFile(found.stem, titles.names))
            kind.first &= titles.first
            kind.kept_back = max(kind.kept_back, titles.kept_back)
            kind.stems += [found.stem] if found.stem not in kind.stems else []
            kind.sheets += [top.title] if top.title not in kind.sheets else []
            kind.several |= len(tops) > 1
            kind.workbook |= bool(top.title)
    named: dict[str, int] = {}
    for kind in kinds.values():
        number = named[kind.name] = named.get(kind.name, 0) + 1
        kind.name += f" {number}" if number > 1 else ""
        kind.known = _known(kind)
    return Drafted(tuple(kinds.values()), tuple(paths), tuple(untitled))


# ------------------------------------------------------------------------------------------------ titles
@cache
def _vocabulary() -> Mapping[str, Mapping[tuple[str, str], Meant]]:
    """Title -> the columns that it stands for in a list of learners, as our mappings and OneRoster have it. The first
    mapping, by name, that uses a title says how its cells are read."""
    found: dict[str, dict[tuple[str, str], Meant]] = {}
    for name in shipped():
        for shape in load(name, expectations()).shapes:
            for title, meant in _of_learners(shape):
                found.setdefault(title, {}).setdefault((meant.table, meant.column), meant)
    for table in ("users", "demographics"):
        for column in specifications()[table].columns.values():
            if column.name not in _BESIDE:
                kind = "date" if column.type == "date" else "text"
                found.setdefault(key(column.name), {(table, column.name): Meant(table, column.name, kind)})
    for title in _SCHOOLS:
        found.setdefault(title, {_SCHOOL: Meant(*_SCHOOL)})
    return found


def _of_learners(shape: Shape) -> Iterator[tuple[str, Meant]]:
    """What the titles of one kind of sheet stand for; nothing where it is no list of learners: of teachers, classes."""
    tables = {target.table: target for target in shape.targets}
    if not {"users", "demographics"} <= tables.keys():
        return
    for table in ("users", "demographics", "roles"):
        target = tables.get(table)
        for name, place in target.columns.items() if target is not None else ():
            wanted = (table, name) in (_ID, _SCHOOL) or (table != "roles" and name not in _BESIDE)
            if wanted and place.column and not place.lookup and not place.take:
                column = shape.columns[place.column]
                codes = tuple(sorted(place.codes.items()))
                for path in column.titles:
                    yield key(path[-1]), Meant(table, name, column.kind, column.serial, place.form, codes)


def _known(kind: KindOfFile) -> dict[str, list[Meant]]:
    """What the titles of a list of learners stand for; {} where it is none, as far as titles and names say."""
    vocabulary = _vocabulary()
    known: dict[str, list[Meant]] = {}
    taken = set[tuple[str, str]]()
    last = ("id", *_SCHOOLS)
    order = {title: (last.index(key(title)) + 1 if key(title) in last else 0) for title in kind.titles}
    for title in sorted(kind.titles, key=order.__getitem__):
        for one in vocabulary.get(key(title), {}).values():
            if (one.table, one.column) not in taken:
                taken.add((one.table, one.column))
                known.setdefault(title, []).append(one)
    names = [key(each) for each in (*kind.stems, *kind.sheets, *kind.titles)]
    of_learners = any(word in name for name in names for word in _LEARNERS)
    persons = {column for _, column in taken} & _PERSON
    if not of_learners or _ID not in taken or not persons:
        return {}
    if _SCHOOL not in taken:
        kind.unsure = tuple(each for each in kind.titles if each not in known and _may_be_school(key(each)))
        if kind.unsure:
            return {}
    return {title: known[title] for title in kind.titles if title in known}


def _may_be_school(title: str) -> bool:
    return _LIKE_SCHOOL.search(title) is not None and _NO_SCHOOL.search(title) is None


# ------------------------------------------------------------------------------------------------ as JSON
def _names(kind: KindOfFile) -> dict[str, str]:
    """Title -> the name that its column has in the mapping."""
    names: dict[str, str] = {}
    for number, title in enumerate(kind.titles, 1):
        name = re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_") or "column"
        free = (f"{name}_{more}" for more in count(number))
        names[title] = name if name not in names.values() else next(one for one in free if one not in names.values())
    return names


def _column_of(kind: KindOfFile, place: tuple[str, str]) -> str | None:
    names = _names(kind)
    return next(
        (names[title] for title, meant in kind.known.items() for one in meant if (one.table, one.column) == place), None
    )


def _shape(kind: KindOfFile, *, alone: bool) -> dict[str, Any]:
    names = _names(kind)
    main = _column_of(kind, _ID) or names[kind.titles[0]]
    made: dict[str, Any] = {"name": kind.name}
    if not alone:
        made["files"] = [glob.escape(stem) for stem in kind.stems]
    told_apart = not any(map(may_be_name, kind.sheets))  # else by their titles: a sheet may be called after a person
    if kind.several:
        made |= {"sheets": [glob.escape(title) for title in kind.sheets]} if told_apart else {"every": False}
    if kind.workbook or not kind.first:
        made["header"] = {"within": _WITHIN}
    made["columns"] = {
        name: _column(title, kind, required=name == main or not told_apart) for title, name in names.items()
    }
    return made | {"rows": _rows(kind, names)}


def _column(title: str, kind: KindOfFile, *, required: bool) -> dict[str, Any]:
    column: dict[str, Any] = {"titles": [title]}
    for meant in kind.known.get(title, ()):
        if meant.kind != "text":
            column["kind"] = meant.kind
        if meant.serial and kind.workbook:
            column["serial"] = True
    return column | ({"required": True} if required else {})


def _rows(kind: KindOfFile, names: Mapping[str, str]) -> list[dict[str, Any]]:
    learner, school = _column_of(kind, _ID), _column_of(kind, _SCHOOL)
    if learner is None or not kind.known:
        return []
    where: Any = school or {"parameter": "school"}
    users: dict[str, Any] = {"sourcedId": learner, "primaryOrgSourcedId": where}
    demographics: dict[str, Any] = {"sourcedId": learner}
    for title, meant in kind.known.items():
        for one in meant:
            into = {"users": users, "demographics": demographics}.get(one.table, {})
            more = ({"form": one.form} if one.form else {}) | ({"codes": "words"} if one.codes else {})
            into[one.column] = {"column": names[title], **more} if more else names[title]
    users["primaryOrgSourcedId"] = where
    role = {"userSourcedId": learner, "orgSourcedId": where, "role": {"value": "student"}}
    role |= {"roleType": {"value": "primary"}, "status": {"value": "active"}}
    orgs = {"sourcedId": where, "identifier": where, "type": {"value": "school"}}
    rows: Sequence[dict[str, Any]] = (
        {"table": "orgs", "once": True, "columns": orgs},
        {"table": "users", "columns": users},
        *([{"table": "demographics", "columns": demographics}] if len(demographics) > 1 else []),
        {"table": "roles", "columns": role},
    )
    return list(rows)


def as_text(mapping: Mapping[str, Any]) -> str:
    """A drafted mapping as a person reads it: one line for each column and each table."""
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in mapping.items() if name != "shapes"]
    shapes = ",\n".join(map(_shape_as_text, mapping["shapes"]))
    return "\n".join(["{", *lines, '  "shapes": [', shapes, "  ]", "}"]) + "\n"


def _shape_as_text(shape: Mapping[str, Any]) -> str:
    head = ", ".join(
        f"{_json(name)}: {_json(value)}" for name, value in shape.items() if name not in ("columns", "rows")
    )
    columns = ",\n".join(f"        {_json(name)}: {_json(column)}" for name, column in shape["columns"].items())
    rows = ",\n".join(f"        {_json(row)}" for row in shape["rows"])
    rows = f"[\n{rows}\n      ]" if rows else "[]"
    return f"""\
    {{
      {head},
      "columns": {{
{columns}
      }},
      "rows": {rows}
    }}"""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
