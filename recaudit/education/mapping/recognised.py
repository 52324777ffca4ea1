"""Which mappings that travel with recaudit fit files of which nobody says what they are: by their headers.

Files that lie in one folder, or in one archive, are told together: a users.csv alone may be of three formats. What a
folder holds of OneRoster stays that, unless a mapping knows more of its files than the standard does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from recaudit.education.formats import MANIFEST, Specification, specifications
from recaudit.education.mapping.containers import Head, Sheet, heads
from recaudit.education.mapping.definition import Format, Shape
from recaudit.education.mapping.loading import load, shipped
from recaudit.education.mapping.segments import Names, Reading, titles_of
from recaudit.education.mapping.text import fold
from recaudit.education.mapping.workbooks import UnreadableError
from recaudit.education.recognise import titles_of as header_of
from recaudit.shipped import expectations
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import CannotOpenError

_OLDER: Final = "1.1"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What is read by which mapping (name -> files), and which files that OneRoster's names were given to are not its:
    paths of those that a mapping reads, and of those beside them that neither knows."""

    by: Mapping[str, tuple[Found, ...]] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()


def recognised(files: Iterable[Found], standard: Mapping[str, str]) -> Recognised:
    """``files``: of any ending that a mapping may read. ``standard``: path -> table, of those that have a name or a
    header of OneRoster or of report cards. Nothing fits nothing: ``Recognised()``."""
    together: dict[str, list[Found]] = {}
    for one in files:
        if one.opens and one.ending:
            archive, member, _ = one.path.partition("!")
            together.setdefault(archive if member else one.folder_path, []).append(one)
    by: dict[str, list[Found]] = {}
    foreign = set[str]()
    for there in together.values():
        archived = any(one.member for one in there)
        for name, fitting in _of_place(there, standard, archived=archived):
            by.setdefault(name, []).extend(fitting)
            foreign.update(one.path for one in fitting)
            foreign.update(one.path for one in there if one.path in standard and not _is_standard(one, standard))
    return Recognised({name: tuple(found) for name, found in sorted(by.items())}, frozenset(foreign & standard.keys()))


def _of_place(
    there: Sequence[Found], standard: Mapping[str, str], *, archived: bool
) -> Iterable[tuple[str, Sequence[Found]]]:
    """The mappings of one folder, those that fit most of its files first. An archive is read as a whole, by one."""
    called = {one.path for one in there if one.path in standard}
    if any(standard[path] == MANIFEST for path in called):
        there = [one for one in there if one.path not in called]
    own = {one.path for one in there if one.path in called and _is_standard(one, standard)}
    if len(own) == len(there):  # then no mapping can fit more of them
        return
    scores = {one.path: scored for one in there if (scored := _scores(one))}
    left = [one for one in there if one.path in scores]
    while left and (name := _best([scores[one.path] for one in left])):
        fitting = [one for one in left if name in scores[one.path]]
        left = [one for one in left if name not in scores[one.path]]
        taken = {one.path for one in fitting}
        if taken & called and len(taken) <= len(own):  # the standard knows as many of them
            continue
        if archived and own - taken:
            return
        yield name, fitting
        if archived:
            return


def _best(scores: Sequence[Mapping[str, int]]) -> str:
    """The mapping that fits most files, and of their columns the most; "" where two are alike."""
    total: dict[str, tuple[int, int]] = {}
    for of_file in scores:
        for name, columns in of_file.items():
            files, before = total.get(name, (0, 0))
            total[name] = files + 1, before + columns
    best = max(total.values(), default=(0, 0))
    names = [name for name, each in total.items() if each == best]
    return names[0] if len(names) == 1 else ""


def _is_standard(one: Found, standard: Mapping[str, str]) -> bool:
    """Whether a file that has a name of OneRoster is of it: it says when its rows were changed, or all columns are
    there that have to be. What a report card has is nobody else's."""
    newest, older = (specifications(*edition).get(standard[one.path]) for edition in ((), (_OLDER,)))
    known = [each for each in (newest, older) if each is not None]
    if not all(each.standard for each in known):
        return True
    titles = set(header_of(one) or ())
    return any(_has(each, titles) for each in known)


def _has(specification: Specification, titles: Collection[str]) -> bool:
    return specification.modified in titles or (bool(specification.required) and specification.required <= set(titles))


# ------------------------------------------------------------------------------------------------ one file
@cache
def _forms() -> tuple[Format, ...]:
    return tuple(load(name, expectations()) for name in shipped())


def _scores(found: Found) -> dict[str, int]:
    """The mappings whose header a file has -> how many of their columns. Of those that the header alone speaks for, the
    ones that know most of it: the results of a class name its learners as a list of learners does."""
    names = Names(found.stem)
    possible = [form for form in _forms() if any(_named(names, shape) for shape in form.shapes)]
    if not possible:
        return {}
    try:
        tops = heads(found)
    except (UnreadableError, CannotOpenError):
        return {}
    scores: dict[str, int] = {}
    by_header = set[str]()  # the mappings that no name of the file speaks for
    for form in possible:
        columns, named = max((_columns(form, names, top) for top in tops), default=(0, False))
        if columns:
            scores[form.name] = columns
            by_header |= set() if named else {form.name}
    most = max((scores[name] for name in by_header), default=0)
    return {name: columns for name, columns in scores.items() if name not in by_header or columns == most}


def _named(names: Names, shape: Shape) -> bool:
    return not shape.files or any(names.fit(shape, title) for title in (*shape.sheets, ""))


def _columns(form: Format, names: Names, top: Head) -> tuple[int, bool]:
    """How many columns of a shape a sheet has, and whether the name of the file was asked for; 0 where it has no header
    of one. Where it was not, the header alone has to tell: half of the columns have to be there."""
    fitting = [shape for shape in form.shapes if names.fit(shape, top.title)]
    shape = Reading(Sheet(top.number, top.title, iter(top.lines)), fitting, titles_of(form), Said()).shape
    if shape is None:
        return 0, False
    there = {parts[-1] for _, cells in top.lines for cell in cells if (parts := _parts(cell))}
    known = sum(any(path[-1] in there for path in column.titles) for column in shape.columns.values())
    return (known, bool(shape.files)) if shape.files or 2 * known >= len(shape.columns) else (0, False)


def _parts(cell: str) -> list[str]:
    return [part for part in map(fold, cell.split("/")) if part]
