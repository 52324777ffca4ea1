"""Every error raised on purpose: what happened, where, what to do.

An error is for what stops the audit (exit code 2). A bad record is a count, never an error, and no error
carries a value of a record. What it says is of no language (``said``); ``reports.problems`` puts it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self

from recaudit.said import Said, Value, say


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in three parts. ``where`` is a place in data, or a sentence where it needs words."""

    what: Said
    where: Said | str
    fix: Said

    def __str__(self) -> str:
        return f"error: {self.what}\n  where: {self.where}\n  fix:   {self.fix}"


class RecauditError(Exception):
    """One problem or several found in one pass; ``str`` prints them all, in English."""

    def __init__(self, what: Said, *, where: Said | str, fix: Said) -> None:
        self.problems: tuple[Problem, ...] = (Problem(what, where, fix),)
        super().__init__(str(self.problems[0]))

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> Self:
        """All problems of one pass as one error. Raises ``ValueError`` when there is none: nothing is no error."""
        if not problems:
            raise ValueError("no problem to report")
        error = cls(problems[0].what, where=problems[0].where, fix=problems[0].fix)
        error.problems = tuple(problems)
        error.args = ("\n".join(map(str, problems)),)
        return error

    def __reduce__(self) -> tuple[object, ...]:
        """Errors of other processes come home whole."""
        return _again, (type(self), self.problems)


def _again(kind: type[RecauditError], problems: tuple[Problem, ...]) -> RecauditError:
    return kind.of(problems)


class PlanError(RecauditError):
    """The plan cannot be used."""


class RegisterError(RecauditError):
    """The register, a roster or an expected number breaks its contract."""


class SuiteError(RecauditError):
    """A suite, a view or links.json cannot be used."""


class SourceError(RecauditError):
    """A source of the plan names nothing that can be read."""


class EngineError(RecauditError):
    """What was read cannot be counted on this machine."""


class ResultError(RecauditError):
    """A result cannot be read or does not hold together."""


class Unusable(ValueError):  # noqa: N818  # what a person wrote is that, until somebody says where it stands
    """A text that somebody wrote cannot be used; ``said`` tells why, and who catches it says where it stands."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


# ------------------------------------------------------------------------------------------------ what to write instead
def either(names: Sequence[str]) -> Value:
    """The names, of which one is to be chosen.

    >>> str(say("use {names}", names=either(["a", "b", "c"]))), str(say("use {names}", names=either(["a"])))
    ('use a, b or c', 'use a')
    """
    if len(names) < 2:
        return list(names)
    return say("{names} or {last}", names=", ".join(names[:-1]), last=names[-1])


def nearest(word: str, known: Iterable[str]) -> Said | None:
    """ "did you mean ...?", or nothing when nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return say("did you mean {name}?", name=near[0]) if near else None
