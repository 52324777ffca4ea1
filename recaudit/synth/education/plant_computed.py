"""The packs that compute over a card: marks, levels and decisions that agree, cards of earlier years, and gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from recaudit.synth.cells import NULL, UNKNOWN, Cell, day, value
from recaudit.synth.education import computed
from recaudit.synth.education.cards import YEAR, key, modified, school_year
from recaudit.synth.education.computed import RESULTS, TRAITS, Tops
from recaudit.synth.education.element import Fits, element
from recaudit.synth.education.part import Part
from recaudit.synth.education.plant_cards import WHOLE
from recaudit.synth.education.subjects import Plan
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import Cells, CellsOf, Planting, copy_of, on_record
from recaudit.synth.sector import Received, Rule, States, rules
from recaudit.synth.world import Record, Row, Site

SUBJECTS, CARDS = "year_results", "card_levels"


# ------------------------------------------------------------------------------------------------ clean cards
def fill(site: Site, rng: Random) -> None:
    for record in site.records:
        if record.of(RESULTS):  # cards of earlier years stand as they were
            _learner(record, rng)


def _learner(record: Record, rng: Random) -> None:
    """Scores around what the learner is good for, mostly between 5 and 9.5, and all that follows from them."""
    able = min(max(rng.gauss(7.6, 1.3), 3.2), 9.6)
    by_subject: dict[str, dict[str, Row]] = {}
    for row in record.of(RESULTS):
        by_subject.setdefault(row["subjectCode"].text, {})[row["periodCode"].text] = row
    scores = []
    for periods in by_subject.values():
        if periods["Y"]["assessmentType"].text == "score":
            first, second = (_mark(rng.gauss(able, 0.7)) for _ in range(2))
            year = computed.average(first, second)
            scores.append(year)
            for period, mark in (("HK1", first), ("HK2", second), ("Y", year)):
                periods[period].cells["score"] = value(f"{mark}")
    terms = rng.choice(("11", "11", "21", "12", "22", "13", "31", "23"))
    level, of_conduct = computed.learning(Tops(tuple(scores), 0)), computed.conduct(*terms)
    decide(record, level, of_conduct, title=computed.title(level, of_conduct, Tops(tuple(scores), 0)), rng=rng)


def decide(record: Record, level: str, of_conduct: str, *, title: str, rng: Random) -> None:
    """Levels as the code or in words, the title, and the decision that follows."""
    words = rng.random() < 0.5
    card = record.own
    decision = card["decision"].text if level in "123" and of_conduct in "123" else "pending_retest"
    card.cells |= {
        "overallLevel": value(computed.LEVELS[level] if words else level),
        "conductLevel": value(computed.LEVELS[of_conduct] if words else of_conduct),
        "award": {"excellent": value("Học sinh Xuất sắc"), "good": value("Học sinh Giỏi")}.get(title, NULL),
        "decision": value(decision),
    }


def _mark(score: float) -> Decimal:
    return Decimal(min(max(round(score * 10), 20), 100)) / 10


def with_terms(site: Site, rng: Random) -> None:
    """Each card says the conduct of both terms, from which its year follows."""
    for record in [one for one in site.records if one.of(RESULTS)]:
        year = computed.coded(record.own["conductLevel"]).text
        pairs = [f"{one}{two}" for one in "1234" for two in "1234" if computed.conduct(one, two) == year]
        for period, level in zip(("HK1", "HK2"), rng.choice(pairs), strict=True):
            cells = {"reportCardId": record.own["reportCardId"], "traitCode": value("conduct")}
            cells |= {"periodCode": value(period), "level": value(computed.LEVELS[level])}
            record.hanging.append(Row(TRAITS, None, cells))


def with_years(site: Site, rng: Random) -> None:
    """One learner in two has cards of the years before in the same files: out of scope, and on no roster."""
    for record in list(site.records):
        if rng.random() < 0.5:
            for back in range(1, rng.choice((1, 1, 2)) + 1):
                site.records.insert(0, earlier(record, back))


def earlier(record: Record, back: int, **cells: Cell) -> Record:
    """The card of the learner so many years before, who was promoted each year."""
    card, number = record.own, YEAR - back
    name = value(f"{card['reportCardId'].text}-{number}")
    grade = value(f"{int(card['gradeLevel'].text) - back}")
    was = {"schoolYear": school_year(number), "reportCardId": name, "gradeLevel": grade, "decision": value("promoted")}
    row = copy_of(card, **(was | {"yearEnd": UNKNOWN} | cells))
    said = row["schoolYear"].filled and row["studentSourcedId"].filled
    row.id = key(card["studentSourcedId"].text, number) if said else None
    assert card.version is not None
    modified(row, card.version.replace(year=card.version.year - back))
    return Record(row, [], [], on_roster=False, taken=True)


# ------------------------------------------------------------------------------------------------ what is planted
def _score(other: Callable[[Decimal], Decimal]) -> CellsOf:
    def cells(record: Record, row: Row) -> Cells:
        return {"score": value(f"{other(Decimal(row['score'].text))}")}

    return cells


def _of(period: str) -> Fits:
    return lambda record, row: row["periodCode"].text == period and row["score"].filled and _secondary(record, row)


def _secondary(record: Record, row: Row) -> bool:
    """Another part may have made a pupil of primary school of the learner."""
    return record.own["gradeLevel"].text in computed.SECONDARY


def _off_by_a_tenth(score: Decimal) -> Decimal:
    return score - Decimal("0.1") if score >= 1 else score + Decimal("0.1")


def _level(away: int) -> CellsOf:
    """The learning level so many levels from what the results give, to whichever side there is one."""

    def cells(record: Record, row: Row) -> Cells:
        code = int(computed.coded(row["overallLevel"]).text)
        return {"overallLevel": value(f"{code + away if code + away <= 4 else code - away}")}

    return cells


def _promoted(record: Record, row: Row) -> bool:
    return row["decision"].text == "promoted" and _secondary(record, row)


def _passed(record: Record, row: Row) -> bool:
    of_year = row["periodCode"].text == "Y" and row["assessmentType"].text == "pass_fail"
    return of_year and row["level"].filled and _secondary(record, row)


def _not_best(record: Record, row: Row) -> bool:
    both = row["overallLevel"].filled and row["conductLevel"].filled
    return row["award"].text != "Học sinh Xuất sắc" and both and _secondary(record, row)


def _born(years: int) -> CellsOf:
    """Younger (below 0) or older by so many years."""

    def cells(record: Record, row: Row) -> Cells:
        first = row["birthDate"].first
        assert first is not None
        born = int(row["birthYear"].text) - years
        on = day(first.date().replace(year=born, month=6, day=15))
        return {"birthDate": on, "birthYear": value(f"{born}")}

    return cells


def _primary(site: Site, record: Record) -> tuple[Row, ...]:
    """A card of a grade of primary school, with a subject that was not completed."""
    scored = next(one for one in record.of(RESULTS) if one["periodCode"].text == "Y" and one["score"].filled)
    scored.cells["score"] = value("4.5")
    record.own.cells |= {"gradeLevel": value("5"), "decision": value("promoted")}
    return (record.own,)


def _rounding(site: Site, record: Record) -> tuple[Row, ...]:
    """Both terms 8.25, as a system that keeps two places exports them, and the year 8.3."""
    of_year = next(r for r in record.of(RESULTS) if r["periodCode"].text == "Y" and r["score"].filled)
    rows = [r for r in record.of(RESULTS) if r["subjectCode"].text == of_year["subjectCode"].text]
    for row in rows:
        row.cells["score"] = value("8.3" if row is of_year else "8.25")
    return (of_year,)


def _of_secondary(site: Site, record: Record) -> bool:
    return WHOLE(site, record) and _secondary(record, record.own)


def _with_earlier(back: int, **cells: Cell) -> Callable[[Site, Record], tuple[Row, ...]]:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        student = record.own["studentSourcedId"].text
        ids = {key(student, number) for number in range(YEAR - 12, YEAR)}
        site.records = [one for one in site.records if one.own.id not in ids]
        site.records.insert(0, earlier(record, back, **cells))
        return (record.own,)

    return change


def _whole(site: Site, record: Record) -> bool:
    return WHOLE(site, record) and not site.torn and record.own["gradeLevel"].filled


def _before(name: str, note: str, change: Callable[[Site, Record], tuple[Row, ...]]) -> Planting:
    return replace(on_record(name, note, change, _whole), rule=name.partition("/")[0])


_TENTH = "a tenth away"


VN_PLANTINGS = (
    element("grd-07-year/tenth", "unmet", _TENTH, _score(_off_by_a_tenth), _of("Y"), table=RESULTS),
    element(
        "grd-07-year/two-places", "unmet", "not rounded", _score(lambda s: s + Decimal("0.05")), _of("Y"), table=RESULTS
    ),
    element(
        "grd-07-year/term", "unmet", "a term changed afterwards", _score(lambda s: s - 2), _of("HK2"), table=RESULTS
    ),
    replace(
        on_record("grd-07-year/half-up", "8.25 becomes 8.3", _rounding, _of_secondary), rule="grd-07-year", state="met"
    ),
    element("grd-10-near/one", "unmet", "one level away", _level(1), _secondary, table=UNIT),
    element(
        "grd-10-level/kind",
        "not_assessable",
        "failed, and assessed in a way that nobody knows",
        {"assessmentType": Cell("value", "PassFail", fits=False), "level": value("CĐ")},
        _passed,
        table=RESULTS,
    ),
    element("grd-10-level/two", "unmet", "two levels away", _level(2), _secondary, table=UNIT),
    element(
        "grd-14-award/excellent",
        "unmet",
        "a title too high",
        {"award": value("Học sinh Xuất sắc")},
        _not_best,
        table=UNIT,
    ),
    element(
        "pro-02-absence/46",
        "unmet",
        "46 absences",
        {"daysAbsentExcused": value("44"), "daysAbsentUnexcused": value("2")},
        _promoted,
        table=UNIT,
    ),
    element(
        "pro-02-absence/45",
        "met",
        "45 absences",
        {"daysAbsentExcused": value("45"), "daysAbsentUnexcused": value("0")},
        _promoted,
        table=UNIT,
    ),
    element("pro-02-promotable/retained", "unmet", "held back", {"decision": value("retained")}, _promoted, table=UNIT),
    replace(on_record("pro-02-primary/failed", "primary, one test below 5", _primary, WHOLE), rule="pro-02-primary"),
    element("dat-02-young/three", "unmet", "three years younger", _born(-3), table="demographics"),
    element("dat-02-old/six", "unmet", "six years older", _born(6), table="demographics"),
)
FURTHER_PLANTINGS = (
    element(
        "grd-11-conduct/other",
        "unmet",
        "another level",
        lambda record, row: {"conductLevel": value("3" if computed.coded(row["conductLevel"]).text == "1" else "1")},
        _secondary,
        table=UNIT,
    ),
    element(
        "grd-11-conduct/no-term",
        "not_applicable",
        "a term without a level",
        {"level": NULL},
        lambda record, row: row["traitCode"].text == "conduct" and _secondary(record, row),
        table=TRAITS,
    ),
)
COMPUTED_PLANTINGS = (
    _before(
        "pro-03-promoted/same",
        "promoted, and in the same grade",
        lambda site, record: _with_earlier(1, gradeLevel=record.own["gradeLevel"])(site, record),
    ),
    _before("pro-03-retained/next", "held back, and in the next grade", _with_earlier(1, decision=value("retained"))),
    _before("pro-06-history/gap", "no card of the year before, one of two years before", _with_earlier(2)),
    replace(
        _before(
            "pro-03-retained/same",
            "held back, and in the same grade",
            lambda site, record: _with_earlier(1, gradeLevel=record.own["gradeLevel"], decision=value("retained"))(
                site, record
            ),
        ),
        state="met",
    ),
    replace(
        _before("pro-03-promoted/no-year", "an earlier card without a year", _with_earlier(1, schoolYear=NULL)),
        state="not_assessable",
    ),
    replace(
        _before(
            "pro-06-history/no-learner",
            "an earlier card without learner and year",
            _with_earlier(2, studentSourcedId=NULL, schoolYear=NULL),
        ),
        state="not_assessable",
    ),
)


def _levels(card: Row, record: Received, plan: Plan) -> list[States]:
    return list(computed.levels(card, record, plan))


VIETNAM = Part(
    rules={
        **rules(SUBJECTS, "consistent", True, "grd-07-year"),
        **rules(CARDS, "consistent", True, "grd-10-level pro-02-absence pro-02-promotable pro-02-primary"),
        **rules(CARDS, "consistent", False, "grd-10-near grd-14-award dat-02-young dat-02-old"),
    },
    fill=fill,
    plantings=VN_PLANTINGS,
    due=_levels,
)
FURTHER = Part(
    rules={"grd-11-conduct": Rule(CARDS, 4, True)},
    fill=with_terms,
    plantings=FURTHER_PLANTINGS,
    columns={TRAITS: ("reportCardId", "traitCode", "periodCode", "level", "comment")},
    beside=(TRAITS,),
    due=computed.of_terms,
)
YEARS = Part(
    rules={
        **rules(CARDS, "consistent", True, "pro-03-promoted pro-03-retained"),
        **rules(CARDS, "consistent", False, "pro-06-history"),
    },
    fill=with_years,
    plantings=COMPUTED_PLANTINGS,
    due=computed.before,
)
