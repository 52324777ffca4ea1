"""Which specified file a CSV file is: by its name, else by its header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from recaudit.education.formats import Specification, specifications
from recaudit.education.records import header_of, utf16
from recaudit.sources.files import Found
from recaudit.sources.lines import CannotOpenError, first_bytes

ENDINGS: Final = (".csv.gz", ".csv.zst", ".csv")
_HEAD: Final = 1 << 16  # bytes in which the header is looked for
_FEW: Final = 3  # required columns: with fewer, half of all columns must be there as well
_OLDER: Final = "1.1"
_ALIKE: Final = 2  # columns by which a file of a common name ("users.csv") is told from somebody else's


def table_of(found: Found) -> str | None:
    """The table that a file holds; None where neither its name nor its header says one. Broken files raise nothing.

    Names such as ``users.csv`` are common, so a header that can be read has to know some of the columns.
    """
    if not found.ending:
        return None
    named = specification_of_name(found)
    titles = titles_of(found)
    if named is not None:
        if titles is None or not named.standard:
            return named.table
        return named.table if len(set(titles) & set(named.columns)) >= _ALIKE else _table(of_header(titles))
    return _table(of_header(titles)) if titles is not None else None


def recognised(found: Found) -> Specification | None:
    """The same inside a source that the plan calls education: there, a name alone is enough."""
    named = specification_of_name(found)
    if named is not None:
        return named
    titles = titles_of(found)
    return of_header(titles) if titles is not None else None


def _table(specification: Specification | None) -> str | None:
    return specification.table if specification else None


def specification_of_name(found: Found) -> Specification | None:
    """By the name, which is case-sensitive; its ending is not."""
    return specifications().get(found.stem) if found.opens and found.ending else None


def of_header(titles: Sequence[str]) -> Specification | None:
    """The one specification whose required columns are all there; of several, the one with most columns there. A file
    that releases have alike is one of the latest."""
    there = set(titles)
    fitting: list[tuple[int, Specification]] = []
    newer = specifications()
    older = [one for one in specifications(_OLDER).values() if one.columns.keys() - newer[one.table].columns.keys()]
    for specification in (*newer.values(), *older):
        shared = len(there & set(specification.columns))
        enough = len(specification.required) >= _FEW or 2 * shared >= len(specification.columns)
        if specification.required <= there and enough:
            fitting.append((shared, specification))
    best = max((shared for shared, _ in fitting), default=0)
    one = [specification for shared, specification in fitting if shared == best]
    return one[0] if len({specification.table for specification in one}) == 1 else None


def titles_of(found: Found) -> list[str] | None:
    """The column names on the first line with text; None where there is none that can be read."""
    try:
        head = first_bytes(found, _HEAD)[:_HEAD]
    except CannotOpenError:
        return None
    codec = utf16(head)
    if codec is not None:
        head = head.decode(codec, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    line = next((line for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()), None)
    found_header = header_of(line) if line is not None else None
    return found_header[0] if found_header else None
