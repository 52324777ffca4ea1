"""The work list of one facility: which of its records miss which rule, and where that stands, out of what was kept.

It is read out of a folder that ``check --keep DIR`` filled, for the one facility that somebody asked for. Nothing of it
goes into a result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from recaudit.kept import Kept, opened
from recaudit.links import Links
from recaudit.looked import ROWS, looked_at
from recaudit.model import Rule
from recaudit.result import FacilityEntry, InputEntry, Result

RECEIVED: Final = "received"  # the built-in rule that a record which was not handed in misses
_OF_LINES: Final = ("oneroster-1.2", "report-card")  # formats whose rows are placed by their line
# of packed NDJSON by a running number, in which entries of Bundles count too: no line
_NDJSON: Final = "fhir-ndjson"
_PACKED: Final = (".gz", ".zst")
_BLOCK: Final = 1 << 20
_ASKED: Final = ("column", "column_A", "column_B", "column_list")

State = Literal["unmet", "excused", "missing"]
"""``excused``: it says why the value is absent; ``missing``: the record was not received at all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record begins. ``line``: from 1; None where nobody can say, then there may be a ``byte``, from 0."""

    file: str
    line: int | None = None
    byte: int | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """One rule that one record misses. ``at``: where the record stands, None for one that was not received.
    ``looks_at``: what the rule looks at; () where the folder was filled by an older version."""

    record: str
    rule: str
    state: State
    looks_at: tuple[str, ...]
    at: Place | None


@dataclass(frozen=True, slots=True)
class WorkList:
    """What one facility has to repair.

    ``records``: how many records the repairs are of. ``doubtful``: keys of its roster that nobody handed in while some
    of its rows could not be placed, so that nobody knows which of them are missing. ``nameless``: missing records of
    which only the number is known.
    """

    repairs: tuple[Repair, ...]
    records: int
    doubtful: int
    nameless: int


# -------------------------------------------------------------- where a rule looks, said when records are kept
def looking(
    rules: Iterable[Rule], built_in: Iterable[str], links: Links, paths: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Rule -> the places it is about: ``Encounter.period.end`` where ``paths`` (table -> column -> path) has one, else
    ``table.column``; of a built-in rule, as ``conformant:encounter``, its table."""
    found = {rule.id: _named(_about(rule, links), paths) for rule in rules}
    return {**{rule: (_path(rule.partition(":")[2], ROWS, paths),) for rule in built_in}, **found}


def _named(places: Collection[tuple[str, str]], paths: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """In order; a table alone only where none of its columns is looked at."""
    detailed = {table for table, column in places if column != ROWS}
    return tuple(sorted({_path(*place, paths) for place in places if place[1] != ROWS or place[0] not in detailed}))


def _about(rule: Rule, links: Links) -> Collection[tuple[str, str]]:
    """What the rule asks about; what its condition looks at only where it asks about nothing else."""
    named = [rule.kwargs[name] for name in _ASKED if name in rule.kwargs]
    columns = [str(one) for each in named for one in (each if isinstance(each, (list, tuple)) else [each])]
    asked = tuple(column for column in columns if column in rule.columns)
    return looked_at(replace(rule, columns=asked or rule.columns), links)


def _path(table: str, column: str, paths: Mapping[str, Mapping[str, str]]) -> str:
    return paths.get(table, {}).get(column) or (f"{table}.{column}" if column else table)


# -------------------------------------------------------------- the list
def of_facility(
    result_file: Path, result: Result, facility: FacilityEntry, *, rule: str = "", show_keys: bool = False
) -> WorkList | None:
    """What the facility has to repair, by where it stands; None where no records were kept beside the result.

    ``rule``: only what misses this one. Records are called by pseudonyms, or by their keys with ``show_keys``. Raises
    ``ResultError`` when what was kept is of another result, or cannot be read.
    """
    kept = opened(result_file, result, facility["sector"])
    if kept is None:
        return None
    certain = not facility["rungs"]["received"]["unknown"]
    rows = _rows(kept.file, facility["id"])
    there = [row for row in rows if row["received"]]
    lost = [row for row in rows if not row["received"]]
    places = _places([(row["src"], row["pos"]) for row in there], result["inputs"], kept.root)
    repairs = [
        Repair(kept.name(row, show_keys=show_keys), missed, state, kept.looks_at.get(missed, ()), at)
        for row, at in zip(there, places, strict=True)
        for missed, state in _missed(kept, row)
        if rule in ("", missed)
    ]
    if certain and rule in ("", RECEIVED):
        names = [kept.name(row, show_keys=show_keys) for row in lost]
        repairs += [Repair(name, RECEIVED, "missing", (), None) for name in sorted(names)]
    nameless = facility["missing"] - len(lost) if certain else 0
    asked = rule in ("", RECEIVED)
    return WorkList(
        tuple(repairs),
        len({(one.record, one.at) for one in repairs}),
        len(lost) if asked and not certain else 0,
        max(nameless, 0) if asked else 0,
    )


def _missed(kept: Kept, row: Mapping[str, Any]) -> Iterator[tuple[str, State]]:
    unmet = set(kept.missed(row, "unmet"))
    for rule in kept.missed(row, "unmet", "excused"):
        yield rule, "unmet" if rule in unmet else "excused"


def _rows(file: Path, facility: str) -> list[dict[str, Any]]:
    """What was kept of the facility, and of no other, in the order of the files."""
    import polars as pl

    mine = pl.scan_parquet(file).filter(pl.col("facility") == facility)
    return mine.sort("src", "pos", "ns", "id", nulls_last=True).collect().to_dicts()


# -------------------------------------------------------------- lines
def _places(rows: Sequence[tuple[int, int]], inputs: Sequence[InputEntry], root: str) -> list[Place]:
    """Where each (number of the input, place in it) stands; in the order given."""
    wanted: dict[int, list[int]] = {}
    for src, at in rows:
        wanted.setdefault(src, []).append(at)
    lines = {src: _lines(inputs[src], sorted(set(at)), root) for src, at in wanted.items()}
    return [_place(inputs[src], at, lines[src].get(at)) for src, at in rows]


def _place(entry: InputEntry, at: int, line: int | None) -> Place:
    return Place(entry["path"], line, at if line is None and _by_bytes(entry) else None)


def _by_bytes(entry: InputEntry) -> bool:
    packed = "!" in entry["path"] or entry["path"].lower().endswith(_PACKED)
    return entry["format"] == _NDJSON and not packed


def _lines(entry: InputEntry, places: Sequence[int], root: str) -> dict[int, int]:
    """Place -> line, for those of which it can be said. A file that is no longer the one that was read says none."""
    if _by_bytes(entry):
        return _counted(Path(root, entry["path"]), entry["bytes"], places) if root else {}
    return {at: at for at in places} if entry["format"] in _OF_LINES else {}


def _counted(file: Path, size: int, places: Sequence[int]) -> dict[int, int]:
    """Byte -> the line that it lies in. The file is read once, a block at a time, up to the last of them."""
    found: dict[int, int] = {}
    at, line = 0, 1
    try:
        if file.stat().st_size != size:
            return {}
        with file.open("rb") as opened_file:
            for place in places:  # of an entry of a Bundle some byte of its line
                while at < place and (block := opened_file.read(min(_BLOCK, place - at))):
                    at, line = at + len(block), line + block.count(b"\n")
                if at != place:
                    return {}
                found[place] = line
    except OSError:
        return {}
    return found
