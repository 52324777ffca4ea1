"""One file of insurance dossiers, from bytes to seam rows and counts: what ``read_chunk`` is for FHIR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from recaudit import values
from recaudit.health.cells import narrowed
from recaudit.health.chunk import Chunk, ChunkRead
from recaudit.health.conform import CONFORMANT, NOT_JUDGED
from recaudit.health.insurance.contract import judge
from recaudit.health.insurance.forms import moment
from recaudit.health.insurance.mapping import mappings
from recaudit.health.insurance.rows import Made, Maker
from recaudit.sources.envelope import Envelope
from recaudit.sources.insurance import FORMAT, Content, Dossier, fields, readable, visit
from recaudit.sources.lines import CannotOpenError, CutOffError, Taken, digest, opened
from recaudit.sources.seamfiles import SeamFiles
from recaudit.sources.xml import XmlError
from recaudit.terms import UNREAD_TABLE

_UNIT: Final = "encounter"
UNREAD: Final = UNREAD_TABLE
"""What holes are counted as, beside the tables: one for each table that the inner file may have had rows of."""


def read(chunk: Chunk, files: SeamFiles) -> ChunkRead:
    """Read a whole file into the seam and count what it held. What is wrong with it is a finding, never raised."""
    said = ChunkRead(bundles=True, format=FORMAT)
    kept = {view.table: view.kinds for view in narrowed(chunk.columns).values()}
    reader = _Reader(chunk, said, files, kept)
    taken = Taken() if chunk.digest and not chunk.found.member else None
    try:
        with opened(chunk.found, taken) as stream:
            for dossier in reader.envelope.dossiers(stream, readable()):
                reader.dossier(dossier)
    except CannotOpenError:
        said.to_the_end = False
        said.find("could not be opened")
    except CutOffError:
        said.cut_off()
    except XmlError as wrong:  # any number of dossiers may have come after it
        said.spoil(wrong.kind, None)
        said.cut_off()
    said.empty = tuple(sorted(reader.handed - said.tables.keys()))
    announced = reader.envelope.announced
    if reader.envelope.unclear:
        said.find("manifest", "SOLUONGHOSO", what="no number")
    if announced is not None and announced > reader.envelope.seen and said.to_the_end:
        said.find_all(
            "manifest", "SOLUONGHOSO", announced - reader.envelope.seen, (), what="fewer dossiers than it says"
        )
        said.cut_off()  # somebody says that there was more
    if chunk.digest:
        said.digest = (taken.digest() if taken is not None else None) or digest(chunk.found.file)
    return said


class _Reader:
    """The state while one file is read."""

    def __init__(self, chunk: Chunk, said: ChunkRead, files: SeamFiles, kept: Mapping[str, Mapping[str, str]]) -> None:
        self.said, self.files, self.kept = said, files, kept
        self.zone = ZoneInfo(chunk.timezone)
        self.envelope = Envelope()
        self.places: dict[str, int] = {}  # rows of each table so far
        self.once: set[str] = set()  # patients that were told: 16 digits each
        self.handed: set[str] = set()  # tables of the inner files that were read whole, rows or not
        self.single = frozenset(one.table for one in mappings() if one.once)

    def dossier(self, dossier: Dossier) -> None:
        """All rows of one dossier. One without a readable visit is a row of the unit's table that cannot be read."""
        self.said.lines += 1
        if dossier.first(visit().table) is None:
            fault = next((one.fault for one in dossier.contents if one.kind == visit().table and one.fault), "")
            self.said.spoil(fault or "no content", dossier.number, visit().table)
        maker = Maker(self.kept, self.zone, self.envelope.sender)
        if dossier.strange:
            self.said.find("unknown content", "HOSO", dossier.number)
        if dossier.strange or any(content.kind not in fields() for content in dossier.contents):
            self.holes(maker.holes(""))
        for content in dossier.contents:
            self.fault(content, dossier.number, maker)
            if not content.fault:
                self.handed |= {one.table for one in mappings() if one.kind == content.kind and one.table in self.kept}
        for row in maker.rows(dossier):
            self.add(row, dossier.number)

    def fault(self, content: Content, number: int, maker: Maker) -> None:
        if content.kind not in fields():
            self.said.find("unknown content", "LOAIHOSO", number)  # what it says there may be anything
        if not content.fault or (content.kind == visit().table and not content.rows):
            return  # without a visit the dossier is the fault
        self.said.find(content.fault, content.kind, number)
        self.holes(maker.holes(content.kind))

    def holes(self, rows: Iterable[Made]) -> None:
        """Rows that nothing is known of. They do not show that their table was handed in, so that they are counted
        under a name of their own."""
        for row in rows:
            self.keep(row, NOT_JUDGED)
            self.count(UNREAD, NOT_JUDGED)

    def add(self, row: Made, number: int) -> None:
        """One row, judged where it is the whole of its inner file's row: what is made of the visit beside it was judged
        with it."""
        if row.table in self.single:
            if row.content in self.once:
                return
            self.once.add(row.content)
        judged = CONFORMANT
        if row.kind != visit().table or row.table in ("", _UNIT):
            conformance = judge(row.kind, row.source)
            judged = conformance.judged
            for kind, where, what in conformance.findings:
                self.said.find(kind, where, number, what=what)
        if row.table:
            self.write(row, judged)
        else:
            self.count(row.kind, judged)

    def write(self, row: Made, judged: int) -> None:
        self.keep(row, judged)
        self.count(row.table, judged)

    def keep(self, row: Made, judged: int) -> None:
        place = self.places[row.table] = self.places.get(row.table, 0) + 1
        self.files.add(row.table, [place, row.id, self.version(), row.content, judged, *row.cells])

    def count(self, table: str, judged: int) -> None:
        self.said.read += 1
        self.said.tables.setdefault(table, [0, 0, 0, 0])[judged] += 1

    def version(self) -> int | None:
        """When the file was made, as the first microsecond that it may mean; None where it does not say."""
        span = values.span(moment(self.envelope.made, self.zone), self.zone) if self.envelope.made else None
        return None if span is None else span[0]
