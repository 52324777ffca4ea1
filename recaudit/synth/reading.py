"""What a reader can read of the planned files, and which state each row of the unit's table is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from recaudit.model import Facility
from recaudit.synth.cells import Cell
from recaudit.synth.files import File
from recaudit.synth.sector import Sector, Seen
from recaudit.synth.spec import LOCAL, PERIOD, first_instant, last_instant
from recaudit.synth.world import Row


# ------------------------------------------------------------------------------------------------ what was read
@dataclass(slots=True)
class Reading:
    """All planned rows of one sector that a reader can read, and where each lies."""

    sector: Sector
    files: tuple[File, ...]
    rows: dict[str, list[tuple[Row, File]]] = field(default_factory=dict)
    by_id: dict[tuple[str, str, str], list[Row]] = field(default_factory=dict)  # namespace, table, id
    by_link: dict[tuple[str, str, str], list[Row]] = field(default_factory=dict)  # namespace, table, link
    holders: dict[tuple[str, str, str], set[str | None]] = field(default_factory=dict)  # the same -> who is so named
    lost: dict[str, list[Row]] = field(default_factory=dict)  # namespace -> rows of the unit's table, unreadable
    repeats: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # namespace, table, value -> rows

    @classmethod
    def of(cls, files: tuple[File, ...], sector: Sector) -> Reading:
        own = tuple(file for file in files if file.sector == sector.name)
        reading = cls(sector, own, {table: [] for table in sector.tables})
        for file in own:
            for row in file.readable:
                reading.rows[row.table].append((row, file))
                if row.id is not None:
                    reading.by_id.setdefault((file.namespace, row.table, row.id), []).append(row)
                link = sector.link(row) if row.table in sector.hanging else None
                if link is not None:
                    reading.by_link.setdefault((file.namespace, row.table, link), []).append(row)
                if row.table == sector.unit and row.id is not None and not reading.unreadable(row):
                    for table in sector.hanging:
                        place = file.namespace, table, sector.anchor(row, table) or ""
                        reading.holders.setdefault(place, set()).add(sector.holder(row, table))
                if row.table == sector.unit and reading.unreadable(row):
                    reading.lost.setdefault(file.namespace, []).append(row)
                once = sector.unique[row.table](row) if row.table in sector.unique else None
                if once is not None:
                    reading.repeats[file.namespace, row.table, once] += 1
        return reading

    def by_facility(self, register: Mapping[str, Facility]) -> dict[str | None, list[tuple[Row, File]]]:
        """Rows of the unit's table by the facility they belong to; under None those of nobody."""
        found: dict[str | None, list[tuple[Row, File]]] = {None: []}
        for row, file in self.rows[self.sector.unit]:
            found.setdefault(self._facility_of(row, file, register), []).append((row, file))
        return found

    def _facility_of(self, row: Row, file: File, register: Mapping[str, Facility]) -> str | None:
        """The facility a row belongs to; None where it names none that the register has open then."""
        facility = register.get(file.facility or row.told)
        return facility.id if facility is not None and _open_then(facility, row[self.sector.end]) else None

    def seen(self, namespace: str, facility: str) -> dict[str, Seen]:
        """Of every table: was it handed in for this facility, read to the end, and without a broken line?"""
        near = [f for f in self.files if f.namespace == namespace and f.facility in (None, facility)]
        mixed = {row.table for f in near if f.only is None for row in f.readable}
        seen = {}
        for table in self.sector.tables:
            may_hold = [f for f in near if f.only in (table, None)]
            held = table in mixed or any(f.only == table for f in may_hold)
            seen[table] = Seen(held, not any(f.cut for f in may_hold), not any(f.broken for f in may_hold))
        return seen

    # -------------------------------------------------------------------------------------------- states of a row
    def unreadable(self, row: Row) -> bool:
        sector = self.sector
        if row.table in sector.hanging:
            return sector.link(row) is None
        if row.table != sector.unit:
            return False
        status = row[sector.status]
        known = status.filled and status.text in (*sector.finished, *sector.open)
        return row.id is None or not known or row[sector.end].state == "unparseable"

    def out_of_scope(self, row: Row) -> bool:
        """Known not to be a record of the period: not finished, or ended outside. A missing end may lie inside."""
        end = row[self.sector.end]
        outside = False
        if end.first is not None and end.last is not None:
            outside = end.last < first_instant(PERIOD.first) or end.first > last_instant(PERIOD.last)
        return row[self.sector.status].text not in self.sector.finished or outside

    def differ(self, copies: list[Row]) -> bool:
        contents = [self.sector.content(row) for row in newest(copies)]
        return any(other != contents[0] for other in contents)


def newest(copies: list[Row]) -> list[Row]:
    """The copies that stand for their key: the newest where every copy has a version, else all."""
    versions = [row.version for row in copies if row.version is not None]
    if len(versions) < len(copies):
        return copies
    return [row for row in copies if row.version == max(versions)]


def _open_then(facility: Facility, end: Cell) -> bool:
    first, last = PERIOD.first, PERIOD.last  # where the day is not known: on a day of the period
    if end.first is not None and end.last is not None:
        days = end.first.astimezone(LOCAL).date(), end.last.astimezone(LOCAL).date()
        if days[0] == days[1]:
            first = last = days[0]
    return (facility.open_from or first) <= last and (facility.open_to or last) >= first
