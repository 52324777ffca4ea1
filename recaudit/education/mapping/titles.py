"""Which line of a sheet is its titles, and which of them may be written down: never what may be a value of a record.

A line of text does not say whether it is titles or a record. So it is taken for titles on evidence alone: cells that
are titles in some format. Of such a line, what may be somebody's name is left out and counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from recaudit.education.formats import specifications
from recaudit.education.mapping.containers import Head
from recaudit.education.mapping.loading import load, shipped
from recaudit.education.mapping.text import fold
from recaudit.shipped import expectations

_LIKE_DATA: Final = re.compile(r"@|[0-9]{6}|\A[^a-zA-Z\u00c0-\uffff]*[0-9][^a-zA-Z\u00c0-\uffff]*\Z")
_LONGEST: Final = 100  # of a title
_SHORTEST: Final = 3  # cells of a line of which no two known titles stand beside each other
_ALSO_VALUES: Final = frozenset({"asian", "white", "late", "missing", "incomplete", "inprogress", "k", "p", "primary"})
_USUAL: Final = frozenset({
    "address", "attendance", "attendancedate", "class", "classcode", "classname", "dantoc", "diachi", "diemtb",
    "dienthoai", "ethnicity", "ghichu", "hocky", "hotencha", "hotenme", "hovatencha", "hovatenme", "khoilop",
    "lop", "magiaovien", "malop", "matruong", "monhoc", "namhoc", "nationality", "noisinh", "notes", "quequan",
    "quoctich", "religion", "schoolcode", "schoolname", "schoolyear", "sodienthoai", "sodinhdanh", "stt",
    "subject", "teacher", "tenlop", "tentruong", "termid", "tongiao", "truonghoc",
})  # fmt: skip
"""Titles that no mapping has. None of them is a name when it is written without marks: "truong" would be one."""
_WORDS: Final = frozenset({
    "address", "attendance", "birth", "category", "citizenship", "class", "code", "comment", "course",
    "credits", "date", "day", "department", "district", "education", "email", "father", "gender", "gpa",
    "grade", "guardian", "id", "income", "language", "level", "mother", "name", "nationality", "notes",
    "number", "parent", "period", "phone", "program", "province", "pupil", "race", "region", "remarks",
    "residence", "room", "school", "score", "section", "special", "state", "status", "student", "subject",
    "teacher", "term", "title", "total", "type", "ward", "year",
})  # fmt: skip
_ALONE: Final = frozenset({"họ", "tên", "khối", "môn", "điểm", "tuổi", "tỉnh", "huyện", "xã", "phường", "trường"})
"""Titles of one word, with their marks: without them some are names."""
_FAMILIES: Final = frozenset({
    "bùi", "bui", "đặng", "đinh", "đỗ", "dương", "huỳnh", "huynh", "lê", "ngô", "ngo", "nguyễn", "nguyen", "phạm",
    "pham", "phan", "trần", "tran", "trịnh", "trinh", "trương", "võ", "vũ",
})  # fmt: skip
"""With which no title begins, however it is written."""
_MACHINE: Final = re.compile(
    r"\w*[^\W_]_[^\W_]\w*|[A-Z]?[a-z]{2,}(?:[A-Z]+[a-z]{2,})+|[A-Z]{2,}[a-z]{3,}|[a-z]+[A-Z]{2,}"
)
"""Names that programs give: section_id, PrimaryLanguage, ELLStatus."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles that may be written down, in their order. ``kept_back``: how many may be values of records; ``first``:
    whether they stand on the first line of the sheet."""

    names: tuple[str, ...]
    kept_back: int
    first: bool


def key(title: str) -> str:
    return re.sub(r"[\W_]+", "", fold(title))


def titles_of(top: Head) -> Titles | None:
    """Of the first lines the one with most known titles; None where none is one without doubt."""
    lines = [[" ".join(cell.split()) for cell in cells] for _, cells in top.lines]
    fit = [place for place, cells in enumerate(lines) if not any(map(_is_data, cells))]
    if not fit:
        return None
    at = max(fit, key=lambda place: sum(map(_is_known, lines[place])))
    cells, below = lines[at], [line for line in lines[at + 1 :] if line != lines[at]]
    if not _says_titles(cells) or _names_rows(cells, below):
        return None
    kept: dict[str, None] = {}
    back = 0
    for place, cell in enumerate(cells):
        again = any(place < len(line) and fold(line[place]) == fold(cell) for line in below)
        if not fold(cell).strip("/ "):
            continue
        if _is_known(cell) or not (again or may_be_name(cell)):
            kept[cell] = None
        else:
            back += 1
    return Titles(tuple(kept), back, at == 0)


def may_be_name(text: str) -> bool:
    """Whether a text may be somebody's name, for all that can be seen: one capitalised word, or a capital after the
    first word, and no word that titles have.

    >>> [may_be_name(each) for each in ("Nguyễn Văn An", "An 2", "H'Bia Niê", "Dân tộc", "section_id", "Room Number")]
    [True, True, True, False, False, False]
    """
    words = text.split()
    plain = [word.casefold() for word in re.split(r"[\s_]+", unicodedata.normalize("NFC", text))]
    if not words or _is_known(text) or _is_alone(text):
        return False
    if plain[0] in _FAMILIES:
        return True
    if _MACHINE.fullmatch(text) or not _WORDS.isdisjoint(plain):
        return False
    letters = ["".join(filter(str.isalpha, word)) for word in words]
    capitals = [bool(word) and not word.islower() for word in letters]  # a letter without case is as good as one
    return any(capitals[1:]) or (capitals[0] and not any(letters[1:]))


@cache
def known() -> frozenset[str]:
    """Titles of the mappings that travel with recaudit, of OneRoster and of report cards, and some that are usual. Not
    the titles of items: a subject is what a teacher may have in a cell."""
    found = {
        path[-1]
        for name in shipped()
        for shape in load(name, expectations()).shapes
        for column in shape.columns.values()
        if " " not in column.name
        for path in column.titles
    }
    found |= {column for table in specifications().values() for column in table.columns}
    return (frozenset(map(key, found)) | _USUAL) - _ALSO_VALUES


def _is_known(cell: str) -> bool:
    return key(cell) in known()


def _is_alone(cell: str) -> bool:
    return unicodedata.normalize("NFC", cell).casefold() in _ALONE


def _is_data(cell: str) -> bool:
    return len(cell) > _LONGEST or _LIKE_DATA.search(cell) is not None


def _says_titles(cells: Sequence[str]) -> bool:
    """Two known titles beside each other, or nothing but known ones and such names as programs give. A title with its
    value beside it, as on a form, is neither."""
    there = [_is_known(cell) for cell in cells]
    if any(map(all, pairwise(there))):
        return True
    filled = [cell for cell in cells if cell]
    if all(_is_known(cell) or _is_alone(cell) for cell in filled):
        return any(there)
    machine = all(_is_known(cell) or _MACHINE.fullmatch(cell) for cell in filled)
    return any(there) and machine and len(filled) >= _SHORTEST


def _names_rows(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether titles go on downwards: a form, whose values stand beside them."""
    return any(
        _is_known(cell) and _is_known(line[place]) and key(line[place]) != key(cell)
        for line in below
        for place, cell in enumerate(cells[: len(line)])
    )
