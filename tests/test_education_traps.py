"""Traps of school data: commas, names, zeros, copies, and what is due. Each trap is a school of its own with one card.

All traps of one kind stand in one audit, beside each other, so that one may not touch another's record.
"""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from recaudit import audit, cli, engine, exports
from recaudit.errors import PlanError
from recaudit.result import FacilityEntry, Result
from recaudit.values import VALUE
from tests import one_school
from tests.counted_once import remembering
from tests.found import found_at
from tests.one_school import (
    ENROLMENTS,
    FIRST,
    LEARNER_PLAN,
    LEARNERS,
    NFC,
    NFD,
    PLAN,
    SECOND,
    Learner,
    Tables,
    add,
    both,
    card_of,
    drop,
    set_where,
)
from tests.test_education_read import read, source

Stand = tuple[int, int, int]
OfOne = Callable[[Tables, Learner], object]
REACHED, SHORT, UNKNOWN = (1, 0, 0), (0, 1, 0), (0, 0, 1)
CARDS, RESULTS = "rc_report_cards", "rc_subject_results"
COUNT = remembering(engine.count)


@pytest.fixture(autouse=True)
def _counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Traps that leave the same rows are counted once."""
    monkeypatch.setattr(engine, "count", COUNT)


# -------------------------------------------------------------- traps, each in its own school
@dataclass(frozen=True)
class Trap:
    """``change`` is told the tables and the school's learner. ``stand``: where the one record stands at complete.

    ``counts``: rule -> what it counts in the school, as far as it is said. ``rows``: states of the rows of its cards.
    """

    name: str
    change: OfOne
    stand: Stand
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    grade: str = "6"
    consistent: Stand | None = None


def card(**cells: str) -> OfOne:
    return lambda of, one: set_where(CARDS, {"reportCardId": card_of(one.id)}, **cells)(of)


def user(**cells: str) -> OfOne:
    return lambda of, one: set_where("users", {"sourcedId": one.id}, **cells)(of)


def without(subject: str, period: str = "") -> OfOne:
    """Without a subject's results, or that of one period."""
    where = {"subjectCode": subject, **({"periodCode": period} if period else {})}
    return lambda of, one: drop(RESULTS, reportCardId=card_of(one.id), **where)(of)


def result(subject: str, period: str, **cells: str) -> OfOne:
    def change(of: Tables, one: Learner) -> None:
        where = {"reportCardId": card_of(one.id), "subjectCode": subject, "periodCode": period}
        set_where(RESULTS, where, **cells)(of)

    return change


def more(subject: str, period: str, kind: str, **cells: str) -> OfOne:
    return lambda of, one: of[RESULTS].append(one_school.result(card_of(one.id), subject, period, kind, **cells))


def copy(changed: str, *, without_results: bool = False, own: Mapping[str, str] | None = None, **cells: str) -> OfOne:
    """A second card of the learner with results and approvals of its own. ``own``: cells of the first card."""

    def change(of: Tables, one: Learner) -> None:
        set_where(CARDS, {"reportCardId": card_of(one.id)}, **(own or {}))(of)
        second = one_school.of_learner(one)
        kept: Tables = {
            table: [{**row, "reportCardId": f"second-{one.id}"} for row in second[table]]
            for table in (CARDS, RESULTS, "rc_approvals")
        }
        kept[CARDS][0].update(lastModifiedAt=changed, **cells)
        if without_results:
            kept[RESULTS] = []
        add(of, kept)

    return change


def renamed(*tables: str, to: str) -> OfOne:
    """The learner's id is another one in these tables."""

    def change(of: Tables, one: Learner) -> None:
        for table in tables:
            for row in of[table]:
                row.update({name: to for name, text in row.items() if text == one.id})

    return change


def of_all(*changes: OfOne) -> OfOne:
    def change(of: Tables, one: Learner) -> None:
        for each in changes:
            each(of, one)

    return change


def letters(number: int) -> str:
    """An id with a letter that has two normal forms, in NFC."""
    return unicodedata.normalize("NFC", f"Hà-{number}")


def in_nfd(text: str) -> str:
    other = unicodedata.normalize("NFD", text)
    assert other != text
    return other


def nothing(of: Tables, one: Learner) -> None:
    pass


