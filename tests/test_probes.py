"""The vacuous probes, on both sectors, with a plan and on exports alone: nothing is 100 %, nothing passes.

Each probe takes away what a completeness figure would be made of, and says where the records stand instead: what is
empty is short, what nobody handed in is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from recaudit import audit, exports
from recaudit.audit import Outcome
from recaudit.reports import terminal
from recaudit.reports.look import Sheet, console, rendered
from recaudit.reports.numbers import percent
from tests import faults, one_clinic, one_school, two_stations
from tests.one_clinic import encounter
from tests.one_school import Change, Learner, Tables, drop, set_all

Patch = pytest.MonkeyPatch
Stand = tuple[int, int, int]
Counts = Mapping[str, int]

BLANKS: Final = ("", "N/A", " ")
UNKNOWN: Final[Stand] = (0, 0, 2)  # reached, short, unknown: of the two records of a facility
SHORT: Final[Stand] = (0, 2, 0)
UNMET: Final[Counts] = {"unmet": 4}
OPEN: Final[Counts] = {"not_assessable": 4}


@dataclass(frozen=True)
class Probe:
    """``stand``: where the two records of each facility stand at complete. ``counts``: what a rule counts over all.

    ``alone``: whether exports alone can show it. ``only``: the one facility that it is about.
    """

    name: str
    spoil: Callable[[Any], object]
    stand: Stand
    rule: str = ""
    counts: Counts | None = None
    only: str = ""
    alone: bool = True


# -------------------------------------------------------------- education
def emptied(table: str) -> Change:
    """The header is there, and no row."""
    return lambda of: of[table].clear()


def without_column(table: str, column: str) -> Change:
    def change(of: Tables) -> None:
        for row in of[table]:
            del row[column]

    return change


def without_file(table: str) -> Change:
    return lambda of: of.pop(table)


def a_school_is_silent(of: Tables) -> None:
    """Of the second school there is nothing, but that it is an organization."""
    for learner in one_school.LEARNERS:
        if learner.school == one_school.SECOND:
            drop("roles", userSourcedId=learner.id)(of)
            drop("users", sourcedId=learner.id)(of)
            drop("demographics", sourcedId=learner.id)(of)
            drop("enrollments", userSourcedId=learner.id)(of)
            for table in (CARDS, RESULTS, "rc_approvals"):
                drop(table, reportCardId=one_school.card_of(learner.id))(of)


CARDS, RESULTS = "rc_report_cards", "rc_subject_results"
COMMENT, BORN, SHELL = "req-05-homeroom-comment", "req-01-birth-date", "req-07-shell"
SUBJECT, PERIOD, SCORE = "grd-01-subject", "grd-03-period", "grd-06-score"
EDUCATION: Final = (
    Probe("no card", emptied(CARDS), UNKNOWN),
    Probe("no result", emptied(RESULTS), SHORT, SHELL, UNMET),
    Probe("no user", emptied("users"), UNKNOWN, "ref-01-student", UNMET, alone=False),
    Probe("no demographics", emptied("demographics"), SHORT, "req-01-demographics", UNMET, alone=False),
    Probe("comments null", set_all(CARDS, "homeroomComment", ""), SHORT, COMMENT, UNMET),
    Probe("comments blank", set_all(CARDS, "homeroomComment", *BLANKS), SHORT, COMMENT, UNMET),
    Probe("grades null", set_all(CARDS, "gradeLevel", ""), SHORT, "req-04-grade", UNMET, alone=False),
    Probe("years blank", set_all(CARDS, "schoolYear", *BLANKS), UNKNOWN),
    Probe("scores blank", set_all(RESULTS, "score", *BLANKS), SHORT, SCORE, {"unmet": 12}),
    Probe("no column of scores", without_column(RESULTS, "score"), UNKNOWN, SCORE, {"not_assessable": 12}),
    # each of the 16 results of which nobody knows what it is a result of has a row of its own among what is due
    Probe(
        "no column of subjects",
        without_column(RESULTS, "subjectCode"),
        SHORT,
        SUBJECT,
        {"not_assessable": 14 + 16, "unmet": 0},
    ),
    Probe(
        "no column of periods",
        without_column(RESULTS, "periodCode"),
        SHORT,
        PERIOD,
        {"not_assessable": 16 + 16, "unmet": 0},
    ),
    Probe("no column of comments", without_column(CARDS, "homeroomComment"), UNKNOWN, COMMENT, OPEN),
    Probe("no column of stages", without_column(CARDS, "stage"), UNKNOWN),
    Probe("no column of birth dates", without_column("demographics", "birthDate"), UNKNOWN, BORN, OPEN, alone=False),
    Probe("no file of cards", without_file(CARDS), UNKNOWN),
    Probe("no file of results", without_file(RESULTS), UNKNOWN, SHELL, OPEN),
    Probe("no file of users", without_file("users"), UNKNOWN, "req-01-given-name", OPEN, alone=False),
    Probe("no file of schools", without_file("orgs"), UNKNOWN),
    Probe("a school is silent", a_school_is_silent, UNKNOWN, only=one_school.SECOND, alone=False),
)


# -------------------------------------------------------------- health
Held = dict[str, list[dict[str, Any]]]
Spoil = Callable[[Held], object]


def cells(kind: str, element: str, *instead: object) -> Spoil:
    """Every resource of a kind has these values of an element in turn; None: not even its name."""

    def spoil(held: Held) -> None:
        for place, resource in enumerate(held[kind]):
            resource.pop(element, None)
            if (value := instead[place % len(instead)]) is not None:
                resource[element] = value

    return spoil


def a_station_is_silent(held: Held) -> None:
    gone = {two_stations.id_of(name) for name in two_stations.STATIONS["66002"]}
    held["Encounter"] = [one for one in held["Encounter"] if one["id"] not in gone]
    held["Condition"] = [one for one in held["Condition"] if "e" + one["id"][1:] not in gone]


NULL_CODE: Final = {"code": None}
BLANK_CODES: Final = tuple({"code": text} for text in BLANKS)
HEALTH: Final = (
    Probe("no encounter", lambda held: held["Encounter"].clear(), UNKNOWN),
    Probe("no condition", lambda held: held["Condition"].clear(), SHORT, "own-diagnosed", UNMET),
    Probe("classes null", cells("Encounter", "class", NULL_CODE), SHORT, "own-class", UNMET),
    Probe("classes blank", cells("Encounter", "class", *BLANK_CODES), SHORT, "own-class", UNMET),
    Probe("no class", cells("Encounter", "class", None), SHORT, "own-class", UNMET),
    Probe("no status", cells("Encounter", "status", None), UNKNOWN),
    Probe("no file of encounters", lambda held: held.pop("Encounter"), UNKNOWN),
    Probe("no file of conditions", lambda held: held.pop("Condition"), UNKNOWN, "own-diagnosed", OPEN),
    Probe("a station is silent", a_station_is_silent, UNKNOWN, only="66002", alone=False),
)


def stations(root: Path, spoil: Spoil) -> Outcome:
    held = two_stations.resources()
    spoil(held)
    two_stations.write(root)
    for file in (root / "export").iterdir():
        file.unlink()
    one_clinic.lay(root / "export", held)
    return audit.check(root, workers=1)


def clinic(folder: Path, spoil: Spoil) -> Outcome:
    held = one_clinic.tables(encounter("e1"), encounter("e2"))
    spoil(held)
    return alone(one_clinic.lay(folder, held))


def school_alone(root: Path, spoil: Change) -> Outcome:
    return alone(one_school.write(root, spoil) / "package")


def alone(folder: Path) -> Outcome:
    found = exports.recognised([folder])
    return audit.check(found.plan, workers=1, ignored=found.ignored)


# -------------------------------------------------------------- what is printed
def page(outcome: Outcome) -> str:
    screen = console()
    screen.width = 100
    return rendered(
        screen, terminal.overview(outcome.result, Sheet(100), terminal.Ending(outcome.code, outcome.why, "x", "y"))
    )


def printed(outcome: Outcome, facility: str) -> list[str]:
    """The lines of a facility in the table of gaps."""
    return re.findall(rf"^ {facility} .*$", page(outcome), re.MULTILINE)


def stands(outcome: Outcome) -> dict[str, Stand]:
    """Where the records of each facility stand at complete."""
    return {
        entry["id"]: (
            entry["rungs"]["complete"]["reached"],
            entry["rungs"]["complete"]["short"],
            entry["rungs"]["complete"]["unknown"],
        )
        for entry in outcome.result["facilities"]
    }


# -------------------------------------------------------------- with a plan
PLANNED: Final[Sequence[tuple[Callable[[Path, Any], Outcome], Probe]]] = (
    *((one_school.outcome, probe) for probe in EDUCATION),
    *((stations, probe) for probe in HEALTH),
)
IDS: Final = [f"{'education' if of is one_school.outcome else 'health'}: {probe.name}" for of, probe in PLANNED]


@pytest.mark.parametrize("of", [one_school.outcome, stations])
def test_what_is_whole_is_confirmed(of: Callable[[Path, Any], Outcome], tmp_path: Path) -> None:
    outcome = of(tmp_path, lambda held: None)
    assert (outcome.code, set(stands(outcome).values())) == (0, {(2, 0, 0)})


@pytest.mark.parametrize(("of", "probe"), PLANNED, ids=IDS)
def test_a_claim_of_100_per_cent_about_nothing_is_not_confirmed(
    of: Callable[[Path, Any], Outcome], probe: Probe, tmp_path: Path
) -> None:
    outcome = of(tmp_path, probe.spoil)
    assert outcome.code in (1, 3)
    found = stands(outcome)
    for facility in [probe.only] if probe.only else found:
        assert found[facility] == probe.stand
        [line] = printed(outcome, facility)
        assert " 0 / 2 " in line
        assert "100 %" not in line
    complete = next(claim for claim in outcome.result["claims"] if claim["rung"] == "complete")
    assert complete["verdict"] == ("refuted" if probe.stand == SHORT else "unverifiable")
    assert complete["low"] == ([2, 4] if probe.only else [0, 4])
    assert all(
        claim["verdict"] != "confirmed" for claim in outcome.result["claims"] if not claim["scope"]["facilities"]
    )
    if probe.counts is not None:
        totals = next(rule["totals"] for rule in outcome.result["rules"] if rule["id"] == probe.rule)
        assert {"met": totals["met"], **{state: totals[state] for state in probe.counts}} == {"met": 0, **probe.counts}  # type: ignore[literal-required]


# -------------------------------------------------------------- exports alone
ALONE: Final[Sequence[tuple[Callable[[Path, Any], Outcome], Probe]]] = tuple(
    (school_alone if of is one_school.outcome else clinic, probe) for of, probe in PLANNED if probe.alone
)


@pytest.mark.parametrize("of", [school_alone, clinic])
def test_an_export_that_is_whole_passes(of: Callable[[Path, Any], Outcome], tmp_path: Path) -> None:
    outcome = of(tmp_path, lambda held: None)
    assert (outcome.code, set(stands(outcome).values())) == (0, {(2, 0, 0)})


@pytest.mark.parametrize(
    ("of", "probe"), ALONE, ids=[name for name, (_, p) in zip(IDS, PLANNED, strict=True) if p.alone]
)
def test_an_export_of_nothing_does_not_pass(of: Callable[[Path, Any], Outcome], probe: Probe, tmp_path: Path) -> None:
    outcome = of(tmp_path, probe.spoil)
    assert outcome.code in (1, 3)
    for facility, found in stands(outcome).items():
        assert found[0] == 0
        assert "100 %" not in "".join(printed(outcome, facility))


# -------------------------------------------------------------- one in a million
MANY: Final = 3_000


def learners() -> list[Learner]:
    return [
        Learner(f"{number:05}", one_school.FIRST, "10", "Niê", "Na", "2010-01-30", f"{number:06}000000")
        for number in range(1, MANY + 1)
    ]


def test_one_null_among_3000_learners_is_not_100_per_cent(tmp_path: Path) -> None:
    of = one_school.tables(learners())
    of[CARDS][MANY // 2]["homeroomComment"] = ""
    of["demographics"][MANY // 2]["birthDate"] = ""
    outcome = audit.check(one_school.put(tmp_path, one_school.files(of)), workers=1)
    assert stands(outcome) == {one_school.FIRST: (MANY - 1, 1, 0)}
    assert outcome.code == 1
    [line] = printed(outcome, one_school.FIRST)
    assert " 99.96 %   2,999 / 3,000 " in line
    assert {claim["verdict"] for claim in outcome.result["claims"]} == {"refuted"}
    totals = {rule["id"]: rule["totals"] for rule in outcome.result["rules"]}
    assert all((totals[rule]["met"], totals[rule]["unmet"]) == (MANY - 1, 1) for rule in (COMMENT, BORN))


def test_one_null_among_1000_visits_is_not_100_per_cent(tmp_path: Path) -> None:
    rows = [encounter(f"e{number}") for number in range(1000)]
    rows[500]["class"] = {"code": " "}
    outcome = alone(one_clinic.lay(tmp_path, one_clinic.tables(*rows)))
    assert stands(outcome) == {"clinic-1": (999, 1, 0)}
    assert outcome.code == 1
    [line] = printed(outcome, "clinic-1")
    assert " 99.90 %   999 / 1,000 " in line


def test_one_in_a_million_is_never_rounded_away() -> None:
    assert percent(999_999, 1_000_000) == "99.99 %"
    assert percent(999_999, 1_000_000, up=True) == "< 100 %"
    assert percent(10**18 - 1, 10**18) == "99.99 %"
    assert percent(1_000_000, 1_000_000) == "100 %"


# -------------------------------------------------------------- the probes see
SEEN: Final = (
    (faults.every_table_is_taken_as_handed_in, "no file of results", SHORT),
    (faults.what_is_open_counts_as_reached, "no column of comments", (2, 0, 0)),
)


@pytest.mark.parametrize(("fault", "name", "stand"), SEEN)
def test_a_fault_is_seen(
    fault: Callable[[Patch], None], name: str, stand: Stand, tmp_path: Path, monkeypatch: Patch
) -> None:
    fault(monkeypatch)
    probe = next(probe for probe in EDUCATION if probe.name == name)
    assert set(stands(one_school.outcome(tmp_path, probe.spoil)).values()) == {stand}
    assert stand != probe.stand
