"""Which line of a sheet is its titles, and which of them may be written down: never what may be a value of a record.

A line of text does not say whether it is titles or a record. So it is taken for titles on evidence alone: cells that
are titles in some format. Of such a line, what may be somebody's name is left out and counted: whatever is not made
of words that titles have.
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
from recaudit.education.mapping.titlewords import ALONE, FAMILIES, PAIRS, PLAIN, WORDS
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
_MACHINE: Final = re.compile(
    r"\w*[^\W_]_[^\W_]\w*|[A-Z]?[a-z]{2,}(?:[A-Z]+[a-z]{2,})+|[A-Z]{2,}[a-z]{3,}|[a-z]+[A-Z]{2,}"
)
"""Names that programs give: section_id, PrimaryLanguage, ELLStatus."""
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")  # where a word of such a name begins
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_APART: Final = re.compile(r"[^\w\s-]")  # between words that are no pair


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
    """Whether a text may be somebody's name, for all that can be seen: names have no common mark, not even a capital.
    So it may, unless it is a known title, or such a one as programs give with a word in it that titles have, or has
    nothing but words of titles, without a capital behind the first where words have marks. A word that is a name too is
    one of a title only beside the word that it is a title with.

    >>> [may_be_name(each) for each in ("Nguyễn Văn An", "An 2", "hoa mai", "Grace Ward", "hoa_mai", "Mã Quốc Bình")]
    [True, True, True, True, True, True]
    >>> [may_be_name(each) for each in ("hs bình", "Student Ward", "điểm trung bình", "Ward Code")]
    [True, True, False, False]
    >>> [may_be_name(each) for each in ("Dân tộc thiểu số", "section_id", "Room Number", "b 2")]
    [False, False, False, False]
    """
    if not text.split() or _is_known(text) or _is_alone(text):
        return False
    machine = _MACHINE.fullmatch(text) is not None
    apart = _HUMP.sub(" ", text) if machine else text
    parts = [_LETTERS.findall(part) for part in _APART.split(unicodedata.normalize("NFC", apart))]
    words = [word for part in parts for word in part]
    if all(map(_is_letter, words)):
        return not words or any(map(str.isupper, words))
    if words[0].casefold() in FAMILIES or WORDS.isdisjoint(map(str.casefold, words)):
        return True
    capital = any(word[0].isupper() and not word.isupper() for word in words[1:])
    in_capitals = capital and not machine and not text.isascii()
    return in_capitals or not all(map(_is_of_titles, parts))


def _is_letter(word: str) -> bool:
    """Of those that count something, as "Group B": "Y" and "Ý" are names."""
    return len(word) == 1 and word.isascii() and word not in "yY"


def _is_of_titles(words: Sequence[str]) -> bool:
    words = [word.casefold() for word in words]
    paired = {place for place, two in enumerate(pairwise(words)) if " ".join(two) in PAIRS}
    return all(
        place in paired or place - 1 in paired or word in WORDS or word in PLAIN or _is_letter(word)
        for place, word in enumerate(words)
    )


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
    return unicodedata.normalize("NFC", cell).casefold() in ALONE


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
