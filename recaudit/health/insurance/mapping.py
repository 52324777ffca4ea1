"""Which field of an inner file is which column of the seam: ``seam`` in the format's definition, as typed values.

A column that the definition does not name is not known: the format has no place for it, so nobody knows what it would
hold, and no rule about it can be assessed. That is not the same as a field that is there and empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from recaudit.errors import SuiteError
from recaudit.health.insurance.forms import FORMS, Form
from recaudit.said import say
from recaudit.sources.insurance import definition, fields, visit


@dataclass(frozen=True, slots=True)
class Place:
    """Where the value of one column stands: the first filled of ``fields`` of the row, then of ``visit``, fields of the
    dossier's own row. Or it is a text that holds for every row."""

    fields: tuple[str, ...] = ()
    visit: tuple[str, ...] = ()
    sender: bool = False  # who sent the file
    each: bool = False  # the code that the row is made of
    first: bool = False  # only of the first of the codes: of the others it is not known
    value: str | None = None
    never: bool = False  # the format says the same elsewhere, so that there certainly is none
    form: Form | None = None
    codes: Mapping[str, str] = field(default_factory=dict)  # what is not among them stays as it is


@dataclass(frozen=True, slots=True)
class Leading:
    """How rows of one kind become rows of one seam table."""

    table: str
    kind: str
    id: tuple[str, ...]
    columns: Mapping[str, Place]
    each: tuple[str, ...] = ()  # fields whose codes each make a row
    separator: str = ";"
    only_field: str = ""  # rows whose field says something else than ``only_in`` are not of this table
    only_in: frozenset[str] = frozenset()
    once: bool = False  # what is said several times in one file, in the same words, is one row


@cache
def mappings() -> tuple[Leading, ...]:
    """Every mapping, in the order of the definition. Raises ``SuiteError`` with the first thing that fits nothing."""
    whole = definition()
    return tuple(_mapping(one, whole["codes"]) for one in whole["seam"])


def _mapping(raw: Mapping[str, Any], codes: Mapping[str, Mapping[str, str]]) -> Leading:
    where = f"format bhyt-xml, seam: {raw['of']} to {raw['table']}"
    each, only = raw.get("each", {}), raw.get("only", {})
    made = Leading(
        table=raw["table"],
        kind=raw["of"],
        id=tuple(raw["id"]),
        columns={name: _place(one, codes, f"{where}.{name}") for name, one in raw["columns"].items()},
        each=tuple(each.get("fields", ())),
        separator=each.get("separator", ";"),
        only_field=only.get("field", ""),
        only_in=frozenset(only.get("in", ())),
        once=raw.get("once", False),
    )
    asked = {*made.id, *made.each, *([made.only_field] if made.only_field else ())}
    asked |= {name for place in made.columns.values() for name in place.fields}
    of_visit = {name for place in made.columns.values() for name in place.visit}
    unknown = sorted((asked - fields().get(made.kind, frozenset())) | (of_visit - fields()[visit().table]))
    if unknown:
        raise SuiteError(
            say("the format has no field {names}", names=", ".join(unknown)),
            where=where,
            fix=say("name fields of its tables"),
        )
    return made


def _place(raw: Mapping[str, Any], codes: Mapping[str, Mapping[str, str]], where: str) -> Place:
    form, named = raw.get("form", ""), raw.get("codes", "")
    if (form and form not in FORMS) or (named and named not in codes):
        raise SuiteError(
            say("a form or a list of codes is not known"), where=where, fix=say("name one of the definition")
        )
    return Place(
        fields=tuple(raw.get("fields", ())),
        visit=tuple(raw.get("visit", ())),
        sender=raw.get("sender", False),
        each=raw.get("each", False),
        first=raw.get("first", False),
        value=raw.get("value"),
        never="never" in raw,
        form=FORMS.get(form),
        codes={code: word for code, word in codes.get(named, {}).items() if code != "known"},
    )
