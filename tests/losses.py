"""Ways to lose something of an exported province, and ways to repair it.

A province is path -> bytes, as ``synth.export.audit`` gives it. A loss takes what to lose from ``pick`` and gives the
province without it, or None where there is nothing to lose. Left alone is what law 2 of SCORING lists as outside: rows
that have copies, the end of a row that is out of scope, cells that no required presence rule asks for.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, Protocol, TypeVar

from recaudit.model import RUNGS, Rung

T = TypeVar("T")
Files = dict[str, bytes]
Body = dict[str, Any]

HANGING = ("Condition", "Observation", "Composition")
"""Of the hanging tables those of ``laws.SUITES``."""
WITH_FILLED_CELLS: tuple[Rung, ...] = ("received", "complete", "consistent", "attested", "timely")
"""An emptied cell is asked for at rung 3. Where the standard refused its value, rung 2 is won by losing it."""


class Pick(Protocol):
    def __call__(self, choices: Sequence[T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Loss:
    """``unread``: what is lost is there and was not read, so nothing may be refuted by it. ``rungs``: where the law
    speaks of it."""

    what: str
    files: Files
    unread: bool
    rungs: tuple[Rung, ...] = RUNGS


Lose = Callable[[Files, Pick], Loss | None]


# -------------------------------------------------------------- rows
class Row(NamedTuple):
    """A readable resource: a line of NDJSON, or an entry of a Bundle, counted from 0."""

    path: str
    place: int
    body: Body

    @property
    def key(self) -> tuple[str, str, str | None]:
        """Namespace, type and id."""
        return self.path.split("/")[1], self.body["resourceType"], self.body.get("id")

    @property
    def where(self) -> str:
        return f"{self.path}, {self.body['resourceType']} in place {self.place}"


def exports(files: Files) -> list[str]:
    return sorted(path for path in files if path.startswith("health/"))


def pieces(path: str, content: bytes) -> list[bytes]:
    """Lines without their ends, or the entries of a Bundle; [] for what is packed or is no Bundle any more."""
    if path.endswith(".json"):
        body = _object(content)
        return [json.dumps(entry["resource"], ensure_ascii=False).encode() for entry in body["entry"]] if body else []
    return [] if path.endswith(".gz") or not content else content.removesuffix(b"\n").split(b"\n")


def joined(path: str, parts: Collection[bytes], before: bytes) -> bytes:
    """The pieces as one file, which ends as it did ``before``."""
    if path.endswith(".json"):
        entries = [{"resource": json.loads(part)} for part in parts]
        return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    return b"\n".join(parts) + (b"\n" if parts and before.endswith(b"\n") else b"")


def rows(files: Files, *types: str) -> list[Row]:
    """Every readable row of these types, or of all."""
    found = []
    for path in exports(files):
        for place, piece in enumerate(pieces(path, files[path])):
            body = _object(piece)
            if body and (body["resourceType"] in types or not types):
                found.append(Row(path, place, body))
    return found


def _object(text: bytes) -> Body | None:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) and "resourceType" in body else None


def alone(files: Files, *types: str) -> list[Row]:
    """Rows without copies: losing one of several may leave the better one."""
    copies = Counter(row.key for row in rows(files))
    return [row for row in rows(files, *types) if row.key[2] is None or copies[row.key] == 1]


def edited(files: Files, row: Row, *instead: bytes) -> Files:
    """The province with these pieces in place of one row."""
    parts = pieces(row.path, files[row.path])
    parts[row.place : row.place + 1] = instead
    return {**files, row.path: joined(row.path, parts, files[row.path])}


def without(files: Files, lost: Collection[Row]) -> Files:
    """The province without these rows."""
    left = dict(files)
    for path in {row.path for row in lost}:
        places = {row.place for row in lost if row.path == path}
        parts = [piece for place, piece in enumerate(pieces(path, files[path])) if place not in places]
        left[path] = joined(path, parts, files[path])
    return left


def written(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


# -------------------------------------------------------------- losing files and lines
def delete_file(files: Files, pick: Pick) -> Loss | None:
    """One file of a source that has others: a source without any file stops the audit."""
    of_source = Counter(path.split("/")[1] for path in exports(files))
    paths = [path for path in exports(files) if of_source[path.split("/")[1]] > 1]
    if not paths:
        return None
    lost = pick(paths)
    return Loss(f"deleted: {lost}", {path: content for path, content in files.items() if path != lost}, unread=True)


BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda line: line[: len(line) * 2 // 3].decode(errors="ignore").encode(),
    "not UTF-8": lambda line: b'{"note":"B\xeanh",' + line[1:],
    "a list": lambda line: b"[" + line + b"]",
    "of no known type": lambda line: line.replace(b'"resourceType":"', b'"resourceType":"X', 1),
}


def break_line(files: Files, pick: Pick) -> Loss | None:
    lines = [row for row in alone(files) if row.path.endswith(".ndjson")]
    if not lines:
        return None
    row, how = pick(lines), pick(sorted(BREAKS))
    return Loss(f"{how}: {row.where}", edited(files, row, BREAKS[how](written(row.body))), unread=True)


def cut_off(files: Files, pick: Pick) -> Loss | None:
    """A file that stops inside a line, plain or packed, or inside a Bundle."""
    every, single = (Counter(row.path for row in found) for found in (rows(files), alone(files)))
    paths = sorted(path for path in every if every[path] == single[path])
    if not paths:
        return None
    path = pick(paths)
    content, parts = files[path], pieces(path, files[path])
    left = {other: bytes_ for other, bytes_ in files.items() if other != path}
    if path.endswith(".json"):
        left[path] = content[: len(content) * 2 // 3]
        return Loss(f"cut off: {path}", left, unread=True)
    if pick((True, False)):
        packed = gzip.compress(content, mtime=0)
        left[f"{path}.gz"] = packed[: len(packed) * 2 // 3]
        return Loss(f"packed and cut off: {path}", left, unread=True)
    place = pick(range(len(parts)))
    left[path] = b"\n".join([*parts[:place], BREAKS["cut short"](parts[place])])
    return Loss(f"cut off in line {place}: {path}", left, unread=True)


def remove_table(files: Files, pick: Pick) -> Loss | None:
    """Everything of one type that one folder holds: what hangs on records, or the patients they name."""
    held = {(_folder(row.path), row.key[1]) for row in rows(files, *HANGING, "Patient")}
    if not held:
        return None
    folder, kind = pick(sorted(held))
    return Loss(f"not handed in: {kind} of {folder}", _without_table(files, folder, kind), unread=True)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _without_table(files: Files, folder: str, kind: str) -> Files:
    named = [path for path in exports(files) if path.startswith(f"{folder}/{kind}.")]
    mixed = [row for row in rows(files, kind) if _folder(row.path) == folder and row.path not in named]
    return {path: content for path, content in without(files, mixed).items() if path not in named}


# -------------------------------------------------------------- losing and doubling records
def delete_record(files: Files, pick: Pick) -> Loss | None:
    """Every copy of an encounter, with what hangs on it."""
    keys = sorted({(row.key[0], row.key[2]) for row in rows(files, "Encounter") if row.key[2]})
    if not keys:
        return None
    namespace, key = pick(keys)
    lost = [row for row in rows(files, "Encounter") if row.key == (namespace, "Encounter", key)]
    lost += [row for row in rows(files, *HANGING) if row.key[0] == namespace and _hangs_on(row) == f"Encounter/{key}"]
    return Loss(f"deleted: encounter {key} with {len(lost) - 1} rows", without(files, lost), unread=False)


def _hangs_on(row: Row) -> object:
    return row.body.get("encounter", {}).get("reference")


def duplicate(files: Files, pick: Pick) -> Loss | None:
    if not rows(files):
        return None
    row = pick(rows(files))
    return Loss(f"twice: {row.where}", edited(files, row, *[written(row.body)] * 2), unread=False)


# -------------------------------------------------------------- losing cells
ABSENT = "absent"
CELLS: Mapping[str, Mapping[str, object]] = {  # type -> path of an element that is asked for -> a placeholder for it
    "Encounter": {
        "class": {"code": "n/a"},
        "type": [{"text": "N/A"}],
        "subject": {"display": "?"},
        "participant": [{"individual": {"display": "N/A"}}],
        "period.start": "1900-01-01",
        "period.end": "9999-12-31",
    },
    "Patient": {
        "identifier": [{"value": "000000000000"}],
        "name": [{"text": "không rõ"}],
        "gender": "unknown",
        "birthDate": "1900-01-01",
    },
    "Condition": {"code": {"coding": [{"code": "UNK"}]}, "subject": {"display": "?"}},
    "Observation": {
        "code": {"text": "null"},
        "effectiveDateTime": "1900-01-01",
        "valueQuantity": {"unit": "Cel"},
        "valueCodeableConcept": {"text": "chưa có"},
    },
    "Composition": {"type": {"text": "x"}, "date": "1900-01-01", "author": [{"display": "N/A"}]},
}
KEYS: Mapping[str, Mapping[str, object]] = {  # without these a row of the type cannot be read
    "Encounter": {"id": " ", "status": "unknown"},
    **{kind: {"encounter": {"reference": "?"}} for kind in HANGING},
}


def empty_cell(files: Files, pick: Pick) -> Loss | None:
    """An element that a required presence rule of rung 3 asks for: absent, or a placeholder."""
    return _emptied(files, pick, CELLS, unread=False, rungs=WITH_FILLED_CELLS)


def empty_key(files: Files, pick: Pick) -> Loss | None:
    """What says which record a row is, or is of: the row is unreadable then."""
    return _emptied(files, pick, KEYS, unread=True, rungs=RUNGS)


def _emptied(
    files: Files, pick: Pick, cells: Mapping[str, Mapping[str, object]], *, unread: bool, rungs: tuple[Rung, ...]
) -> Loss | None:
    found = [
        (row, path)
        for row in alone(files, *cells)
        for path in cells[row.body["resourceType"]]
        if _parent(row.body, path)[1] in _parent(row.body, path)[0] and not _outside(row.body, path)
    ]
    if not found:
        return None
    row, path = pick(found)
    instead = pick((ABSENT, cells[row.body["resourceType"]][path]))
    shown = "absent" if instead is ABSENT else "a placeholder"
    emptied = edited(files, row, written(with_cell(row.body, path, instead)))
    return Loss(f"{shown}: {path} of {row.where}", emptied, unread=unread, rungs=rungs)


def _outside(body: Body, path: str) -> bool:
    """The end that puts a row out of scope, or leaves it open."""
    end = str(body.get("period", {}).get("end", ""))[:10]
    return path == "period.end" and not ("2026-07-01" <= end <= "2026-09-30" and len(end) == len("2026-07-01"))


def _parent(body: Body, path: str) -> tuple[Body, str]:
    *above, last = path.split(".")
    for name in above:
        body = body.get(name, {})
    return body, last


def with_cell(body: Body, path: str, instead: object) -> Body:
    """The resource with another value of one element, or without it and without what says why it is absent."""
    body = json.loads(written(body))
    parent, last = _parent(body, path)
    parent.pop(f"_{last}", None)
    if instead is ABSENT:
        parent.pop(last, None)
    else:
        parent[last] = instead
    return body


LOSSES: Mapping[str, Lose] = {
    lose.__name__: lose
    for lose in (delete_file, break_line, cut_off, remove_table, delete_record, duplicate, empty_cell, empty_key)
}


# -------------------------------------------------------------- losing a lot: law 1
def empty_input(files: Files) -> Files:
    """Every file is there and holds nothing."""
    return {path: b"" if path.startswith("health/") else content for path, content in files.items()}


def empty_facility(files: Files, folder: str) -> Files:
    """The facility's folder is there, and holds empty files."""
    return {path: b"" if _folder(path) == folder else content for path, content in files.items()}


