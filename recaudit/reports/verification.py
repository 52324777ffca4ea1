"""What ``recaudit verify`` found: one question a line, with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import called, words
from recaudit.reports.look import hanging
from recaudit.reports.numbers import counted
from recaudit.said import Said, say

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
    notes: tuple[Said, ...] = ()

    @property
    def code(self) -> int:
        """0 when nothing speaks against the result, else 4. No question at all is no answer: 4."""
        states = {check.state for check in self.checks}
        return 0 if "holds" in states and "fails" not in states else FAILED

    @property
    def why(self) -> Said:
        failed = [check.name for check in self.checks if check.state == "fails"]
        left = [check.name for check in self.checks if check.state == "not done"]
        if failed:
            return say("does not hold: {checks}", checks=failed)
        return say("holds as far as it was checked; not checked: {checks}", checks=left) if left else say("holds")


def asked(name: str, asks: str, wrong: Sequence[Said | str]) -> Check:
    """A question that was asked: it holds when nothing is wrong."""
    return Check(name, asks, "fails" if wrong else "holds", tuple(wrong))


def page(verification: Verification) -> Group:
    return Group(*_page(verification))


def _page(verification: Verification) -> Iterator[RenderableType]:
    wide = max(len(check.name) for check in verification.checks)
    for check in verification.checks:
        sign, style = _SIGNS[check.state]
        line = Text.assemble((f"{sign} {check.name:{wide}}  ", style), (visible(called(check.asks)), "muted"))
        yield hanging(line, wide + 4)
        for found in check.found[:SHOWN]:
            yield hanging(Text.assemble(" " * (wide + 4), inert(f"- {words(found)}")), wide + 6)
        if len(check.found) > SHOWN:
            yield Text(f"{' ' * (wide + 4)}- and {counted(len(check.found) - SHOWN, 'more', 'more')}")
    for note in verification.notes:
        yield hanging(inert(f"note: {words(note)}", "muted"), 6)
    style = "confirmed" if verification.code == 0 else "refuted"
    yield Text(f"\nExit code {verification.code}: {visible(words(verification.why))}", style=style)


def lines(verification: Verification) -> Iterator[str]:
    """The same for pipes: every finding, none left out."""
    for check in verification.checks:
        yield "\t".join(("check", check.name, check.state, f"asks={visible(check.asks)}"))
        for found in check.found:
            yield "\t".join(("found", check.name, visible(str(found))))
    for note in verification.notes:
        yield f"note\t{visible(str(note))}"
    yield f"exit\t{verification.code}\twhy={visible(str(verification.why))}"
