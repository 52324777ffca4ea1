"""Is a row of an inner file what the format asks for? Own contract: what is required, what is a date, what is too long.

Only what is known in several ways, or ties the tables together, makes a row *not conformant*. The rest is *lenient*.
How much it takes stands in the format's definition, under ``refuses``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from recaudit.errors import SuiteError
from recaudit.health.conform import CLEAN, LENIENT, NOT_CONFORMANT, NOT_JUDGED, Conformance
from recaudit.health.insurance.forms import is_moment, is_number
from recaudit.said import say
from recaudit.sources.insurance import Cells, definition

_FORMS: Final[Mapping[str, Callable[[str], bool]]] = {"moment": is_moment, "day": is_moment, "number": is_number}
_ALWAYS: Final = "key"


@dataclass(frozen=True, slots=True)
class Demand:
    """What the format asks of one field; each part with how much it weighs when it is broken (LENIENT and on)."""

    field: str
    absent: int | None  # None: it may be left out
    form: Callable[[str], bool] | None
    misformed: int
    most: int | None  # characters
    too_long: int


@cache
def demands() -> Mapping[str, tuple[Demand, ...]]:
    """Kind of an inner file -> what is asked of its rows. Raises ``SuiteError`` for a form that nobody knows."""
    whole = definition()
    refuses = {name: one["when"] for name, one in whole["refuses"].items()}
    return {
        kind: tuple(_demand(one, refuses, kind) for one in table["fields"]) for kind, table in whole["tables"].items()
    }


def _demand(field: Mapping[str, Any], refuses: Mapping[str, Any], kind: str) -> Demand:
    known, form = field.get("known", ()), field.get("form", "")
    if form and form not in _FORMS:
        fix = say("use one of: {names}", names=", ".join(_FORMS))
        raise SuiteError(
            say("form {form} is not known", form=form),
            where=f"format bhyt-xml, {kind}.{field['name']}",
            fix=fix,
        )
    sure = _ALWAYS in known or len(known) >= refuses["absent"]
    return Demand(
        field=field["name"],
        absent=(NOT_CONFORMANT if sure else LENIENT) if field.get("required") == "yes" else None,
        form=_FORMS.get(form),
        misformed=NOT_CONFORMANT if refuses["form"] else LENIENT,
        most=field.get("max"),
        too_long=NOT_CONFORMANT if refuses["too long"] else LENIENT,
    )


_KINDS: Final = {LENIENT: "lenient", NOT_CONFORMANT: "not conformant"}


def judge(kind: str, row: Cells) -> Conformance:
    """A row of an inner file; not judged where the format has no such kind. A row of nothing lacks what is required."""
    if kind not in demands():
        return Conformance(NOT_JUDGED)
    worst, findings = CLEAN.judged, []
    for demand in demands()[kind]:
        text = row.get(demand.field, "")
        weight, what = _filled(demand, text) if text and not text.isspace() else (demand.absent or 0, "absent")
        if weight:
            worst = max(worst, weight)
            findings.append((_KINDS[weight], f"{kind}.{demand.field}", what))
    return Conformance(worst, tuple(findings)) if findings else CLEAN


def _filled(demand: Demand, text: str) -> tuple[int, str]:
    """What is wrong with a text that says something, and how much it weighs; 0 for nothing."""
    if demand.form is not None and not all(demand.form(part) for part in _parts(text)):
        return demand.misformed, "no date" if demand.form is is_moment else "no number"
    if demand.most is not None and len(text) > demand.most and len(text.strip()) > demand.most:
        return demand.too_long, "too long"
    return 0, ""


def _parts(text: str) -> list[str]:
    """Several values in one field are separated by ``;``; an empty one among them is none."""
    return [part.strip() for part in text.split(";") if part.strip()] if ";" in text else [text]
