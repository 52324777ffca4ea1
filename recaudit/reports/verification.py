"""What ``recaudit verify`` found: one question a line, with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports import parts, vocabulary
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import called, for_pipes, told, words
from recaudit.reports.look import ending, hanging
from recaudit.said import Said, Value, say
from recaudit.terms import named

SHOWN = 20
FAILED = 4

State = Literal["holds", "fails", "not done"]
_SIGNS = {"holds": ("✓", "confirmed"), "fails": ("✗", "refuted"), "not done": ("?", "unverifiable")}


@dataclass(frozen=True, slots=True)
class Check:
    """One question about a result. ``found``: what speaks against it, or why it was not asked."""

    name: str
    asks: str  # a message of the catalogue
    state: State
    found: tuple[Said | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """All questions that were asked, in order, and what is to be known beside them."""

    checks: tuple[Check, ...]
    notes: tuple[Said | str, ...] = ()

    @property
    def code(self) -> int:
        """0 when nothing speaks against the result, else 4. No question at all is no answer: 4."""
        states = {check.state for check in self.checks}
        return 0 if "holds" in states and "fails" not in states else FAILED

    @property
    def why(self) -> Said:
        failed: list[Value] = [_name(check) for check in self.checks if check.state == "fails"]
        left: list[Value] = [_name(check) for check in self.checks if check.state == "not done"]
        if failed:
            return say("does not hold: {checks}", checks=failed)
        return say("holds as far as it was checked; not checked: {checks}", checks=left) if left else say("holds")


def _name(check: Check) -> Value:
    return named(check.name)


def asked(name: str, asks: str, wrong: Sequence[Said | str]) -> Check:
    """A question that was asked: it holds when nothing is wrong."""
    return Check(name, asks, "fails" if wrong else "holds", tuple(wrong))


def page(verification: Verification) -> Group:
    return Group(*_page(verification))


def _page(verification: Verification) -> Iterator[RenderableType]:
    wide = max(len(vocabulary.question(check.name)) for check in verification.checks)
    for check in verification.checks:
        sign, style = _SIGNS[check.state]
        name = vocabulary.question(check.name)
        line = Text.assemble((f"{sign} {name:{wide}}  ", style), (visible(called(check.asks)), "muted"))
        yield hanging(line, wide + 4)
        for found in check.found[:SHOWN]:
            yield hanging(Text.assemble(" " * (wide + 4), inert(f"- {words(found)}")), wide + 6)
        if len(check.found) > SHOWN:
            yield Text(f"{' ' * (wide + 4)}- {parts.more(len(check.found) - SHOWN)}")
    for note in verification.notes:
        yield hanging(inert(told("note: {note}", note=words(note)), "muted"), 2)
    yield ending(verification.code, verification.why)


@for_pipes
def lines(verification: Verification) -> Iterator[str]:
    """The same for pipes: every finding, none left out."""
    for check in verification.checks:
        yield "\t".join(("check", check.name, check.state, f"asks={visible(check.asks)}"))
        for found in check.found:
            yield "\t".join(("found", check.name, visible(words(found))))
    for note in verification.notes:
        yield f"note\t{visible(words(note))}"
    yield f"exit\t{verification.code}\twhy={visible(words(verification.why))}"
