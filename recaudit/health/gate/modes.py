"""How the gate is used: ``on``, ``off``, or ``verify``, where the library judges accepted resources too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from recaudit.errors import RecauditError, Unusable
from recaudit.said import say

if TYPE_CHECKING:
    from recaudit.health.evaluate import Resource

Name = Literal["on", "off", "verify"]
_VERIFY: Final = re.compile(r"verify(?::1/([1-9][0-9]{0,8}))?")


@dataclass(frozen=True, slots=True)
class Mode:
    """``one_in``: of verify; 1 judges every accepted resource twice, 100 one in a hundred."""

    name: Name = "on"
    one_in: int = 1

    def __str__(self) -> str:
        return self.name if self.one_in == 1 else f"{self.name}:1/{self.one_in}"

    def verifies(self, resource: Resource) -> bool:
        """Whether this one is judged twice: by its content alone, so that every run chooses the same ones."""
        if self.name != "verify":
            return False
        if self.one_in == 1:
            return True
        digest = blake2b(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()
        return int.from_bytes(digest) % self.one_in == 0


ON: Final = Mode("on")
OFF: Final = Mode("off")


def mode_of(text: str) -> Mode:
    """From how it is written. Raises ``Unusable`` for anything else, with what may be written.

    >>> mode_of("verify:1/100")
    Mode(name='verify', one_in=100)
    """
    if text in ("on", "off"):
        return OFF if text == "off" else ON
    match = _VERIFY.fullmatch(text)
    if match is None:
        raise Unusable(say("write on, off, verify, or verify:1/N"))
    return Mode("verify", int(match[1] or 1))


class GateDisagreesError(RecauditError):
    """What the gate decided, the library decides otherwise: a fault of recaudit, never of the data."""

    def __reduce__(self) -> tuple[Callable[[str], GateDisagreesError], tuple[Any, ...]]:
        """It comes out of a worker."""
        return disagreement, (self.problems[0].where,)


def disagreement(where: str) -> GateDisagreesError:
    """``where``: type, element and kind of error, never a value."""
    return GateDisagreesError(
        say("the gate decided what the full judgement decides otherwise"),
        where=where,
        fix=say("run again with --gate off, and report it: it is a fault of recaudit"),
    )
