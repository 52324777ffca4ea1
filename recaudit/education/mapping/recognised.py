"""Which mappings that travel with recaudit fit files of which nobody says what they are: by their headers alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from recaudit.education.mapping.files import readings
from recaudit.education.mapping.loading import load, shipped
from recaudit.education.mapping.segments import Names
from recaudit.education.mapping.workbooks import UnreadableError
from recaudit.shipped import expectations
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import CannotOpenError

_FILES: Final = 20  # that are looked at
_BYTES: Final = 4 << 20  # of one file: its header is read, and in which encoding it is


def fitting(files: Iterable[Found]) -> str:
    """The shipped mapping whose headers the most of these files have; "" where none has one of them, or where two have
    as many."""
    looked_at = [one for one in files if one.opens and one.ending and one.bytes <= _BYTES][:_FILES]
    fits = Counter({name: sum(_fits(one, name) for one in looked_at) for name in shipped()})
    (first, most), (_, next_most) = fits.most_common(2)
    return first if most > next_most else ""


def _fits(found: Found, name: str) -> bool:
    form, names = load(name, expectations()), Names(found.stem)
    if not any(shape.sheets or names.fit(shape, "") for shape in form.shapes):
        return False
    try:
        return any(reading.shape is not None for _, reading, _ in readings(found, form, Said()))
    except (UnreadableError, CannotOpenError):
        return False
