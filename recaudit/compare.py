"""What changed between two results, and what it may come from: the data, or the way they were judged.

Only what was measured alike is better or worse. Where a rule, the policy, the plan's question or the expected number is
another, the two numbers stand side by side and are "not comparable": they are neither a gain nor a loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from recaudit.model import RUNGS, Word
from recaudit.result import ClaimEntry, FacilityEntry, Result, RuleCounts, RuleEntry
from recaudit.said import Said, say_n, together

Trend = Literal["better", "worse", "changed", "not comparable", "new", "gone"]
CAUSES = ("data", "plan", "suite", "policy", "register", "version")
Key = tuple[str, str]  # (sector, id)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is not what it was. ``kind`` is one of ``CAUSES``."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one thing that is not what it was. ``why``: why it cannot be compared; "" where it can."""

    kind: Literal["claim", "facility", "rule"]
    sector: str
    id: str
    part: str  # "verdict", "complete", "missed"
    old: str
    new: str
    trend: Trend
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A required rule that a facility misses. ``why``: why it is new or gone without anybody's doing."""

    facility: str
    rule: str
    sector: str
    missed: int  # rows unmet or excused: now, of one that is gone before
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs. Nothing in it: the two results say the same."""

    causes: tuple[Cause, ...]
    changes: tuple[Change, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]


def compare(old: Result, new: Result) -> Comparison:
    """What changed from ``old`` to ``new``. A result beside itself gives nothing at all."""
    causes = tuple(_causes(old, new))
    alike = _Alike(old, new, causes)
    changes = [*_claims(old, new, alike), *_facilities(old, new, alike), *_rules(old, new, alike)]
    return Comparison(
        causes,
        tuple(changes),
        tuple(_new_findings(old, new, alike)),
        tuple(_gone_findings(old, new, alike)),
    )


def risen(baseline: Result, result: Result) -> list[Finding]:
    """Findings of required rules that the baseline does not have: rows missed rose from none. By facility, rule.

    A rule or facility that the baseline does not know had none missed there.
    """
    return list(_new_findings(baseline, result, _Alike(baseline, result, tuple(_causes(baseline, result)))))


def gated(code: int, why: Said, findings: Sequence[Finding]) -> tuple[int, Said]:
    """The exit code of an audit that may have no new finding: 1 where it has one, whatever else it says."""
    if not findings:
        return code, why
    new = say_n("{n} finding is new since the baseline", "{n} findings are new since the baseline", n=len(findings))
    return 1, together(new, why)


# -------------------------------------------------------------- what may have caused it
def _causes(old: Result, new: Result) -> Iterator[Cause]:
    exports, register = ("export", "ignored", "mapping"), ("register", "expected", "roster", "claims")
    if what := _files(old, new, exports):
        yield Cause("data", what)
    if old["plan"]["sha256"] != new["plan"]["sha256"] or old["plan"]["facility"] != new["plan"]["facility"]:
        yield Cause("plan", _plan(old, new))
    if what := "; ".join(_suites(old, new)):
        yield Cause("suite", what)
    if what := "; ".join(_policy(old, new)):
        yield Cause("policy", what)
    what = _files(old, new, register)
    if what or old["register"] != new["register"]:
        yield Cause("register", what or "another source or date")
    if old["tool"] != new["tool"]:
        yield Cause("version", f"recaudit {old['tool']['version']} → {new['tool']['version']}")


def _files(old: Result, new: Result, roles: Sequence[str]) -> str:
    was, now = (
        {entry["path"]: (entry["sha256"], entry["bytes"]) for entry in one["inputs"] if entry["role"] in roles}
        for one in (old, new)
    )
    other = sum(was[path] != now[path] for path in was.keys() & now.keys())
    counts = ((other, "changed"), (len(now.keys() - was.keys()), "new"), (len(was.keys() - now.keys()), "gone"))
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{said} of {len(was.keys() | now.keys())} files" if said else ""


def _plan(old: Result, new: Result) -> str:
    period = [f"{one['period']['from'] or 'ever'} to {one['period']['to'] or 'ever'}" for one in (old, new)]
    parts = [f"period {period[0]} → {period[1]}"] if period[0] != period[1] else []
    if old["as_of"] != new["as_of"]:
        parts.append(f"as of {old['as_of'] or 'no day'} → {new['as_of'] or 'no day'}")
    if old.get("bases") != new.get("bases"):
        parts.append("another base of visits")
    if old["plan"]["facility"] != new["plan"]["facility"]:
        parts.append("--facility says otherwise")
    return "; ".join(parts) or "the plan's text is another"


def _suites(old: Result, new: Result) -> Iterator[str]:
    was, now = ({suite["name"]: suite for suite in one["suites"]} for one in (old, new))
    for name in sorted(was.keys() | now.keys()):
        if name not in was:
            yield f"{name} added"
        elif name not in now:
            yield f"{name} removed"
        elif was[name]["sha256"] != now[name]["sha256"]:
            editions = (was[name]["version"], now[name]["version"])
            yield f"{name} {editions[0]} → {editions[1]}" if editions[0] != editions[1] else f"{name} edited"


def _policy(old: Result, new: Result) -> Iterator[str]:
    if old["policy"] != new["policy"]:
        yield f"edition {old['policy']['version']} → {new['policy']['version']}"
    was, now = ({entry["name"]: entry["sha256"] for entry in one["catalogues"]} for one in (old, new))
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            yield f"{name} {'added' if name not in was else 'removed' if name not in now else 'edited'}"


# -------------------------------------------------------------- what can be compared
class _Alike:
    """Which rules, and so which rungs, mean the same in both results."""

    def __init__(self, old: Result, new: Result, causes: Sequence[Cause]) -> None:
        kinds = {cause.kind for cause in causes}
        self._everything = ""
        if kinds and "data" not in kinds:
            self._everything = f"the same data, judged otherwise: {', '.join(sorted(kinds))}"
        elif "policy" in kinds:
            self._everything = "what counts as a value changed"
        self._rules = dict(_changed_rules(old, new))
        before, after = _rules_of(old), _rules_of(new)
        self._rungs: dict[Key, str] = {}
        for (sector, rule), change in self._rules.items():
            entries = [one[sector, rule] for one in (before, after) if (sector, rule) in one]
            if any(entry["required"] for entry in entries):
                lowest = min(RUNGS.index(cast(Any, entry["rung"])) for entry in entries)
                for rung in RUNGS[lowest:]:
                    self._rungs.setdefault((sector, rung), f"rule {rule} {change}")

    def rule(self, key: Key) -> str:
        """Why a rule cannot be compared; "" where it can."""
        change = self._rules.get(key)
        return f"the rule was {change}" if change else self._everything

    def rung(self, sector: str, rung: str) -> str:
        return self._everything or self._rungs.get((sector, rung), "")


def _rules_of(result: Result) -> dict[Key, RuleEntry]:
    return {(rule["sector"], rule["id"]): rule for rule in result["rules"]}


def _changed_rules(old: Result, new: Result) -> Iterator[tuple[Key, str]]:
    was, now = _rules_of(old), _rules_of(new)
    same = ("sha256", "table", "rung", "required", "type")
    for key in sorted(was.keys() | now.keys()):
        if key not in was:
            yield key, "added"
        elif key not in now:
            yield key, "removed"
        elif any(cast(Any, was[key])[part] != cast(Any, now[key])[part] for part in same):
            yield key, "changed"


_Entry = TypeVar("_Entry")


def _both(was: Mapping[Key, _Entry], now: Mapping[Key, _Entry]) -> Iterator[tuple[Key, _Entry, _Entry]]:
    for key in sorted(was.keys() & now.keys()):
        yield key, was[key], now[key]


def _trend(better: bool | None, why: str) -> Trend:
    if why:
        return "not comparable"
    return "changed" if better is None else "better" if better else "worse"


# -------------------------------------------------------------- claims
_ASKED = ("sector", "unit", "rung", "level", "target", "each", "scope", "excused", "accept")


def _claims(old: Result, new: Result, alike: _Alike) -> Iterator[Change]:
    was, now = ({("", claim["id"]): claim for claim in one["claims"]} for one in (old, new))
    for key, before, after in _both(was, now):
        yield from _claim(key[1], before, after, alike)
    for key in sorted(now.keys() - was.keys()):
        yield Change("claim", now[key]["sector"], key[1], "verdict", "-", now[key]["wording"], "new")
    for key in sorted(was.keys() - now.keys()):
        yield Change("claim", was[key]["sector"], key[1], "verdict", was[key]["wording"], "-", "gone")


def _claim(key: str, before: ClaimEntry, after: ClaimEntry, alike: _Alike) -> Iterator[Change]:
    sector = after["sector"]
    why = ""
    if any(cast(Any, before)[part] != cast(Any, after)[part] for part in _ASKED):
        why = "the claim says something else"
    elif other := alike.rung(sector, after["rung"]):
        why = other
    elif _whole(before) != _whole(after):
        why = f"its denominator was {_whole(before)}, and is {_whole(after)}"
    if before["wording"] != after["wording"]:
        trend = _trend(_better_verdict(before["verdict"], after["verdict"]), why)
        yield Change("claim", sector, key, "verdict", before["wording"], after["wording"], trend, why)
    if before["low"] != after["low"]:
        known = before["low"] is not None and after["low"] is not None and before["low"][0] != after["low"][0]
        better = (after["low"] or [0])[0] > (before["low"] or [0])[0] if known else None
        yield Change("claim", sector, key, "low", _pair(before["low"]), _pair(after["low"]), _trend(better, why), why)
    if before["high"] != after["high"]:  # it rises when less is known, which is no gain
        trend = _trend(None, why)
        yield Change("claim", sector, key, "high", _pair(before["high"]), _pair(after["high"]), trend, why)


def _better_verdict(before: Word, after: Word) -> bool | None:
    """A refuted claim that can no longer be judged is no better than it was."""
    if before == after or (before, after) == ("refuted", "unverifiable"):
        return None
    return after == "confirmed"


def _whole(claim: ClaimEntry) -> int | None:
    bound = claim["low"] or claim["high"]
    return bound[1] if bound else None


def _pair(bound: Sequence[int] | None) -> str:
    return "-" if bound is None else f"{bound[0]}/{bound[1]}"


# -------------------------------------------------------------- facilities
def _facilities(old: Result, new: Result, alike: _Alike) -> Iterator[Change]:
    was, now = ({(one["sector"], one["id"]): one for one in result["facilities"]} for result in (old, new))
    for (sector, key), before, after in _both(was, now):
        yield from _facility(sector, key, before, after, alike)
    for sector, key in sorted(now.keys() - was.keys()):
        yield Change("facility", sector, key, "status", "-", now[sector, key]["status"], "new")
    for sector, key in sorted(was.keys() - now.keys()):
        yield Change("facility", sector, key, "status", was[sector, key]["status"], "-", "gone")


def _facility(sector: str, key: str, before: FacilityEntry, after: FacilityEntry, alike: _Alike) -> Iterator[Change]:
    if before["status"] != after["status"]:
        yield Change("facility", sector, key, "status", before["status"], after["status"], "changed")
    measure = _denominator(before), _denominator(after)
    if measure[0] != measure[1]:
        yield Change("facility", sector, key, "expected", measure[0], measure[1], "changed")
    for rung in RUNGS:
        one, other = before["rungs"][rung], after["rungs"][rung]
        if one != other:
            why = "" if measure[0] == measure[1] else f"expected was {measure[0]}, and is {measure[1]}"
            if before["expected"] is None and after["expected"] is None and _sum(one) != _sum(other):
                why = "nobody said how many there should be, and as many were not received"
            why = why or alike.rung(sector, rung)
            better = None if one["reached"] == other["reached"] else other["reached"] > one["reached"]
            old, new = (f"{at['reached']}/{_sum(at)}" for at in (one, other))
            if better is None:  # what is no longer known to be short may only be no longer known
                old, new = (f"{at['short']} short, {at['unknown']} unknown" for at in (one, other))
            yield Change("facility", sector, key, rung, old, new, _trend(better, why), why)


def _denominator(facility: FacilityEntry) -> str:
    """What its rungs are of, and who said so: a count that becomes a roster of the same length is another one."""
    if facility["expected"] is None:
        return "nothing said"
    subset = ", a part of them" if facility["covers"] == "subset" else ""
    return f"{facility['expected']} by {facility['basis']}{subset}"


def _sum(at: Mapping[str, Any]) -> int:
    return int(at["reached"] + at["short"] + at["unknown"])


# -------------------------------------------------------------- rules and findings
def _missed(counts: RuleCounts) -> int:
    return counts["unmet"] + counts["excused"]


def _eligible(counts: RuleCounts) -> int:
    return counts["met"] + counts["excused"] + counts["unmet"] + counts["not_assessable"]


def _rules(old: Result, new: Result, alike: _Alike) -> Iterator[Change]:
    was, now = _rules_of(old), _rules_of(new)
    for (sector, key), before, after in _both(was, now):
        one, other = before["totals"], after["totals"]
        why = alike.rule((sector, key))
        if (one, before["facilities_failing"]) != (other, after["facilities_failing"]) or why.startswith("the rule"):
            if not why and _eligible(one) != _eligible(other):
                why = f"of {_eligible(one)} rows that were due, now {_eligible(other)}"
            better = None
            if _missed(other) > _missed(one) or other["met"] < one["met"]:
                better = False
            elif _missed(other) < _missed(one) and other["met"] > one["met"]:
                better = True
            old_pair, new_pair = (f"{_missed(each)}/{_eligible(each)}" for each in (one, other))
            yield Change("rule", sector, key, "missed", old_pair, new_pair, _trend(better, why), why)
    for sector, key in sorted(now.keys() ^ was.keys()):
        added = (sector, key) in now
        totals = (now if added else was)[sector, key]["totals"]
        pair = f"{_missed(totals)}/{_eligible(totals)}"
        old_pair, new_pair = ("-", pair) if added else (pair, "-")
        yield Change("rule", sector, key, "missed", old_pair, new_pair, "new" if added else "gone")


Missed = dict[tuple[str, str, str], RuleCounts]


def _findings(result: Result) -> Missed:
    """(sector, facility, rule) -> its counts, where a required rule is missed."""
    required = {key for key, rule in _rules_of(result).items() if rule["required"]}
    return {
        (one["sector"], one["id"], rule): counts
        for one in result["facilities"]
        for rule, counts in one["rules"].items()
        if (one["sector"], rule) in required and _missed(counts)
    }


def _new_findings(old: Result, new: Result, alike: _Alike) -> Iterator[Finding]:
    had = {(one["sector"], one["id"]): one["rules"] for one in old["facilities"]}
    for (sector, facility, rule), counts in sorted(_findings(new).items()):
        before = had.get((sector, facility), {}).get(rule)
        if before is None or not _missed(before):
            why = alike.rule((sector, rule)) or ("" if (sector, facility) in had else "the facility is new")
            yield Finding(facility, rule, sector, _missed(counts), why)


def _gone_findings(old: Result, new: Result, alike: _Alike) -> Iterator[Finding]:
    """Repaired, unless fewer rows meet the rule than did: then they were only not handed in, or not judged."""
    has = {(one["sector"], one["id"]): one["rules"] for one in new["facilities"]}
    for (sector, facility, rule), counts in sorted(_findings(old).items()):
        after = has.get((sector, facility), {}).get(rule)
        if after is not None and _missed(after):
            continue
        why = alike.rule((sector, rule))
        if not why and (after is None or after["met"] <= counts["met"]):
            why = "no more rows meet it than did: the others were not handed in, or not judged"
        yield Finding(facility, rule, sector, _missed(counts), why)


def told(findings: Iterable[Finding], verb: str = "is") -> list[str]:
    """One sentence a finding: "is missed", or "was"."""
    return [
        f"{one.facility}: {one.rule} {verb} missed by {one.missed}" + (f" ({one.why})" if one.why else "")
        for one in findings
    ]
