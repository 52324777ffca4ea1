"""SARIF 2.1.0, as code scanners read it: one result for each claim, each missed gate, each rule that a facility misses,
and each finding in a file. Counts and places, never a value of a record.

``kind`` and ``level`` follow ``recaudit.reports.deciding``: ``fail`` at level ``error`` is a reason for exit code 1,
``open`` one for exit code 3, ``fail`` at ``warning`` or ``note`` for none. The standard asks for level ``none`` beside
every kind but ``fail``. The exit code itself stands in ``invocations``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from recaudit.model import BREAKS
from recaudit.reports import deciding, sentences
from recaudit.reports.deciding import Outcome
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking, told, words
from recaudit.reports.locations import Place, of_plan, own_files, place
from recaudit.reports.wish import Wish
from recaudit.result import FacilityEntry, InputEntry, Result, RuleCounts, RuleEntry
from recaudit.said import mark

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
HEAD: Final = (
    f'{{\n "$schema": "{SCHEMA}",\n "version": "2.1.0",\n "runs": [\n'
    '  {\n   "tool": {\n    "driver": {\n     "name": "recaudit"'
)
MOST: Final = 25_000  # results; code scanners refuse a run with more
_KINDS: Final[Mapping[Outcome, str]] = {"failed": "fail", "open": "open", "passed": "pass", "aside": "fail"}
_ORDER: Final = ("error", "none", "warning", "note")

Json = dict[str, Any]


def sarif(result: Result, wish: Wish) -> bytes:
    """The whole log, in UTF-8. Where there are more results than ``MOST``, those that decide nothing are left out
    first, and a notification says how many."""
    with speaking(wish.language):
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(result, wish)]}
    return (json.dumps(log, ensure_ascii=False, indent=1) + "\n").encode()


def _run(result: Result, wish: Wish) -> Json:
    found = list(_results(result, wish))
    found.sort(key=lambda one: _ORDER.index(one["level"]))
    kept = list(islice(found, MOST))
    descriptors = list(_descriptors(result, {one["ruleId"] for one in kept}))
    numbers = {one["id"]: place for place, one in enumerate(descriptors)}
    for one in kept:
        one["ruleIndex"] = numbers[one["ruleId"]]
    return {
        "tool": {"driver": {"name": "recaudit", "version": result["tool"]["version"], "rules": descriptors}},
        "invocations": [_invocation(wish, len(found) - len(kept))],
        "columnKind": "unicodeCodePoints",
        "results": kept,
        "properties": {
            "plan": visible(result["plan"]["name"]),
            "as_of": result["as_of"],
            "digest": result.get("digest", ""),
            "rules_decide": deciding.rules_decide(result),
            "totals": result["totals"],
        },
    }


def _invocation(wish: Wish, left_out: int) -> Json:
    why = visible(words(wish.why))
    told_of = []
    if wish.code not in (0, 1):
        told_of.append({"level": "error", "message": _message(why)})
    if left_out:
        words_of_it = told("{n} more results are left out: a log holds {most} at most", n=left_out, most=MOST)
        told_of.append({"level": "warning", "message": _message(words_of_it)})
    return {
        "executionSuccessful": wish.code in (0, 1),
        "exitCode": wish.code,
        "exitCodeDescription": why,
        **({"toolExecutionNotifications": told_of} if told_of else {}),
    }


# ------------------------------------------------------------------------------------------------ rules
def _descriptors(result: Result, used: set[str]) -> Iterator[Json]:
    """Every rule of the result with its help, then what else was found: claims, gates, kinds of findings."""
    for rule in result["rules"]:
        title, why, fix = sentences.title(rule), sentences.of(rule["why"]), sentences.fix(rule)
        about = f"{why}\n\n{told('What to do: {fix}', fix=fix)}" if fix else why
        yield {
            "id": _rule_id(rule),
            "shortDescription": {"text": _literal(title)},
            **({"fullDescription": {"text": _literal(why)}} if why else {}),
            "help": {"text": _literal(about or title)},
            "defaultConfiguration": {"level": "warning" if rule["required"] else "note"},
            "properties": {
                "rung": rule["rung"],
                "table": visible(rule["table"]),
                "required": rule["required"],
                "facilities_failing": rule["facilities_failing"],
                "totals": rule["totals"],
                "tags": [rule["sector"], rule["rung"], "required" if rule["required"] else "advisory"],
            },
        }
    known = {_rule_id(rule) for rule in result["rules"]}
    for name in sorted(used - known):
        kind, _, key = name.partition("/")
        title = told(_TITLES[kind], name=key)
        yield {"id": name, "shortDescription": {"text": _literal(title)}, "help": {"text": _literal(title)}}


_TITLES: Final = {
    "claim": mark("The claim {name}"),
    "gate": mark("The gate {name}"),
    "input": mark("Found in a file: {name}"),
}


def _rule_id(rule: RuleEntry) -> str:
    return visible(f"{rule['sector']}/{rule['id']}")


# ------------------------------------------------------------------------------------------------ results
def _results(result: Result, wish: Wish) -> Iterator[Json]:
    plan = of_plan(wish.root, result)
    for claim in result["claims"]:
        text = f"{sentences.statement(claim)}: {sentences.verdict(claim)}"
        shown: Json = {"verdict": claim["verdict"], "wording": claim["wording"], "rung": claim["rung"]}
        bounds: Json = {"low": claim["low"], "high": claim["high"], "standing": claim["standing"]}
        name = visible(claim["id"])
        yield _result(f"claim/{name}", deciding.of_claim(claim), text, plan, ("claim", claim["id"]), shown | bounds)
    for number, gate in enumerate(result["gates"], 1):
        name = visible(f"gate/{number}-{gate['rung']}")
        outcome = deciding.of_gate(gate)
        kept: Json = {"met": gate["met"], "units": gate["units"], "missed": gate["missed"]}
        yield _result(name, outcome, sentences.gate(gate), plan, ("gate", str(number), gate["rung"]), kept)
    rules = {(rule["sector"], rule["id"]): rule for rule in result["rules"]}
    files = own_files(result)
    for facility in result["facilities"]:
        own = files.get((facility["sector"], facility["id"]), [])
        where = place(wish.root, own[0]["path"]) if len(own) == 1 else None
        for key, counts in facility["rules"].items():
            rule = rules.get((facility["sector"], key))
            if rule is not None:
                yield from _missed(result, facility, rule, counts, where)
    for entry in result["inputs"]:
        if entry["role"] == "export":
            yield from _findings(result, wish, entry)


def _missed(
    result: Result, facility: FacilityEntry, rule: RuleEntry, counts: RuleCounts, where: Place | None
) -> Iterator[Json]:
    """A rule that a facility misses, or that could not be asked of all its rows."""
    outcome = deciding.of_rule(result, rule, counts)
    if outcome in ("passed", "nothing"):
        return
    text = f"{visible(facility['id'])}: {sentences.title(rule)}: {sentences.counted(counts)}"
    unmet = bool(counts["unmet"] + counts["excused"])
    identity = ("rule", facility["sector"], facility["id"], rule["id"])
    found = _result(_rule_id(rule), outcome, text, where, identity, {**counts})
    if outcome == "aside":
        found["kind"], found["level"] = (
            ("fail", "warning" if rule["required"] else "note") if unmet else ("open", "none")
        )
    found["locations"][0]["logicalLocations"] = [
        {
            "name": visible(facility["id"]),
            "fullyQualifiedName": visible(f"{facility['sector']}/{facility['id']}"),
            "kind": "facility",
            "properties": {"name": visible(facility["name"]), "area": visible(facility["area"])},
        }
    ]
    yield found


def _findings(result: Result, wish: Wish, entry: InputEntry) -> Iterator[Json]:
    """What was found in one file, at its first line; an input that was not read to its end is one finding more."""
    asked = deciding.rules_decide(result)
    whole = bool(entry["to_the_end"]) and not entry["unreadable"]
    for found in entry["findings"]:
        breaks = found["kind"] in BREAKS
        fails = breaks and asked and result["fail_on"]["on"] != "never"
        outcome: Outcome = "failed" if fails else "aside"
        where = place(wish.root, entry["path"], found["lines"])
        text = f"{visible(entry['path'])}: {sentences.finding(found)}"
        identity = ("input", entry["path"], found["kind"], found["where"])
        one = _result(
            f"input/{found['kind'].replace(' ', '-')}", outcome, text, where, identity, {"count": found["count"]}
        )
        if outcome == "aside":
            one["level"] = "warning" if breaks or not whole else "note"
        if len(found["lines"]) > 1 and where.line:
            one["locations"] += [_location(place(wish.root, entry["path"], [line])) for line in found["lines"][1:]]
        yield one
    if not whole:
        text = f"{visible(entry['path'])}: {sentences.unread(entry)}"
        outcome = "open" if asked else "aside"
        where = place(wish.root, entry["path"])
        counts = {"read": entry["read"], "unreadable": entry["unreadable"], "to_the_end": entry["to_the_end"]}
        one = _result("input/not-read", outcome, text, where, ("input", entry["path"], "not read"), counts)
        one["kind"], one["level"] = "open", "none"
        yield one


def _result(
    rule: str,
    outcome: Outcome,
    text: str,
    where: Place | None,
    identity: tuple[str, ...],
    properties: Mapping[str, object],
) -> Json:
    return {
        "ruleId": rule,
        "kind": _KINDS[outcome],
        "level": {"failed": "error", "aside": "warning"}.get(outcome, "none"),
        "message": _message(text),
        "locations": [_location(where)],
        "partialFingerprints": {"recaudit/v1": hashlib.sha256(json.dumps(identity).encode()).hexdigest()},
        "properties": {"outcome": outcome, **properties},
    }


def _location(where: Place | None) -> Json:
    if where is None:
        return {}
    file: Json = {"artifactLocation": {"uri": quote(where.path, safe="/")}}
    if where.line:
        file["region"] = {"startLine": where.line}
    return {"physicalLocation": file}


def _message(text: str) -> Json:
    return {"text": _literal(text)}


def _literal(text: str) -> str:
    r"""Text in which nothing is a link or a place for an argument (SARIF 2.1.0, 3.11.5 and 3.11.6).

    >>> _literal("[x](javascript:y) {0}")
    '\\[x\\](javascript:y) {{0}}'
    """
    for sign, escaped in (("\\", "\\\\"), ("[", "\\["), ("]", "\\]"), ("{", "{{"), ("}", "}}")):
        text = text.replace(sign, escaped)
    return text
