"""Exports without a plan: what the files are is found by their names and by their content, and a plan made of it.

No register, no period, no claim. Every finished record is in scope, the facilities are those that the rows name, and
all rates are of what was received.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from recaudit.education import recognise
from recaudit.education.mapping.containers import ENDINGS
from recaudit.education.mapping.loading import load
from recaudit.education.mapping.recognised import recognised as mapped
from recaudit.errors import PlanError, SourceError, nearest
from recaudit.health.endings import ENDINGS as FHIR_ENDINGS
from recaudit.model import EVER
from recaudit.plan import Plan, Source
from recaudit.planfile import FILE_NAME
from recaudit.result import NotLookedAt
from recaudit.said import Said, as_entry, say
from recaudit.shipped import expectations
from recaudit.sources.files import Found, listed
from recaudit.sources.lines import CannotOpenError, first_bytes

NO_PLAN: Final = "exports without a plan"
MAPPABLE: Final = ENDINGS
"""Files that a mapping may read, where a plan says which."""
DATABASES: Final = (".db", ".sqlite", ".sqlite3")
_HEAD: Final = 1 << 20  # bytes of a file that are looked at to tell what it is
_WORDS: Final = ("resourceType", "transactionTime")  # of a resource, of the manifest of an export
_RESOURCE: Final = tuple(word.encode(code) for word in _WORDS for code in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export: its sector, the endings of its files, and what a file with such an ending is; "" for none.

    ``unit``: what one record is, by what the files are; "" for the sector's usual one.
    """

    sector: str
    format: str
    endings: tuple[str, ...]
    names: Callable[[Found], str]
    unit: Callable[[Collection[str]], str]


@dataclass(frozen=True, slots=True)
class Exports:
    """A plan made of what was found, and what was found that no audit reads. Without an export: no source."""

    plan: Plan
    ignored: tuple[NotLookedAt, ...]


def is_plan(path: Path) -> bool:
    """A file named ``*.toml``, or a folder with a recaudit.toml in it; all else are exports."""
    return (path / FILE_NAME).exists() if path.is_dir() else path.suffix.lower() == ".toml"


def recognised(paths: Sequence[Path], *, timezone: str = "UTC") -> Exports:
    """Files, and folders with all below them, as one source a sector, and one for each mapping whose headers they have.
    Paths in the result are relative to ``root``.

    Raises ``SourceError`` for a path that does not exist, ``PlanError`` for a time zone nobody knows. A file whose
    name or content says nothing is in ``ignored``; one that cannot be opened is an export that could not be read.
    """
    _check_timezone(timezone)
    absent = [path for path in paths if not os.path.lexists(path)]
    if absent:
        raise SourceError(say("there is no such file or folder"), where=str(absent[0]), fix=say("correct the path"))
    root = root_of(paths)
    names = [os.path.relpath(path, root) for path in paths]
    sources, taken, units = [], set[str](), dict[str, str]()
    for kind in KINDS:
        called = {one: kind.names(one) for one in listed(root, names, kind.endings) if one.ending}
        found = [one for one, name in called.items() if name]
        by_mapping: list[Source] = []
        tables = set[str]()
        if kind.sector == "education":
            others = mapped(listed(root, names, MAPPABLE), {one.path: called[one] for one in found})
            found = [one for one in found if one.path not in others.foreign]
            for name, files in others.by.items():
                taken |= {one.path for one in files}
                by_mapping.append(_mapped(name, _files(root, files)))
                tables |= set(load(name, expectations()).targets())
        taken |= {one.path for one in found}
        if found:
            sources.append(Source(kind.sector, kind.sector, _files(root, found), format=kind.format))
        sources += by_mapping
        if found or by_mapping:
            tables |= {called[one] for one in found}
            if unit := kind.unit(tables):
                units[kind.sector] = unit
    archives = {path.partition("!")[0] for path in taken}  # those are read as a whole
    ignored: list[NotLookedAt] = [
        {"what": one.path, "why": as_entry(_unread(one.path))}
        for one in listed(root, names, ())
        if one.path not in taken and one.path.partition("!")[0] not in archives
    ]
    plan = Plan(
        path=Path(),
        root=root,
        sha256="",
        name=NO_PLAN,
        as_of=None,
        period=EVER,
        timezone=timezone,
        register=None,
        sources=tuple(sources),
        suites={},
        units=units,
    )
    return Exports(plan, tuple(ignored))


def _files(root: Path, found: Iterable[Found]) -> tuple[str, ...]:
    """Their paths relative to ``root``; an archive once."""
    return tuple(dict.fromkeys(Path(os.path.relpath(one.file, root)).as_posix() for one in found))


def _mapped(name: str, paths: tuple[str, ...]) -> Source:
    """Files that lie together say who their learners are; those of another folder are another school's."""
    return Source(name, "education", paths, format="mapping", mapping=name, namespace="folder")


def root_of(paths: Sequence[Path]) -> Path:
    """The folder that a plan for these exports would lie in: the one folder named, else where all of them lie."""
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    return Path(os.path.relpath(os.path.commonpath([path.absolute().parent for path in paths])))


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fix = nearest(name, available_timezones()) or say("use a name of the tz database, like Asia/Ho_Chi_Minh")
        raise PlanError(say("the time zone is not known"), where="--timezone", fix=fix) from None


def _unread(path: str) -> Said:
    """Why a file is not read, and how a plan could have it read, where one could."""
    if path.lower().endswith(DATABASES):
        return say(
            "neither its name nor its content says a format that recaudit reads; a plan reads a database by {keys}",
            keys=["url", "query"],
        )
    if path.lower().endswith(MAPPABLE) and ".txt" not in path.lower():
        return say(
            "neither its name nor its content says a format that recaudit reads; a plan may read it by {key}",
            key='format = "mapping"',
        )
    return say("neither its name nor its content says a format that recaudit reads")


# -------------------------------------------------------------- kinds
def _fhir(found: Found) -> str:
    return "fhir" if _is_fhir(found) else ""


def _is_fhir(found: Found) -> bool:
    """Lines of resources by the ending alone, so that broken ones are counted; other JSON and XML by its content.

    What cannot be opened is taken for one: it is better said to be unread than not to be looked at.
    """
    if found.opens and found.ending.lower().startswith(".xml"):
        from recaudit.health.insurance.recognise import is_insurance
        from recaudit.health.reading import is_fhir_xml

        return is_fhir_xml(found) or is_insurance(found)
    if not found.opens or ".json" not in found.ending.lower() or found.ending.lower().startswith(".jsonl"):
        return True
    try:
        head = first_bytes(found, _HEAD)
    except CannotOpenError:
        return True
    return any(word in head for word in _RESOURCE)


def _education_table(found: Found) -> str:
    """By its name or its header; in an archive that does not open nobody knows."""
    return (recognise.table_of(found) or "") if found.opens else ""


def _education_unit(tables: Collection[str]) -> str:
    """Where nothing of report cards is handed in, learners are what can be judged."""
    return "" if any(table.startswith("rc_") for table in tables) else "learner"


KINDS: Final = (
    Kind("health", "fhir", FHIR_ENDINGS, _fhir, lambda tables: ""),
    Kind("education", "oneroster", recognise.ENDINGS, _education_table, _education_unit),
)
"""Every kind that is recognised. A file of two kinds is read as both."""
