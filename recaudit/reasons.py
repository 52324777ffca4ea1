"""Why a verdict is what it is, and what would settle it: in words, with counts that anybody can follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from recaudit.model import Ladder, Level, Verdict
from recaudit.verdicts import Evidence, Seat, in_scope, unit_of


def few(names: Sequence[str], most: int = 5) -> str:
    """
    >>> few(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    named = ", ".join(names[:most])
    return named if len(names) <= most else f"{named} and {len(names) - most} more"


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
        would_settle=tuple(_settling(verdict, inside, places)),
    )


Places = Sequence[tuple[Seat, Ladder]]


def _reasons(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[str]:
    claim, bounds = verdict.claim, verdict.bounds
    if not places:
        yield "no facility of the register is in the claim's scope"
        return
    if claim.rung not in evidence.ruled:
        yield f"no required rule of rung {claim.rung} applied to any record that was received"
        return
    if verdict.word == "refuted":
        yield from _refuting(verdict, places)
        return
    if verdict.word == "confirmed" and claim.level != "records":
        yield f"{bounds.low} of {bounds.total} {claim.level} keep the promise inside"
        return
    if verdict.word == "confirmed":
        yield f"{_facilities(len(places))} in scope, {_sources(verdict.wording)}"
        more = [
            seat for seat, ladder in places if any(one.number > (ladder.expected or 0) for one in seat.expected.said)
        ]
        if more:  # the plan says which source decides, and says so in public
            yield f"another source expects more of {_facilities(len(more))} than the one that decides: {_names(more)}"
        return
    if uncertain := _uncertain(places):
        where = "in one of several areas" if claim.level == "areas" else "in it"
        yield f"{_facilities(len(uncertain))} whose area is not certain may lie {where}: {few(uncertain)}"
    places = [place for place in places if not place[0].stand_in]
    if bounds.total == 0:
        yield "nothing was expected and nothing was received"
    yield from _unreceived(evidence, places)
    if quiet := _quiet(places):
        yield f"{_facilities(len(quiet))} sent nothing, and nobody said what was expected of them: {_names(quiet)}"
    without_number = [seat for seat, ladder in places if ladder.expected is None and seat.tally.read]
    if without_number:
        yield f"{_facilities(len(without_number))} without an expected number: {_names(without_number)}"
    counted = [seat for seat, ladder in places if ladder.basis == "count" and not ladder.floor]
    if counted:
        yield f"{_facilities(len(counted))} with a count but no roster: extra records could hide missing ones"
    subset = [seat for seat, ladder in places if ladder.floor and not ladder.over_reported]
    if subset:
        yield f"{_facilities(len(subset))} whose expected number covers only part of the records"
    over = [seat for seat, ladder in places if ladder.over_reported]
    if over:
        yield f"{_facilities(len(over))} with more records than expected: the expected number was too low"
    doubted = [seat for seat, ladder in places if ladder.doubted]
    if doubted:
        words = f"{_facilities(len(doubted))} of which another source expects more than the one that decides"
        yield f"{words}: {_names(doubted)}"
    if evidence.unattributed and evidence.silence == "unknown":
        yield f"{_rows(evidence.unattributed)} of no known facility may belong to records that are missing"
    yield from _open_by_holes(verdict)
    open_ = sum(ladder.rungs[claim.rung].unknown - ladder.rungs["received"].unknown for _, ladder in places)
    if open_:
        yield f"{_records(open_)} received could not be judged at {claim.rung}"
    if not evidence.dated:
        yield "the register does not name its source and date"


def _uncertain(places: Places) -> list[str]:
    """Facilities that may lie in the claim's scope or elsewhere."""
    return sorted({seat.facility.id for seat, _ in places if seat.stand_in})


def _quiet(places: Places) -> list[Seat]:
    """Facilities that sent no row and of which nobody said what was expected: neither silent nor empty."""
    return [seat for seat, ladder in places if ladder.expected is None and not seat.tally.read]


def _refuting(verdict: Verdict, places: Places) -> Iterable[str]:
    claim, bounds = verdict.claim, verdict.bounds
    if claim.level != "records":
        yield f"{_units(len(verdict.fallen), claim.level)} known to fall short: {few(verdict.fallen)}"
        return
    short = sum(ladder.rungs[claim.rung].short for _, ladder in places)
    missing = sum(ladder.missing for _, ladder in places)
    yield f"{_records(short)} known to be short of {claim.rung}, {missing} of them missing"
    if 0 < verdict.counterexamples < short:
        yield f"{verdict.counterexamples} of them whatever the rows that are open turn out to be"
    if bounds.high is not None and bounds.total:
        yield f"if all that is open were good, {bounds.high} of {bounds.total} would reach it"


def _unreceived(evidence: Evidence, places: Places) -> Iterable[str]:
    silent = [(seat, ladder) for seat, ladder in places if ladder.status == "silent"]
    if silent:
        expected = sum(ladder.expected or 0 for _, ladder in silent)
        seats = [seat for seat, _ in silent]
        yield f"{_facilities(len(silent))} sent nothing, {_records(expected)} expected of them: {_names(seats)}"
    cut = [seat for seat, ladder in places if ladder.status != "silent" and not seat.tally.to_the_end]
    if cut:
        paths = _not_whole(evidence, cut)
        what = f"that {few(paths, 3)} {'lacks' if len(paths) == 1 else 'lack'}"
        what = what if paths else "in an input that was cut off or could not be opened"
        yield f"{_facilities(len(cut))} may have rows {what}"
    unreadable = sum(seat.tally.unreadable for seat, _ in places)
    if unreadable and evidence.silence == "unknown":
        yield f"{_rows(unreadable)} of these facilities could not be read"
    probable = sum(seat.tally.probable or 0 for seat, _ in places)
    if probable and evidence.silence == "unknown":
        yield f"{_keys(probable)} probably received under another id"
    if moved := sum(seat.tally.moved for seat, _ in places):
        yield f"{_keys(moved)} received under the name of their facility, on days that count for its successor"


def _not_whole(evidence: Evidence, seats: Sequence[Seat]) -> list[str]:
    """Inputs that were not read to their end and may hold rows of these facilities."""
    of = {None, *(seat.facility.id for seat in seats)}
    return sorted(path for facility, path in evidence.not_whole if facility in of)


def _open_by_holes(verdict: Verdict) -> Iterable[str]:
    """At other levels than records a hole may hit a record of any unit, so how many they hit is not one number."""
    rows = f"{_rows(verdict.holes)} that could not be read"
    if verdict.holes and verdict.claim.level != "records":
        yield f"{rows} may belong to records of any of them"
        return
    hits = [("spoil", verdict.spoiled), ("mend", verdict.rescued)]
    if may := " or ".join(f"{what} {_records(number)}" for what, number in hits if number):
        yield f"{rows} may {may}"


def _settling(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[str]:
    """What would settle an open claim; of a refuted one, the least it would take to make it true."""
    claim = verdict.claim
    if not places:
        yield "a scope that names facilities of the register"
    elif claim.rung not in evidence.ruled:
        yield f"records that a required rule of rung {claim.rung} applies to"
    elif verdict.word == "refuted":
        yield from _takes(verdict, places)
    elif verdict.word == "unverifiable":
        yield from _settle(verdict, evidence, places)
        if claim.level == "records":
            yield from _how_many(verdict, evidence, places)


def _takes(verdict: Verdict, places: Places) -> Iterable[str]:
    claim, bounds = verdict.claim, verdict.bounds
    lacking = verdict.counterexamples
    if bounds.high is not None and bounds.total:
        lacking = _due(claim.target, bounds.total) - bounds.high
    if claim.level != "records":
        yield f"at least {_units(lacking, claim.level)} of those that fall short repaired"
        return
    missing = sum(ladder.missing for _, ladder in places)
    what = "submitted or repaired" if missing else "repaired"
    yield f"at least {_records(lacking)} of those that are short {what}"


def _how_many(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[str]:
    """How the open records would have to turn out; said only where these alone keep the claim open, and where not
    simply all of them would have to."""
    claim, bounds = verdict.claim, verdict.bounds
    if bounds.low is None or bounds.high is None or not bounds.total:
        return
    open_, due = bounds.high - bounds.low, _due(claim.target, bounds.total) - bounds.low
    if 0 < due < open_ and evidence.dated and all(ladder.basis == "roster" for _, ladder in places):
        reach = f"{due} of the {_records(open_)} that are open shown to reach {claim.rung}"
        yield f"{reach}; {open_ - due + 1} shown not to refute it"


def _due(target: Fraction, total: int) -> int:
    """How many of the total the target asks for: a whole number, rounded up."""
    return -(-target.numerator * total // target.denominator)


def _settle(verdict: Verdict, evidence: Evidence, places: Places) -> Iterable[str]:
    claim = verdict.claim
    if uncertain := _uncertain(places):
        yield f"the area of {few(uncertain)}, in the register"
    places = [place for place in places if not place[0].stand_in]
    silent = [(seat, ladder) for seat, ladder in places if ladder.status == "silent"]
    if silent:
        due = sum(ladder.expected or 0 for _, ladder in silent)
        yield f"exports of {_names([seat for seat, _ in silent])}: {_records(due)} expected of them"
    if quiet := _quiet(places):
        yield f"exports of {_names(quiet)}, or a source that says that nothing was due of them"
    cut = any(ladder.status != "silent" and not seat.tally.to_the_end for seat, ladder in places)
    open_ = sum(ladder.rungs[claim.rung].unknown - ladder.rungs["received"].unknown for _, ladder in places)
    if paths := _not_whole(evidence, [seat for seat, _ in places]) if cut or open_ else []:
        yield f"{few(paths)}, handed in whole"
    elif cut:
        yield "the inputs that were cut off, exported again to the end"
    lines = sum(seat.tally.unreadable for seat, _ in places) + verdict.holes
    if lines:
        yield f"{_rows(lines)} that could not be read, exported again"
    probable = [seat for seat, _ in places if seat.tally.probable]
    if probable and evidence.silence == "unknown":
        number = sum(seat.tally.probable or 0 for seat in probable)
        yield f"the ids of {_keys(number)} of {_names(probable)}, corrected in the export or the roster"
    if moved := [seat for seat, _ in places if seat.tally.moved]:
        yield f"lists of {_names(moved)} and its successors on which each record stands where its day counts"
    if evidence.unattributed:
        yield f"the facility of {_rows(evidence.unattributed)} that name none the register knows"
    no_roster = [seat for seat, ladder in places if ladder.basis != "roster"]
    if no_roster and claim.each != "any":  # one record is there whatever else should be
        yield f"rosters of {_names(no_roster)}"
    doubted = [seat for seat, ladder in places if ladder.doubted]
    if doubted:
        yield f"an expected number on which the sources agree, of {_names(doubted)}"
    if not evidence.dated:
        yield "source and date of the register, in the plan"
    if open_:
        yield f"the tables and values that {_records(open_)} lack for a judgement at {claim.rung}"


def _sources(wording: str) -> str:
    if wording == "confirmed by count":
        return "by count: not every one has a roster, and the claim accepts that"
    return "every one with an independent roster, in a register with source and date"


def sentence(verdict: Verdict, unit: str) -> str:
    """The verdict in one sentence, with its wording in full and its counts.

    >>> from fractions import Fraction
    >>> from recaudit.model import Bounds, Claim
    >>> claim = Claim("c", "health", "complete", Fraction(1))
    >>> sentence(Verdict(claim, "refuted", "refuted", Bounds(3, 5, 9)), "encounter")
    'refuted: between 3 and 5 of 9 expected encounters reach complete'
    """
    claim, bounds = verdict.claim, verdict.bounds
    units = f"{unit.replace('_', ' ')}s"
    of = f"expected {units}" if claim.level == "records" else claim.level
    reach = f"reach {claim.rung}"
    if claim.each == "any":
        reach = f"have at least one received {units[:-1]}"  # whatever the rung
    if bounds.low is None and bounds.high is None and verdict.counterexamples:
        return f"{verdict.wording}: at least {verdict.counterexamples} {units} fall short of {claim.rung}"
    if bounds.low is None and bounds.high is None:
        return f"{verdict.wording}: the number of {of} is not known"
    if bounds.low is None:
        return f"{verdict.wording}: at most {bounds.high} of {bounds.total} {of} {reach}"
    if bounds.high is None:
        return f"{verdict.wording}: at least {bounds.low} of {bounds.total} {of} {reach}"
    if bounds.low == bounds.high:
        return f"{verdict.wording}: {bounds.low} of {bounds.total} {of} {reach}"
    return f"{verdict.wording}: between {bounds.low} and {bounds.high} of {bounds.total} {of} {reach}"


def _names(seats: Sequence[Seat]) -> str:
    return few([seat.facility.id for seat in seats])


def _units(number: int, level: Level) -> str:
    return _facilities(number) if level == "facilities" else "1 area" if number == 1 else f"{number} areas"


def _facilities(number: int) -> str:
    return "1 facility" if number == 1 else f"{number} facilities"


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"


def _keys(number: int) -> str:
    return "1 roster key" if number == 1 else f"{number} roster keys"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"
