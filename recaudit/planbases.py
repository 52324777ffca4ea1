"""``visits`` of ``[audit]``: which kinds of visit a plan is about, by a list of codes that travels with recaudit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from recaudit.errors import nearest
from recaudit.links import Base
from recaudit.planfile import Table
from recaudit.said import say
from recaudit.shipped import expectations

SECTOR: Final = "health"
"""The sector whose records are visits, or are in scope by them."""


def lists() -> dict[str, Mapping[str, Any]]:
    """Name -> list of visit types with its bases, for every list that travels with recaudit; sorted by name."""
    files = sorted(expectations(SECTOR, "bases").glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def names() -> list[str]:
    """Every base that a plan may name: "vn/all", "vn/opened"."""
    return [f"{name}/{base}" for name, of in lists().items() for base in of["bases"]]


def base_of(audit: Table) -> Base | None:
    """The base that ``visits`` says: the name of one, or codes of a list with who says so. None where it says nothing:
    then every visit counts. What is wrong with it is added to the table's problems."""
    said = audit.raw.get("visits")
    if said is None:
        return None
    if isinstance(said, dict):
        return _own(audit.table("visits"))
    name = audit.text("visits")
    of, _, base = name.partition("/")
    known = lists()
    if name and (of not in known or base not in known[of]["bases"]):
        fix = nearest(name, names()) or say(
            "known: {names}; or codes of your own: { of = …, codes = […] }", names=", ".join(names())
        )
        audit.problem(say("there is no base {name}", name=repr(name)), key="visits", fix=fix)
        return None
    return _base(name, known[of], known[of]["bases"][base]) if name else None


def _own(table: Table) -> Base | None:
    """``{ of = "vn", codes = ["02", "03"], source = "…" }``: codes of the list ``of``, and who says so."""
    table.known("of", "codes", "source")
    known = lists()
    of, codes, source = table.word("of", tuple(known)), table.texts("codes", required=True), table.text("source")
    if not {"of", "codes", "source"} <= table.sound:
        return None
    listed = _codes(known[of])
    if strange := [code for code in codes if code not in listed]:
        fix = nearest(strange[0], listed) or say("known: {names}", names=", ".join(listed))
        table.problem(
            say("{strange} is no visit type of list {of}", strange=repr(strange[0]), of=of), key="codes", fix=fix
        )
        return None
    return _base("", known[of], {"codes": list(dict.fromkeys(codes)), "title": {}, "source": source})


def _codes(of: Mapping[str, Any]) -> tuple[str, ...]:
    """Every code of a list: of a code of another list nobody knows what it means here."""
    return tuple(dict.fromkeys([*of["types"], *(code for base in of["bases"].values() for code in base["codes"])]))


def _base(name: str, of: Mapping[str, Any], said: Mapping[str, Any]) -> Base:
    source = said["source"]
    return Base(
        name=name,
        column=of["column"],
        codes=tuple(said["codes"]),
        left_out=tuple(code for code in _codes(of) if code not in said["codes"]),
        title=said["title"],
        source=source if isinstance(source, str) else dict(source),
    )
