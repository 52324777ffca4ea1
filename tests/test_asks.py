"""What a suite or a catalogue asks for is one thing, and how it is worded another: every place of every file."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from recaudit.asks import of_catalogue, of_suite
from recaudit.shipped import catalogues, expectations
from recaudit.suites import every

SECTORS = ("education", "health")
Path_ = tuple[str | int, ...]
SUITE_WORDS = {"title", "why", "fix", "source", "examples"}


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:  # noqa: ANN401 - JSON
    """Every leaf: a text, a number, null, an empty list or object."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for key, part in inside:
        found = True
        yield from places(part, (*path, key))
    if not found:
        yield path


def shapes(document: Any) -> Iterator[Path_]:  # noqa: ANN401 - JSON
    """One leaf of each shape: entries of lists are alike."""
    seen = set()
    for path in places(document):
        shape = tuple("[]" if isinstance(key, int) else key for key in path)
        if shape not in seen:
            seen.add(shape)
            yield path


def altered(document: Any, path: Path_) -> Any:  # noqa: ANN401 - JSON
    """The same document with something else at ``path``."""
    other = copy.deepcopy(document)
    at = other
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = "something else"
    return other


@pytest.mark.parametrize("sector", SECTORS)
def test_whatever_of_a_suite_is_no_word_is_part_of_what_it_asks(sector: str) -> None:
    for name in every(sector)[::5]:
        document = json.loads(expectations(f"{name}.json").read_text(encoding="utf-8"))
        asks = of_suite(document)
        for path in shapes(document):
            words = path[:3] == ("meta", "recaudit", "version") or path == ("meta", "great_expectations_version")
            words |= path[0] == "expectations" and path[2] == "meta" and path[3] in SUITE_WORDS
            assert (of_suite(altered(document, path)) == asks) is words, (name, path)


def is_word(name: str, path: Path_) -> bool:
    match name.split("/")[-2:], path:
        case _, ("about",) if not name.split("/")[-1].startswith("links"):
            return True
        case (["values", _], ("why", *_)) | (["views", _], ("title",)) | (["mappings", _], ("evidence",)):
            return True
        case [folder, file], ("source",):
            return folder in ("formats", "mappings") or file == "computation.json"
        case ["bases", _], ("bases", _, "title" | "source", *_):
            return True
        case ["bases", _], ("types", _, "en" | "vi"):
            return True
        case [_, "signals.json"], ("signals", int(), "title" | "why" | "source", *_):
            return True
    return False


def test_whatever_of_a_catalogue_is_no_word_is_part_of_what_it_decides() -> None:
    counts = {True: 0, False: 0}
    for name, file in catalogues(SECTORS).items():
        content = file.read_bytes()
        assert of_catalogue(name, content) != of_catalogue(name, content + b"x") if name.endswith(".csv") else True
        if not name.endswith(".json"):
            continue
        document = json.loads(content)
        asks = of_catalogue(name, content)
        for path in list(shapes(document))[:15]:
            other = of_catalogue(name, json.dumps(altered(document, path), ensure_ascii=False).encode())
            assert (other == asks) is is_word(name, path), (name, path)
            counts[is_word(name, path)] += 1
    assert min(counts.values()) > 30


def test_the_order_of_keys_is_part_of_what_is_asked_and_white_space_is_not() -> None:
    one, other = b'{"about": "x", "a": 1, "b": 2}', b'{"b": 2, "a": 1}'
    assert of_catalogue("values/x.json", one) != of_catalogue("values/x.json", other)
    assert of_catalogue("values/x.json", one) == of_catalogue("values/x.json", b'{"a":1,\n"b":2}')
