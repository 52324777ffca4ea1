"""One dossier to rows of the seam: identity, and every kept column as text with the bucket it falls in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from recaudit import values
from recaudit.health.insurance.mapping import Leading, Place, mappings
from recaudit.seam import RANGED
from recaudit.sources.insurance import Cells, Dossier, fields, visit

Seam = list[object]
_NOTHING: Final[Cells] = {}


class Made(NamedTuple):
    """A row of a seam table: its id, what it says, and its cells; ``kind`` is the inner file it came from."""

    table: str
    kind: str
    source: Cells
    id: str | None
    content: str
    cells: Seam


@dataclass(frozen=True, slots=True)
class Maker:
    """What is wanted of a file. ``kept``: seam table -> column -> field kind, in the order of the seam."""

    kept: Mapping[str, Mapping[str, str]]
    zone: ZoneInfo
    sender: str

    def rows(self, dossier: Dossier) -> Iterator[Made]:
        """The rows of all inner files that could be read, in their order; rows that go to no table have table ""."""
        own = dossier.first(visit().table)
        place: dict[str, int] = {}
        for content in dossier.contents:
            for source in content.rows:
                place[content.kind] = place.get(content.kind, 0) + 1
                yield from self._of(content.kind, source, own, place[content.kind])

    def _of(self, kind: str, source: Cells, own: Cells | None, number: int) -> Iterator[Made]:
        taken = False
        for leading in _by_kind().get(kind, ()):
            if leading.table not in self.kept or not _is_of(leading, source):
                continue
            taken = True
            for part, code in _codes(leading, source):
                key = _key(leading, source, kind, number, part)
                said = _content(source if not leading.once else _only(leading, source), code)
                cells = self._cells(leading, source, own, part, code)
                yield Made(leading.table, kind, source, key, said, cells)
        if not taken:
            yield Made("", kind, source, None, "", [])

    def holes(self, kind: str) -> Iterator[Made]:
        """For an inner file that could not be read, or not whole: one row in each table that may lack rows by it, every
        one where the kind is "". Its link cannot be read, so that it is a hole; nothing else of it is known. The visit
        itself, and whom it is of, have no holes: without them the dossier is unreadable."""
        own = visit().table
        tables = [
            leading.table
            for leading in mappings()
            if (leading.kind == kind or (not kind and leading.kind != own)) and (leading.kind != own or leading.each)
        ]
        for table in dict.fromkeys(tables):
            if table in self.kept:
                cells: Seam = []
                for name, form in self.kept[table].items():
                    cells += _cell(None, form, self.zone) if name == _LINK else _not_known(form)
                yield Made(table, kind, _NOTHING, None, "", cells)

    def _cells(self, leading: Leading, source: Cells, own: Cells | None, part: int, code: str) -> Seam:
        cells: Seam = []
        for name, kind in self.kept[leading.table].items():
            place = leading.columns.get(name)
            if place is None or (place.first and part > 1):
                cells += _not_known(kind)
                continue
            if place.visit and own is None and not any(source.get(each, "").strip() for each in place.fields):
                cells += _not_known(kind)  # it stands in a row that the dossier does not have
                continue
            cells += _cell(self._text(place, source, own or _NOTHING, code), kind, self.zone)
        return cells

    def _text(self, place: Place, source: Cells, own: Cells, code: str) -> str | None:
        if place.value is not None:
            return place.value
        if place.never:
            return None
        if place.sender:
            return self.sender or None
        text = code if place.each else _filled(place, source, own)
        if text is None or not text.strip():
            return text
        text = place.codes.get(text.strip(), text)
        return place.form(text, self.zone) if place.form else text


_LINK: Final = "encounter_ref"


@cache
def _by_kind() -> Mapping[str, tuple[Leading, ...]]:
    return {kind: tuple(one for one in mappings() if one.kind == kind) for kind in fields()}


def _is_of(leading: Leading, source: Cells) -> bool:
    """Whether the row is of the table. One that does not say what it is may be."""
    said = source.get(leading.only_field, "").strip() if leading.only_field else ""
    return not said or said in leading.only_in


def _codes(leading: Leading, source: Cells) -> list[tuple[int, str]]:
    """(place from 1, code) of each row that one row makes; one row of no code where it does not come apart."""
    if not leading.each:
        return [(1, "")]
    found = [
        (at, code.strip())
        for at, name in enumerate(leading.each)
        for code in source.get(name, "").split(leading.separator)
        if code.strip()
    ]
    before = 1 if found and found[0][0] == 0 else 2  # place 1 is that of the main code, where there is one
    return [(place, code) for place, (_, code) in enumerate(found, start=before)]


def _key(leading: Leading, source: Cells, kind: str, number: int, part: int) -> str | None:
    """What names the row: a row of the visit or the patient by its key, any other by its place in the dossier, since
    running numbers are not always unique."""
    key = next((text for name in leading.id if (text := source.get(name, "").strip())), None)
    if key is None or (kind == visit().table and not leading.each):
        return key
    return f"{key}/{kind}/{part if leading.each else number}"


def _filled(place: Place, source: Cells, own: Cells) -> str | None:
    """The first filled text; else the first that is there, which may be blank; None for nothing."""
    there: str | None = None
    for names, row in ((place.fields, source), (place.visit, own)):
        for name in names:
            if (text := row.get(name)) is not None:
                if text and not text.isspace():
                    return text
                there = text if there is None else there
    return there


def _only(leading: Leading, source: Cells) -> Cells:
    """What a row says of this table alone."""
    asked = {*leading.id, *(name for place in leading.columns.values() for name in place.fields)}
    return {name: text for name, text in source.items() if name in asked}


def _content(source: Cells, code: str) -> str:
    """16 hex digits that differ for copies that differ; an empty field is as good as none."""
    said = sorted(f"{name}\x1f{text.strip()}\x1e" for name, text in source.items() if text.strip())
    return blake2b("".join([code, "\x1d", *said]).encode(), digest_size=8).hexdigest()


def _cell(text: str | None, kind: str, zone: ZoneInfo) -> Seam:
    bucket = values.bucket(text, kind)
    kept = text if bucket == values.VALUE else None
    if kind not in RANGED:
        return [kept, bucket]
    span = values.span(kept, zone) if kept is not None else None
    return [kept, bucket, *(span or (None, None))]


def _not_known(kind: str) -> Seam:
    return [None, values.NOT_KNOWN, *((None, None) if kind in RANGED else ())]
