"""What follows from several rows of a card, written from the meaning of the rules: averages, levels, promotion, age."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from recaudit.model import State
from recaudit.synth.cells import NULL, UNKNOWN, Cell, value
from recaudit.synth.education.cards import key
from recaudit.synth.education.subjects import Plan
from recaudit.synth.education.tables import UNIT
from recaudit.synth.questions import agree, pair
from recaudit.synth.sector import Received, States
from recaudit.synth.world import Row

RESULTS, TRAITS = "rc_subject_results", "rc_traits"
SECONDARY = ("6", "7", "8", "9", "10", "11", "12")
PRIMARY = ("1", "2", "3", "4", "5")
LEVELS = {"1": "Tốt", "2": "Khá", "3": "Đạt", "4": "Chưa đạt"}
CODES = {word.lower(): code for code, name in LEVELS.items() for word in (code, name)}
TITLES = {"học sinh xuất sắc": "excellent", "học sinh giỏi": "good"}
FAILED, PASSED = ("CĐ", "Chưa đạt"), ("Đ", "Đạt")
MOST_ABSENT = 45
PROMOTED = ("promoted", "promoted_after_retest", "completed_level")
_FINISHED = ("none", "generated", "subject_signed", "homeroom_signed", "principal_signed", "released", "submitted")


def average(first: Decimal, second: Decimal) -> Decimal:
    """The year's score, one decimal, half up."""
    return ((first + 2 * second) / 3).quantize(Decimal("0.1"), ROUND_HALF_UP)


class Tops(NamedTuple):
    """What the learning level rests on: scores of the year, and how many subjects without a score were failed."""

    scores: tuple[Decimal, ...]
    failed: int

    def at(self, limit: str) -> int:
        return sum(score >= Decimal(limit) for score in self.scores)

    def below(self, limit: str) -> int:
        return len(self.scores) - self.at(limit)


def learning(tops: Tops) -> str:
    """The code of the level, TT 22/2021 Art. 9."""
    level = 4
    if tops.failed == 0 and tops.below("6.5") == 0 and tops.at("8.0") >= 6:
        level = 1
    elif tops.failed == 0 and tops.below("5.0") == 0 and tops.at("6.5") >= 6:
        level = 2
    elif tops.failed <= 1 and tops.below("3.5") == 0 and tops.at("5.0") >= 6:
        level = 3
    for place, least, some in ((1, "6.5", "8.0"), (2, "5.0", "6.5")):
        if level - place >= 2 and tops.failed + tops.below(least) == 1 and tops.at(some) >= 6:
            return f"{level - 1}"
    return f"{level}"


def conduct(first: str, second: str) -> str:
    """The code of the year's conduct from those of the terms, TT 22/2021 Art. 8."""
    if second == "1":
        return "1" if first in "12" else "2"
    if second == "2":
        return "2" if first in "123" else "3"
    if second == "3":
        return "2" if first == "1" else "3"
    return "4"


def title(level: str, of_conduct: str, tops: Tops) -> str:
    if (level, of_conduct) != ("1", "1"):
        return "untitled"
    return "excellent" if tops.at("9.0") >= 6 else "good"


# ------------------------------------------------------------------------------------------------ cells
def _merged(cells: Iterable[Cell], otherwise: Cell = NULL) -> Cell:
    """What several rows say together; ``otherwise`` without one, not known where they differ."""
    found = {(cell.state, cell.text if cell.filled else "", cell.reason): cell for cell in cells}
    return otherwise if not found else next(iter(found.values())) if len(found) == 1 else UNKNOWN


def _made(parts: Iterable[Cell], make: Callable[[], str]) -> Cell:
    """What is made of several cells, where all of them have a value."""
    cells = list(parts)
    if any(cell.state == "unknown" for cell in cells):
        return UNKNOWN
    return value(make()) if all(cell.filled for cell in cells) else NULL


def _in_grades(card: Row, grades: tuple[str, ...], cell: Cell) -> Cell:
    grade = card["gradeLevel"]
    return UNKNOWN if not grade.filled else cell if grade.text in grades else NULL


def coded(cell: Cell) -> Cell:
    """A level by its code; what is no level stays as it is."""
    return value(CODES.get(cell.text.lower(), cell.text)) if cell.filled else cell


def same(one: Cell, other: Cell) -> State:
    return pair(one, other, holds=lambda: agree(one.text == other.text))


def _at_least(one: Cell, other: Cell) -> State:
    return pair(one, other, holds=lambda: agree(Decimal(one.text) >= Decimal(other.text)))


