"""The exit code of an audit and its reason, decided from the result before anything is rendered."""

from __future__ import annotations

from collections.abc import Sequence

from recaudit.model import BREAKS
from recaudit.reports.numbers import counted
from recaudit.result import Result, RuleEntry


def exit_code(result: Result) -> tuple[int, str]:
    """0 all claims confirmed, 1 one refuted, 3 not judged; 1 beats 3. Without claims the rules themselves are the gate.

    Nothing to judge (no file, no row of the unit, no rule, no register under a claim) is 3, never a pass.
    """
    nothing = _nothing(result) or _no_register(result)
    words = [claim["verdict"] for claim in result["claims"]]
    refuted, open_ = words.count("refuted"), words.count("unverifiable")
    if refuted:
        also = f"; {_claims(open_)} unverifiable" if open_ else ""
        return 1, f"{_claims(refuted)} refuted{also}"
    if nothing:
        return 3, nothing
    if open_:
        return 3, f"{_claims(open_)} unverifiable"
    if words:
        return 0, "every claim is confirmed"
    return _export_only(result)


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


def _export_only(result: Result) -> tuple[int, str]:
    """The rules are the gate. What nobody could read, place or judge is 3, because it may hold what a rule refuses."""
    required = [rule for rule in result["rules"] if rule["required"]]
    failing = [rule for rule in required if rule["totals"]["unmet"] + rule["totals"]["excused"]]
    open_ = _open(result, required)
    broken = sum(found["count"] for one in result["inputs"] for found in one["findings"] if found["kind"] in BREAKS)
    if failing or broken:
        said = [f"{_rules(len(failing))} not met by every record"] * bool(failing)
        said += [f"the exchange standard is broken {counted(broken, 'time')}"] * bool(broken)
        return 1, "; ".join([*said, *open_[:1]])
    if open_:
        return 3, "; ".join(open_)
    return 0, "no required rule is unmet"


def _open(result: Result, required: Sequence[RuleEntry]) -> list[str]:
    """Why it cannot be said that every required rule is met everywhere."""
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
    if blind := sum(rule["totals"]["not_assessable"] > 0 for rule in required):
        found.append(f"{_rules(blind)} not assessable everywhere")
    return found


def _rules(number: int) -> str:
    return "1 required rule is" if number == 1 else f"{number} required rules are"
