"""The exit code of an audit and its reason, decided from the result before anything is rendered."""

from __future__ import annotations

from collections.abc import Sequence

from recaudit import gatewords
from recaudit.gates import nothing_to_judge, rules_are_asked
from recaudit.model import BREAKS
from recaudit.result import Result, RuleEntry
from recaudit.said import Said, few, say, say_n, together


def exit_code(result: Result) -> tuple[int, Said]:
    """0 all is confirmed and every gate met, 1 something refuted or missed, 3 not judged; 1 beats 3, and both are said.

    The rules themselves are a gate where there is no claim, or where somebody asked for it with ``fail_on``. Nothing
    to judge (no file, no row of the unit, no rule, no register under a claim) is 3, never a pass.
    """
    nothing = nothing_to_judge(result)
    words = [claim["verdict"] for claim in result["claims"]]
    refuted, unverifiable = words.count("refuted"), words.count("unverifiable")
    failed, open_ = _missed(result), list[Said]()
    if refuted:
        failed.insert(0, say_n("{n} claim is refuted", "{n} claims are refuted", n=refuted))
    if nothing is not None and not refuted:
        open_.append(nothing)
    if unverifiable:
        open_.append(say_n("{n} claim is unverifiable", "{n} claims are unverifiable", n=unverifiable))
    if nothing is None and rules_are_asked(result):
        broken, unread = _rules_as_gate(result)
        failed, open_ = failed + broken, open_ + unread[: 1 if broken else None]
    if failed:
        return 1, together(*failed, *open_)
    if open_:
        return 3, open_[0] if nothing is not None else together(*open_)
    return 0, together(*_kept(result))


def _missed(result: Result) -> list[Said]:
    missed = [gatewords.asked(gate, result["areas"]) for gate in result["gates"] if not gate["met"]]
    if not missed:
        return []
    number, names = len(missed), few(missed, 2)
    return [say_n("{n} gate is missed ({names})", "{n} gates are missed ({names})", n=number, names=names)]


def _kept(result: Result) -> list[Said]:
    """What a pass means, in words."""
    said = [say("every claim is confirmed")] * bool(result["claims"])
    said += [say("every gate is met")] * bool(result["gates"])
    if rules_are_asked(result):
        rules = {
            "advisory": say("no rule is unmet"),
            "required": say("no required rule is unmet"),
            "never": say("rules fail nothing"),
        }
        said.append(rules[result["fail_on"]["on"]])
    return said


def _rules_as_gate(result: Result) -> tuple[list[Said], list[Said]]:
    """What fails, and what is open: what nobody could read, place or judge may hold what a rule refuses."""
    on = result["fail_on"]["on"]
    asked = [rule for rule in result["rules"] if rule["required"] or on == "advisory"]
    failing = sum(rule["totals"]["unmet"] + rule["totals"]["excused"] > 0 for rule in asked)
    broken = sum(found["count"] for one in result["inputs"] for found in one["findings"] if found["kind"] in BREAKS)
    failed = []
    if failing and on == "advisory":
        failed.append(say_n("{n} rule is not met by every record", "{n} rules are not met by every record", n=failing))
    elif failing:
        failed.append(
            say_n(
                "{n} required rule is not met by every record",
                "{n} required rules are not met by every record",
                n=failing,
            )
        )
    if broken:
        failed.append(
            say_n("the exchange standard is broken {n} time", "the exchange standard is broken {n} times", n=broken)
        )
    return [] if on == "never" else failed, _open(result, asked)


def _open(result: Result, asked: Sequence[RuleEntry]) -> list[Said]:
    """Why it cannot be said that every rule asked for is met everywhere."""
    facilities, found = result["facilities"], list[Said]()
    if not any(one["matched"] + one["unexpected"] for one in facilities):
        found.append(say("nothing to judge: no record is in scope"))
    if any(one["unreadable"] or not one["to_the_end"] for one in result["inputs"]):
        found.append(say("an input has lines that could not be read, or was cut off"))
    elif any(table["unreadable"] for table in result["tables"]):
        found.append(say("rows could not be read: their key, their status or their link is missing"))
    if rows := sum(result["unattributed"].values()):
        found.append(say_n("{n} row is of no known facility", "{n} rows are of no known facility", n=rows))
    if quiet := sum(one["expected"] is None and not one["read"] for one in facilities):
        found.append(
            say_n(
                "{n} facility sent nothing, and nobody said what was expected",
                "{n} facilities sent nothing, and nobody said what was expected",
                n=quiet,
            )
        )
    if blind := sum(rule["totals"]["not_assessable"] > 0 for rule in asked):
        found.append(_blind(blind, result["fail_on"]["on"] == "advisory"))
    return found


def _blind(rules: int, advisory: bool) -> Said:
    if advisory:
        return say_n("{n} rule is not assessable everywhere", "{n} rules are not assessable everywhere", n=rules)
    return say_n(
        "{n} required rule is not assessable everywhere",
        "{n} required rules are not assessable everywhere",
        n=rules,
    )