# ------------------------------------------------------------------------------------------------ a card's results
class Results:
    """The results of one card by subject. ``open``: some may be unread, or do not say what they are of."""

    def __init__(self, card: Row, record: Received, plan: Plan) -> None:
        rows = record.on[card][RESULTS]
        self.card, self.plan = card, plan
        said = all(row["subjectCode"].filled and row["periodCode"].filled for row in rows)
        self.open = not (card["reportCardId"].filled and record.seen[RESULTS].whole and said)
        self.subjects: dict[str, list[Row]] = {}
        for row in rows:
            if row["subjectCode"].filled and row["periodCode"].filled:
                self.subjects.setdefault(row["subjectCode"].text, []).append(row)

    def cell(self, subject: str, period: str, column: str) -> Cell:
        rows = [row for row in self.subjects[subject] if row["periodCode"].text == period]
        return _merged((row[column] for row in rows), UNKNOWN if self.open else NULL)

    def years(self) -> Iterator[States]:
        """One row a subject, and one of which nothing is known where some may be unread."""
        for subject in self.subjects:
            first, second, year = (self.cell(subject, period, "score") for period in ("HK1", "HK2", "Y"))
            computed = _made((first, second), lambda a=first, b=second: str(average(Decimal(a.text), Decimal(b.text))))  # type: ignore[misc]
            computed = _in_grades(self.card, SECONDARY, computed)
            state = pair(year, computed, holds=lambda a=year, b=computed: agree(Decimal(a.text) == Decimal(b.text)))  # type: ignore[misc]
            yield {"grd-07-year": state}
        if self.open:
            yield {"grd-07-year": "not_assessable"}

    def tops(self) -> Tops | Cell:
        """What the levels of the year rest on; NULL where a part of it is absent, UNKNOWN where nobody knows."""
        scores: list[Decimal] = []
        failed, absent, unknown = 0, not self.subjects, self.open
        grade = self.card["gradeLevel"]
        for subject in self.subjects:
            kind, score, level = (self.cell(subject, "Y", name) for name in ("assessmentType", "score", "level"))
            by_level = kind.text == "pass_fail"
            asked = score if kind.text == "score" else level if by_level else value("")
            unknown |= kind.filled and kind.text not in ("score", "pass_fail", "level", "comment")
            unknown |= kind.state == "unknown" or (kind.filled and asked.state == "unknown")
            absent |= not kind.filled or (not asked.filled and asked.state != "reason")
            if asked.filled and kind.text == "score":
                scores.append(Decimal(score.text))
            elif asked.filled and by_level:
                failed += level.text in FAILED
                unknown |= level.text not in (*FAILED, *PASSED)
        for due in self.plan.get(grade.text, ()) if grade.filled else ():
            asked_for = due.requirement == "compulsory" and "Y" in due.due and due.assessment != "comment"
            absent |= asked_for and due.code not in self.subjects
        return UNKNOWN if unknown else NULL if absent else Tops(tuple(scores), failed)


# ------------------------------------------------------------------------------------------------ the card
def levels(card: Row, record: Received, plan: Plan) -> Iterator[States]:
    """What the Vietnamese rules say of one card: first its subjects, then the card as a whole."""
    results = Results(card, record, plan)
    yield from results.years()
    tops = results.tops()
    known = value("") if isinstance(tops, Tops) else tops
    sure = tops if isinstance(tops, Tops) else Tops((), 0)
    level, of_conduct = coded(card["overallLevel"]), coded(card["conductLevel"])
    computed = _in_grades(card, SECONDARY, _made((known,), lambda: learning(sure)))
    said = _in_grades(card, SECONDARY, level)
    named = card["award"]
    award = value(TITLES[named.text.lower()]) if named.text.lower() in TITLES else NULL if named.filled else named
    due = _made((level, of_conduct, known), lambda: title(level.text, of_conduct.text, sure))
    yield {
        "grd-10-level": _gap(said, computed),
        "grd-10-near": same(said, computed),
        "grd-14-award": same(_in_grades(card, SECONDARY, award), _in_grades(card, SECONDARY, due)),
        **_promotion(card, level, of_conduct, known, sure),
        **_age(card, record),
    }


def _gap(said: Cell, computed: Cell) -> State:
    if said.filled and said.text not in LEVELS and computed.state != "unknown":
        return "not_applicable"
    return pair(said, computed, holds=lambda: agree(abs(int(said.text) - int(computed.text)) <= 1))