OLDER, NEWER = "2026-05-24T08:00:00+07:00", "2026-05-26T08:00:00+07:00"
NO_TIME = {"lastModifiedAt": ""}
PACKAGE = ("users", "roles", "enrollments", "demographics", CARDS)
ROSTER = "register/rosters"

DUE: Final = (
    Trap("nothing is wrong", nothing, REACHED),
    Trap("the grade is not in the plan", card(gradeLevel="13"), UNKNOWN, {"grd-01-subject": {"not_assessable": 1}}),
    Trap(
        "there is no grade",
        card(gradeLevel=""),
        SHORT,
        {"req-04-grade": {"unmet": 1}, "grd-03-period": {"not_assessable": 1}},
    ),
    Trap("a subject is missing", without("NT"), SHORT, {"grd-01-subject": {"unmet": 1}, "grd-03-period": {"unmet": 0}}),
    Trap(
        "a period is missing",
        without("TOAN", "HK2"),
        SHORT,
        {"grd-03-period": {"unmet": 1}, "grd-01-subject": {"unmet": 0}},
    ),
    Trap("a score is missing", result("TOAN", "HK1", score=""), SHORT, {"grd-06-score": {"unmet": 1, "met": 2}}),
    Trap("a score is a placeholder", result("TOAN", "HK1", score="-"), SHORT, {"grd-06-score": {"unmet": 1, "met": 2}}),
    Trap("a score of 0 is a score", result("TOAN", "HK1", score="0"), REACHED, {"grd-06-score": {"met": 3}}),
    Trap("a level is missing", result("NT", "Y", level=""), SHORT, {"grd-06-level": {"unmet": 1}}),
    Trap("a comment is missing", result("HDTN", "Y", comment="N/A"), SHORT, {"grd-06-comment": {"unmet": 1}}),
    Trap(
        "a score stands in the place of a level",
        result("NT", "Y", level="", score="9"),
        SHORT,
        {"grd-06-level": {"unmet": 1}},
    ),
    Trap(
        "a subject is assessed otherwise",
        result("TOAN", "Y", assessmentType="level"),
        REACHED,
        {"grd-05-type": {"unmet": 1}},
        consistent=SHORT,
    ),
    Trap(
        "no elective",
        without("LS"),
        SHORT,
        {"grd-02-electives": {"unmet": 1}, "grd-01-subject": {"unmet": 0}},
        grade="10",
    ),
    Trap(
        "the other elective", result("LS", "Y", subjectCode="DL"), REACHED, {"grd-02-electives": {"met": 1}}, grade="10"
    ),
    Trap("both electives", more("DL", "Y", "score", score="5"), REACHED, {"grd-02-electives": {"met": 1}}, grade="10"),
    Trap(
        "an optional subject is begun and not ended",
        more("TDT", "HK1", "level", level="T"),
        SHORT,
        {"grd-03-period": {"unmet": 1}},
        grade="10",
    ),
    Trap("a subject that nobody asked for", more("NN1", "Y", "score"), REACHED, {"grd-06-score": {"met": 3}}),
    Trap(
        "exempt",
        result("TOAN", "HK1", score="", exemptReason="illness"),
        SHORT,
        {"grd-06-score": {"excused": 1, "unmet": 0}},
    ),
)

COPIES: Final = (
    Trap(
        "the newer card is better",
        copy(NEWER, own={"homeroomComment": ""}),
        REACHED,
        rows={"matched": 1, "duplicate": 1},
    ),
    Trap("the newer card is worse", copy(NEWER, homeroomComment=""), SHORT, rows={"matched": 1, "duplicate": 1}),
    Trap("the newer card has no results", copy(NEWER, without_results=True), SHORT, rows={"duplicate": 1}),
    Trap("the older card has no results", copy(OLDER, without_results=True), REACHED, rows={"duplicate": 1}),
    Trap("the best counts where one has no time", copy("", homeroomComment=""), REACHED, rows={"duplicate": 1}),
    Trap("the best counts where neither has a time", copy("", own={**NO_TIME, "homeroomComment": ""}), REACHED),
    Trap(
        "each lacks what the other has",
        copy("", without_results=True, own={**NO_TIME, "homeroomComment": ""}),
        SHORT,
        rows={"duplicate": 1},
    ),
    Trap(
        "another year beside it",
        copy(NEWER, schoolYear="2025", homeroomComment=""),
        REACHED,
        rows={"matched": 1, "out_of_scope": 1},
    ),
    Trap("another year alone", card(schoolYear="2025"), SHORT, rows={"matched": 0, "out_of_scope": 1, "missing": 1}),
    Trap("a cancelled card", card(stage="cancelled"), SHORT, rows={"matched": 0, "out_of_scope": 1, "missing": 1}),
    Trap("the newest is cancelled", copy(NEWER, stage="cancelled"), SHORT, rows={"out_of_scope": 2, "missing": 1}),
    Trap("none is a stage", card(stage="none"), REACHED, rows={"matched": 1}),
    Trap("exempt is a decision", card(decision="exempt"), REACHED),
)

