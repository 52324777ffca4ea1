"""Columns of which a file of OneRoster or of report cards says nothing, since its header does not have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from recaudit.education import tables
from recaudit.education.formats import Specification

_MADE_OF: Final[Mapping[str, str]] = {
    "idBirthYear": "userMasterIdentifier",
    "idSex": "userMasterIdentifier",
    "birthYear": "birthDate",
}
"""Columns that reading makes of one other, which says all that they say."""


def lacking(specification: Specification, titles: Collection[str] | None) -> tuple[tuple[str, str], ...]:
    """("table", "column") of the seam, sorted. ``titles``: of the file; () of one without a header, as it has no row.

    A column that only a later release has may stand in an extension of the file, and one of ours beside the standard
    is an extension always.
    """
    if titles is None:
        return ()
    return tuple(
        sorted(
            (table, name)
            for table in tables.SPLIT.get(specification.table, (specification.table,))
            for name in tables.tables().get(table, ())
            if not _says(specification, titles, _MADE_OF.get(name, name))
        )
    )


def _says(specification: Specification, titles: Collection[str], name: str) -> bool:
    """Whether the file has the column, an extension for it, or a column that says why it is empty; what is made of
    several columns is not asked of here."""
    own = specification.of_seam(name)
    if own in specification.columns:
        return bool({own, specification.reason(own)} & set(titles))
    if name in specification.later:
        extension = specification.extension(name)
        return bool({extension, specification.reason(extension), specification.reason(name)} & set(titles))
    return name in titles or not name.startswith("metadata.")
