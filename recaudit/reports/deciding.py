"""Which parts of a result make the exit code what it is: what turns a pipeline red is what makes the code not 0.

``recaudit.exits`` decides the code of the whole. Here stands what every part of it comes to, so that a report with a
verdict for each part (JUnit, SARIF, annotations) is red where the code is 1 or 3, and nowhere else:

    failed    a reason for exit code 1: a claim refuted, a gate missed, a rule not met that was asked to decide
    open      a reason for exit code 3: a claim unverifiable, a deciding rule not assessable, an input not read
    passed    asked, and met by every row that was asked
    aside     not met, or not assessable, and no reason for any exit code: advisory rules, and beside claims every rule
    nothing   nothing was asked: never a pass
"""

from __future__ import annotations

from typing import Literal

from recaudit.gates import nothing_to_judge, rules_are_asked
from recaudit.model import BREAKS
from recaudit.result import InputEntry, Result, RuleEntry
from recaudit.resultclaims import ClaimEntry, GateEntry
from recaudit.resultcounts import RuleCounts, eligible, missed

Outcome = Literal["failed", "open", "passed", "aside", "nothing"]


def rules_decide(result: Result) -> bool:
    """Whether they are asked at all. Where there was nothing to judge the code is 3 already, and no rule is asked."""
    return rules_are_asked(result) and nothing_to_judge(result) is None


def decides(result: Result, rule: RuleEntry) -> bool:
    """Whether the exit code asks for this rule."""
    return rules_decide(result) and (rule["required"] or result["fail_on"]["on"] == "advisory")


def of_rule(result: Result, rule: RuleEntry, counts: RuleCounts) -> Outcome:
    """One rule in one facility. With ``fail_on = "never"`` a rule that is not met is no reason; one that nobody could
    ask still is."""
    if not eligible(counts):
        return "nothing"
    lost = missed(counts)
    if not lost and not counts["not_assessable"]:
        return "passed"
    asked = decides(result, rule)
    if lost and asked and result["fail_on"]["on"] != "never":
        return "failed"
    if counts["not_assessable"] and asked:
        return "open"
    return "aside"


def of_claim(claim: ClaimEntry) -> Outcome:
    outcomes: dict[str, Outcome] = {"confirmed": "passed", "refuted": "failed"}
    return outcomes.get(claim["verdict"], "open")


def of_gate(gate: GateEntry) -> Outcome:
    """A gate without a unit is missed: ``recaudit.gates`` says so."""
    return "passed" if gate["met"] else "failed"


def of_input(result: Result, entry: InputEntry) -> Outcome:
    """One export file: does it break the exchange standard, and was all of it read?"""
    broken = any(found["kind"] in BREAKS for found in entry["findings"])
    unread = bool(entry["unreadable"]) or not entry["to_the_end"]
    if rules_decide(result):
        if broken and result["fail_on"]["on"] != "never":
            return "failed"
        if unread:
            return "open"
    if broken or unread:
        return "aside"
    return "passed" if entry["read"] else "nothing"
