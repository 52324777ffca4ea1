"""A result is of no language: what recaudit says in it is a message of the catalogue, and the rest is data or codes."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, cast

import pytest
from babel.messages.pofile import read_po

import recaudit.result
from recaudit import agreement
from recaudit.entries import claim_entry
from recaudit.exits import exit_code
from recaudit.gates import gate_entry
from recaudit.locale.__main__ import FROM, IN_PYTHON
from recaudit.model import BREAKS, Claim, Gate, Level, Per
from recaudit.result import Result
from recaudit.said import SaidEntry, as_entry, english
from recaudit.terms import FINDINGS, UNATTRIBUTED, WORDS
from tests import tiny_audit
from tests.golden.province import province
from tests.small_worlds import evidence
from tests.test_small_worlds import few_worlds

PACKAGE = Path(recaudit.result.__file__).parent
SCHEMA = json.loads((PACKAGE / "result.schema.json").read_text(encoding="utf-8"))

# ------------------------------------------------------------------------------------------------ which text is what
PEOPLE: Final = {
    "": {"plan.name", "bases.*.title.*", "bases.*.source", "register.source", "fail_on.reason", "run.command"},
    "texts": {"*"},  # statements, titles and fixes, by language
    "area": {"name"},
    "facility": {"name", "kind", "vendor"},
    "scope": {"kinds[]", "vendors[]"},
    "claim": {"said_by"},
    "gate": {"reason"},
    "stated": {"source"},
    "recount": {"name", "by"},
    "recount_stratum": {"name"},
}
"""What somebody wrote: it stands in the result as it is."""

NAMES: Final = {
    "": {
        "tool.version", "policy.version", "plan.file", "plan.facility", "bases.*.name", "bases.*.column",
        "bases.*.codes[]", "period.timezone", "register.map.file", "register.map.key", "catalogues[].name",
        "run.started", "run.gate.mode",
    },
    "agreement": {
        "engine", "version", "kinds[].rule", "not_compared[].rule", "differences[].rule", "differences[].facility",
    },
    "finding": {"where"},
    "input": {"path", "role", "sector", "format", "namespace", "facility"},
    "table": {"sector", "name"},
    "suite": {"name", "file", "version"},
    "area": {"code", "parent"},
    "facility": {"id", "sector", "area"},
    "scope": {"areas[]", "facilities[]", "as_written[]"},
    "claim": {"id", "sector", "unit", "units.refuted[]", "units.unverifiable[]"},
    "gate": {"sector"},
    "gate_unit": {"unit"},
    "rule": {"id", "sector", "table", "type"},
    "pattern": {"id", "sector", "limit"},
    "pattern_seat": {"facility", "q"},
    "signal": {"id", "sector", "group"},
    "holes": {"namespace", "tables[]", "facility"},
    "absent": {"namespace", "tables[]"},
    "placed": {"facility", "code", "area", "may_be[]"},
    "recount": {"sector", "claim"},
    "recount_facility": {"id"},
    "not_looked_at": {"what", "sector", "rules[]", "facilities[]"},
}  # fmt: skip
"""Ids, paths, versions, tables and columns: what things are called by, in every language."""

CODES: Final = {"finding": {"kind"}, "pattern": {"groups"}, "agreement": {"kinds[].kind", "not_compared[].why"}}
"""Of a closed list, each of which is in the catalogue. Keys of ``unattributed`` are such codes too."""

SAID: Final = {"said": {"text", "plural"}, "said_value": {"", "date"}}


def free_text(node: Any, place: str = "") -> Iterator[str]:  # noqa: ANN401
    """Where a schema allows any text at all."""
    if not isinstance(node, dict):  # items: false, after prefixItems
        return
    if "string" in node.get("type", "") and not {"enum", "const", "pattern"} & node.keys():
        yield place
    for name, part in node.get("properties", {}).items():
        yield from free_text(part, f"{place}.{name}" if place else name)
    if "items" in node:
        yield from free_text(node["items"], f"{place}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from free_text(node["additionalProperties"], f"{place}.*" if place else "*")
    for part in node.get("anyOf", []):
        yield from free_text(part, place)


def test_of_every_free_text_of_a_result_it_is_known_what_it_is() -> None:
    parts = {"": SCHEMA, **SCHEMA["$defs"]}
    found = {name: places for name, part in parts.items() if (places := set(free_text(part)))}
    known: dict[str, set[str]] = {}
    for kind in (PEOPLE, NAMES, CODES, SAID):
        for name, places in kind.items():
            known[name] = known.get(name, set()) | places
    assert found == known


# ------------------------------------------------------------------------------------------------ the source
def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """File, name of what is called (where it is a function that speaks, or a method) and the call, of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not any(name in text for name in (*FROM, ".find(", ".find_all(", ".spoil(")):
            continue
        nodes = list(ast.walk(ast.parse(text)))
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module in FROM]
        ours = {name.name for node in imports for name in node.names}
        for node in nodes:
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in ours:
                yield path.name, node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                yield path.name, f".{node.func.attr}", node