NAMED: Final = (
    Trap("Na is a name", user(givenName="Na", familyName="Na"), REACHED, {"req-01-given-name": {"met": 1}}),
    Trap("N/A is none", user(givenName="N/A"), SHORT, {"req-01-given-name": {"unmet": 1}}),
    Trap("a name in NFC", user(familyName=NFC), REACHED),
    Trap("a name in NFD", user(familyName=NFD), REACHED),
    Trap(
        "a placeholder in NFD",
        user(familyName=unicodedata.normalize("NFD", "Không rõ")),
        SHORT,
        {"req-01-family-name": {"unmet": 1}},
    ),
    Trap(
        "the roster has no zeros", renamed(ROSTER, to="700"), SHORT, rows={"unexpected": 1, "matched": 0, "missing": 1}
    ),
    Trap(
        "the cards have no zeros", renamed(CARDS, to="700"), SHORT, rows={"unexpected": 1, "matched": 0, "missing": 1}
    ),
    Trap(
        "the users have no zeros",
        renamed("users", to="700"),
        UNKNOWN,
        {"ref-01-student": {"unmet": 1}},
        rows={"matched": 1},
    ),
    Trap("a card has no zeros where results do", card(reportCardId="700"), SHORT, {"req-07-shell": {"unmet": 1}}),
    Trap(
        "an id with letters of Vietnam",
        renamed(ROSTER, *PACKAGE, to=letters(1)),
        SHORT,
        {"conformant:rc_report_cards": {"unmet": 1}},
        rows={"matched": 1},
    ),
    Trap(
        "the roster writes its id in NFD",
        of_all(renamed(*PACKAGE, to=letters(2)), renamed(ROSTER, to=in_nfd(letters(2)))),
        SHORT,
        {"conformant:rc_report_cards": {"unmet": 1}},
        rows={"unexpected": 0, "matched": 1, "missing": 0},
    ),
    Trap(
        "the users write an id in NFD",
        of_all(renamed(ROSTER, *PACKAGE[1:], to=letters(3)), renamed("users", to=in_nfd(letters(3)))),
        SHORT,
        {"ref-01-student": {"unmet": 1}, "req-01-given-name": {"not_assessable": 1}},
    ),
)


def schools(traps: tuple[Trap, ...]) -> list[Learner]:
    """A learner of a school of his own for each trap. Ids have zeros in front: ``00100``, ``00101``, …"""
    return [
        Learner(f"{100 + n:05}", code_of(n), trap.grade, "Niê", "Bia", "2012-01-30", f"{n + 1:06}000000")
        for n, trap in enumerate(traps)
    ]


def code_of(n: int) -> str:
    return f"0660{100 + n}"


def audited(traps: tuple[Trap, ...], root: Path) -> dict[str, FacilityEntry]:
    """Each trap's facility, by the name of the trap."""
    learners = schools(traps)
    of = one_school.tables(learners)
    for trap, learner in zip(traps, learners, strict=True):
        trap.change(of, learner)
    outcome = audit.check(one_school.put(root, one_school.files(of, claims_of_one(PLAN))), workers=1)
    assert outcome.code == 1
    assert outcome.result["unattributed"] == {}
    found = {entry["id"]: entry for entry in outcome.result["facilities"]}
    return {trap.name: found[code_of(n)] for n, trap in enumerate(traps)}


def claims_of_one(plan: str) -> str:
    """The plan without its claim about a school that is not there."""
    return plan[: plan.index('[[claim]]\nid = "first-school"')]


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FacilityEntry]:
    """One audit for each kind of trap."""
    found: dict[str, FacilityEntry] = {}
    for traps in (DUE, COPIES, NAMED):
        found |= audited(traps, tmp_path_factory.mktemp("traps"))
    return found


