"""Resources made wrong, or odd, at one place or two: what the gate and the full judgement are compared on."""

# ruff: noqa: ANN401  # JSON of any shape
from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, Final

Path = tuple[str | int, ...]

ABSENT: Final = {"extension": [{"url": "http://x", "valueCode": "unknown"}]}
STRINGS: Final = [
    "", " ", "   ", " x", "x ", "a  b", "\u00a0", "\u3000", "\u2003\u2003", "\t", "\n", "\u000b", "\f", "\u001f",
    "\u0085", "\u200b", "x\n", "中文", "a\u00a0b", "😀", "{}", "{\"text\":\"x\"}", "male\n", "_a", "a_b", "#a",
    "http://x y", "true", "a" * 64, "a" * 65, "a" * 256, "5", "5.5", "male", "final", "unknown", "active",
    "Patient/1", "Device/1/_history/2", "https://x.org/fhir/Group/1", "Patient",
    "http://hl7.org/fhir/StructureDefinition/Patient", "Banana/1", "2020", "2020-13", "2020-02-29", "2019-02-29",
    "1900-02-29", "2000-02-29", "2020-1-1", "0000-01-01", "0999-01-01", "01/02/2020", "20200101",
    "2020-01-01T00:00:00", "2020-01-01T00:00:00Z", "2020-01-01T00:00Z", "2020-01-01 00:00:00Z",
    "2020-01-01T00:00:00.123456789Z", "2020-01-01T00:00:00.12345678901234Z", "2020-01-01T24:00:00Z",
    "2020-01-01T23:59:60Z", "2020-01-01T00:00:00+15:00", "2020-01-01T00:00:00+14:00", "2020-01-01T00:00:00-14:30",
    "2020-01-01t00:00:00z", "12:00:00", "25:00:00", "12:00", "12:00:60", "urn:oid:1.2.3", "urn:oid:1.02",
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:C757873D-EC9A-1326-A141-556F43239520",
    "urn:uuid:c757873d-ec9a-1326-a141-556f43239520", "YWJj", "YWJ", "YW Jj", "YWJj\n", "@@@@",
]  # fmt: skip
NUMBERS: Final = [0, -1, 1, 5.0, 5.5, 1e-7, 1e16, 1e300, 1e301, 2**31 - 1, 2**31, 2**63 - 1, -0.0, True, False]
OBJECTS: Final[list[Any]] = [
    None, [], {}, [None], [{}], [[]], {"resourceType": "Patient"}, {"foo": 1}, {"extension": []}, {"id": "x"}, ABSENT,
    {"reference": "Patient/1"}, {"reference": "Banana/1"}, {"text": "x"}, {"coding": [{"code": " x"}]},
]  # fmt: skip
STEMS: Final = [
    "value", "effective", "onset", "occurrence", "performed", "medication", "deceased", "multipleBirth", "abatement",
    "reported", "start", "serviced", "product",
]  # fmt: skip
KINDS: Final[dict[str, Any]] = {
    "String": "x", "Boolean": True, "DateTime": "2020-01-01", "CodeableConcept": {"text": "x"}, "Integer": 1,
    "Quantity": {"value": 1}, "Reference": {"reference": "Patient/1"}, "Period": {"start": "2020"}, "Code": "x",
}  # fmt: skip
INJECTED: Final[dict[str, list[Any]]] = {
    "fhir_comments": ["x", ["x"]],
    "resource_type": ["Patient"],
    "resourceType": ["Patient", "HumanName", "Banana"],
    "contained": [[{"resourceType": "Patient", "id": "a"}], [{"resourceType": "Banana"}], [{"id": "a"}], {}, [5],
                  [{"resourceType": "Patient", "name": None}], [{"resourceType": "Evidence", "status": "active"}],
                  [{"resourceType": "Patient", "gender": "x"}], [{"resourceType": "Resource"}]],
    "extension": [[{"url": "http://x", "valueString": "x"}], [{"valueString": "x"}],
                  [{"url": "http://x", "_valueString": ABSENT}],
                  [{"url": "x", "valueString": "x", "valueCode": "x"}], [{"url": "x", "valueUuid": STRINGS[-6]}]],
    "id": ["x", "a" * 65, "", 5],
    "meta": [{"id": "a"}, {"lastUpdated": "2020"}, {"profile": [""]}, {"profile": [None]}],
    "text": [{"status": "generated", "div": "<div>x</div>"}, {"status": "x", "div": ""}],
}  # fmt: skip


