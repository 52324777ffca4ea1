"""``[[claim]]``, ``[[gate]]`` and ``fail_on`` of a plan: what is to be judged, and what makes the command fail."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Final, Literal, get_args

from recaudit.model import RUNGS, USUAL, Claim, Excused, Failing, FailOn, Gate, Level, Per, Scope
from recaudit.planfile import Table
from recaudit.plansectors import SECTORS
from recaudit.said import say

_LEVELS: Final[tuple[Level, ...]] = get_args(Level)
_EXCUSED: Final[tuple[Excused, ...]] = get_args(Excused)
_PER: Final[tuple[Per, ...]] = get_args(Per)
_FAIL_ON: Final[tuple[FailOn, ...]] = get_args(FailOn)
_ACCEPT: Final[tuple[Literal["", "count"], ...]] = ("", "count")


def claim_of(table: Table, read: Collection[str]) -> Claim:
    table.known("id", "sector", "rung", "target", "statement", "level", "each", "scope", "excused", "accept", "by")
    sector = table.word("sector", tuple(SECTORS))
    if "sector" in table.sound and sector not in read:
        table.problem(
            say("no [[source]] is of sector {sector}", sector=sector),
            key="sector",
            fix=say("add a source of this sector"),
        )
    scope = table.table("scope")
    scope.known("area", "kind", "vendor", "facility")
    level = table.word("level", _LEVELS, default="records")
    each: Fraction | Literal["any"] = Fraction(1)
    if "each" in table.raw:
        if level == "records":
            table.problem(
                say("each belongs to level facilities or areas"), key="each", fix=say("remove each, or set level")
            )
        each = "any" if table.raw["each"] == "any" else table.share("each", or_else=say('"any"'))
    return Claim(
        id=table.text("id"),
        sector=sector,
        rung=table.word("rung", RUNGS),
        target=table.share("target"),
        statement=table.sentences("statement"),
        level=level,
        each=each,
        scope=_scope(scope),
        excused=table.word("excused", _EXCUSED, default="unmet"),
        accept=table.word("accept", _ACCEPT, default=""),
        said_by=table.text("by", default=""),
    )


def _scope(scope: Table) -> Scope:
    return Scope(scope.texts("area"), scope.texts("kind"), scope.texts("vendor"), scope.texts("facility"))


def gate_of(table: Table, read: Collection[str]) -> Gate:
    table.known("rung", "at_least", "sector", "per", "scope", "reason")
    scope = table.table("scope")
    scope.known("area", "kind", "vendor", "facility")
    sector = table.word("sector", tuple(SECTORS)) if "sector" in table.raw else ""
    if "sector" in table.sound and sector not in read:
        table.problem(
            say("no [[source]] is of sector {sector}", sector=sector),
            key="sector",
            fix=say("add a source of this sector"),
        )
    return Gate(
        rung=table.word("rung", RUNGS),
        at_least=table.share("at_least"),
        sector=sector,
        per=table.word("per", _PER, default="sector"),
        scope=_scope(scope),
        reason=table.text("reason"),  # a threshold that nobody explains is refused
    )


def fail_on_of(audit: Table) -> Failing:
    """The rules as a gate. Another word than the usual one is a decision, and needs its reason."""
    if "fail_on" not in audit.raw:
        if "fail_on_reason" in audit.raw:
            audit.problem(say("a reason for nothing"), key="fail_on_reason", fix=say("say what it is for: add fail_on"))
        return USUAL
    on = audit.word("fail_on", _FAIL_ON)
    needed = "fail_on" in audit.sound and on != "required"
    return Failing(on, audit.text("fail_on_reason", default=None if needed else ""), "plan")
