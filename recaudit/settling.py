"""What would settle an open claim, and the least that would make a refuted one true; in words, with counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from recaudit.counted import Ladder, Verdict
from recaudit.said import Said, Value, few, say, say_n
from recaudit.terms import expected_units, named
from recaudit.verdicts import Evidence, Seat

Places = Sequence[tuple[Seat, Ladder]]


def settling(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[Said]:
    """What would settle an open claim; of a refuted one, the least it would take to make it true."""
    claim = verdict.claim
    if not places:
        yield say("a scope that names facilities of the register")
    elif claim.rung not in evidence.ruled:
        yield say("records that a required rule of rung {rung} applies to", rung=named(claim.rung))
    elif verdict.word == "refuted":
        yield _takes(verdict, places)
    elif verdict.word == "unverifiable":
        yield from _settle(verdict, evidence, places)
        if claim.level == "records":
            yield from _how_many(verdict, evidence, places)


def _takes(verdict: Verdict, places: Places) -> Said:
    claim, bounds = verdict.claim, verdict.bounds
    lacking = verdict.counterexamples
    if bounds.high is not None and bounds.total:
        lacking = _due(claim.target, bounds.total) - bounds.high
    if claim.level != "records":
        fallen = expected_units(claim.level, lacking)
        return say("at least {units} of those that fall short repaired", units=fallen)
    if any(ladder.missing for _, ladder in places):
        return say_n(
            "at least {n} record of those that are short submitted or repaired",
            "at least {n} records of those that are short submitted or repaired",
            n=lacking,
        )
    return say_n(
        "at least {n} record of those that are short repaired",
        "at least {n} records of those that are short repaired",
        n=lacking,
    )


def _how_many(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[Said]:
    """How the open records would have to turn out; said only where these alone keep the claim open, and where not
    simply all of them would have to."""
    claim, bounds = verdict.claim, verdict.bounds
    if bounds.low is None or bounds.high is None or not bounds.total:
        return
    open_, due = bounds.high - bounds.low, _due(claim.target, bounds.total) - bounds.low
    if 0 < due < open_ and evidence.dated and all(ladder.basis == "roster" for _, ladder in places):
        yield say(
            "{due} of the {open} records that are open shown to reach {rung}; {other} shown not to refute it",
            due=due,
            open=open_,
            rung=named(claim.rung),
            other=open_ - due + 1,
        )


def _due(target: Fraction, total: int) -> int:
    """How many of the total the target asks for: a whole number, rounded up."""
    return -(-target.numerator * total // target.denominator)


def _settle(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[Said]:
    if astray := uncertain_ids(places):
        yield say("the area of {names}, in the register", names=few(astray))
    places = [place for place in places if not place[0].stand_in]
    silent = [(seat, ladder) for seat, ladder in places if ladder.status == "silent"]
    if silent:
        yield say_n(
            "exports of {names}: {n} record expected of them",
            "exports of {names}: {n} records expected of them",
            n=sum(ladder.expected or 0 for _, ladder in silent),
            names=names_of([seat for seat, _ in silent]),
        )
    if unsaid := quiet(places):
        yield say("exports of {names}, or a source that says that nothing was due of them", names=names_of(unsaid))
    cut = any(ladder.status != "silent" and not seat.tally.to_the_end for seat, ladder in places)
    open_ = unjudged(verdict, places)
    if paths := not_whole(evidence, [seat for seat, _ in places]) if cut or open_ else []:
        yield say("{paths}, handed in whole", paths=few(paths))
    elif cut:
        yield say("the inputs that were cut off, exported again to the end")
    lines = sum(seat.tally.unreadable for seat, _ in places) + verdict.holes
    if lines:
        yield say_n(
            "{n} row that could not be read, exported again",
            "{n} rows that could not be read, exported again",
            n=lines,
        )
    yield from _corrected(verdict, evidence, places)
    if not evidence.dated:
        yield say("source and date of the register, in the plan")
    if open_:
        yield say_n(
            "the tables and values that {n} record lacks for a judgement at {rung}",
            "the tables and values that {n} records lack for a judgement at {rung}",
            n=open_,
            rung=named(verdict.claim.rung),
        )


def _corrected(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[Said]:
    """What keys, facilities and lists would have to say."""
    probable = [seat for seat, _ in places if seat.tally.probable]
    if probable and evidence.silence == "unknown":
        yield say_n(
            "the id of {n} roster key of {names}, corrected in the export or the roster",
            "the ids of {n} roster keys of {names}, corrected in the export or the roster",
            n=sum(seat.tally.probable or 0 for seat in probable),
            names=names_of(probable),
        )
    if moved := [seat for seat, _ in places if seat.tally.moved]:
        yield say(
            "lists of {names} and its successors on which each record stands where its day counts",
            names=names_of(moved),
        )
    if evidence.unattributed:
        yield say_n(
            "the facility of {n} row that names none the register knows",
            "the facility of {n} rows that name none the register knows",
            n=evidence.unattributed,
        )
    no_roster = [seat for seat, ladder in places if ladder.basis != "roster"]
    if no_roster and verdict.claim.each != "any":  # one record is there whatever else should be
        yield say("rosters of {names}", names=names_of(no_roster))
    if doubted := [seat for seat, ladder in places if ladder.doubted]:
        yield say("an expected number on which the sources agree, of {names}", names=names_of(doubted))


# ------------------------------------------------------------------------------------------------ whom it is about
def uncertain_ids(places: Places) -> list[str]:
    """Facilities that may lie in the claim's scope or elsewhere."""
    return sorted({seat.facility.id for seat, _ in places if seat.stand_in})


def quiet(places: Places) -> list[Seat]:
    """Facilities that sent no row and of which nobody said what was expected: neither silent nor empty."""
    return [seat for seat, ladder in places if ladder.expected is None and not seat.tally.read]


def unjudged(verdict: Verdict, places: Places) -> int:
    """Records that were received, and of which nobody knows whether they reach the claim's rung."""
    return sum(ladder.rungs[verdict.claim.rung].unknown - ladder.rungs["received"].unknown for _, ladder in places)


def not_whole(evidence: Evidence, seats: Sequence[Seat]) -> list[str]:
    """Inputs that were not read to their end and may hold rows of these facilities."""
    of = {None, *(seat.facility.id for seat in seats)}
    return sorted(path for facility, path in evidence.not_whole if facility in of)


def names_of(seats: Sequence[Seat]) -> Value:
    return few([seat.facility.id for seat in seats])
