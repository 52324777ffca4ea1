"""``[[source]]`` of a plan: exports that share a namespace rule, and how they are to be read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args

from recaudit.errors import nearest
from recaudit.plandatabase import database_of
from recaudit.planfile import Table
from recaudit.plansectors import SECTORS
from recaudit.said import say
from recaudit.shipped import expectations

NamespaceBy = Literal["source", "file", "folder", "facility"]
_NAMESPACES: Final[tuple[NamespaceBy, ...]] = get_args(NamespaceBy)


@dataclass(frozen=True, slots=True)
class Source:
    """One ``[[source]]``: files of one sector that share a namespace rule."""

    name: str
    sector: str
    paths: tuple[str, ...]  # globs relative to the plan's folder; a folder stands for all below it
    format: str = "fhir"
    release: str = ""  # one of its sector's; "": what the files say, else R4 or 1.2
    namespace: NamespaceBy = "source"
    facility: tuple[str, ...] = ()  # candidates in order; empty: the sector's default order
    facility_id: str = ""  # every row is of this facility
    url: str = ""  # of a database, in place of files; never with a password
    queries: tuple[tuple[str, str], ...] = ()  # of a database: table -> SELECT
    mapping: str = ""  # of format "mapping": the name of one that travels with recaudit, or a file
    parameters: Mapping[str, str] = field(default_factory=dict)  # what the files of a mapping do not say


def source_of(table: Table, root: Path) -> Source:
    table.known(
        *("name", "sector", "paths", "url", "query", "format", "release", "namespace", "facility", "facility_id"),
        *("mapping", "parameters"),
    )
    sector = table.word("sector", tuple(SECTORS))
    words = SECTORS[sector]
    url, queries = database_of(table, sector)
    source = Source(
        name=table.text("name"),
        sector=sector,
        paths=table.texts("paths", required="url" not in table.raw),
        format=table.word("format", words.formats, default=words.formats[0]),
        release=table.word("release", words.releases, default=""),
        namespace=table.word("namespace", _NAMESPACES, default="source"),
        facility=table.texts("facility"),
        facility_id=table.text("facility_id", default=""),
        url=url,
        queries=queries,
        mapping=table.text("mapping", default=""),
        parameters=_parameters(table),
    )
    _mapping(table, source, root)
    for candidate in source.facility:
        if candidate not in words.facility:
            table.not_one_of(candidate, words.facility, key="facility")
    if len(set(source.facility)) < len(source.facility):
        table.problem(
            say("a facility candidate is named twice"), key="facility", fix=say("name each once, the surest first")
        )
    if source.facility and source.facility_id:
        table.problem(
            say("facility_id says where every row belongs, and facility says where to look for it"),
            key="facility_id",
            fix=say("keep one of the two"),
        )
    return source


def refuse_of_other_unit(table: Table, source: Source, units: Mapping[str, str]) -> None:
    """Refuse a candidate that no row of the unit has: it would silently name no facility."""
    words = SECTORS[source.sector]
    for candidate in source.facility:
        needed = words.facility_of.get(candidate, "")
        if needed not in ("", units.get(source.sector, words.units[0])):
            fix = say(
                'remove it, or say unit = { {sector} = "{needed}" } in [audit]', sector=source.sector, needed=needed
            )
            table.problem(
                say("{candidate} is said by rows of unit {needed} only", candidate=candidate, needed=needed),
                key="facility",
                fix=fix,
            )


def _parameters(table: Table) -> dict[str, str]:
    """What the files of a mapping do not say: name -> text. A whole number is as good as its text."""
    inside = table.table("parameters")
    said = {}
    for name, value in inside.raw.items():
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            said[name] = str(value).strip()
        else:
            inside.problem(say("is no text"), key=name, fix=say('write {name} = "..."', name=name))
    return said


def _mapping(table: Table, source: Source, root: Path) -> None:
    """Refuse a mapping without its format, a format without its mapping, and one that is not there."""
    if source.format != "mapping":
        for key in ("mapping", "parameters"):
            if key in table.raw:
                table.problem(
                    say("belongs to another format"), key=key, fix=say('write format = "mapping", or remove it')
                )
        return
    shipped = sorted(path.stem for path in expectations(source.sector, "mappings").glob("*.json"))
    if not source.mapping:
        table.problem(
            say("nobody says which"), key="mapping", fix=say("name a file, or one of {names}", names=", ".join(shipped))
        )
    elif source.mapping not in shipped and not (
        source.mapping.endswith(".json") and os.path.isfile(root / source.mapping)
    ):
        fix = nearest(source.mapping, shipped) or say(
            "with recaudit travel {names}; files end in .json", names=", ".join(shipped)
        )
        table.problem(say("mapping {mapping} is not there", mapping=source.mapping), key="mapping", fix=fix)
