"""What a rule looks at: the result names no table that a rule reads as not looked at, and names what it wants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from recaudit import engine, suites
from recaudit.computing import CARDS, SUBJECTS
from recaudit.education.formats import specifications
from recaudit.education.lacking import lacking
from recaudit.education.sector import SECTOR as EDUCATION
from recaudit.health.sector import SECTOR as HEALTH
from recaudit.links import Calendar
from recaudit.looked import PARTS, ROWS, asked, looked_at
from recaudit.model import Input, Period, Rule, TableRead
from recaudit.reports import blind
from recaudit.said import as_entry, say
from recaudit.unsaid import Unseen, absent, of_some, unsaid, used

TABLES = EDUCATION.tables()
LINKS = suites.links("education", TABLES)
PACKS = ("further", "signing", "enrolment", "computed", "vn-further", "gradebook", "calendar")


def _rules(*packs: str) -> tuple[Rule, ...]:
    names = [name for pack in packs for name in suites.named("education", (f"education/{pack}",), LINKS.tables)]
    return tuple(rule for suite in suites.load(names, TABLES, Path(), LINKS) for rule in suite.rules)


RULES = _rules(*PACKS)
BY_NAME = MappingProxyType({rule.id: rule for rule in RULES})


def _task(rules: tuple[Rule, ...], *inputs: Input, **more: Any) -> engine.Task:  # noqa: ANN401
    links = asked(LINKS, rules)
    return engine.Task(
        spill=Path(), sector="education", tables=TABLES, links=links, rules=rules, inputs=inputs, candidates={},
        facilities=(), known=frozenset(), roster=None, on_roster=frozenset(),
        period=Period(date(2025, 9, 1), date(2026, 8, 31)), timezone="UTC", **more,
    )  # fmt: skip


def _input(table: str, *lacks: tuple[str, str]) -> Input:
    one = Input(0, f"{table}.csv", "education", "mapping", "s", "ns", 0, "", tables=(TableRead(table, 3),))
    return replace(one, lacks=lacks)


def _whys(found: Iterable[Unseen]) -> dict[str, str]:
    return {one.what: str(one.why) for one in found}


# ------------------------------------------------------------------------------------------------ what is looked at
@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("tim-04-receipt", ("rc_submissions", "receiptId")),
        ("att-05-excused", ("rc_attendance_daily", "status")),
        ("apr-02-homeroom-teacher", ("staff_enrollments", "userSourcedId")),
        ("req-06-retest", ("rc_report_cards", "schoolYear")),
        ("grd-11-conduct", ("rc_traits", "level")),
        ("ref-02-enrolled", ("enrollments", "seat")),
    ],
)
def test_a_rule_looks_where_the_columns_it_asks_for_come_from(rule: str, place: tuple[str, str]) -> None:
    found = [one for one in RULES if one.id.startswith(rule)]
    assert found
    assert any(place in looked_at(one, LINKS) for one in found)


def test_every_computed_column_says_what_it_is_computed_from() -> None:
    assert set(PARTS) == {*CARDS, *SUBJECTS}


@pytest.mark.parametrize("sector", [EDUCATION, HEALTH], ids=lambda sector: sector.name)
def test_every_place_is_a_column_of_a_table_that_is_read(sector: Any) -> None:  # noqa: ANN401
    tables = sector.tables()
    links = suites.links(sector.name, tables)
    for suite in suites.load(suites.named(sector.name, (), links.tables), tables, Path(), links):
        for rule in suite.rules:
            places = looked_at(rule, links)
            assert places, rule.id
            assert not [at for at in places if at[1] != ROWS and at[1] not in tables[at[0]]], rule.id


# ------------------------------------------------------------------------------------------------ what the result says
def test_a_table_that_a_rule_looks_in_is_never_one_that_was_not_looked_at() -> None:
    for pack in PACKS:
        rules = _rules(pack)
        task = _task(rules)
        wanted = {
            table
            for rule in rules
            for column in task.links.columns.get(rule.table, ())
            if column.name in rule.columns
            for table in column.tables
        }
        assert wanted <= used(task), pack
    assert {"rc_submissions", "rc_attendance_daily"} <= used(_task(_rules("further")))
    assert "staff_enrollments" in used(_task(_rules("signing")))
    assert "courses" not in used(_task(RULES))


def test_who_came_and_left_is_looked_at_where_a_calendar_narrows_what_is_due() -> None:
    due = _rules("core")
    assert "enrollments" not in used(_task(tuple(rule for rule in due if rule.table == "due_results")))
    held = _task(tuple(rule for rule in due if rule.table == "due_results"), calendar=Calendar())
    assert "enrollments" in used(held)


def test_a_table_that_a_made_column_needs_is_missed_with_its_rules() -> None:
    task = _task(_rules("further"))
    (missed,) = absent(task, {*TABLES} - {"rc_submissions"})
    assert missed.what == "rc_submissions"
    assert "tim-04-receipt" in str(missed.why)
    assert "tim-04-receipt" in missed.rules
    assert str(missed.why).endswith("cannot be assessed")
    assert list(absent(task, TABLES)) == []


def test_a_table_in_the_file_of_another_is_not_missed_where_that_was_handed_in() -> None:
    task = _task(_rules("signing"))
    assert "staff_enrollments" not in _whys(absent(task, {*TABLES} - {"staff_enrollments"}))
    assert "staff_enrollments" in _whys(absent(task, {*TABLES} - {"staff_enrollments", "enrollments"}))


def test_a_table_without_rules_of_its_own_and_one_with_rules_are_said_apart() -> None:
    missed = {one.what: one for one in absent(_task(_rules("core")), {"rc_report_cards"})}
    assert str(missed["classes"].why) == "the table was not handed in: ref-01-class cannot be assessed"
    assert missed["classes"].rules == ("ref-01-class",)
    results = missed["rc_subject_results"]
    assert " rules on it cannot be assessed, nor " in str(results.why)
    on_it = [rule.id for rule in _rules("core") if rule.table == "rc_subject_results"]
    assert {"conformant:rc_subject_results", *on_it} < {*results.rules}


def test_a_table_that_no_format_handed_in_has_a_place_for_is_not_to_be_looked_for_there() -> None:
    task = _task(_rules("core"))
    card = replace(_input("rc_report_cards"), format="one", no_place_for=("demographics",))
    told = "no file of one has a place for it: hand it in beside (docs/education-formats.md)"
    assert _whys(absent(task, {"rc_report_cards"}, [card]))["demographics"].endswith(f"; {told}")
    assert told not in _whys(absent(task, {"rc_report_cards"}, [card]))["users"]
    beside = _input("rc_report_cards")  # a format of which nobody knows that it has none
    assert told not in _whys(absent(task, {"rc_report_cards"}, [card, beside]))["demographics"]
    assert told not in _whys(absent(task, {"rc_report_cards"}))["demographics"]  # nothing was handed in


def test_of_a_mapping_of_the_plans_own_it_is_not_said_what_its_files_hold() -> None:
    task = _task(_rules("core"))
    card = replace(_input("rc_report_cards"), format="one", no_place_for=("demographics",))
    own = replace(card, format="own", own_mapping=True)
    told = "; no rows of mapping own are of it: add them there, or hand it in beside (docs/education-formats.md)"
    assert _whys(absent(task, {"rc_report_cards"}, [own]))["demographics"].endswith(told)
    both = _whys(absent(task, {"rc_report_cards"}, [own, card]))["demographics"]
    assert "; no file of one has a place for it, and no rows of mapping own are of it: add them there, or " in both


def test_a_page_says_of_its_rules_and_of_its_own_sources_alone_why_they_are_not_assessable() -> None:
    def lacking(what: str, *rules: str, of: list[str] | None = None, sector: str = "education") -> dict[str, Any]:
        entry = {"what": what, "why": as_entry(say("why")), "sector": sector, "rules": list(rules)}
        return entry | ({"facilities": of} if of is not None else {})

    many = [f"r{n}" for n in range(9)]
    said = [
        lacking("demographics", "sex", "found"),
        lacking("users.number", *many),
        lacking("sds: users", "phone", "sex", of=["b"]),
        lacking("sds: classes.type", "phone", of=["a", "b"]),
        lacking("clever: users.phone", "phone", of=["a"]),
        lacking("own: users.phone", "phone", of=[]),
        lacking("patients", "sex", sector="health"),
        {"what": "roles", "why": as_entry(say("no rule")), "sector": "education"},
        {"what": "a.txt", "why": as_entry(say("neither name nor content"))},
    ]
    result: Any = {"not_looked_at": said}

    def shown(*ids: str) -> list[str]:
        return [one["what"] for one in blind.concerning(result, "education", ids)]

    def shown_of(facility: str, *ids: str) -> list[str]:
        rules = {rule: {"not_assessable": int(rule in ids)} for rule in ("sex", "found", "phone", *many)}
        entry: Any = {"id": facility, "sector": "education", "rules": rules}
        return [one["what"] for one in blind.of_facility(result, entry)]

    assert shown("found") == ["demographics"]
    assert shown("r8") == ["users.number"]
    assert shown("phone") == ["sds: users", "sds: classes.type", "clever: users.phone", "own: users.phone"]
    assert shown("other") == shown() == []
    assert shown_of("a", "phone", "sex") == ["sds: classes.type", "clever: users.phone", "demographics"]
    assert shown_of("b", "phone", "r8") == ["sds: users", "sds: classes.type", "users.number"]
    assert shown_of("c", "phone") == shown_of("a") == []


def test_a_column_that_no_input_has_is_missed_by_rules_on_what_is_made_of_it() -> None:
    lacks = ("rc_submissions", "receiptId"), ("rc_report_cards", "schoolYear")
    task = _task(_rules("further", "calendar"), _input("rc_submissions", *lacks), _input("rc_report_cards", *lacks))
    said = dict(unsaid(task, task.links))
    assert "tim-04-receipt" in said["rc_submissions.receiptId"]
    assert any(rule.startswith("req-06-retest") for rule in said["rc_report_cards.schoolYear"])


def test_what_one_source_lacks_is_said_with_its_name_and_sources_of_one_namespace_complete_each_other() -> None:
    lacks = ("rc_submissions", "receiptId")
    one = replace(_input("rc_submissions", lacks), source="one", namespace="one")
    whole = _input("rc_submissions")
    task = _task(_rules("further"))
    spaces = {"a": ["one"], "b": ["ns", "one"], "c": ["ns"]}  # facility -> where it has rows
    (lacking,) = of_some(replace(task, inputs=(one, whole)), spaces)
    assert (lacking.what, lacking.facilities) == ("one: rc_submissions.receiptId", ("a", "b"))
    assert list(of_some(replace(task, inputs=(one, replace(whole, namespace="one"))), spaces)) == []
    assert list(of_some(replace(task, inputs=(one,)), spaces)) == []
    other = replace(_input("rc_attendance_daily"), source="other", namespace="other")
    missed = _whys(of_some(replace(task, inputs=(one, whole, other)), {}))
    assert {"one: rc_attendance_daily", "s: rc_attendance_daily", "other: rc_submissions"} <= missed.keys()
    assert "tim-04-receipt" in missed["other: rc_submissions"]
    assert not any(what.endswith("rc_traits") for what in missed)  # of nobody: said once, without a name


def test_a_file_lacks_what_neither_a_column_nor_an_extension_of_it_says() -> None:
    older, newer = specifications("1.1")["users"], specifications()["users"]
    titles = list(older.columns)
    assert ("users", "userMasterIdentifier") in lacking(older, titles)
    assert ("users", "idSex") in lacking(older, titles)
    assert ("users", "userMasterIdentifier") not in lacking(older, [*titles, "metadata.rc.userMasterIdentifier"])
    assert ("users", "userMasterIdentifier") not in lacking(older, [*titles, "metadata.rc.userMasterIdentifier__na"])
    assert lacking(newer, list(newer.columns)) == (("users", "metadata.rc.personRegister"),)
    assert lacking(older, None) == ()
    assert {*lacking(older, ())} > {*lacking(older, titles)}
    enrolments = specifications()["enrollments"]
    assert {table for table, _ in lacking(enrolments, list(enrolments.columns))} == {"enrollments"}
    assert ("enrollments", "metadata.rc.status") in lacking(enrolments, list(enrolments.columns))