def text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_messages_are_literals_of_the_catalogue_and_kinds_of_findings_are_of_the_list() -> None:
    kinds = set()
    for file, name, call in calls():
        if file == "languages.py":
            continue
        if name in IN_PYTHON:
            texts = list(filter(None, map(text_of, call.args)))
            literal = len(texts) == len(call.args) == IN_PYTHON[name]
            assert literal or name in ("told", "told_n"), f"{file}:{call.lineno}"  # these put codes in words too
            assert not literal or tuple(texts) in messages() or file == "said.py", f"{file}:{call.lineno}"
        if name in (".find", ".find_all", ".spoil") and call.args:
            kinds |= {text_of(call.args[0])} - {""}
    assert kinds <= FINDINGS
    assert len(kinds) > 30
    assert BREAKS <= FINDINGS


# ------------------------------------------------------------------------------------------------ results
@cache
def messages() -> frozenset[tuple[str, ...]]:
    """Those that are translated."""
    found: set[tuple[str, ...]] = set()
    for path in (PACKAGE / "locale").rglob("*.po"):
        with path.open("rb") as file:
            for one in read_po(file):
                ids = (one.id,) if isinstance(one.id, str) else tuple(one.id)
                found |= {ids, ids[:1]} if one.string else set()  # one with a plural is found without it too
    return frozenset(found)


def said_in(value: object) -> Iterator[SaidEntry]:
    """Every sentence of a result, those inside of others too."""
    if isinstance(value, dict):
        if "text" in value and value.keys() <= SaidEntry.__annotations__.keys():
            yield cast(SaidEntry, value)
        for part in value.values():
            yield from said_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from said_in(part)


def unknown(value: object) -> list[str]:
    """What is no message of the catalogue, or leaves a place of one open."""
    wrong = []
    for one in said_in(value):
        message = (one["text"], one["plural"]) if "plural" in one else (one["text"],)
        if message not in messages() or "{" in english(one):
            wrong.append(one["text"])
    return wrong


def codes_of(result: Result) -> Iterator[tuple[str, frozenset[str]]]:
    for entry in result["inputs"]:
        yield from ((one["kind"], FINDINGS) for one in entry["findings"])
    yield from ((reason, frozenset(UNATTRIBUTED)) for reason in result["unattributed"])
    yield from ((one["groups"], frozenset(WORDS["gathered"].values())) for one in result.get("patterns", []))
    if (compared := result.get("run", {}).get("agreement")) is not None:
        yield from ((one["kind"], frozenset(agreement.KINDS)) for one in compared["kinds"])
        yield from ((one["why"], agreement.LEFT_OUT) for one in compared["not_compared"])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Two stations, with a file that is not looked at and one that was cut off."""
    root = tiny_audit.write(tmp_path_factory.mktemp("said"))
    (root / "export" / "notes.txt").write_text("read by nobody\n", encoding="utf-8")
    broken = root / "export" / "Condition.ndjson"
    broken.write_bytes(broken.read_bytes()[:-40])
    return tiny_audit.outcome(root).result


def test_a_result_says_nothing_but_messages_of_the_catalogue(tiny: Result) -> None:
    for result in (province(), tiny):
        assert unknown(result) == []
        assert len(list(said_in(result))) > 5
        for code, known in codes_of(result):
            assert code in known
            assert (code,) in messages()
        assert unknown(as_entry(exit_code(result)[1])) == []


@pytest.mark.parametrize("name", ["one facility", "three in two areas", "two tables, two namespaces"])
def test_whatever_is_known_of_claims_and_gates_their_sentences_are_in_the_catalogue(name: str) -> None:
    levels: tuple[Level, ...] = ("records", "facilities", "areas")
    pers: tuple[Per, ...] = ("sector", "area", "facility")
    texts = set()
    for world in few_worlds(name)[::100]:
        known = replace(evidence(world), dated=False, not_whole=((None, "export/a.ndjson"),))
        entries: list[object] = [
            claim_entry(Claim("c", "health", "complete", target, level=level), known, "encounter")[0]
            for level, target in product(levels, (Fraction(1), Fraction(1, 2)))
        ]
        gates = [Gate("complete", Fraction(1, 2), "health", per) for per in pers]
        entries += [gate_entry(gate, known, of_received=False) for gate in gates]
        assert unknown(entries) == [], world
        texts |= {one["text"] for one in said_in(entries)}
    assert len(texts) > 15


def test_a_sentence_that_no_catalogue_has_is_found(tiny: Result) -> None:
    forged = cast(Any, copy.deepcopy(tiny))
    forged["notes"] = [as_entry_of("3 rows were left out"), {"text": "{n} row", "plural": "{n} rows"}]
    assert unknown(forged) == ["3 rows were left out", "{n} row"]


def as_entry_of(text: str) -> SaidEntry:
    return {"text": text}
