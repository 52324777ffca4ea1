"""When two keys mean the same record: which differences between them mean nothing, and what is left without these.

A roster and an export come from two systems. Each keeps its keys as text, and the same key may be written in two ways:
with other Unicode, in capitals, with spaces, with zeros in front. What is stored and shown is never changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Final, Literal, get_args

Difference = Literal["case", "spaces", "leading zeros"]
DIFFERENCES: Final[tuple[Difference, ...]] = get_args(Difference)


def normal(key: str, ignoring: Collection[Difference] = ()) -> str:
    """The key without the differences that mean nothing. Two keys are the same when their normal forms are.

    Always in Unicode NFC. ``case``: case folded (canonical caseless matching, Unicode 3.13). ``spaces``: without white
    space and without format characters, which have no width, wherever they stand. ``leading zeros``: without the
    digits 0 at its beginning; of zeros alone one stays. An empty key stays empty.

    >>> normal("Đắk 01", ["case", "spaces"]), normal("BN\u200b7", ["spaces"])
    ('đắk01', 'BN7')
    >>> [normal(key, ["leading zeros"]) for key in ("00120", "000", "A01", "")]
    ['120', '0', 'A01', '']
    """
    if "spaces" in ignoring:
        key = "".join(key.split())
        if not key.isascii():
            key = "".join(one for one in key if unicodedata.category(one) != "Cf")
    if "leading zeros" in ignoring and key:
        key = key.lstrip("0") or "0"
    if key.isascii():  # one form in Unicode, and quicker so
        return key.lower() if "case" in ignoring else key
    if "case" in ignoring:
        key = unicodedata.normalize("NFD", key).casefold()
    return unicodedata.normalize("NFC", key)


def normal_of_record(key: str, ignoring: Collection[Difference] = (), *, by_year: bool = False) -> str:
    """The same of a record's key. ``by_year``: it is ``<id>/<year>``, and the differences are those of the id.

    >>> normal_of_record("00123/2026", ["leading zeros"], by_year=True)
    '123/2026'
    """
    of, slash, year = key.rpartition("/") if by_year else (key, "", "")
    return normal(of, ignoring) + slash + year if slash else normal(key, ignoring)
