"""Lines with something wrong in them, planted by a seed: several kinds, or one kind on every line."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

Resource = dict[str, Any]


def _unknown_element(resource: Resource) -> None:
    resource["ward"] = "7"


def _text_for_an_object(resource: Resource) -> None:
    resource["meta"] = "no object"


def _number_for_a_text(resource: Resource) -> None:
    resource["language"] = 5


def _wrong_instant(resource: Resource) -> None:
    resource["meta"] = {"lastUpdated": "yesterday"}


def _extension_without_url(resource: Resource) -> None:
    resource["extension"] = [{"valueString": "x"}]


KINDS: Final[Sequence[Callable[[Resource], None]]] = (
    _unknown_element,
    _text_for_an_object,
    _number_for_a_text,
    _wrong_instant,
    _extension_without_url,
)


def worsened(lines: Sequence[bytes], per_cent: int, seed: int) -> list[bytes]:
    """The same lines, of which so many per cent are wrong, each in one of several ways: none of them conforms."""
    pick = random.Random(seed)
    return [_with(line, pick.choice(KINDS)) if pick.random() * 100 < per_cent else line for line in lines]


def all_alike(lines: Sequence[bytes]) -> list[bytes]:
    """The same lines with one and the same fault on each, as software makes it that writes a field of its own."""
    return [_with(line, _unknown_element) for line in lines]


def _with(line: bytes, fault: Callable[[Resource], None]) -> bytes:
    resource = orjson.loads(line)
    fault(resource)
    return orjson.dumps(resource)