def _promotion(card: Row, level: Cell, of_conduct: Cell, known: Cell, tops: Tops) -> States:
    decision, days = card["decision"], (card["daysAbsentExcused"], card["daysAbsentUnexcused"])
    absence = _made(days, lambda: str(sum(Decimal(one.text) for one in days)))
    limit = _in_grades(card, SECONDARY, value(f"{MOST_ABSENT}"))
    good = _made(
        (level, of_conduct, absence),
        lambda: (
            "yes" if level.text in "123" and of_conduct.text in "123" and Decimal(absence.text) <= MOST_ABSENT else "no"
        ),
    )
    good = _in_grades(card, SECONDARY, good)
    poor = any(score < 5 for score in tops.scores)
    complete = _in_grades(card, PRIMARY, _made((known,), lambda: "no" if tops.failed or poor else "yes"))
    held_back = agree(decision.text not in ("retained", "pending_retest"))
    return {
        "pro-02-absence": _asked(limit, decision, ("promoted",), lambda: _at_least(limit, absence)),
        "pro-02-promotable": "not_assessable"
        if good.state == "unknown"
        else pair(decision, holds=lambda: held_back)
        if good.text == "yes"
        else "not_applicable",
        "pro-02-primary": _asked(
            complete, decision, ("promoted", "completed_level"), lambda: agree(complete.text == "yes")
        ),
    }


def _asked(there: Cell, decision: Cell, words: tuple[str, ...], holds: Callable[[], State]) -> State:
    """A rule that asks only where a cell has a value, and of these decisions."""
    if (decision.filled and decision.text not in words) or (not there.filled and there.state != "unknown"):
        return "not_applicable"
    return holds() if decision.filled and there.filled else "not_assessable"


def _age(card: Row, record: Received) -> States:
    rows = record.named["demographics"]
    born = _merged(row["birthDate"] for row in rows) if rows else UNKNOWN
    born = UNKNOWN if born.filled and len(born.text) < 10 else born
    year, grade = card["schoolYear"], card["gradeLevel"]

    def years() -> str:
        return str(int(year.text) - 1 - int(born.text[:4]) - (born.text[5:] > "09-01"))

    age = _made((born, year), years)
    usual = int(grade.text) + 5 if grade.filled and grade.text in (*PRIMARY, *SECONDARY) else None
    none = NULL if grade.filled else UNKNOWN
    least, most = (none if usual is None else value(f"{usual + more}") for more in (-1, 4))
    return {"dat-02-young": _at_least(age, least), "dat-02-old": _at_least(most, age)}


def of_terms(card: Row, record: Received, plan: Plan) -> list[States]:
    """The year's conduct, from the terms among the card's traits."""
    rows = record.on[card][TRAITS]
    said = all(row["traitCode"].filled and row["periodCode"].filled for row in rows)
    whole = card["reportCardId"].filled and record.seen[TRAITS].whole and said
    terms = []
    for period in ("HK1", "HK2"):
        of = [row for row in rows if (row["traitCode"].text, row["periodCode"].text) == ("conduct", period)]
        cell = coded(_merged((row["level"] for row in of), NULL if whole else UNKNOWN))
        terms.append(NULL if cell.filled and cell.text not in LEVELS else cell)
    first, second = terms
    year = _in_grades(card, SECONDARY, _made(terms, lambda: conduct(first.text, second.text)))
    return [{"grd-11-conduct": same(_in_grades(card, SECONDARY, coded(card["conductLevel"])), year)}]


def before(card: Row, record: Received, plan: Plan) -> list[States]:
    """What the learner's cards of earlier years say of this one."""
    student, year = card["studentSourcedId"].text, int(card["schoolYear"].text)

    def of(number: int) -> list[Row]:
        rows = record.by_id.get((record.key[0], UNIT, key(student, number)), ())
        return [row for row in rows if row["stage"].filled and row["stage"].text in (*_FINISHED, "recalled")]

    whole = all(record.seen[UNIT]) and not any(_may_be_earlier(row, student, year) for row in record.lost)
    missing = NULL if whole else UNKNOWN
    prior = of(year - 1)
    grade, decision = (_merged(row[name] for row in prior) if prior else missing for name in ("gradeLevel", "decision"))
    following = value(str(int(grade.text) + 1)) if grade.filled else grade
    earlier = [number for number in range(year - 12, year) if of(number)]
    years = (value(f"{len(earlier)}"), value(f"{year - min(earlier)}")) if earlier and whole else (missing, missing)
    mine = card["gradeLevel"]
    return [
        {
            "pro-03-promoted": _asked(decision, decision, PROMOTED, lambda: same(mine, following)),
            "pro-03-retained": _asked(decision, decision, ("retained",), lambda: same(mine, grade)),
            "pro-06-history": same(*years),
        }
    ]


def _may_be_earlier(row: Row, student: str, year: int) -> bool:
    """Of a card that does not say what it is: may it be the learner's, of a year before?"""
    of, at, stage = row["studentSourcedId"], row["schoolYear"], row["stage"]
    gone = stage.filled and stage.text == "cancelled"
    return not gone and (not of.filled or of.text == student) and (not at.filled or int(at.text) < year)