def missing_table(files: Files, kind: str) -> Files:
    """Nobody handed in this table."""
    for folder in sorted({_folder(path) for path in exports(files)}):
        files = _without_table(files, folder, kind)
    return files


def missing_column(files: Files, kind: str, path: str) -> Files:
    """No row of the type has this element."""
    for row in rows(files, kind):
        files = edited(files, row, written(with_cell(row.body, path, ABSENT)))
    return files


# -------------------------------------------------------------- repairs
GOOD: Mapping[str, Mapping[str, object]] = {  # values that no rule objects to, whatever stands beside them
    "Encounter": {"type": [{"text": "Khám bệnh"}], "participant": [{"individual": {"reference": "Practitioner/d1"}}]},
    "Patient": {
        "identifier": [{"value": "066080001234"}],
        "name": [{"text": "Y Bhim Niê"}],
        "gender": "male",
    },
    "Condition": {"code": {"coding": [{"code": "J00"}]}},
    "Observation": {"code": {"coding": [{"code": "8310-5"}]}},
    "Composition": {"type": {"coding": [{"code": "34133-9"}]}, "author": [{"reference": "Practitioner/d1"}]},
}


def fill_cell(files: Files, pick: Pick) -> Loss | None:
    """A repair: an element of one row gets a good value, whatever stood there; what the standard refused stays."""
    found = [(row, path) for row in alone(files, *GOOD) for path in GOOD[row.body["resourceType"]]]
    lacking = [(row, path) for row, path in found if path not in row.body]
    if not found:
        return None
    row, path = pick(lacking or found)
    body = with_cell(row.body, path, GOOD[row.body["resourceType"]][path])
    return Loss(f"repaired: {path} of {row.where}", edited(files, row, written(body)), unread=False)


# -------------------------------------------------------------- another order of the same
def shuffled(files: Files, seed: int) -> Files:
    """The same rows in another order within their files, some files in two parts, files of mixed types renamed."""
    rng = Random(seed)
    other: Files = {}
    for path, content in files.items():
        parts = pieces(path, content) if path.startswith("health/") else []
        if not parts or not (content.endswith(b"\n")):
            other[path] = content
            continue
        rng.shuffle(parts)
        for name, some in _renamed(path, parts, rng):
            other[name] = joined(path, some, content)
    return other


def _renamed(path: str, parts: list[bytes], rng: Random) -> Iterator[tuple[str, list[bytes]]]:
    stem, ending = path[: path.rindex(".")], path[path.rindex(".") :]
    if path.endswith(".json") or len(parts) < 2:
        yield path, parts
    elif stem.endswith("/export"):
        yield stem.removesuffix("export") + "z" + ending, parts
    else:
        middle = rng.randrange(1, len(parts))
        yield f"{stem}.1{ending}", parts[:middle]
        yield f"{stem}.0{ending}", parts[middle:]