@pytest.mark.parametrize("trap", [*DUE, *COPIES, *NAMED], ids=lambda trap: trap.name)
def test_a_record_stands_where_it_must(trap: Trap, trapped: dict[str, FacilityEntry]) -> None:
    entry: Any = trapped[trap.name]
    assert stand(entry) == trap.stand
    for rule, counts in trap.counts.items():
        assert {state: entry["rules"][rule][state] for state in counts} == counts, rule
    assert {state: entry[state] for state in trap.rows} == trap.rows
    assert entry["expected"] == 1
    if trap.consistent:
        assert stand(entry, "consistent") == trap.consistent


def stand(entry: Any, rung: str = "complete") -> Stand:  # noqa: ANN401 - JSON
    at = entry["rungs"][rung]
    return at["reached"], at["short"], at["unknown"]


def stands(result: Result, rung: str = "complete") -> dict[str, Stand]:
    return {entry["id"]: stand(entry, rung) for entry in result["facilities"]}


def findings(result: Result, file: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """(kind, where) -> lines."""
    one = next(entry for entry in result["inputs"] if entry["path"] == f"package/{file}.csv")
    return {(found["kind"], found_at(found)): tuple(found["lines"]) for found in one["findings"]}


# -------------------------------------------------------------- the comma trap
TRAP: Final = "Hoạt động trải nghiệm, hướng nghiệp"


def test_a_comma_in_a_list_cell_is_a_finding_with_its_line_and_costs_no_other_row(tmp_path: Path) -> None:
    of = one_school.tables()
    of["courses"][1]["subjects"] = TRAP
    of["classes"][1].update(subjects=TRAP, subjectCodes="HDTN")
    outcome = audit.check(one_school.put(tmp_path, one_school.files(of)), workers=1)
    for file in ("courses", "classes"):
        found = findings(outcome.result, file)
        assert found == {("not conformant", f"{file}.subjectCodes: not as many as subjects"): (3,)}
    assert stands(outcome.result) == {FIRST: (2, 0, 0), SECOND: (2, 0, 0)}  # no rule of the suites is on these tables
    assert TRAP not in str(outcome.result)
    alone = audit.check(exports.recognised([tmp_path / "package"]).plan, workers=1)
    assert (alone.code, str(alone.why)) == (1, "the exchange standard is broken 2 times")


def test_a_comma_in_a_list_cell_without_quotes_costs_its_own_line(tmp_path: Path) -> None:
    of = one_school.tables()
    files = one_school.files(of)
    files["package/courses.csv"] = files["package/courses.csv"].replace(
        "Hoạt động trải nghiệm".encode(), TRAP.encode(), 1
    )
    outcome = audit.check(one_school.put(tmp_path, files), workers=1)
    assert findings(outcome.result, "courses")["broken line", ""] == (2,)
    entry = next(entry for entry in outcome.result["inputs"] if entry["path"] == "package/courses.csv")
    assert (entry["read"], entry["unreadable"], entry["to_the_end"]) == (2, 1, True)
    assert stands(outcome.result) == {FIRST: (2, 0, 0), SECOND: (2, 0, 0)}


def test_a_comma_is_fine_where_there_are_two_subjects(tmp_path: Path) -> None:
    of = one_school.tables()
    of["courses"][1].update(subjects="Toán, Vật lí", subjectCodes="TOAN,VL")
    one_school.put(tmp_path, one_school.files(of))
    inputs, rows = read(tmp_path, source(paths=("package",)))
    assert inputs["package/courses.csv"].findings == ()
    assert [row["subjects"] for row in rows["courses"]] == ["Hoạt động trải nghiệm", "Toán, Vật lí"]


# -------------------------------------------------------------- nothing is changed
def test_what_is_stored_is_what_was_exported(tmp_path: Path) -> None:
    one_school.write(tmp_path)
    _, rows = read(tmp_path, source(paths=("package",)))
    stored = {row["id"]: row for row in rows["users"]}
    for learner in LEARNERS:
        row = stored[learner.id]
        assert (row["familyName"], row["familyName__s"]) == (learner.family, VALUE)
        assert (row["givenName"], row["givenName__s"]) == (learner.given, VALUE)
    assert stored["00123"]["familyName"] != stored["00124"]["familyName"]
    assert {row["id"] for row in rows[CARDS]} == {f"{learner.id}/2026" for learner in LEARNERS}
    assert {row["schoolCode"] for row in rows[CARDS]} == {FIRST, SECOND}


# -------------------------------------------------------------- what is excused
def test_exempt_is_short_unless_the_claim_accepts_it(tmp_path: Path) -> None:
    claim = PLAN[PLAN.index("[[claim]]") : PLAN.index('[[claim]]\nid = "further-100"')]
    plan = PLAN + claim.replace("complete-100", "accepting") + 'excused = "accept"\n'
    where = {"reportCardId": card_of("00123"), "subjectCode": "TOAN"}
    change = set_where(RESULTS, where, score="", exemptReason="illness")
    result = one_school.outcome(tmp_path, change, plan).result
    verdicts = {claim["id"]: (claim["verdict"], claim["low"]) for claim in result["claims"]}
    assert verdicts["complete-100"] == ("refuted", [3, 4])
    assert verdicts["accepting"] == ("confirmed", [4, 4])


# -------------------------------------------------------------- nobody says what is due
def test_without_a_subject_plan_no_card_is_known_to_be_complete(tmp_path: Path) -> None:
    outcome = one_school.outcome(tmp_path, plan=PLAN.replace('subject_plan = "register/subject_plan.csv"\n', ""))
    assert stands(outcome.result) == {FIRST: UNKNOWN_TWO, SECOND: UNKNOWN_TWO}
    assert stands(outcome.result, "conformant") == {FIRST: (2, 0, 0), SECOND: (2, 0, 0)}
    assert outcome.code == 3
    assert {claim["verdict"] for claim in outcome.result["claims"]} == {"unverifiable"}
    due = [rule for rule in outcome.result["rules"] if rule["table"] == "due_results"]
    assert len(due) == 7
    assert all(rule["totals"]["not_assessable"] == 4 and rule["totals"]["met"] == 0 for rule in due)
    assert "due_results" in {entry["what"] for entry in outcome.result["not_looked_at"]}


UNKNOWN_TWO = (0, 0, 2)


# -------------------------------------------------------------- holes
def test_a_result_that_names_no_card_may_be_anybodys(tmp_path: Path) -> None:
    """One row less for one card, and one row that could be of any: the claim says so, the schools' counts do not."""
    gone = {"reportCardId": card_of("00123"), "subjectCode": "NT"}
    outcome = one_school.outcome(tmp_path, set_where(RESULTS, gone, reportCardId=""))
    assert stands(outcome.result)[FIRST] == (1, 1, 0)
    assert stands(outcome.result, "consistent")[SECOND] == (2, 0, 0)
    table = next(table for table in outcome.result["tables"] if table["name"] == RESULTS)
    assert (table["unreadable"], table["unlinked"]) == (1, 0)
    claim = next(claim for claim in outcome.result["claims"] if claim["id"] == "complete-100")
    assert (claim["open"]["spoiled"], claim["open"]["rescued"]) == (1, 1)
    assert (claim["low"], claim["high"], claim["verdict"]) == ([2, 4], [4, 4], "unverifiable")


def test_a_result_of_a_card_that_nobody_has_is_counted_and_judges_nobody(tmp_path: Path) -> None:
    change = lambda of: of[RESULTS].append(one_school.result("rc-nobody", "TOAN", "Y", "score"))  # noqa: E731
    outcome = one_school.outcome(tmp_path, change)
    table = next(table for table in outcome.result["tables"] if table["name"] == RESULTS)
    assert (table["read"], table["unreadable"], table["unlinked"]) == (17, 0, 1)
    assert stands(outcome.result) == {FIRST: (2, 0, 0), SECOND: (2, 0, 0)}


# -------------------------------------------------------------- enrolments of another source
def test_enrolments_of_another_source_are_a_roster(tmp_path: Path) -> None:
    def change(of: Tables) -> None:
        one_school.with_enrolments(of)
        of["register/enrollments"][0]["endDate"] = "2026-05-19"  # left the day before
        of["register/enrollments"][1]["beginDate"] = "2026-05-20"
        of["register/enrollments"].append({**of["register/enrollments"][2], "sourcedId": "twice"})
        of["register/enrollments"].append(
            {**of["register/enrollments"][2], "userSourcedId": "00999", "role": "teacher"}
        )
        of["register/enrollments"].append({**of["register/enrollments"][2], "userSourcedId": "0126"})

    outcome = one_school.outcome(tmp_path, change, ENROLMENTS)
    found = {entry["id"]: entry for entry in outcome.result["facilities"]}
    assert (found[FIRST]["expected"], found[FIRST]["matched"], found[FIRST]["unexpected"]) == (1, 1, 1)
    assert (found[SECOND]["expected"], found[SECOND]["matched"], found[SECOND]["missing"]) == (3, 2, 1)
    assert {entry["basis"] for entry in found.values()} == {"roster"}
    verdicts = {claim["id"]: (claim["verdict"], claim["low"]) for claim in outcome.result["claims"]}
    assert verdicts["complete-100"] == ("refuted", [3, 4])
    assert verdicts["first-school"] == ("confirmed", [1, 1])


@pytest.mark.parametrize("copied", [False, True])
def test_enrolments_of_the_audited_export_are_no_roster(
    copied: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of = one_school.tables()
    if copied:
        one_school.with_enrolments(of)
        of["register/enrollments"] = of["enrollments"]
    plan = ENROLMENTS if copied else ENROLMENTS.replace("register/enrollments.csv", "package/enrollments.csv")
    one_school.put(tmp_path, one_school.files(of, plan))
    with pytest.raises(PlanError, match="taken from the audited export"):
        audit.check(tmp_path, workers=1)
    assert cli.run(["check", str(tmp_path), "--workers", "1"]) == 2
    assert "name a list of another source" in capsys.readouterr().err


def test_enrolments_out_of_the_audited_zip_are_no_roster(tmp_path: Path) -> None:
    of = one_school.tables()
    one_school.with_enrolments(of)
    of["register/enrollments"] = of["enrollments"]
    plan = ENROLMENTS.replace('paths = ["package"]', 'paths = ["package.zip"]')
    one_school.put(tmp_path, one_school.files(of, plan))
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        for file in (tmp_path / "package").iterdir():
            archive.write(file, file.name)
    with pytest.raises(PlanError, match="taken from the audited export"):
        audit.check(tmp_path, workers=1)


def test_a_list_of_schools_may_be_the_same_in_both(tmp_path: Path) -> None:
    """It says how schools are called, and not what is expected of them."""

    def change(of: Tables) -> None:
        one_school.with_enrolments(of)
        of["register/orgs"] = of["orgs"]

    assert one_school.outcome(tmp_path, change, ENROLMENTS).code == 0


# -------------------------------------------------------------- learners as records
def test_learners_are_judged_where_a_plan_says_so(tmp_path: Path) -> None:
    outcome = one_school.outcome(tmp_path, plan=LEARNER_PLAN)
    assert (outcome.code, stands(outcome.result)) == (0, {FIRST: (2, 0, 0), SECOND: (2, 0, 0)})
    assert {claim["unit"] for claim in outcome.result["claims"]} == {"learner"}


def test_a_learner_without_enrolment_birth_date_or_role_is_short(tmp_path: Path) -> None:
    def cards_too(of: Tables) -> None:
        for table in (CARDS, RESULTS, "rc_approvals"):
            del of[table]

    change = both(
        cards_too,
        drop("enrollments", userSourcedId="00123"),
        set_where("demographics", {"sourcedId": "00124"}, birthDate="31/12/2014"),
        set_where("roles", {"userSourcedId": "00125"}, role="relative"),
        set_where("roles", {"userSourcedId": "00126"}, status="tobedeleted"),
    )
    result = one_school.outcome(tmp_path, change, LEARNER_PLAN).result
    found: dict[str, Any] = {entry["id"]: entry for entry in result["facilities"]}
    assert stand(found[FIRST]) == (0, 2, 0)
    assert (found[FIRST]["rules"]["cov-07-enrolled"]["unmet"], found[FIRST]["rules"]["req-01-birth-date"]["unmet"]) == (
        1,
        1,
    )
    assert (found[SECOND]["matched"], found[SECOND]["out_of_scope"], found[SECOND]["missing"]) == (0, 1, 2)
    assert {claim["verdict"] for claim in result["claims"]} == {"refuted"}
