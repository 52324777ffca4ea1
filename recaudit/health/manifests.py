"""The manifest of a bulk export: which files there should be, which were lost on the way, and what was deleted.

A manifest is no data. It is held against the files that lie with it: what it names and nobody finds was not handed in,
so that the export was not read to its end, and what is not there is not known to be missing.

Source: HL7 FHIR Bulk Data Access (Flat FHIR), "Bulk Data Output Manifest".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from recaudit.health.decoded import listed
from recaudit.health.evaluate import Element, Resource
from recaudit.health.release import OTHER
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.model import Finding, Input
from recaudit.sources.inputs import in_order

Part = Literal["output", "error", "deleted"]
PARTS: Final[tuple[Part, ...]] = ("output", "error", "deleted")
FORMAT: Final = "fhir-manifest"

MISSING: Final = "file of the manifest missing"
FEWER: Final = "fewer lines than the manifest says"
MORE: Final = "more lines than the manifest says"
ERRORS: Final = "errors of the export"
ODD: Final = "manifest cannot be understood"
UNKNOWN_DELETIONS: Final = "deletions of the export unknown"
OUTCOME: Final = "operation outcome"
DELETION: Final = "deletion"
EMPTY: Final = "empty file"
SEVERITIES: Final = ("fatal", "error", "", "warning", "information")
"""The gravest first; "" is one that nobody can read."""
MILD: Final = frozenset({"warning", "information"})
_HARMLESS: Final = frozenset({"_type", "_outputFormat"})
"""Parameters of a request that leave out no row of a type that was asked for."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file that a manifest names."""

    part: Part
    type: str  # "Patient"; of errors OperationOutcome, of deletions Bundle; "" where it does not say
    name: str  # the last part of its address
    count: int | None  # resources in it, where it says so


@dataclass(frozen=True, slots=True)
class Manifest:
    items: tuple[Item, ...]
    asked: tuple[str, ...]  # the types of which everything was asked for by name; empty where that is not known
    sound: bool  # whether every part is as the specification has it


def manifest_of(content: Resource) -> Manifest | None:
    """What a JSON object says as a manifest; None when it is none: it has a ``resourceType``, or no
    ``transactionTime`` beside ``output`` or ``request``."""
    if "resourceType" in content or "transactionTime" not in content or not {"output", "request"} & content.keys():
        return None
    named = [(part, each) for part in PARTS for each in listed(content.get(part))]
    items = [_item(part, each) for part, each in named]
    lists = all(isinstance(content.get(part, []), list) for part in PARTS) and "output" in content
    counted = all(_is_count(each.get("count")) for _, each in named if isinstance(each, dict))
    sound = lists and counted and not _leads_on(content.get("link")) and all(item is not None for item in items)
    asked = () if content.get("link") else _asked(content.get("request"))  # a link leads to more of it
    return Manifest(tuple(item for item in items if item is not None), asked, sound)


def severity_of(outcome: Resource) -> str:
    """The gravest severity of an OperationOutcome's issues. One that FHIR does not know is "", and graver than a
    warning; so is an outcome without an issue."""
    issues = outcome.get("issue")
    said = [issue.get("severity") if isinstance(issue, dict) else None for issue in listed(issues)]
    known = {word if isinstance(word, str) and word in SEVERITIES else "" for word in said}
    return next((word for word in SEVERITIES if word in known), "")