def mutated(resource: dict[str, Any], random: Random) -> dict[str, Any]:
    """A copy that differs at one place, or two. It may still be conformant."""
    changed = copy.deepcopy(resource)
    for _ in range(random.choice((1, 1, 1, 2))):
        paths = [path for path, _ in nodes(changed) if path]
        if paths:
            _change(changed, random.choice(paths), random)
    return changed


def nodes(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value inside, with where it stands."""
    yield path, node
    if isinstance(node, dict):
        for name, value in node.items():
            yield from nodes(value, (*path, name))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from nodes(value, (*path, at))


def _change(root: dict[str, Any], path: Path, random: Random) -> None:
    parent: Any = root
    for part in path[:-1]:
        parent = parent[part]
    random.choice(_CHANGES if isinstance(parent, dict) else _CHANGES_OF_ITEMS)(parent, path[-1], random)


def _set(values: Sequence[Any]) -> Callable[[Any, Any, Random], None]:
    def change(parent: Any, key: Any, random: Random) -> None:
        parent[key] = copy.deepcopy(random.choice(values))

    return change


def _delete(parent: Any, key: Any, random: Random) -> None:
    del parent[key]


def _wrap(parent: Any, key: Any, random: Random) -> None:
    value = parent[key]
    parent[key] = value[0] if isinstance(value, list) and value and random.random() < 0.5 else [copy.deepcopy(value)]


def _stringify(parent: Any, key: Any, random: Random) -> None:
    parent[key] = random.choice([str(parent[key]), f" {parent[key]}", f"{parent[key]} "])


def _append(parent: Any, key: Any, random: Random) -> None:
    target = parent if isinstance(parent, list) else parent[key]
    if isinstance(target, list):
        target.append(copy.deepcopy(random.choice([None, target[0] if target else 1, {}, "", []])))


def _rename(parent: Any, key: Any, random: Random) -> None:
    parent[key + random.choice(["_fhir", "__ext", "X", " ", "é"])] = parent.pop(key)


def _unknown(parent: Any, key: Any, random: Random) -> None:
    parent[random.choice(["foo", "ma_bhyt", "_foo", "valueMeta", "class_fhir", ""]) + random.choice(["", "1"])] = 1


def _beside(parent: Any, key: Any, random: Random) -> None:
    parent["_" + key] = copy.deepcopy(
        random.choice([{"id": "x"}, ABSENT, {}, None, [None, {"id": "x"}], [], [None, ABSENT]])
    )


def _instead(parent: Any, key: Any, random: Random) -> None:
    del parent[key]
    parent["_" + key] = copy.deepcopy(ABSENT)


def _choose(parent: Any, key: Any, random: Random) -> None:
    kind = random.choice(list(KINDS))
    parent[random.choice(STEMS) + kind] = copy.deepcopy(KINDS[kind])


def _choose_by_reason(parent: Any, key: Any, random: Random) -> None:
    parent[f"_{random.choice(STEMS)}{random.choice(['String', 'Boolean', 'DateTime', 'Integer'])}"] = copy.deepcopy(
        ABSENT
    )


def _lead(parent: Any, key: Any, random: Random) -> None:
    """Where a reference stands, one that leads elsewhere."""
    of = random.choice(["Patient", "Device", "Organization", "Practitioner", "Encounter", "Condition", "Banana"])
    text = random.choice(["{}/1", "https://x.org/fhir/{}/1", "{}/1/_history/2", "{}?identifier=x|1", "#{}", "{}/a_b"])
    if key in ("reference", "type"):
        parent[key] = text.format(of) if key == "reference" else of
    elif isinstance(parent[key], dict):
        parent[key] = {"reference": text.format(of)} | ({"type": of} if random.random() < 0.3 else {})


def _inject(parent: Any, key: Any, random: Random) -> None:
    name = random.choice(list(INJECTED))
    parent[name] = copy.deepcopy(random.choice(INJECTED[name]))


_CHANGES_OF_ITEMS: Final = (
    _delete,
    _set(STRINGS),
    _set(NUMBERS),
    _set(OBJECTS),
    _set([None]),
    _wrap,
    _stringify,
    _append,
)
_CHANGES: Final = (
    *_CHANGES_OF_ITEMS, _set(STRINGS), _rename, _unknown, _beside, _instead, _choose, _choose_by_reason, _lead, _inject,
)  # fmt: skip
