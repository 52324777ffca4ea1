"""What recounts say, from counts alone: bounds, accused facilities, and the wording that a clean sample gives a claim.

A sample never confirms, and never refutes by itself (``docs/scoring.md``, Samples). An unanswered unit speaks for
nobody: it counts as bad in the lowest bound, and as good in the highest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Final

from recaudit import statistics
from recaudit.counted import Ladder, Verdict
from recaudit.ladder import nothing_there
from recaudit.model import Claim
from recaudit.resultevidence import RecountEntry, RecountFacility, RecountStratum
from recaudit.said import Promised, Said, Value, few, say, say_n, together
from recaudit.statistics import exact, per_cent, written
from recaudit.terms import records
from recaudit.verdicts import Evidence, in_scope

_USUAL: Final = Fraction(19, 20)


# -------------------------------------------------------------- one recount
def weighed(entry: RecountEntry) -> RecountEntry:
    """The same recount with all that follows from the counts of its strata and facilities."""
    facilities, drawn = entry["facilities"], [one["frame"] for one in entry["strata"]]
    factors = [one["factor"] for one in facilities if one["factor"] is not None]
    low, high = bounds(entry)
    return {
        **entry,
        "frame": None if None in drawn else sum(size or 0 for size in drawn),
        "sampled": sum(one["sampled"] for one in facilities),
        "answered": sum(one["answered"] for one in facilities),
        "found": sum(one["found"] for one in facilities),
        "matching": sum(one["matching"] for one in facilities),
        "factor": [sum(parts) for parts in zip(*factors, strict=True)] if factors else None,
        "low": None if low is None else written(low),
        "high": None if high is None else written(high, up=True),
        "facilities": _accused(entry),
    }


def bounds(entry: RecountEntry) -> tuple[Fraction | None, Fraction | None]:
    """At least, and at most, such a share matches, each at the recount's confidence. Nothing sampled: None, None.

    Of a list by the hypergeometric distribution, else by Clopper and Pearson. In clusters the sample is worth n /
    design effect units, with as many bad ones of these, rounded to the safe side.
    """
    strata, sure = entry["strata"], Fraction(entry["confidence"])
    if not sum(one["sampled"] for one in strata):
        return None, None
    at_worst = [_worth(one, one["sampled"] - one["matching"], entry, up=True) for one in strata]
    at_best = [_worth(one, one["answered"] - one["matching"], entry, up=False) for one in strata]
    sizes = [one["frame"] for one in strata]
    if None in sizes:
        drawn, bad = (sum(part) for part in zip(*at_worst, strict=True))
        _, fewest = (sum(part) for part in zip(*at_best, strict=True))
        return 1 - statistics.highest_share(drawn, bad, sure), 1 - statistics.lowest_share(drawn, fewest, sure)
    whole = sum(size or 0 for size in sizes)
    most = statistics.most_bad_in_strata([(size or 0, *part) for size, part in zip(sizes, at_worst, strict=True)], sure)
    least = statistics.least_bad_in_strata(
        [(size or 0, *part) for size, part in zip(sizes, at_best, strict=True)], sure
    )
    seen = sum(one["answered"] - one["matching"] for one in strata)  # these are bad, whatever clusters are worth
    return Fraction(whole - max(most, seen), whole), Fraction(whole - max(least, seen), whole)


def _worth(one: RecountStratum | RecountFacility, bad: int, entry: RecountEntry, *, up: bool) -> tuple[int, int]:
    """(units, bad ones) that a cluster sample is worth. Where all of the list was looked at, there is no sample."""
    drawn, effect = one["sampled"], Fraction(entry["design_effect"])
    if effect == 1 or drawn == one["frame"]:
        return drawn, bad
    worth = statistics.effective(drawn, effect)
    return worth, min(worth, ceil(bad / effect) if up else floor(bad / effect))


def _accused(entry: RecountEntry) -> list[RecountFacility]:
    """Every facility with its p-value and whether it stays flagged among all that were sampled. Nobody is accused by
    who is not independent, nor from a sample of which nobody shows how it was drawn: it may hold the bad ones only."""
    facilities = entry["facilities"]
    if entry["target"] is None or entry["of"] != "records" or not (entry["drawn"] and entry["independent"]):
        return [{**one, "p": None, "flagged": None} for one in facilities]
    promised, risk = Fraction(entry["target"]), 1 - Fraction(entry["confidence"])
    asked = [one for one in facilities if one["sampled"]]
    chances = []
    for one in asked:
        drawn, bad = _worth(one, one["answered"] - one["matching"], entry, up=False)
        chances.append(statistics.chance_of_as_many(bad, drawn, promised, one["frame"]))
    found = {
        one["id"]: (written(chance, up=True), adjusted <= risk)
        for one, chance, adjusted in zip(asked, chances, statistics.holm(chances), strict=True)
    }
    nothing = (None, None)
    return [
        {**one, "p": found.get(one["id"], nothing)[0], "flagged": found.get(one["id"], nothing)[1]}
        for one in facilities
    ]


def target_of(claim: Claim) -> str | None:
    """What a claim promises of the records of one facility; None where it promises no share of them."""
    share = claim.target if claim.level == "records" else claim.each
    return exact(share) if isinstance(share, Fraction) else None


def broken(entry: RecountEntry) -> Iterator[Said]:
    """Where the counts themselves cannot be: parts larger than their whole, strata that are not the facilities' sum."""
    name = f"recounts/{entry['name']}"
    parts = [(one["matching"], one["answered"], one["sampled"], one["frame"]) for one in entry["strata"]]
    for one in entry["facilities"]:
        parts += [(one["matching"], one["found"], one["sampled"], one["frame"])]
        parts += [(one["found"], one["answered"], one["sampled"], one["frame"])]
    for less, more, sampled, frame in parts:
        if not less <= more <= sampled or (frame is not None and sampled > frame):
            yield say("{place}: a part is larger than its whole", place=name)
        if (frame is None) == entry["drawn"]:
            yield say("{place}: a frame is known exactly where it was drawn", place=name)
    for key in ("sampled", "answered", "matching"):
        if sum(one[key] for one in entry["strata"]) != sum(one[key] for one in entry["facilities"]):
            yield say("{place}: {key} of its strata and of its facilities differ", place=name, key=key)
    if entry["drawn"] and sum(one["frame"] or 0 for one in entry["strata"]) != sum(
        one["frame"] or 0 for one in entry["facilities"]
    ):
        yield say("{place}: {key} of its strata and of its facilities differ", place=name, key="frame")


