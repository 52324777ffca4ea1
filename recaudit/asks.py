"""What a suite or a catalogue decides, apart from its words: two of one hash count alike, however they are worded.

Words are listed, by where they stand; whatever is not listed decides. So a new key is part of what is asked until
somebody says that it is only a word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from recaudit.model import Rule

Path_ = tuple[str, ...]  # keys from the root; "*" any key, "[]" each entry of a list

_SUITE: Final[Collection[Path_]] = (
    *((key,) for key in ("id", "notes")),  # Great Expectations writes them when it saves a suite
    ("meta", "recaudit", "version"),
    ("meta", "great_expectations_version"),
    *(("expectations", "[]", key) for key in ("id", "notes", "description", "rendered_content")),
    *(("expectations", "[]", "meta", key) for key in ("title", "why", "fix", "source", "examples")),
)
_ABOUT: Final[Collection[Path_]] = (("about",), ("source",))
_CATALOGUES: Final[Mapping[str, Collection[Path_]]] = {  # by folder, or by name
    "values": (("about",), ("why",)),
    "views": (("title",),),
    "formats": _ABOUT,
    "mappings": (*_ABOUT, ("evidence",)),
    "bases": (
        ("about",),
        ("bases", "*", "title"),
        ("bases", "*", "source"),
        ("types", "*", "en"),
        ("types", "*", "vi"),
    ),
    "signals": tuple(("signals", "[]", key) for key in ("title", "why", "source")),
    "computation": _ABOUT,
}


def of_suite(document: Mapping[str, Any]) -> str:
    """SHA-256 of a suite file without titles, reasons, fixes, sources, examples and what Great Expectations adds."""
    return _hash(document, _SUITE)


def of_catalogue(name: str, content: bytes) -> str:
    """SHA-256 of what the file ``name`` ("health/views/patient.json") decides. Of a table all of it does: a name that
    stands there may be looked up."""
    folder, _, file = name.rpartition("/")
    words = _CATALOGUES.get(folder.rpartition("/")[2]) or _CATALOGUES.get(file.removesuffix(".json"))
    if words is None or not file.endswith(".json"):
        return hashlib.sha256(content).hexdigest()
    return _hash(json.loads(content), words)


def _hash(document: object, words: Collection[Path_]) -> str:
    """Keys stay in their order, which may decide too; white space does not."""
    return hashlib.sha256(json.dumps(_without(document, words), ensure_ascii=False).encode()).hexdigest()


def _without(value: object, words: Collection[Path_]) -> object:
    if isinstance(value, dict):
        inside = {key: [path[1:] for path in words if path and path[0] in (key, "*")] for key in value}
        return {key: _without(part, inside[key]) for key, part in value.items() if () not in inside[key]}
    if isinstance(value, list):
        rest = [path[1:] for path in words if path and path[0] == "[]"]
        return [_without(part, rest) for part in value]
    return value


def fingerprint(rule: Rule) -> str:
    """SHA-256 of what a rule asks for, and how; another wording of its title, reason or fix is the same rule."""
    asks = [rule.table, rule.rung, rule.required, rule.type, rule.kwargs, rule.accepts, rule.exempts]
    asks += [rule.absence_means, *([rule.within] if rule.within else [])]
    text = json.dumps(asks, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()
