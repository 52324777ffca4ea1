"""The exit code of an audit and its reason, decided from the result before anything is rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from recaudit.model import BREAKS
from recaudit.reports.numbers import counted, promised
from recaudit.result import GateEntry, Result, RuleEntry


def exit_code(result: Result) -> tuple[int, str]:
    """0 all is confirmed and every gate met, 1 something refuted or missed, 3 not judged; 1 beats 3, and both are said.

    The rules themselves are a gate where there is no claim, or where somebody asked for it with ``fail_on``. Nothing
    to judge (no file, no row of the unit, no rule, no register under a claim) is 3, never a pass.
    """
    nothing = _nothing(result) or _no_register(result)
    words = [claim["verdict"] for claim in result["claims"]]
    refuted, unverifiable = words.count("refuted"), words.count("unverifiable")
    failed = [f"{_claims(refuted)} refuted"] * bool(refuted) + _missed(result)
    open_ = [nothing] * bool(nothing and not refuted) + [f"{_claims(unverifiable)} unverifiable"] * bool(unverifiable)
    if not nothing and _rules_are_asked(result):
        broken, unread = _rules_as_gate(result)
        failed, open_ = failed + broken, open_ + unread[: 1 if broken else None]
    if failed:
        return 1, "; ".join([*failed, *open_])
    if open_:
        return 3, open_[0] if nothing else "; ".join(open_)
    return 0, "; ".join(_kept(result))


def _of_whom(gate: GateEntry) -> str:
    each = {"sector": "of", "area": "in each area of", "facility": "in each facility of"}[gate["per"]]
    scopes = cast(Mapping[str, list[str]], gate["scope"])
    scope = [f"{name} {', '.join(values)}" for name, values in scopes.items() if values]
    return f"{each} {gate['sector']}" + (f" ({'; '.join(scope)})" if scope else "")


def _missed(result: Result) -> list[str]:
    missed = [gate for gate in result["gates"] if not gate["met"]]
    named = [f"{gate['rung']} {promised(gate['at_least'])} {_of_whom(gate)}" for gate in missed[:2]]
    more = [f"{len(missed) - 2} more"] * (len(missed) > 2)
    return [f"{counted(len(missed), 'gate is', 'gates are')} missed ({', '.join(named + more)})"] * bool(missed)


def _rules_are_asked(result: Result) -> bool:
    """Beside claims the rules decide nothing, unless somebody said that they do; ``never`` is then no news."""
    said = result["fail_on"]
    return not result["claims"] or (said["from"] != "default" and said["on"] != "never")


def _kept(result: Result) -> list[str]:
    """What a pass means, in words."""
    said = ["every claim is confirmed"] * bool(result["claims"]) + ["every gate is met"] * bool(result["gates"])
    if _rules_are_asked(result):
        rules = {"advisory": "no rule is unmet", "required": "no required rule is unmet", "never": "rules fail nothing"}
        said.append(rules[result["fail_on"]["on"]])
    return said


def _claims(number: int) -> str:
    return "1 claim is" if number == 1 else f"{number} claims are"


def _nothing(result: Result) -> str:
    if not any(entry["role"] == "export" for entry in result["inputs"]):
        return "nothing to judge: no file"
    if not any(total["read"] for total in result["totals"].values()):
        return "nothing to judge: no row of the unit's table"
    if not any(suite["rules"] for suite in result["suites"]):
        return "nothing to judge: no rule"
    return ""


def _no_register(result: Result) -> str:
    judged_by = result["register"] is not None or not result["claims"]
    return "" if judged_by else "nothing to judge by: the plan names no register"


def _rules_as_gate(result: Result) -> tuple[list[str], list[str]]:
    """What fails, and what is open: what nobody could read, place or judge may hold what a rule refuses."""
    on = result["fail_on"]["on"]
    asked = [rule for rule in result["rules"] if rule["required"] or on == "advisory"]
    failing = [rule for rule in asked if rule["totals"]["unmet"] + rule["totals"]["excused"]]
    kind = "rule" if on == "advisory" else "required rule"
    broken = sum(found["count"] for one in result["inputs"] for found in one["findings"] if found["kind"] in BREAKS)
    failed = [f"{_rules(len(failing), kind)} not met by every record"] * bool(failing)
    failed += [f"the exchange standard is broken {counted(broken, 'time')}"] * bool(broken)
    return [] if on == "never" else failed, _open(result, asked, kind)


def _open(result: Result, asked: Sequence[RuleEntry], kind: str) -> list[str]:
    """Why it cannot be said that every rule asked for is met everywhere."""
    facilities, found = result["facilities"], []
    if not any(one["matched"] + one["unexpected"] for one in facilities):
        found.append("nothing to judge: no record is in scope")
    if any(one["unreadable"] or not one["to_the_end"] for one in result["inputs"]):
        found.append("an input has lines that could not be read, or was cut off")
    elif any(table["unreadable"] for table in result["tables"]):
        found.append("rows could not be read: their key, their status or their link is missing")
    if rows := sum(result["unattributed"].values()):
        found.append(f"{counted(rows, 'row is', 'rows are')} of no known facility")
    if quiet := sum(one["expected"] is None and not one["read"] for one in facilities):
        found.append(f"{counted(quiet, 'facility', 'facilities')} sent nothing, and nobody said what was expected")
    if blind := sum(rule["totals"]["not_assessable"] > 0 for rule in asked):
        found.append(f"{_rules(blind, kind)} not assessable everywhere")
    return found


def _rules(number: int, kind: str) -> str:
    return f"1 {kind} is" if number == 1 else f"{number} {kind}s are"