def settled(
    inputs: Sequence[Input], manifests: Mapping[int, Manifest], near: Mapping[int, Collection[int]]
) -> list[Input]:
    """The inputs once every manifest (by number of its input) was held against the files ``near`` it (by number, the
    nearest first). They are as they were read: nothing that was deleted is taken out of them yet.

    A manifest says by its own input that there is more than was handed in: of one table where only that one can be
    incomplete, else of all. A type of which everything was asked for and that has no file was handed in without a row,
    where nothing was lost and all inputs beside the manifest are files that it names.
    """
    by_number = {one.src: one for one in inputs}
    paired = _paired(by_number, manifests, near)
    there = _counted(one for one in inputs if one.role == "export")
    named: dict[int, list[int]] = {number: [number] for number in manifests}
    for (number, _), src in paired.items():
        named[number].append(src)
    for number, manifest in manifests.items():
        found: Counter[tuple[str, str]] = Counter()
        lost: set[str] = set()  # types of which rows are not there; "" for any
        if not manifest.sound:
            found[ODD, ""], lost = 1, {""}
        for place, item in enumerate(manifest.items):
            if (number, place) not in paired:
                found[MISSING, item.type if item.type in RESOURCE_TYPES else ""] += 1
                lost.add(item.type if item.part == "output" else "")
                continue
            src = paired[number, place]
            one = by_number[src]
            if item.part == "error":
                grave, by_number[src] = _errors(one, item.count)
                found[ERRORS, ""] += grave
            elif item.part == "deleted":
                found[UNKNOWN_DELETIONS, ""] += _unknown_deletions(one, item.count)
            elif item.count is not None and item.count != one.read:
                fewer = one.read < item.count
                by_number[src] = with_finding(one, FEWER if fewer else MORE, abs(one.read - item.count))
                if fewer:
                    lost.add(item.type)
        if found[ERRORS, ""] or found[UNKNOWN_DELETIONS, ""]:
            lost.add("")
        own = by_number[number]
        alone = _beside(own, _counted(by_number[src] for src in named[number])) == _beside(own, there)
        by_number[number] = _judged(own, manifest, found, lost, alone=alone)
    return [by_number[one.src] for one in inputs]


def with_finding(one: Input, kind: str, count: int = 1, where: str = "") -> Input:
    """The input with one finding more, in their order."""
    return replace(one, findings=in_order((*one.findings, Finding(kind, count, where))))


def _judged(
    one: Input, manifest: Manifest, found: Mapping[tuple[str, str], int], lost: Collection[str], *, alone: bool
) -> Input:
    for (kind, where), count in found.items():
        one = with_finding(one, kind, count, where) if count else one
    known = {table_of(each) for each in lost if each in RESOURCE_TYPES}
    only = next(iter(known)) if len(known) == 1 == len(lost) else None
    named = {item.type for item in manifest.items if item.part == "output"}
    sure = alone and bool(named) and not lost
    empty = tuple(table_of(each) for each in manifest.asked if each not in named) if sure else ()
    return replace(one, format=FORMAT, to_the_end=one.to_the_end and not lost, only=only, empty=empty)


def _counted(inputs: Iterable[Input]) -> Counter[tuple[str, ...]]:
    """How many inputs there are of each namespace, and of each of its facilities ("" where it is not certain)."""
    places = ((one.namespace, one.facility or "") for one in inputs)
    return Counter(key for place in places for key in (place, place[:1]))


def _beside(own: Input, counted: Mapping[tuple[str, ...], int]) -> int:
    """How many of the inputs may hold rows of the facilities and the namespace for which a manifest speaks."""
    if own.facility is None:
        return counted[own.namespace,]
    return counted[own.namespace, own.facility] + counted[own.namespace, ""]


def _errors(one: Input, count: int | None) -> tuple[int, Input]:
    """How many places of a file of errors say that something was lost, or may say it; and the file as what it is: no
    table of records. Nothing in it where ``count`` (None: not told) says otherwise may say it too."""
    outcomes = [each for each in one.findings if each.kind == OUTCOME]
    held = sum(each.rows for each in one.tables if each.table == table_of("OperationOutcome"))
    others = one.read - held  # unreadable, or something else
    short = (1 if count is None else count) - sum(each.count for each in outcomes) - others
    grave = sum(each.count for each in outcomes if each.where not in MILD) + others + max(short, 0)
    return grave or int(not one.to_the_end), replace(one, only=table_of("OperationOutcome"))


