"""Why a verdict is what it is, and what would settle it: in words, with counts that anybody can follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recaudit.counted import Verdict
from recaudit.said import Said, few, say, say_n
from recaudit.settling import Places, names_of, not_whole, quiet, settling, uncertain_ids, unjudged
from recaudit.terms import expected_units, named, records, unit_in_words, units, wording
from recaudit.verdicts import Evidence, in_scope, unit_of


def explained(verdict: Verdict, evidence: Evidence) -> Verdict:
    """The same verdict with its reasons and with what would settle it. Neither changes the word."""
    claim = verdict.claim
    inside = replace(evidence, seats=tuple(in_scope(claim, evidence)))
    places = list(zip(inside.seats, inside.ladders(claim.excused), strict=True))
    if verdict.word == "unverifiable" and verdict.open:  # what is known of the other units keeps nothing open
        places = [place for place in places if unit_of(claim.level, place[0]) in verdict.open]
    return replace(
        verdict,
        reasons=tuple(_reasons(verdict, inside, places)),
        would_settle=tuple(settling(verdict, inside, places)),
    )


def _reasons(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[Said]:
    claim, bounds = verdict.claim, verdict.bounds
    if not places:
        yield say("no facility of the register is in the claim's scope")
    elif claim.rung not in evidence.ruled:
        rung = named(claim.rung)
        yield say("no required rule of rung {rung} applied to any record that was received", rung=rung)
    elif verdict.word == "refuted":
        yield from _refuting(verdict, places)
    elif verdict.word == "unverifiable":
        yield from _keeping_open(verdict, evidence, places)
    elif claim.level == "records":
        yield from _confirming(verdict, places)
    else:
        kept = expected_units(claim.level, bounds.total or 0)
        yield say("{low} of {units} keep the promise inside", low=bounds.low or 0, units=kept)


def _confirming(verdict: Verdict, places: Places) -> Iterable[Said]:
    if verdict.wording == "confirmed by count":
        yield say_n(
            "{n} facility in scope, by count: it has no roster, and the claim accepts that",
            "{n} facilities in scope, by count: not every one has a roster, and the claim accepts that",
            n=len(places),
        )
    else:
        yield say_n(
            "{n} facility in scope, with an independent roster, in a register with source and date",
            "{n} facilities in scope, every one with an independent roster, in a register with source and date",
            n=len(places),
        )
    more = [seat for seat, ladder in places if any(one.number > (ladder.expected or 0) for one in seat.expected.said)]
    if more:  # the plan says which source decides, and says so in public
        yield say_n(
            "another source expects more of {n} facility than the one that decides: {names}",
            "another source expects more of {n} facilities than the one that decides: {names}",
            n=len(more),
            names=names_of(more),
        )


def _keeping_open(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[Said]:
    claim = verdict.claim
    yield from _astray(verdict, places)
    places = [place for place in places if not place[0].stand_in]
    if verdict.bounds.total == 0:
        yield say("nothing was expected and nothing was received")
    yield from _unreceived(evidence, places)
    yield from _unnumbered(places)
    if evidence.unattributed and evidence.silence == "unknown":
        yield say_n(
            "{n} row of no known facility may belong to a record that is missing",
            "{n} rows of no known facility may belong to records that are missing",
            n=evidence.unattributed,
        )
    yield from _open_by_holes(verdict)
    if open_ := unjudged(verdict, places):
        yield say_n(
            "{n} record received could not be judged at {rung}",
            "{n} records received could not be judged at {rung}",
            n=open_,
            rung=named(claim.rung),
        )
    if not evidence.dated:
        yield say("the register does not name its source and date")


def _astray(verdict: Verdict, places: Places) -> Iterable[Said]:
    uncertain = uncertain_ids(places)
    if uncertain and verdict.claim.level == "areas":
        yield say_n(
            "{n} facility whose area is not certain may lie in one of several areas: {names}",
            "{n} facilities whose area is not certain may lie in one of several areas: {names}",
            n=len(uncertain),
            names=few(uncertain),
        )
    elif uncertain:
        yield say_n(
            "{n} facility whose area is not certain may lie in it: {names}",
            "{n} facilities whose area is not certain may lie in it: {names}",
            n=len(uncertain),
            names=few(uncertain),
        )


def _unnumbered(places: Places) -> Iterable[Said]:
    """Facilities of which nobody said for certain how many records there should be."""
    if unsaid := quiet(places):
        yield say_n(
            "{n} facility sent nothing, and nobody said what was expected of it: {names}",
            "{n} facilities sent nothing, and nobody said what was expected of them: {names}",
            n=len(unsaid),
            names=names_of(unsaid),
        )
    without_number = [seat for seat, ladder in places if ladder.expected is None and seat.tally.read]
    if without_number:
        yield say_n(
            "{n} facility without an expected number: {names}",
            "{n} facilities without an expected number: {names}",
            n=len(without_number),
            names=names_of(without_number),
        )
    if counted := sum(ladder.basis == "count" and not ladder.floor for _, ladder in places):
        yield say_n(
            "{n} facility with a count but no roster: extra records could hide missing ones",
            "{n} facilities with a count but no roster: extra records could hide missing ones",
            n=counted,
        )
    if subset := sum(ladder.floor and not ladder.over_reported for _, ladder in places):
        yield say_n(
            "{n} facility whose expected number covers only part of the records",
            "{n} facilities whose expected number covers only part of the records",
            n=subset,
        )
    if over := sum(ladder.over_reported for _, ladder in places):
        yield say_n(
            "{n} facility with more records than expected: the expected number was too low",
            "{n} facilities with more records than expected: the expected number was too low",
            n=over,
        )
    if doubted := [seat for seat, ladder in places if ladder.doubted]:
        yield say_n(
            "{n} facility of which another source expects more than the one that decides: {names}",
            "{n} facilities of which another source expects more than the one that decides: {names}",
            n=len(doubted),
            names=names_of(doubted),
        )


def _refuting(verdict: Verdict, places: Places) -> Iterable[Said]:
    claim, bounds = verdict.claim, verdict.bounds
    if claim.level != "records":
        fallen = expected_units(claim.level, len(verdict.fallen))
        yield say("{units} known to fall short: {names}", units=fallen, names=few(verdict.fallen))
        return
    short = sum(ladder.rungs[claim.rung].short for _, ladder in places)
    yield say_n(
        "{n} record known to be short of {rung}, {missing} of them missing",
        "{n} records known to be short of {rung}, {missing} of them missing",
        n=short,
        rung=named(claim.rung),
        missing=sum(ladder.missing for _, ladder in places),
    )
    if 0 < verdict.counterexamples < short:
        yield say(
            "{some} of them whatever the rows that are open turn out to be",
            some=verdict.counterexamples,
        )
    if bounds.high is not None and bounds.total:
        yield say(
            "if all that is open were good, {high} of {total} would reach it", high=bounds.high, total=bounds.total
        )


def _unreceived(evidence: Evidence, places: Places) -> Iterable[Said]:
    silent = [(seat, ladder) for seat, ladder in places if ladder.status == "silent"]
    if silent:
        yield say_n(
            "{n} facility sent nothing, {records} expected of it: {names}",
            "{n} facilities sent nothing, {records} expected of them: {names}",
            n=len(silent),
            records=records(sum(ladder.expected or 0 for _, ladder in silent)),
            names=names_of([seat for seat, _ in silent]),
        )
    cut = [seat for seat, ladder in places if ladder.status != "silent" and not seat.tally.to_the_end]
    if cut and (paths := not_whole(evidence, cut)):
        yield say_n(
            "{n} facility may have rows in what was not read of {paths}",
            "{n} facilities may have rows in what was not read of {paths}",
            n=len(cut),
            paths=few(paths, 3),
        )
    elif cut:
        yield say_n(
            "{n} facility may have rows in an input that was cut off or could not be opened",
            "{n} facilities may have rows in an input that was cut off or could not be opened",
            n=len(cut),
        )
    unreadable = sum(seat.tally.unreadable for seat, _ in places)
    if unreadable and evidence.silence == "unknown":
        yield say_n(
            "{n} row of these facilities could not be read",
            "{n} rows of these facilities could not be read",
            n=unreadable,
        )
    probable = sum(seat.tally.probable or 0 for seat, _ in places)
    if probable and evidence.silence == "unknown":
        yield say_n(
            "{n} roster key probably received under another id",
            "{n} roster keys probably received under another id",
            n=probable,
        )
    if moved := sum(seat.tally.moved for seat, _ in places):
        yield say_n(
            "{n} roster key received under the name of its facility, on days that count for its successor",
            "{n} roster keys received under the name of their facility, on days that count for its successor",
            n=moved,
        )


def _open_by_holes(verdict: Verdict) -> Iterable[Said]:
    """At other levels than records a hole may hit a record of any unit, so how many they hit is not one number."""
    spoiled, rescued = records(verdict.spoiled), records(verdict.rescued)
    if verdict.claim.level != "records":
        if verdict.holes:
            yield say_n(
                "{n} row that could not be read may belong to records of any of them",
                "{n} rows that could not be read may belong to records of any of them",
                n=verdict.holes,
            )
    elif verdict.spoiled and verdict.rescued:
        yield say_n(
            "{n} row that could not be read may spoil {spoiled} or mend {rescued}",
            "{n} rows that could not be read may spoil {spoiled} or mend {rescued}",
            n=verdict.holes,
            spoiled=spoiled,
            rescued=rescued,
        )
    elif verdict.spoiled:
        yield say_n(
            "{n} row that could not be read may spoil {spoiled}",
            "{n} rows that could not be read may spoil {spoiled}",
            n=verdict.holes,
            spoiled=spoiled,
        )
    elif verdict.rescued:
        yield say_n(
            "{n} row that could not be read may mend {rescued}",
            "{n} rows that could not be read may mend {rescued}",
            n=verdict.holes,
            rescued=rescued,
        )


# ------------------------------------------------------------------------------------------------ in one sentence
def sentence(verdict: Verdict, unit: str) -> Said:
    """The verdict in one sentence, with its wording in full and its counts. Its value ``verdict`` is the wording.

    >>> from fractions import Fraction
    >>> from recaudit.counted import Bounds
    >>> from recaudit.model import Claim
    >>> claim = Claim("c", "health", "complete", Fraction(1))
    >>> str(sentence(Verdict(claim, "refuted", "refuted", Bounds(3, 5, 9)), "encounter"))
    'refuted: between 3 and 5 of 9 expected encounters reach complete'
    """
    claim, low, high = verdict.claim, verdict.bounds.low, verdict.bounds.high
    said = {"verdict": wording(verdict.wording)}
    if low is None and high is None:
        return _unbounded(verdict, unit, said)
    total = verdict.bounds.total or 0
    said["units"] = expected_units(unit if claim.level == "records" else claim.level, total)
    if claim.each == "any":  # whatever the rung
        return _of_any(low or 0, total if high is None else high, {**said, "unit": unit_in_words(unit)})
    said["rung"] = named(claim.rung)
    if low is None:
        return say("{verdict}: at most {high} of {units} reach {rung}", high=high or 0, **said)
    if high is None:
        return say("{verdict}: at least {low} of {units} reach {rung}", low=low, **said)
    if low == high:
        return say("{verdict}: {low} of {units} reach {rung}", low=low, **said)
    return say("{verdict}: between {low} and {high} of {units} reach {rung}", low=low, high=high, **said)


def _unbounded(verdict: Verdict, unit: str, said: dict[str, Said]) -> Said:
    claim = verdict.claim
    if verdict.counterexamples:
        short = units(unit, verdict.counterexamples)
        return say("{verdict}: at least {units} fall short of {rung}", units=short, rung=named(claim.rung), **said)
    if claim.level == "facilities":
        return say("{verdict}: the number of facilities is not known", **said)
    if claim.level == "areas":
        return say("{verdict}: the number of areas is not known", **said)
    return say("{verdict}: the number of expected records is not known", **said)


def _of_any(low: int, high: int, said: dict[str, Said]) -> Said:
    if low == high:
        return say("{verdict}: {low} of {units} have at least one received {unit}", low=low, **said)
    return say(
        "{verdict}: between {low} and {high} of {units} have at least one received {unit}", low=low, high=high, **said
    )
