"""SARIF 2.1.0, as code scanners read it: one result for each claim, each missed gate, each rule that a facility misses,
and each finding in a file. Counts and places, never a value of a record.

``kind`` and ``level`` follow ``recaudit.reports.deciding``: ``fail`` at level ``error`` is a reason for exit code 1,
``open`` one for exit code 3, ``fail`` at ``warning`` or ``note`` for none. The standard asks for level ``none`` beside
every kind but ``fail``. The exit code itself stands in ``invocations``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast
from urllib.parse import quote

from recaudit.model import BREAKS
from recaudit.reports import deciding, sentences
from recaudit.reports.deciding import Outcome
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking, told, told_n, words
from recaudit.reports.locations import Place, of_plan, own_files, place
from recaudit.reports.wish import Wish
from recaudit.result import FacilityEntry, FindingEntry, InputEntry, Result, RuleEntry
from recaudit.resultclaims import ClaimEntry
from recaudit.resultcounts import RuleCounts
from recaudit.said import english, mark

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_BEFORE: Final = f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{\n'
HEAD: Final = f'{_BEFORE}"tool":{{"driver":{{"name":"recaudit"'
MOST: Final = 25_000  # results; code scanners refuse a run with more
_ORDER: Final = ("error", "none", "warning", "note")

Json = dict[str, Any]


def sarif(result: Result, wish: Wish) -> bytes:
    """The whole log, in UTF-8. Where there are more results than ``MOST``, those that decide nothing are left out
    first, and a notification says how many."""
    with speaking(wish.language):
        run = _run(result, wish)
    parts = ",\n".join(f"{_compact(name)}:{_lines(part)}" for name, part in run.items())
    return f"{_BEFORE}{parts}\n}}]}}\n".encode()


def _lines(part: object) -> str:
    """A list as one line for each entry: of thousands of results white space was a third."""
    if not isinstance(part, list) or not part:
        return _compact(part)
    return "[\n" + ",\n".join(map(_compact, part)) + "\n]"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _run(result: Result, wish: Wish) -> Json:
    found = sorted(_found(result, wish), key=lambda one: _ORDER.index(one.level))
    kept = found[:MOST]
    descriptors = list(_descriptors(result, {one.rule for one in kept}))
    numbers = {one["id"]: place for place, one in enumerate(descriptors)}
    return {
        "tool": {"driver": {"name": "recaudit", "version": result["tool"]["version"], "rules": descriptors}},
        "invocations": [_invocation(wish, len(found) - len(kept))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, numbers[one.rule]) for one in kept],
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
        words_of_it = told_n(
            "{n} more result is left out: a log holds {most} at most",
            "{n} more results are left out: a log holds {most} at most",
            n=left_out,
            most=MOST,
        )
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
@dataclass(frozen=True, slots=True)
class _Found:
    """A result before it is written: of a whole province there are more than a log may hold."""

    rule: str
    outcome: Outcome
    kind: str
    level: str
    text: Callable[[], str]
    where: Place | None
    identity: tuple[str, ...]
    properties: Mapping[str, object]
    facility: FacilityEntry | None = None
    more: tuple[Place, ...] = ()  # further places


def _found(result: Result, wish: Wish) -> Iterator[_Found]:
    """Claims, gates, rules by facility, findings by file; in the order of the result."""
    yield from _decided(result, of_plan(wish.root, result))
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


def _decided(result: Result, plan: Place | None) -> Iterator[_Found]:
    """Every claim and every gate, also those that are kept."""
    for claim in result["claims"]:
        shown: Json = {name: claim[name] for name in ("verdict", "wording", "rung", "low", "high", "standing")}
        text = partial(_claim_text, claim)
        identity: tuple[str, ...] = ("claim", claim["id"])
        outcome = deciding.of_claim(claim)
        yield _Found(f"claim/{visible(claim['id'])}", outcome, *_weight(outcome), text, plan, identity, shown)
    for number, gate in enumerate(result["gates"], 1):
        shown = {name: gate[name] for name in ("met", "units", "missed")}
        text = partial(sentences.gate, gate, result["areas"])
        identity = ("gate", str(number), gate["rung"])
        outcome = deciding.of_gate(gate)
        yield _Found(visible(f"gate/{number}-{gate['rung']}"), outcome, *_weight(outcome), text, plan, identity, shown)


def _claim_text(claim: ClaimEntry) -> str:
    return f"{sentences.statement(claim)}: {sentences.verdict(claim)}"


def _weight(outcome: Outcome) -> tuple[str, str]:
    """Kind and level of what decides, or is kept."""
    return {"failed": ("fail", "error"), "open": ("open", "none")}.get(outcome, ("pass", "none"))


def _missed(
    result: Result, facility: FacilityEntry, rule: RuleEntry, counts: RuleCounts, where: Place | None
) -> Iterator[_Found]:
    """A rule that a facility misses, or that could not be asked of all its rows."""
    outcome = deciding.of_rule(result, rule, counts)
    if outcome in ("passed", "nothing"):
        return
    weight = _weight(outcome)
    if outcome == "aside":
        unmet = counts["unmet"] + counts["excused"]
        weight = ("fail", "warning" if rule["required"] else "note") if unmet else ("open", "none")
    text = partial(_missed_text, facility, rule, counts)
    identity = ("rule", facility["sector"], facility["id"], rule["id"])
    shown = cast(Mapping[str, object], counts)
    yield _Found(_rule_id(rule), outcome, *weight, text, where, identity, shown, facility)


def _missed_text(facility: FacilityEntry, rule: RuleEntry, counts: RuleCounts) -> str:
    return f"{visible(facility['id'])}: {sentences.title(rule)}: {sentences.counted(counts)}"


def _findings(result: Result, wish: Wish, entry: InputEntry) -> Iterator[_Found]:
    """What was found in one file, at its lines; an input that was not read whole is one finding more."""
    asked = deciding.rules_decide(result)
    whole = entry["to_the_end"] and not entry["unreadable"]
    for found in entry["findings"]:
        breaks = found["kind"] in BREAKS
        fails = breaks and asked and result["fail_on"]["on"] != "never"
        level = "error" if fails else "warning" if breaks or not whole else "note"
        first, *more = [place(wish.root, entry["path"], [line]) for line in found["lines"]] or [
            place(wish.root, entry["path"])
        ]
        yield _Found(
            f"input/{found['kind'].replace(' ', '-')}",
            "failed" if fails else "aside",
            "fail",
            level,
            partial(_finding_text, entry, found),
            first,
            ("input", entry["path"], found["kind"], found["where"], *_wrong(found)),
            {"count": found["count"]},
            more=tuple(more if first.line else ()),
        )
    if not whole:
        shown = {name: entry[name] for name in ("read", "unreadable", "to_the_end")}
        identity = ("input", entry["path"], "not read")
        outcome: Outcome = "open" if asked else "aside"
        text, where = partial(_unread_text, entry), place(wish.root, entry["path"])
        yield _Found("input/not-read", outcome, "open", "none", text, where, identity, shown)


def _wrong(found: FindingEntry) -> tuple[str, ...]:
    """What is wrong at the place, in English, whatever is spoken: it tells findings of one place apart."""
    return (english(found["what"]),) if "what" in found else ()


def _finding_text(entry: InputEntry, found: FindingEntry) -> str:
    return f"{visible(entry['path'])}: {sentences.finding(found)}"


def _unread_text(entry: InputEntry) -> str:
    return f"{visible(entry['path'])}: {sentences.unread(entry)}"


# ------------------------------------------------------------------------------------------------ JSON
def _result(found: _Found, number: int) -> Json:
    locations = [_location(found.where), *map(_location, found.more)]
    if (facility := found.facility) is not None:
        locations[0]["logicalLocations"] = [
            {
                "name": visible(facility["id"]),
                "fullyQualifiedName": visible(f"{facility['sector']}/{facility['id']}"),
                "kind": "facility",
                "properties": {"name": visible(facility["name"]), "area": visible(facility["area"])},
            }
        ]
    return {
        "ruleId": found.rule,
        "ruleIndex": number,
        "kind": found.kind,
        "level": found.level,
        "message": _message(found.text()),
        "locations": locations,
        "partialFingerprints": {"recaudit/v1": hashlib.sha256(json.dumps(found.identity).encode()).hexdigest()},
        "properties": {"outcome": found.outcome, **found.properties},
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
