"""A problem in words, in the language being spoken."""

from __future__ import annotations

from recaudit.errors import Problem
from recaudit.reports.languages import told
from recaudit.said import Said


def in_words(problem: Problem) -> str:
    """What is wrong, where, and what to do, each on a line of its own.

    >>> from recaudit.said import say
    >>> print(in_words(Problem(say("there is no plan"), "recaudit.toml", say("write one"))))
    error: there is no plan
      where: recaudit.toml
      fix:   write one
    """
    return three_lines(problem.what, problem.where, problem.fix)


def three_lines(what: Said | str, where: Said | str, fix: Said | str) -> str:
    return told("error: {what}\n  where: {where}\n  fix:   {fix}", what=what, where=where, fix=fix)
