"""What reports for machines say to the person who reads them there: one sentence a thing, with its counts.

Every function speaks the language of the surroundings (``languages.speaking``) and returns inert text in one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from recaudit import gatewords
from recaudit.reports import vocabulary
from recaudit.reports.inert import visible
from recaudit.reports.languages import own, told, told_n, words
from recaudit.result import AreaEntry, FacilityEntry, FindingEntry, InputEntry, Result, RuleEntry
from recaudit.resultclaims import ClaimEntry, GateEntry
from recaudit.resultcounts import RuleCounts, eligible
from recaudit.said import Said, SaidEntry, Share, few, say, say_n
from recaudit.terms import word

ENCODING: Final = frozenset({"not UTF-8", "wrong encoding"})


def audit(result: Result) -> str:
    """The name of the audit. That of exports without a plan is ours, so it is said in the language being spoken."""
    plan = result["plan"]
    return visible(plan["name"]) if plan["sha256"] else told("Exports without a plan")


def of(texts: Mapping[str, object] | str | None) -> str:
    """What a result says for people: a sentence of no language yet, a text in several languages, or a plain text."""
    if not texts:
        return ""
    if isinstance(texts, str) or "text" in texts:
        return visible(words(cast("SaidEntry | str", texts)))
    return visible(own(cast("Mapping[str, str]", texts)))


def statement(claim: ClaimEntry) -> str:
    return visible(own(claim["statement"], claim["id"]))


def verdict(claim: ClaimEntry) -> str:
    """The sentence of the verdict, and the bounds beside it."""
    return visible(f"{words(claim['sentence'])} ({bounds(claim)})")


def bounds(claim: ClaimEntry) -> str:
    """Lowest and highest possible, each beside its numbers; what is not known is said to be so.

    >>> bounds({"low": [1, 3], "high": None})
    'lowest possible 33.33 %, 1 of 3; no highest is known'
    """
    low, high = claim["low"], claim["high"]
    if low is None and high is None:
        return told("no bounds are known")
    least = _bound(low, up=False)
    most = _bound(high, up=True)
    if least is None:
        return told("no lowest is known; highest possible {most}", most=most or "")
    if most is None:
        return told("lowest possible {least}; no highest is known", least=least)
    return told("lowest possible {least}; highest possible {most}", least=least, most=most)


def _bound(bound: Sequence[int] | None, *, up: bool) -> Said | None:
    if bound is None:
        return None
    return say("{share}, {count} of {total}", share=Share(bound[0], bound[1], up), count=bound[0], total=bound[1])


def gate(entry: GateEntry, areas: Sequence[AreaEntry], *, hidden: bool = False, outcome: bool = True) -> str:
    """What the gate asks for and who misses it; ``hidden``: without the counts of its scope; ``outcome``: whether it
    is met stands in the sentence, for a report that does not say so beside it."""
    asked, kept = gatewords.asked(entry, areas), gatewords.kept(entry, hidden=hidden)
    if not outcome:
        return visible(told("{asked}; {kept}", asked=asked, kept=kept))
    if entry["met"]:
        return visible(told("{asked}; met: {kept}", asked=asked, kept=kept))
    return visible(told("{asked}; missed: {kept}", asked=asked, kept=kept))


def title(rule: RuleEntry) -> str:
    return visible(own(rule["title"], rule["id"]))


def fix(rule: RuleEntry) -> str:
    return visible(own(rule["fix"]))


def counted(counts: RuleCounts) -> str:
    """The five counts in words, as ``met 20 of 31 rows; unmet 9; excused 1; not assessable 1; not applicable 4``.

    >>> counted({"met": 20, "unmet": 9, "excused": 0, "not_assessable": 1, "not_applicable": 0})
    'met by 20 of 30 rows; unmet 9; not assessable 1'
    >>> counted({"met": 0, "unmet": 0, "excused": 0, "not_assessable": 0, "not_applicable": 7})
    'asked of no row; not applicable 7'
    """
    due = eligible(counts)
    said = [told("met by {met} of {rows}", met=counts["met"], rows=say_n("{n} row", "{n} rows", n=due))]
    if not due:
        said = [told("asked of no row")]
    said += [told("unmet {count}", count=counts["unmet"])] * bool(counts["unmet"])
    said += [told("excused {count}", count=counts["excused"])] * bool(counts["excused"])
    said += [told("not assessable {count}", count=counts["not_assessable"])] * bool(counts["not_assessable"])
    said += [told("not applicable {count}", count=counts["not_applicable"])] * bool(counts["not_applicable"])
    return "; ".join(said)


def facility(entry: FacilityEntry, rung: str = "complete") -> str:
    """One facility in one line: ``12 of 30 expected records complete; 5 short, 13 unknown``."""
    if entry["status"] == "silent" and entry["missing"]:  # so the plan says
        return told_n(
            "sent nothing; {n} record expected, {missing} missing by the plan",
            "sent nothing; {n} records expected, {missing} missing by the plan",
            n=entry["expected"] or 0,
            missing=entry["missing"],
        )
    if entry["status"] == "silent":
        return told_n(
            "sent nothing; {n} record expected", "sent nothing; {n} records expected", n=entry["expected"] or 0
        )
    if entry["expected"] is None and not entry["read"]:
        return told("sent nothing, and nobody said how many records to expect")
    at = entry["rungs"].get(rung)
    if at is None or not (whole := at["reached"] + at["short"] + at["unknown"]):
        return told("no record expected, none received")
    counts = {"reached": at["reached"], "whole": whole, "short": at["short"], "unknown": at["unknown"]}
    name = word("rung", rung)
    if entry["expected"] is None:
        return told(
            "{rung}: {reached} of {whole} received records; {short} short, {unknown} unknown", rung=name, **counts
        )
    return told("{rung}: {reached} of {whole} expected records; {short} short, {unknown} unknown", rung=name, **counts)


def finding(entry: FindingEntry) -> str:
    """What was found in a file, where in its structure, and how often."""
    return told("{what}: {times}", what=found(entry), times=say_n("{n} time", "{n} times", n=entry["count"]))


def found(entry: FindingEntry) -> str:
    """The same without how often."""
    kind, place = vocabulary.finding(entry["kind"]), vocabulary.place(entry)
    return told("{what} ({place})", what=kind, place=place) if place else kind


def unread(entry: InputEntry) -> str:
    """Whether a file was read whole: its rows, those that nobody could read, and whether its end was reached."""
    said = [told_n("{n} row read", "{n} rows read", n=entry["read"])]
    if entry["unreadable"]:
        said.append(told("{count} of them could not be read", count=entry["unreadable"]))
    if not entry["to_the_end"]:
        said.append(told("not read to its end: what it lacks is unknown"))
    return "; ".join(said)


def encoding(entry: InputEntry) -> str:
    """How many of the lines that nobody could read are in another encoding, and what to do; "" where none is."""
    wrong = sum(one["count"] for one in entry["findings"] if one["kind"] in ENCODING)
    if not wrong:
        return ""
    return told_n(
        "{n} of them is not UTF-8: export the file anew as UTF-8",
        "{n} of them are not UTF-8: export the file anew as UTF-8",
        n=wrong,
    )


def names(ids: Sequence[str]) -> str:
    return visible(words(Said("{names}", values={"names": few(list(ids))}))) if ids else ""
