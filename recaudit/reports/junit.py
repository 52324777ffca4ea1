"""JUnit XML, as Surefire writes it and CI servers read it: a case a rule, a suite a facility.

``<failure>`` and ``<error>`` stand exactly where something makes the exit code 1 or 3 (``recaudit.reports.deciding``).
The first suite has one case, the exit code itself, so the file is red whenever the code is not 0, also for a reason
that belongs to no facility. ``<skipped>`` is whatever was not asked of any row, and a required rule that decides
nothing beside a claim; an advisory rule that is not met passes, with a property that says so.

Each rule has one case with its sums, its fix and its state. A facility has a case of its own for each rule that is red
there, and one for all its other rules: a province has a million pairs of facility and rule, nearly all of them green.

``junit.xsd`` beside this module describes what is written here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from recaudit.model import RUNGS
from recaudit.reports import deciding, sentences, vocabulary
from recaudit.reports.deciding import Outcome
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking, spoken, told, told_n, words
from recaudit.reports.wish import Wish
from recaudit.result import FacilityEntry, Result, RuleEntry
from recaudit.resultcounts import RuleCounts, eligible, missed

RED: Final = ("failed", "open")
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- recaudit junit -->\n'
_KEPT: Final = 1 << 14  # texts that are not made twice
_COUNTS: Final = ("met", "unmet", "excused", "not_applicable", "not_assessable")


@dataclass(frozen=True, slots=True)
class Case:
    """``kind``: which element it holds; "" for a case that passes. ``asked``: rows or units that it stands for."""

    suite: str
    name: str
    kind: str = ""  # "failure", "error", "skipped"
    message: str = ""
    type: str = ""
    more: str = ""  # lines below the message
    asked: int = 1
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    cases: tuple[Case, ...]
    properties: Mapping[str, str] = field(default_factory=dict)


def junit(result: Result, wish: Wish) -> bytes:
    """The whole file, in UTF-8. Of a result without a facility: the exit code, the claims and the gates."""
    with speaking(wish.language):
        return b"".join(_file(result, suites(result, wish)))


def suites(result: Result, wish: Wish) -> Iterator[Suite]:
    """The exit code first, then claims, gates, files and rules, then every facility in the order of the result."""
    yield _audit(result, wish)
    if result["claims"]:
        yield Suite("claims", tuple(_claims(result)))
    if result["gates"]:
        yield Suite("gates", tuple(_gates(result)))
    if inputs := tuple(_inputs(result)):
        yield Suite("inputs", inputs)
    if result["rules"]:
        yield Suite("rules", tuple(_rule(result, rule) for rule in result["rules"]))
    rules = {(rule["sector"], rule["id"]): rule for rule in result["rules"]}
    for facility in result["facilities"]:
        yield _facility(result, facility, rules)


# ------------------------------------------------------------------------------------------------ suites
def _audit(result: Result, wish: Wish) -> Suite:
    kind = {0: "", 1: "failure"}.get(wish.code, "error")
    why = visible(words(wish.why))
    properties = {
        "recaudit": result["tool"]["version"],
        "plan": result["plan"]["name"],
        "as_of": result["as_of"] or "",
        "digest": result.get("digest", ""),
        "exit_code": str(wish.code),
        "rules_decide": str(deciding.rules_decide(result)).lower(),
    }
    said = why if kind else ""
    return Suite("audit", (Case("audit", "exit code", kind, said, f"exit code {wish.code}"),), properties)


def _claims(result: Result) -> Iterator[Case]:
    for claim in result["claims"]:
        kind = _kind(deciding.of_claim(claim))
        verdict = {"verdict": claim["verdict"], "wording": claim["wording"], "rung": claim["rung"]}
        verdict |= {name: "/".join(map(str, claim[name] or [])) or "-" for name in ("low", "high")}
        verdict |= {f"records_{name}": str(count) for name, count in claim["standing"].get(claim["rung"], {}).items()}
        reasons = [visible(words(reason)) for reason in claim["reasons"]]
        reasons += [visible(told("What would settle it: {step}", step=words(step))) for step in claim["would_settle"]]
        message = told("{place}: {what}", place=sentences.statement(claim), what=sentences.verdict(claim))
        more = "\n".join(reasons) if kind else ""
        yield Case("claims", claim["id"], kind, message if kind else "", claim["wording"], more, properties=verdict)


def _gates(result: Result) -> Iterator[Case]:
    for place, gate in enumerate(result["gates"], 1):
        kind = _kind(deciding.of_gate(gate))
        name = f"{place} {gate['rung']} {gate['at_least']} {gate['per']} {gate['sector']}"
        missing = [unit for unit in gate["worst"] if not unit["met"]]
        more = "\n".join(f"{visible(unit['unit'])}: {_share(unit['low'])}" for unit in missing) if kind else ""
        message = sentences.gate(gate, result["areas"]) if kind else ""
        yield Case("gates", name, kind, message, "missed", more, asked=gate["units"])


def _share(bound: list[int] | None) -> str:
    return "-" if bound is None else "/".join(map(str, bound))


def _inputs(result: Result) -> Iterator[Case]:
    """Files of the exports, then rows that belong to no facility."""
    for entry in result["inputs"]:
        if entry["role"] != "export":
            continue
        outcome = deciding.of_input(result, entry)
        found = [
            told("{place}: {what}", place=_lines(entry["path"], one["lines"]), what=sentences.finding(one))
            for one in entry["findings"]
        ]
        kind = _kind(outcome)
        message = sentences.unread(entry) if kind else ""
        kind_of = "unread" if outcome == "open" else outcome
        more = "\n".join(visible(line) for line in found) if kind else ""
        yield Case("inputs", entry["path"], kind, message, kind_of, more, asked=entry["read"])
    for reason, rows in result["unattributed"].items():
        kind = "error" if deciding.rules_decide(result) else "skipped"
        message = told_n(
            "{n} row belongs to no facility: {why}",
            "{n} rows belong to no facility: {why}",
            n=rows,
            why=vocabulary.finding(reason),
        )
        yield Case("inputs", f"(no facility) {reason}", kind, message, "unattributed", asked=rows)


def _lines(path: str, lines: list[int]) -> str:
    return f"{path}:{','.join(map(str, lines))}" if lines else path


def _facility(result: Result, entry: FacilityEntry, rules: Mapping[tuple[str, str], RuleEntry]) -> Suite:
    suite = f"{entry['sector']}/{entry['id']}"
    properties = {
        "name": entry["name"],
        "area": entry["area"],
        "vendor": entry["vendor"],
        "status": entry["status"],
        "expected": "-" if entry["expected"] is None else str(entry["expected"]),
        "read": str(entry["read"]),
    }
    for rung in RUNGS:
        if at := entry["rungs"].get(rung):
            properties[rung] = f"reached={at['reached']} short={at['short']} unknown={at['unknown']}"
    asked = [
        (rules[entry["sector"], key], counts)
        for key, counts in entry["rules"].items()
        if (entry["sector"], key) in rules and eligible(counts)
    ]
    if not asked:  # nothing is never a pass
        unknown = entry["expected"] is None and not entry["read"] and deciding.rules_decide(result)
        kind, said = "error" if unknown else "skipped", sentences.facility(entry)
        return Suite(suite, (Case(suite, "(no row)", kind, said, entry["status"], asked=0),), properties)
    judged = [(rule, counts, deciding.of_rule(result, rule, counts)) for rule, counts in asked]
    cases = [
        Case(suite, rule["id"], _kind(outcome), _message(rule, counts), _type(counts), asked=eligible(counts))
        for rule, counts, outcome in judged
        if outcome in RED
    ]
    others = [one for one in judged if one[2] not in RED]
    return Suite(suite, (*cases, *([_others(suite, others)] if others else [])), properties)


def _others(suite: str, judged: Sequence[tuple[RuleEntry, RuleCounts, Outcome]]) -> Case:
    """All that make no exit code, as one case: how many are met by every row, and how many rows miss each other one."""
    aside = [(rule, counts) for rule, counts, outcome in judged if outcome == "aside"]
    properties = {"met_by_every_row": str(len(judged) - len(aside))}
    if aside:
        properties["aside"] = " ".join(f"{rule['id']}={missed(counts)}/{eligible(counts)}" for rule, counts in aside)
    asked = sum(eligible(counts) for _, counts, _ in judged)
    required = sum(rule["required"] for rule, _ in aside)
    kind, message = ("skipped", _aside(spoken().name, required)) if required else ("", "")
    return Case(suite, "all other rules", kind, message, asked=asked, properties=properties)


def _rule(result: Result, rule: RuleEntry) -> Case:
    """One rule over all facilities."""
    suite, counts = f"rules/{rule['sector']}", rule["totals"]
    outcome, asked = deciding.of_rule(result, rule, counts), eligible(counts)
    properties = {"counts": " ".join(f"{state}={counts[state]}" for state in _COUNTS)}
    if outcome == "passed":
        return Case(suite, rule["id"], asked=asked, properties=properties)
    message = _message(rule, counts)
    if outcome == "nothing":
        return Case(suite, rule["id"], "skipped", message, asked=0)
    properties["facilities_failing"] = str(rule["facilities_failing"])
    if outcome in RED:
        return Case(suite, rule["id"], _kind(outcome), message, _type(counts), sentences.fix(rule), asked, properties)
    if not rule["required"]:
        return Case(suite, rule["id"], asked=asked, properties={"advisory": _type(counts), **properties})
    message = f"{message}. {_decide_nothing(spoken().name)}"
    return Case(suite, rule["id"], "skipped", message, _type(counts), asked=asked, properties=properties)


def _message(rule: RuleEntry, counts: RuleCounts) -> str:
    said = _counted(spoken().name, *(counts[state] for state in _COUNTS))
    return told("{place}: {what}", place=sentences.title(rule), what=said)


@lru_cache(maxsize=_KEPT)
def _aside(_language: str, required: int) -> str:
    return told_n(
        "{n} required rule is not met by every row, which decides nothing in this audit: see --fail-on.",
        "{n} required rules are not met by every row, which decides nothing in this audit: see --fail-on.",
        n=required,
    )


@cache
def _decide_nothing(_language: str) -> str:
    return told("Rules decide nothing in this audit: see --fail-on.")


@lru_cache(maxsize=_KEPT)
def _counted(_language: str, met: int, unmet: int, excused: int, not_applicable: int, not_assessable: int) -> str:
    """Few counts are different ones: most facilities miss little, and of silent ones nothing was asked."""
    return sentences.counted(
        {
            "met": met,
            "unmet": unmet,
            "excused": excused,
            "not_applicable": not_applicable,
            "not_assessable": not_assessable,
        }
    )


def _type(counts: RuleCounts) -> str:
    return "unmet" if missed(counts) else "not assessable"


def _kind(outcome: Outcome) -> str:
    return {"failed": "failure", "open": "error", "passed": ""}.get(outcome, "skipped")


# ------------------------------------------------------------------------------------------------ XML
def _file(result: Result, found: Iterable[Suite]) -> Iterator[bytes]:
    """Each suite is put in bytes before the next is looked at: a province has a million cases."""
    written, sums = list[bytes](), Counter[str]()
    for suite in found:
        kinds = Counter(case.kind for case in suite.cases)
        head = f"  <testsuite name={_quoted(suite.name)}{_sums(kinds)}>\n"
        cases = "".join(line for case in suite.cases for line in _case(case))
        written.append(f"{head}{''.join(_properties(suite.properties, '    '))}{cases}  </testsuite>\n".encode())
        sums.update(kinds)
    yield f"{HEAD}<testsuites name={_quoted(result['plan']['name'] or 'recaudit')}{_sums(sums)}>\n".encode()
    yield from written
    yield b"</testsuites>\n"


def _sums(kinds: Counter[str]) -> str:
    named = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    sums = "".join(f' {name}="{kinds[kind]}"' for name, kind in named.items())
    return f' tests="{kinds.total()}"{sums} time="0"'


def _case(case: Case) -> Iterator[str]:
    name = f"name={_quoted(case.name)} classname={_quoted(case.suite.replace('/', '.'))}"
    head = f'    <testcase {name} assertions="{case.asked}" time="0"'
    if not case.kind and not case.properties:
        yield f"{head}/>\n"
        return
    yield f"{head}>\n"
    yield from _properties(case.properties, "      ")
    if case.kind == "skipped":
        yield f"      <skipped message={_quoted(case.message)}/>\n"
    elif case.kind:
        message = f"message={_quoted(case.message)} type={_quoted(case.type)}"
        below = "\n".join(visible(line) for line in case.more.split("\n")) if case.more else ""
        yield (
            f"      <{case.kind} {message}>{escape(below)}</{case.kind}>\n"
            if below
            else f"      <{case.kind} {message}/>\n"
        )
    yield "    </testcase>\n"


def _properties(properties: Mapping[str, str], indent: str) -> Iterator[str]:
    if not properties:
        return
    found = "".join(f"<property name={_quoted(name)} value={_quoted(value)}/>" for name, value in properties.items())
    yield f"{indent}<properties>{found}</properties>\n"


@lru_cache(maxsize=_KEPT)
def _quoted(text: str) -> str:
    """As the value of an attribute, with its quotes; names and counts come again and again."""
    return quoteattr(visible(text))
