"""Every error raised on purpose: what happened, where, what to do.

An error is for what stops the audit (exit code 2). A bad record is a count, never an error, and no error
carries a value of a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in three parts."""

    what: str
    where: str
    fix: str

    def __str__(self) -> str:
        return f"error: {self.what}\n  where: {self.where}\n  fix:   {self.fix}"


class RecauditError(Exception):
    """One problem or several found in one pass; ``str`` prints them all."""

    def __init__(self, what: str, *, where: str, fix: str) -> None:
        self.problems: tuple[Problem, ...] = (Problem(what, where, fix),)
        super().__init__(str(self.problems[0]))

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> RecauditError:
        """All problems of one pass as one error. Raises ``ValueError`` when there is none: nothing is no error."""
        if not problems:
            raise ValueError("no problem to report")
        error = cls(problems[0].what, where=problems[0].where, fix=problems[0].fix)
        error.problems = tuple(problems)
        error.args = ("\n".join(map(str, problems)),)
        return error


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
