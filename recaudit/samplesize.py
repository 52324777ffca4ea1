"""How large a sample has to be, and what it would let one say: one question, one answer, in counts and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from recaudit import planfile, statistics
from recaudit.errors import PlanError
from recaudit.lots import Lot, lot_rule
from recaudit.said import Promised, Said, say
from recaudit.statistics import per_cent

_DECIMAL: Final = re.compile(r"0?\.[0-9]{1,20}")


def share_of(text: str) -> Fraction | None:
    """``95%``, ``95 %`` or ``0.95``; None for all else, and for more than 100 %.

    >>> share_of("97.5 %"), share_of("0.05"), share_of("5"), share_of("101%")
    (Fraction(39, 40), Fraction(1, 20), None, None)
    """
    share = Fraction(text.strip()) if _DECIMAL.fullmatch(text.strip()) else planfile.per_cent(text)
    return share if share is not None and share <= 1 else None


@dataclass(frozen=True, slots=True)
class Question:
    """What a sample is for: exactly one of ``detect``, ``within`` and ``lots`` is asked.

    ``size``: of the list; None for an unlimited number. ``detect``: how many bad ones, or which share of them, it has
    to meet. ``within``: half of the interval. ``lots``: the shares good that are to be accepted, and rejected.
    ``clusters``: how many places the sample lies in; what that costs is the design effect, stated by whoever asks.
    """

    confidence: Fraction
    size: int | None = None
    detect: int | Fraction | None = None
    within: Fraction | None = None
    lots: tuple[Fraction, Fraction] | None = None
    clusters: int | None = None
    design_effect: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """``simple``: records of a simple random sample; ``drawn``: of this one, in its clusters. ``every``: that is all
    of the list. ``lot``: the rule of acceptance. ``says`` and ``not_said``: what a clean sample lets one say."""

    question: Question
    simple: int
    drawn: int
    per_cluster: int | None
    every: bool
    lot: Lot | None
    says: tuple[Said, ...]
    not_said: tuple[Said, ...]


def answered(question: Question) -> Answer:
    """Raises ``PlanError`` where no sample can do what is asked: an empty list, nothing to detect, levels too near."""
    _refuse_finer(question)
    lot = None
    if question.lots is not None:
        lot = lot_rule(*question.lots, question.confidence, question.size)
        simple = lot.drawn if lot else None
    elif question.within is not None:
        simple = statistics.to_estimate(question.within, question.confidence, question.size)
    else:
        simple = _to_detect(question)
    if simple is None:
        raise PlanError(
            say("no sample can do that"),
            where="sample plan",
            fix=say(
                "ask of a list that is not empty, for at least one bad record, or set the two levels further apart"
            ),
        )
    drawn = statistics.inflated(simple, question.design_effect)
    if question.clusters:
        drawn = ceil(Fraction(drawn, question.clusters)) * question.clusters
    every = question.size is not None and drawn >= question.size
    drawn = question.size if every and question.size is not None else drawn
    per_cluster = ceil(Fraction(drawn, question.clusters)) if question.clusters else None
    says, not_said = _sentences(question, drawn, lot)
    return Answer(question, simple, drawn, per_cluster, every, lot, tuple(says), tuple(not_said))


FINEST_WITHIN: Final = Fraction(1, 100)
FINEST_SHARE: Final = Fraction(1, 1000)
"""Below these a sample has tens of thousands of records and more, and its exact bounds take minutes."""


def _refuse_finer(question: Question) -> None:
    finer_share = isinstance(question.detect, Fraction) and question.detect < FINEST_SHARE
    if (question.within is not None and question.within < FINEST_WITHIN) or finer_share:
        raise PlanError(
            say("that needs so large a sample that looking at all is nearer"),
            where="sample plan",
            fix=say(
                "ask --within {within} or more, --detect {share} or more",
                within=per_cent(FINEST_WITHIN),
                share=per_cent(FINEST_SHARE),
            ),
        )


def _to_detect(question: Question) -> int | None:
    detect, size = question.detect, question.size
    if size is None:
        return statistics.to_detect_share(detect, question.confidence) if isinstance(detect, Fraction) else None
    bad = ceil(size * detect) if isinstance(detect, Fraction) else detect or 0
    return statistics.to_detect(bad, size, question.confidence)


def _sentences(question: Question, drawn: int, lot: Lot | None) -> tuple[list[Said], list[Said]]:
    sure = _share(question.confidence)
    worth = drawn if question.size == drawn else statistics.effective(drawn, question.design_effect)
    says, not_said = (
        list(_clean(question, drawn, worth)),
        [say("that all are good, unless all are looked at: {sure} is not certainty", sure=sure)],
    )
    if question.within is not None:
        says = [
            say(
                "whatever share of the {drawn} is good, that of the whole lies within ± {within} of the middle of its "
                "exact interval, at {sure} (two-sided)",
                drawn=drawn,
                within=_share(question.within),
                sure=sure,
            ),
            *says,
        ]
        not_said += [say("anything about a part, such as one facility: each needs a sample of its own")]
    if lot is not None and question.lots is not None:
        good, bad = question.lots
        says = [
            say("accept where at least {least} of {drawn} are good, else reject", least=lot.least, drawn=lot.drawn),
            say(
                "a lot with {good} good is rejected {wrongly} of the time, one with {bad} good is accepted {rashly} of "
                "the time",
                good=_share(good),
                wrongly=_share(1 - lot.accepts(_worst_good(good, question.size)), up=True),
                bad=_share(bad),
                rashly=_share(lot.accepts(bad), up=True),
            ),
            *says,
        ]
        not_said += [
            say(
                "that an accepted lot has {good} good: only that it is hardly at {bad} or below",
                good=_share(good),
                bad=_share(bad),
            )
        ]
    if question.clusters:
        not_said += [
            say(
                "anything where the design effect is above {effect}: it was stated, and the sample itself does not "
                "show it",
                effect=statistics.written(question.design_effect, 4),
            )
        ]
    return says, not_said


def _share(share: Fraction, *, up: bool = False) -> Promised:
    """In per cent with two decimals, rounded to the safe side."""
    return Promised(statistics.written(share, 4, up=up))


def _worst_good(good: Fraction, size: int | None) -> Fraction:
    return good if not size else Fraction(ceil(size * good), size)


def _clean(question: Question, drawn: int, worth: int) -> Iterator[Said]:
    sure = _share(question.confidence)
    if question.size is None:
        highest = statistics.highest_share(worth, 0, question.confidence)
        yield say(
            "if none of the {drawn} is bad: at least {good} are good, at {sure}",
            drawn=drawn,
            good=_share(1 - highest),
            sure=sure,
        )
        return
    bad = statistics.most_bad(question.size, worth, 0, question.confidence)
    yield say(
        "if none of the {drawn} is bad: at most {bad} of {size} are, so at least {good} are good, at {sure}",
        drawn=drawn,
        bad=bad,
        size=question.size,
        good=_share(Fraction(question.size - bad, question.size)),
        sure=sure,
    )
