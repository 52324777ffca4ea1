"""What changed between two results, and what it may come from: the data, or the way they were judged.

Only what was measured alike is better or worse. Where a rule, the policy, the plan's question or the expected number is
another, the two numbers stand side by side and are "not comparable": they are neither a gain nor a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, cast

from recaudit.causes import Cause, Key, Rewritten, causes_of, changed_rules, rules_of
from recaudit.model import RUNGS, Word
from recaudit.result import FacilityEntry, Result
from recaudit.resultclaims import ClaimEntry
from recaudit.resultcounts import RuleCounts, StandingEntry, eligible, missed
from recaudit.said import Said, Value, say, say_n, together
from recaudit.terms import named, wording

Trend = Literal["better", "worse", "changed", "not comparable", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one thing that is not what it was: in words, or as n/N. ``part`` is a code: a rung, "verdict",
    "low". ``why``: why it cannot be compared; None where it can."""

    kind: Literal["claim", "facility", "rule"]
    sector: str
    id: str
    part: str  # "verdict", "complete", "missed"
    old: Said | str
    new: Said | str
    trend: Trend
    why: Said | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A required rule that a facility misses. ``why``: why it is new or gone without anybody's doing."""

    facility: str
    rule: str
    sector: str
    missed: int  # rows unmet or excused: now, of one that is gone before
    why: Said | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs. Nothing in it: the two results say the same."""

    causes: tuple[Cause, ...]
    changes: tuple[Change, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]


def compare(old: Result, new: Result) -> Comparison:
    """What changed from ``old`` to ``new``. A result beside itself gives nothing at all."""
    causes = tuple(causes_of(old, new))
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
    return list(_new_findings(baseline, result, _Alike(baseline, result, tuple(causes_of(baseline, result)))))


def gated(code: int, why: Said, findings: Sequence[Finding]) -> tuple[int, Said]:
    """The exit code of an audit that may have no new finding: 1 where it has one, whatever else it says."""
    if not findings:
        return code, why
    new = say_n("{n} finding is new since the baseline", "{n} findings are new since the baseline", n=len(findings))
    return 1, together(new, why)


# -------------------------------------------------------------- what can be compared
class _Alike:
    """Which rules, and so which rungs, mean the same in both results."""

    def __init__(self, old: Result, new: Result, causes: Sequence[Cause]) -> None:
        kinds = {cause.kind for cause in causes if cause.kind != "wording"}
        self._everything: Said | None = None
        if kinds and "data" not in kinds:
            self._everything = say("the same data, judged otherwise: {causes}", causes=list(map(named, sorted(kinds))))
        elif "policy" in kinds:
            self._everything = say("what counts as a value changed")
        self._rules = dict(changed_rules(old, new))
        before, after = rules_of(old), rules_of(new)
        self._rungs: dict[Key, Said] = {}
        for (sector, rule), change in self._rules.items():
            entries = [one[sector, rule] for one in (before, after) if (sector, rule) in one]
            if any(entry["required"] for entry in entries):
                lowest = min(RUNGS.index(cast(Any, entry["rung"])) for entry in entries)
                for rung in RUNGS[lowest:]:
                    self._rungs.setdefault((sector, rung), _CHANGED[change](rule))

    def rule(self, key: Key) -> Said | None:
        """Why a rule cannot be compared; None where it can."""
        change = self._rules.get(key)
        return _THE_RULE[change] if change else self._everything

    def rewritten(self, key: Key) -> bool:
        return key in self._rules

    def rung(self, sector: str, rung: str) -> Said | None:
        return self._everything or self._rungs.get((sector, rung))


_THE_RULE: Final[Mapping[Rewritten, Said]] = {
    "added": say("the rule was added"),
    "removed": say("the rule was removed"),
    "changed": say("the rule was changed"),
}
_CHANGED: Final[Mapping[Rewritten, Callable[[str], Said]]] = {
    "added": lambda rule: say("rule {rule} added", rule=rule),
    "removed": lambda rule: say("rule {rule} removed", rule=rule),
    "changed": lambda rule: say("rule {rule} changed", rule=rule),
}


_Entry = TypeVar("_Entry")


def _both(was: Mapping[Key, _Entry], now: Mapping[Key, _Entry]) -> Iterator[tuple[Key, _Entry, _Entry]]:
    for key in sorted(was.keys() & now.keys()):
        yield key, was[key], now[key]


def _trend(better: bool | None, why: Said | None) -> Trend:
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
        yield Change("claim", now[key]["sector"], key[1], "verdict", "-", wording(now[key]["wording"]), "new")
    for key in sorted(was.keys() - now.keys()):
        yield Change("claim", was[key]["sector"], key[1], "verdict", wording(was[key]["wording"]), "-", "gone")


def _claim(key: str, before: ClaimEntry, after: ClaimEntry, alike: _Alike) -> Iterator[Change]:
    sector = after["sector"]
    why = alike.rung(sector, after["rung"])
    if any(cast(Any, before)[part] != cast(Any, after)[part] for part in _ASKED):
        why = say("the claim says something else")
    elif why is None and _whole(before) != _whole(after):
        old, new = (say("not known") if whole is None else whole for whole in (_whole(before), _whole(after)))
        why = say("its denominator was {old}, and is {new}", old=old, new=new)
    if before["wording"] != after["wording"]:
        trend = _trend(_better_verdict(before["verdict"], after["verdict"]), why)
        old_word, new_word = wording(before["wording"]), wording(after["wording"])
        yield Change("claim", sector, key, "verdict", old_word, new_word, trend, why)
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
            why = alike.rung(sector, rung)
            if before["expected"] is None and after["expected"] is None and _sum(one) != _sum(other):
                why = say("nobody said how many there should be, and as many were not received")
            elif measure[0] != measure[1]:
                why = say("expected was {old}, and is {new}", old=measure[0], new=measure[1])
            better = None if one["reached"] == other["reached"] else other["reached"] > one["reached"]
            old: Said | str = f"{one['reached']}/{_sum(one)}"
            new: Said | str = f"{other['reached']}/{_sum(other)}"
            if better is None:  # what is no longer known to be short may only be no longer known
                old, new = _short(one), _short(other)
            yield Change("facility", sector, key, rung, old, new, _trend(better, why), why)


def _short(at: StandingEntry) -> Said:
    return say("{short} short, {unknown} unknown", short=at["short"], unknown=at["unknown"])


def _denominator(facility: FacilityEntry) -> Said:
    """What its rungs are of, and who said so: a count that becomes a roster of the same length is another one."""
    if facility["expected"] is None:
        return say("nothing said")
    basis = named(facility["basis"])
    if facility["covers"] == "subset":
        return say("{number} by {basis}, a part of them", number=facility["expected"], basis=basis)
    return say("{number} by {basis}", number=facility["expected"], basis=basis)


def _sum(at: Mapping[str, Any]) -> int:
    return int(at["reached"] + at["short"] + at["unknown"])


# -------------------------------------------------------------- rules and findings
def _rules(old: Result, new: Result, alike: _Alike) -> Iterator[Change]:
    was, now = rules_of(old), rules_of(new)
    for (sector, key), before, after in _both(was, now):
        one, other = before["totals"], after["totals"]
        why = alike.rule((sector, key))
        if (one, before["facilities_failing"]) != (other, after["facilities_failing"]) or alike.rewritten(
            (sector, key)
        ):
            if why is None and eligible(one) != eligible(other):
                why = say("of {old} rows that were due, now {new}", old=eligible(one), new=eligible(other))
            better = None
            if missed(other) > missed(one) or other["met"] < one["met"]:
                better = False
            elif missed(other) < missed(one) and other["met"] > one["met"]:
                better = True
            old_pair, new_pair = (f"{missed(each)}/{eligible(each)}" for each in (one, other))
            yield Change("rule", sector, key, "missed", old_pair, new_pair, _trend(better, why), why)
    for sector, key in sorted(now.keys() ^ was.keys()):
        added = (sector, key) in now
        totals = (now if added else was)[sector, key]["totals"]
        pair = f"{missed(totals)}/{eligible(totals)}"
        old_pair, new_pair = ("-", pair) if added else (pair, "-")
        yield Change("rule", sector, key, "missed", old_pair, new_pair, "new" if added else "gone")


Missed = dict[tuple[str, str, str], RuleCounts]


def _findings(result: Result) -> Missed:
    """(sector, facility, rule) -> its counts, where a required rule is missed."""
    required = {key for key, rule in rules_of(result).items() if rule["required"]}
    return {
        (one["sector"], one["id"], rule): counts
        for one in result["facilities"]
        for rule, counts in one["rules"].items()
        if (one["sector"], rule) in required and missed(counts)
    }


def _new_findings(old: Result, new: Result, alike: _Alike) -> Iterator[Finding]:
    had = {(one["sector"], one["id"]): one["rules"] for one in old["facilities"]}
    for (sector, facility, rule), counts in sorted(_findings(new).items()):
        before = had.get((sector, facility), {}).get(rule)
        if before is None or not missed(before):
            is_new = None if (sector, facility) in had else say("the facility is new")
            why = alike.rule((sector, rule)) or is_new
            yield Finding(facility, rule, sector, missed(counts), why)


def _gone_findings(old: Result, new: Result, alike: _Alike) -> Iterator[Finding]:
    """Repaired, unless fewer rows meet the rule than did: then they were only not handed in, or not judged."""
    has = {(one["sector"], one["id"]): one["rules"] for one in new["facilities"]}
    for (sector, facility, rule), counts in sorted(_findings(old).items()):
        after = has.get((sector, facility), {}).get(rule)
        if after is not None and missed(after):
            continue
        why = alike.rule((sector, rule))
        if why is None and (after is None or after["met"] <= counts["met"]):
            why = say("no more rows meet it than did: the others were not handed in, or not judged")
        yield Finding(facility, rule, sector, missed(counts), why)


def told(findings: Iterable[Finding], *, gone: bool = False) -> Iterator[Said]:
    """One sentence a finding. ``gone``: they are missed no more."""
    for one in findings:
        said: dict[str, Value] = {"facility": one.facility, "rule": one.rule}
        if gone:
            fact = say_n(
                "{facility}: {rule} was missed by {n} row",
                "{facility}: {rule} was missed by {n} rows",
                n=one.missed,
                **said,
            )
        else:
            fact = say_n(
                "{facility}: {rule} is missed by {n} row",
                "{facility}: {rule} is missed by {n} rows",
                n=one.missed,
                **said,
            )
        yield fact if one.why is None else say("{finding} ({why})", finding=fact, why=one.why)