# -------------------------------------------------------------- what it does to a claim
def objection(recount: RecountEntry, claim: Claim, listed: Mapping[str, int | None], *, dated: bool) -> Said | None:
    """Why a recount supports no claim, in words; None for a clean sample of just the records that the claim speaks of.

    ``listed``: each facility in the claim's scope with the length of its roster; without one 0 where nothing is there,
    else None.
    """
    if recount["of"] != "records" or claim.level != "records":
        return say("it is not a recount of records under a claim about records")
    if not recount["independent"]:
        return say("who recounted is not independent")
    if not recount["drawn"]:
        return say("nobody shows that it was drawn at random from the lists")
    if not dated:
        return say("the register, from which it was drawn, does not name its source and date")
    if unlisted := sorted(facility for facility, number in listed.items() if number is None):
        return say("there is no list of all records of {names}, of which the claim speaks too", names=few(unlisted))
    frame = {one["id"]: one["frame"] for one in recount["facilities"] if one["frame"]}
    if frame != {facility: number for facility, number in listed.items() if number != 0}:
        return say("it was drawn from other records than the claim speaks of")
    if recount["sampled"] == 0 or recount["low"] is None:
        return say("nothing was sampled")
    if recount["answered"] < recount["sampled"]:
        return say("some of it is unanswered")
    if recount["matching"] < recount["sampled"]:
        return say("it is not clean")
    return None


def supported(wording: str, shares: Sequence[tuple[Fraction, Fraction]], *, clean: bool) -> str:
    """The wording of an unverifiable claim after its recounts: ``shares`` that a sample shows, with its confidence.

    Only the plain wording gives way: what counts and rosters said, stands. Of several samples the weakest speaks, and
    none where another found something bad (``clean`` false).

    >>> supported("unverifiable", [(Fraction(95, 100), Fraction(19, 20))], clean=True)
    'supported (≥ 95 % at 95 %)'
    >>> supported("supported by count", [(Fraction(95, 100), Fraction(19, 20))], clean=True)
    'supported by count'
    """
    if wording != "unverifiable" or not shares or not clean:
        return wording
    share, confidence = min(shares)
    return f"supported (≥ {per_cent(share)} at {per_cent(confidence)})" if share > 0 else wording


def heard(verdict: Verdict, evidence: Evidence, recounts: Iterable[RecountEntry]) -> Verdict:
    """The same verdict after the recounts of its claim: never another word. Without any, and while they show less than
    is claimed: with the sample that would help, where lists or exports are lacking."""
    claim, total, low, high = verdict.claim, verdict.bounds.total, verdict.bounds.low, verdict.bounds.high
    inside = replace(evidence, seats=tuple(in_scope(claim, evidence)))
    listed = {
        ladder.facility: 0 if nothing_there(seat.expected, ladder) else _listed(ladder)
        for seat, ladder in zip(inside.seats, inside.ladders(claim.excused), strict=True)
    }
    said: list[Said] = []
    shares, clean = [], True
    for recount in recounts:
        if recount["claim"] != claim.id:
            continue
        why = objection(recount, claim, listed, dated=evidence.dated)
        clean &= recount["of"] != "records" or recount["answered"] == recount["matching"]
        if not why and recount["low"] is not None and claim.rung in evidence.ruled:
            share = min(Fraction(recount["low"]), Fraction(high, total) if high is not None and total else Fraction(1))
            if low is None or not total or share * total > low:  # else the counts alone say as much
                shares.append((share, Fraction(recount["confidence"])))
        said.append(_heard(recount, claim, why))
        if flagged := [one["id"] for one in recount["facilities"] if one["flagged"]]:
            said.append(
                say(
                    "recount {name}: below what was claimed at {confidence}, corrected for looking at all (Holm): "
                    "{names}",
                    name=recount["name"],
                    confidence=_share(recount["confidence"]),
                    names=few(flagged),
                )
            )
    wording = supported(verdict.wording, shares, clean=clean) if verdict.word == "unverifiable" else verdict.wording
    settle = verdict.would_settle
    if wording == verdict.wording or min(shares)[0] < _wanted(claim):
        settle = (*settle, *_would_help(verdict, evidence))
    return replace(verdict, wording=wording, reasons=(*verdict.reasons, *said), would_settle=settle)


