"""What was counted, set against what was expected: one facility's place on the ladder (SCORING section 2)."""

from __future__ import annotations

from recaudit.counted import Ladder, RuleCount, Standing, Tally
from recaudit.model import RUNGS, Excused, Expected, Silence


def climb(expected: Expected, tally: Tally, silence: Silence = "unknown", excused: Excused = "unmet") -> Ladder:
    """The facility's records, each in exactly one of reached, short, unknown at every rung.

    The denominator is the roster's length; in count mode the count, or what was received where that is more.
    Without an expected number ``expected`` is None and the rungs are of what was received, readable or not. A
    facility that sent nothing keeps its expected records: unknown, or missing when ``silence`` says so. A key probably
    received under another one is not certainly missing; nor is one that came, but on a day of its successor: that was
    handed in, whatever ``silence`` says of what was not.

    >>> climb(Expected("a", "count", 3), Tally("a")).rungs["received"]
    Standing(reached=0, short=0, unknown=3)
    >>> climb(Expected("a", "count", 3), Tally("a"), silence="missing").rungs["complete"]
    Standing(reached=0, short=3, unknown=0)
    """
    received = tally.matched
    perhaps = tally.unreadable if silence == "unknown" else 0  # unreadable rows that may be records of their own
    probable = tally.probable or 0  # unexpected records that may be those of the roster under another key
    counted = expected.basis == "count"
    number = expected.number or 0
    total = number if expected.basis == "roster" else max(number, received + perhaps)
    over_reported = counted and received + perhaps > number
    all_read = tally.to_the_end and tally.read > 0

    gap = total - received
    may_exist = min(perhaps + probable + tally.moved, gap) if all_read else gap
    not_known = min(tally.moved, gap) if silence == "missing" else may_exist
    not_received = Standing(0, gap - not_known, not_known)

    judged = tally.received.get(excused, {})
    rungs = {rung: judged.get(rung, Standing()) + not_received for rung in RUNGS[1:]}
    if tally.read == 0 and number > 0:
        status = "silent"
    else:
        status = "partial" if not tally.to_the_end or tally.unreadable or tally.damaged else "ok"
    return Ladder(
        facility=expected.facility,
        basis=expected.basis,
        covers=expected.covers,
        expected=None if expected.number is None else total,
        rungs={"received": Standing(received, 0, 0) + not_received, **rungs},
        missing=gap - not_known,
        over_reported=over_reported,
        floor=counted and (over_reported or expected.covers == "subset"),
        all_read=all_read,
        status=status,  # type: ignore[arg-type]  # mypy widens the two assignments above to str
        doubted=expected.doubted,
    )


def nothing_there(expected: Expected, ladder: Ladder) -> bool:
    """Whether nothing has to be listed of a facility: its roster is empty; or a count says 0 of all its records, no row
    exceeds it, and no other source names any. A count of a part, or none at all: no."""
    firm = ladder.covers == "all" and not (ladder.floor or ladder.over_reported or expected.disputed)
    return ladder.expected == 0 and (firm or ladder.basis == "roster")


def is_unit(ladder: Ladder) -> bool:
    """Has it anything to be judged by? Where nothing was expected and nothing received, only if that 0 is no more than
    a floor or another source says more.

    >>> [is_unit(climb(Expected("a", "count", number), Tally("a"))) for number in (0, 1)]
    [False, True]
    """
    return ladder.expected != 0 or ladder.covers == "subset" or ladder.doubted


def received_rule(ladder: Ladder) -> RuleCount:
    """The built-in rule ``received``: what is missing is unmet, what may still exist is not assessable.

    Its ``solo`` is 0: a record that was not received has no cell that could be repaired.
    """
    at = ladder.rungs["received"]
    return RuleCount(met=at.reached, unmet=at.short, not_assessable=at.unknown)
