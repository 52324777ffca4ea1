"""The manifest of a bulk export: which files there should be, which were lost on the way, and what was deleted.

A manifest is no data. It is held against the files that lie with it: what it names and nobody finds was not handed in,
so that the export was not read to its end, and what is not there is not known to be missing.

Source: HL7 FHIR Bulk Data Access (Flat FHIR), "Bulk Data Output Manifest".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from recaudit.health.evaluate import Element, Resource
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.model import Finding, Input

Part = Literal["output", "error", "deleted"]
PARTS: Final[tuple[Part, ...]] = ("output", "error", "deleted")
FORMAT: Final = "fhir-manifest"

MISSING: Final = "file of the manifest missing"
FEWER: Final = "fewer lines than the manifest says"
MORE: Final = "more lines than the manifest says"
ERRORS: Final = "errors of the export"
ODD: Final = "manifest cannot be understood"
OUTCOME: Final = "operation outcome"
GRAVE: Final = frozenset({"error", "fatal"})
SEVERITIES: Final = ("fatal", "error", "warning", "information")


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
    asked: tuple[str, ...]  # the types that were asked for; empty for all that there are
    sound: bool  # whether every part is as the specification has it


def manifest_of(content: Resource) -> Manifest | None:
    """What a JSON object says as a manifest; None when it is none: it has a ``resourceType``, or no
    ``transactionTime`` beside ``output`` or ``request``."""
    if "resourceType" in content or "transactionTime" not in content or not {"output", "request"} & content.keys():
        return None
    items = [_item(part, each) for part in PARTS for each in _listed(content.get(part))]
    lists = all(isinstance(content.get(part, []), list) for part in PARTS) and "output" in content
    sound = lists and all(item is not None for item in items)
    return Manifest(tuple(item for item in items if item is not None), _asked(content.get("request")), sound)


def severity_of(outcome: Resource) -> str:
    """The gravest severity of an OperationOutcome's issues; "" where it has none that FHIR knows."""
    issues = outcome.get("issue")
    said = [issue.get("severity") for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
    return next((word for word in SEVERITIES if word in said), "")


def settled(
    inputs: Sequence[Input], manifests: Mapping[int, Manifest], near: Mapping[int, Collection[int]]
) -> list[Input]:
    """The inputs once every manifest (by number of its input) was held against the files ``near`` it (by number).

    A manifest says by its own input that there is more than was handed in: of one table where only that one can be
    incomplete, else of all. What was asked for and has no file was handed in without a row, where nothing was lost.
    """
    by_number = {one.src: one for one in inputs}
    for number, manifest in manifests.items():
        found: dict[tuple[str, str], int] = {}
        lost: set[str] = set()  # types of which rows are not there; "" for any
        if not manifest.sound:
            found[ODD, ""], lost = 1, {""}
        taken: set[int] = set()
        for item in manifest.items:
            one = _file_of(item, by_number, [each for each in near[number] if each not in taken])
            if one is None:
                key = (MISSING, item.type if item.type in RESOURCE_TYPES else "")
                found[key] = found.get(key, 0) + 1
                lost.add(item.type if item.part == "output" else "")
                continue
            taken.add(one.src)
            if item.part == "error":
                grave, told = _errors(one)
                by_number[one.src] = told
                if grave:
                    found[ERRORS, ""] = found.get((ERRORS, ""), 0) + grave
                    lost.add("")
            elif item.part == "output" and item.count is not None and item.count != one.read:
                fewer = one.read < item.count
                by_number[one.src] = with_finding(one, FEWER if fewer else MORE, abs(one.read - item.count))
                if fewer:
                    lost.add(item.type)
        by_number[number] = _judged(by_number[number], manifest, found, lost)
    return [by_number[one.src] for one in inputs]


def with_finding(one: Input, kind: str, count: int = 1, where: str = "") -> Input:
    """The input with one finding more, in their order."""
    findings = sorted((*one.findings, Finding(kind, count, where)), key=lambda each: (each.kind, each.where))
    return replace(one, findings=tuple(findings))


def _judged(one: Input, manifest: Manifest, found: Mapping[tuple[str, str], int], lost: Collection[str]) -> Input:
    for (kind, where), count in found.items():
        one = with_finding(one, kind, count, where)
    known = {table_of(each) for each in lost if each in RESOURCE_TYPES}
    only = next(iter(known)) if len(known) == 1 == len(lost) else None
    named = {item.type for item in manifest.items if item.part == "output"}
    empty = () if lost else tuple(table_of(each) for each in manifest.asked if each not in named)
    return replace(one, format=FORMAT, to_the_end=one.to_the_end and not lost, only=only, empty=empty)


def _errors(one: Input) -> tuple[int, Input]:
    """How many outcomes of a file say that something was lost, and the file as what it is: no table of records."""
    grave = sum(each.count for each in one.findings if each.kind == OUTCOME and each.where in GRAVE)
    if one.unreadable or not one.to_the_end:
        grave += one.unreadable or 1
    return grave, replace(one, only=table_of("OperationOutcome"))


def _file_of(item: Item, inputs: Mapping[int, Input], near: Sequence[int]) -> Input | None:
    """The file that is called so, whatever it is packed in; else one of that type with as many resources."""
    names = {item.name, *(f"{item.name}{ending}" for ending in (".gz", ".zst"))} if item.name else set()
    for number in near:
        if PurePosixPath(inputs[number].path.rpartition("!")[2]).name in names:
            return inputs[number]
    stem = item.name.partition(".ndjson")[0]
    for number in near:
        if stem and inputs[number].stem == stem:
            return inputs[number]
    if item.part != "output" or item.type not in RESOURCE_TYPES or item.count is None:
        return None
    for number in near:
        one = inputs[number]
        if [(each.table, each.rows) for each in one.tables] == [(table_of(item.type), item.count)]:
            return one
    return None


def _item(part: Part, each: Element) -> Item | None:
    if not isinstance(each, dict) or not isinstance(each.get("url"), str):
        return None
    kind, count = each.get("type"), each.get("count")
    try:
        name = PurePosixPath(unquote(urlsplit(each["url"]).path)).name
    except ValueError:
        return None
    return Item(part, kind if isinstance(kind, str) else "", name, count if type(count) is int else None)


def _asked(request: Element) -> tuple[str, ...]:
    if not isinstance(request, str):
        return ()
    try:
        query = parse_qs(urlsplit(request).query)
    except ValueError:
        return ()
    named = (each for value in query.get("_type", ()) for each in value.split(","))
    return tuple(dict.fromkeys(each for each in named if each in RESOURCE_TYPES))


def _listed(value: Element) -> Iterator[Element]:
    yield from value if isinstance(value, list) else ()