def _listed(ladder: Ladder) -> int | None:
    return ladder.expected if ladder.basis == "roster" else None


def _heard(recount: RecountEntry, claim: Claim, why: Said | None) -> Said:
    """What one recount found, and what it does to the claim."""
    effect = _below(recount, claim) if why is None else say("it supports no wording, as {why}", why=why)
    return together(_found(recount), _at_least(recount), effect)


def _found(recount: RecountEntry) -> Said:
    sampled, answered, matching = recount["sampled"], recount["answered"], recount["matching"]
    said: dict[str, Value] = {"name": recount["name"], "matching": matching, "bad": answered - matching}
    units = _drawn(recount)
    if sampled == answered:
        return say("recount {name}: {matching} of {units} match, {bad} do not", units=units, **said)
    return say(
        "recount {name}: {matching} of {units} match, {bad} do not, {open} without an answer",
        units=units,
        open=sampled - answered,
        **said,
    )


def _drawn(recount: RecountEntry) -> Said:
    sampled, frame = recount["sampled"], recount["frame"]
    if recount["of"] == "records":
        if frame is None:
            return records(sampled)
        return say_n("{n} record drawn from {frame}", "{n} records drawn from {frame}", n=sampled, frame=frame)
    if frame is None:
        return say_n("{n} facility", "{n} facilities", n=sampled)
    return say_n("{n} facility drawn from {frame}", "{n} facilities drawn from {frame}", n=sampled, frame=frame)


def _at_least(recount: RecountEntry) -> Said | None:
    """What the sample says of all; None where nothing was sampled."""
    if recount["low"] is None or recount["high"] is None:
        return None
    said = {"low": _share(recount["low"]), "high": _share(recount["high"], up=True)}
    confidence = _share(recount["confidence"])
    if recount["drawn"]:
        return say("so at least {low} do, and at most {high}, each at {confidence}", confidence=confidence, **said)
    return say(
        "if it was drawn at random, at least {low} do, and at most {high}, each at {confidence}",
        confidence=confidence,
        **said,
    )


def _share(share: str | Fraction, *, up: bool = False) -> Promised:
    """In per cent with two decimals, rounded to the safe side."""
    return Promised(written(Fraction(share), 4, up=up))


def _below(recount: RecountEntry, claim: Claim) -> Said | None:
    """That a clean sample shows less than is claimed; None for a claim of 100 %, of which every sample does."""
    if claim.target == 1 or recount["low"] is None or Fraction(recount["low"]) >= claim.target:
        return None
    return say("this is below the {target} that is claimed", target=_share(claim.target))


def _wanted(claim: Claim) -> Fraction:
    """The share that a sample is asked to show: the claim's own where it is below 100 %, else 95 %."""
    return claim.target if claim.target < 1 else _USUAL


def _would_help(verdict: Verdict, evidence: Evidence) -> Iterator[Said]:
    """The sample that would support a claim where a list or an export is lacking."""
    claim = verdict.claim
    if verdict.word != "unverifiable" or claim.level != "records" or claim.rung not in evidence.ruled:
        return
    inside = replace(evidence, seats=tuple(in_scope(claim, evidence)))
    ladders = inside.ladders(claim.excused)
    if not any(ladder.status == "silent" or ladder.basis != "roster" for ladder in ladders):
        return
    known = all(ladder.expected is not None and not (ladder.floor or ladder.doubted) for ladder in ladders)
    size = sum(ladder.expected or 0 for ladder in ladders) if known else None
    share = _wanted(claim)
    drawn = statistics.to_support(share, _USUAL, size)
    if drawn is not None:
        said = {"share": _share(share), "confidence": _share(_USUAL)}
        if size is None:
            yield say_n(
                "or a recount of {n} record, drawn at random from lists of all of them and matching: it would support "
                "≥ {share} at {confidence}, and confirm nothing",
                "or a recount of {n} records, drawn at random from lists of all of them and all matching: it would "
                "support ≥ {share} at {confidence}, and confirm nothing",
                n=drawn,
                **said,
            )
        else:
            yield say_n(
                "or a recount of {some} of {n} record, drawn at random from lists of all of them and all matching: it "
                "would support ≥ {share} at {confidence}, and confirm nothing",
                "or a recount of {some} of {n} records, drawn at random from lists of all of them and all matching: it "
                "would support ≥ {share} at {confidence}, and confirm nothing",
                n=size,
                some=drawn,
                **said,
            )
