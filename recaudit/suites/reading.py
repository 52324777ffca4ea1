"""Reading a JSON file of ours and gathering all that is wrong in it before anything is refused."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recaudit.errors import Problem, SuiteError
from recaudit.refusals import of_reader, of_system
from recaudit.said import Said, Value, say


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong at one place. Places inside it share the list, so one pass reports everything."""

    where: Said | str
    problems: list[Problem] = field(default_factory=list)

    def add(self, what: Said, fix: Said) -> None:
        self.problems.append(Problem(what, self.where, fix))

    def inside(self, part: Said | str) -> Wrong:
        plain = isinstance(part, str) and isinstance(self.where, str)
        where = f"{self.where}, {part}" if plain else say("{where}, {part}", where=self.where, part=part)
        return Wrong(where, self.problems)

    def at(self, where: Said | str) -> Wrong:
        return Wrong(where, self.problems)

    def refuse(self) -> None:
        """Raises ``SuiteError`` with every problem gathered; returns when there is none."""
        if self.problems:
            raise SuiteError.of(self.problems)


def near(word: object, known: Iterable[str]) -> Said:
    """What to write instead of ``word``: the nearest known name first, then all of them.

    >>> str(near("complet", ["complete", "timely"]))
    "write 'complete'; known: complete, timely"
    """
    names = list(known)
    close = get_close_matches(str(word), names, n=1)
    if close:
        return say("write {name}; known: {names}", name=repr(close[0]), names=listed(names))
    return say("known: {names}", names=listed(names))


def texts_of(said: str | Mapping[str, str]) -> dict[str, str]:
    """Language -> text; a plain text is English.

    >>> texts_of("It is so.")
    {'en': 'It is so.'}
    """
    return {"en": said} if isinstance(said, str) else dict(said)


def listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))


def check_keys(
    found: Collection[str], wrong: Wrong, *, needed: Collection[str], allowed: Collection[str] = (), what: Value
) -> None:
    """Adds one problem for all missing keys together, and one for each key that nobody reads."""
    if missing := [key for key in needed if key not in found]:
        wrong.add(
            say("{what} lacks {names}", what=what, names=listed(missing)),
            say("add the missing keys; a shipped file shows a complete one"),
        )
    for key in found:
        if key not in needed and key not in allowed:
            wrong.add(say("{what} has the unknown key {key}", what=what, key=repr(key)), near(key, [*needed, *allowed]))


def read_object(path: Path, wrong: Wrong) -> tuple[dict[str, Any], bytes]:
    """The JSON object in ``path`` and the bytes it was read from; both empty, with a problem added, without one."""
    try:
        content = path.read_bytes()
        document = json.loads(content.decode("utf-8"))
    except OSError as error:
        wrong.add(
            say("the file cannot be read: {reason}", reason=of_system(error)),
            say("check the path and the rights of the file"),
        )
    except UnicodeDecodeError:
        wrong.add(say("the file is not UTF-8"), say("save it as UTF-8"))
    except json.JSONDecodeError as error:
        wrong.add(
            say("the file is no JSON: {reason} in line {line}", reason=of_reader(error.msg), line=str(error.lineno)),
            say("correct that line"),
        )
    except (ValueError, RecursionError):  # JSON in form, beyond what Python can hold
        wrong.add(
            say("the file holds a number too long, or brackets too deep, to be read"), say("write what the rule needs")
        )
    else:
        if isinstance(document, dict):
            return document, content
        wrong.add(say("the file holds no JSON object"), say("start it with { and end it with }"))
    return {}, b""
