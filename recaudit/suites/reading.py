"""Reading a JSON file of ours and gathering all that is wrong in it before anything is refused."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recaudit.errors import Problem, SuiteError


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong at one place. Places inside it share the list, so one pass reports everything."""

    where: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, what: str, fix: str) -> None:
        self.problems.append(Problem(what, self.where, fix))

    def inside(self, part: str) -> Wrong:
        return Wrong(f"{self.where}, {part}", self.problems)

    def at(self, where: str) -> Wrong:
        return Wrong(where, self.problems)

    def refuse(self) -> None:
        """Raises ``SuiteError`` with every problem gathered; returns when there is none."""
        if self.problems:
            raise SuiteError.of(self.problems)


def near(word: object, known: Iterable[str]) -> str:
    """What to write instead of ``word``: the nearest known name first, then all of them.

    >>> near("complet", ["complete", "timely"])
    "write 'complete'; known: complete, timely"
    """
    names = list(known)
    close = get_close_matches(str(word), names, n=1)
    return (f"write {close[0]!r}; " if close else "") + "known: " + ", ".join(names)


def listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))


def check_keys(
    found: Collection[str], wrong: Wrong, *, needed: Collection[str], allowed: Collection[str] = (), what: str
) -> None:
    """Adds one problem for all missing keys together, and one for each key that nobody reads."""
    if missing := [key for key in needed if key not in found]:
        wrong.add(f"{what} lacks {listed(missing)}", "add the missing keys; a shipped file shows a complete one")
    for key in found:
        if key not in needed and key not in allowed:
            wrong.add(f"{what} has the unknown key {key!r}", near(key, [*needed, *allowed]))


def read_object(path: Path, wrong: Wrong) -> tuple[dict[str, Any], bytes]:
    """The JSON object in ``path`` and the bytes it was read from; both empty, with a problem added, without one."""
    try:
        content = path.read_bytes()
        document = json.loads(content.decode("utf-8"))
    except OSError as error:
        wrong.add(f"the file cannot be read: {error.strerror}", "check the path and the rights of the file")
    except UnicodeDecodeError:
        wrong.add("the file is not UTF-8", "save it as UTF-8")
    except json.JSONDecodeError as error:
        wrong.add(f"the file is no JSON: {error.msg} in line {error.lineno}", "correct that line")
    except (ValueError, RecursionError):  # JSON in form, beyond what Python can hold
        wrong.add("the file holds a number too long, or brackets too deep, to be read", "write what the rule needs")
    else:
        if isinstance(document, dict):
            return document, content
        wrong.add("the file holds no JSON object", "start it with { and end it with }")
    return {}, b""