def _unknown_deletions(one: Input, count: int | None) -> int:
    """How many places of a file of deletions may delete rows that nobody knows. Whole is one that has deletions of
    known types and nothing else; of ``count`` 0, nothing."""
    told = any(each.kind == DELETION for each in one.findings)
    sound = {OTHER} if told else {OTHER, EMPTY}
    odd = sum(
        each.count for each in one.findings if (not each.where if each.kind == DELETION else each.kind not in sound)
    )
    return max(odd, one.read) or int(not one.to_the_end or not (told or count == 0))


# ------------------------------------------------------------------------------------------------ which file is which
def _paired(
    inputs: Mapping[int, Input], manifests: Mapping[int, Manifest], near: Mapping[int, Collection[int]]
) -> dict[tuple[int, int], int]:
    """(Manifest, place of an item in it) -> the input that is this file. An input is one file of one manifest.

    It is called so, whatever it is packed in; else it is called so but for the ending; else it has that type and as
    many resources.
    """
    paired: dict[tuple[int, int], int] = {}
    taken: set[int] = set()
    for of_item, of_input in _WAYS:
        for number, manifest in manifests.items():
            waiting: dict[Hashable, list[int]] = {}
            for src in reversed([each for each in near[number] if inputs[each].role == "export"]):
                if src not in taken and (key := of_input(inputs[src])):
                    waiting.setdefault(key, []).append(src)
            for place, item in enumerate(manifest.items):
                those = waiting.get(of_item(item)) if (number, place) not in paired else None
                if those:
                    paired[number, place] = those.pop()
                    taken.add(paired[number, place])
    return paired


def _unpacked(name: str) -> str:
    return name.removesuffix(".gz").removesuffix(".zst")


def _name(one: Input) -> str:
    return _unpacked(PurePosixPath(one.path.rpartition("!")[2]).name)


def _size(item: Item) -> Hashable:
    known = item.part == "output" and item.type in RESOURCE_TYPES and item.count is not None
    return (table_of(item.type), item.count) if known else None


def _rows(one: Input) -> Hashable:
    return (one.tables[0].table, one.tables[0].rows) if len(one.tables) == 1 else None


_WAYS: Final[tuple[tuple[Callable[[Item], Hashable], Callable[[Input], Hashable]], ...]] = (
    (lambda item: _unpacked(item.name), _name),
    (lambda item: item.name.partition(".ndjson")[0], lambda one: one.stem),
    (_size, _rows),
)


# ------------------------------------------------------------------------------------------------ as it is written
def _item(part: Part, each: Element) -> Item | None:
    if not isinstance(each, dict) or not isinstance(each.get("url"), str):
        return None
    kind, count = each.get("type"), each.get("count")
    try:
        name = PurePosixPath(unquote(urlsplit(each["url"]).path)).name
    except ValueError:
        return None
    return Item(part, kind if isinstance(kind, str) else "", name, count if type(count) is int and count >= 0 else None)


def _is_count(value: Element) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _leads_on(links: Element) -> bool:
    """Whether a manifest has more pages, or may have: nobody knows what another one is called."""
    if links is None:
        return False
    named = [each.get("relation") if isinstance(each, dict) else None for each in listed(links)]
    others = (isinstance(name, str) and name.strip().lower() not in ("next", "previous", "prev") for name in named)
    return not isinstance(links, list) or not all(others)


def _asked(request: Element) -> tuple[str, ...]:
    """The types that a request names; none where it may leave out some of their rows, or nobody knows whether."""
    if not isinstance(request, str):
        return ()
    try:
        query = parse_qs(urlsplit(request).query, keep_blank_values=True)
    except ValueError:
        return ()
    if not query.keys() <= _HARMLESS:
        return ()
    named = (each for value in query.get("_type", ()) for each in value.split(","))
    return tuple(dict.fromkeys(each for each in named if each in RESOURCE_TYPES))
