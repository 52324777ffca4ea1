"""Small seams for tests of the engine: rows as dicts in, counts out. A cell is text, None or ``(bucket, text)``."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from recaudit import engine, suites
from recaudit.counted import Counted, Tally
from recaudit.health.sector import SECTOR
from recaudit.keys import Difference
from recaudit.links import Base, Links
from recaudit.model import Excused, Facility, Input, Period, Rule, TableRead
from recaudit.register.expected import PERSONS
from recaudit.sources.seamfiles import schema_of
from recaudit.values import NULL, VALUE, span

ZONE = "Asia/Ho_Chi_Minh"
PERIOD = Period(date(2026, 1, 1), date(2026, 3, 31))
TABLES = SECTOR.tables()
LINKS = suites.links("health", TABLES)

Row = dict[str, Any]


def rules(*names: str) -> tuple[Rule, ...]:
    """The shipped rules of these names, in the order of their suites; all of them without a name."""
    loaded = suites.load(suites.shipped("health"), TABLES, Path())
    return tuple(rule for suite in loaded for rule in suite.rules if not names or rule.id in names)


def encounter(key: str | None, facility: str | None = "a", **cells: Any) -> Row:  # noqa: ANN401
    """A row that meets every required rule of its own; what is named replaces it."""
    return {
        "id": key,
        "status": "finished",
        "class": "AMB",
        "type": "270427003",
        "subject_ref": "p1",
        "service_provider": facility,
        "period_start": "2026-02-03T08:00:00+07:00",
        "period_end": "2026-02-03T09:00:00+07:00",
        "participant_ref": "d1",
        "identifier": "LK1",
        "reason": "R05",
        **cells,
    }


def patient(key: str | None = "p1", **cells: Any) -> Row:  # noqa: ANN401
    named = {"identifier": "066080000001", "name": "Y Bhim Niê", "gender": "male", "birth_date": "1980-05-17"}
    return {"id": key, **named, "address": "Buôn Ma Thuột", "telecom": "0901", **cells}


def condition(key: str | None, of: str | None, **cells: Any) -> Row:  # noqa: ANN401
    named = {"encounter_ref": of, "subject_ref": "p1", "code": "J00", "clinical_status": "resolved"}
    return {"id": key, **named, "verification_status": "confirmed", "category": "encounter-diagnosis", **cells}


@dataclass
class Seam:
    """What is handed to the engine. Rows of ``rows[table]`` lie in one input a table and source."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    facilities: tuple[str, ...] = ("a",)
    roster: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)  # table -> what its input says otherwise
    excused: tuple[Excused, ...] = ("unmet",)
    opened: Mapping[str, tuple[date | None, date | None]] = field(default_factory=dict)
    ignoring: tuple[Difference, ...] = ()
    persons: Mapping[str, Mapping[str, tuple[str, str, str]]] = field(default_factory=dict)  # facility -> key -> whom
    links: Links = LINKS
    candidates: tuple[str, ...] = ("serviceProvider",)
    base: Base | None = None

    def put(self, table: str, *rows: Row) -> Seam:
        self.rows[table].extend(rows)
        return self

    def count(self, folder: Path, kept: Path | None = None) -> Counted:
        inputs = []
        for src, table in enumerate(sorted({*self.rows, *self.inputs})):
            rows = self.rows.get(table, [])
            said = self.inputs.get(table, {})
            if rows:
                _write(folder, table, src, rows)
            name = said.get("only", table)
            unreadable = said.get("unreadable", 0)
            one = Input(
                src, f"{table}.ndjson", "health", "fhir", "his", "ns", 0, "", only=name, read=len(rows) + unreadable,
                tables=(TableRead(table, len(rows)),) if rows else (),
            )  # fmt: skip
            inputs.append(replace(one, **{key: value for key, value in said.items() if key != "only"}))
        keys = [(facility, key) for facility, keys in self.roster.items() for key in keys]
        task = engine.Task(
            spill=folder,
            sector="health",
            tables=TABLES,
            links=self.links,
            rules=self.rules,
            inputs=tuple(inputs),
            candidates={"his": self.candidates},
            facilities=tuple(
                Facility(
                    f,
                    f,
                    "health",
                    open_from=self.opened.get(f, (None, None))[0],
                    open_to=self.opened.get(f, (None, None))[1],
                )
                for f in self.facilities
            ),
            known=frozenset(self.facilities),
            roster=pa.table(
                {
                    "facility": pa.array([facility for facility, _ in keys], pa.string()),
                    "ns": pa.array([None] * len(keys), pa.string()),
                    "id": pa.array([key for _, key in keys], pa.string()),
                }
            ),
            on_roster=frozenset(self.roster),
            period=PERIOD,
            timezone=ZONE,
            excused=self.excused,
            ignoring=self.ignoring,
            persons=pa.Table.from_pylist(
                [
                    {"facility": facility, "ns": None, "id": key, "name": name, "birth_date": born, "sex": sex}
                    for facility, whom in self.persons.items()
                    for key, (name, born, sex) in whom.items()
                ],
                PERSONS,
            )
            if self.persons
            else None,
            alike=Fraction(9, 10),
            base=self.base,
        )
        return engine.count(task, kept=kept)

    def tally(self, folder: Path) -> Tally:
        """Of the first facility."""
        return self.count(folder).tallies[0]


def _write(folder: Path, table: str, src: int, rows: Sequence[Row]) -> None:
    schema = schema_of(TABLES[table])
    (folder / table).mkdir(exist_ok=True)
    written = [_seam_row(table, src, pos, row) for pos, row in enumerate(rows)]
    pq.write_table(pa.Table.from_pylist(written, schema), folder / table / f"{src}.parquet")


def _seam_row(table: str, src: int, pos: int, row: Row) -> Row:
    content = hashlib.sha256(repr(sorted(row.items(), key=str)).encode()).hexdigest()[:16]
    out: Row = {
        "ns": "ns", "src": src, "pos": pos, "id": row["id"], "version": row.get("version"), "content": content,
        "judged": row.get("judged", 0),
    }  # fmt: skip
    for column, kind in TABLES[table].items():
        cell = row.get(column)
        bucket, text = cell if isinstance(cell, tuple) else (NULL if cell is None else VALUE, cell)
        out |= {column: text if bucket == VALUE else None, f"{column}__s": bucket}
        if kind == "date":
            low, high = (span(text, ZoneInfo(ZONE)) if bucket == VALUE and text else None) or (None, None)
            out |= {f"{column}__lo": low, f"{column}__hi": high}
    return out
