"""The same school gives the same numbers in every format: for each rule whose columns the format carries. Every other
rule is never met, never unmet, and stands under "not looked at" with the table or the column that is lacking."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from recaudit import check, suites
from recaudit.education.sector import SECTOR
from recaudit.links import Links
from recaudit.looked import looked_at
from recaudit.model import STATES, Rule
from recaudit.reports import blind
from recaudit.result import Result
from recaudit.resultcounts import FacilityRule
from tests import in_formats, postgres
from tests.found import found_at

SAME: Final = "oneroster-1.2"
LOWER: Final = "oneroster-1.2-grade-6"  # the same learners in lower secondary school, which vnEdu is about
WORDS: Final = ("met", "unmet", "excused", "not_applicable", "not_assessable")
OWN: Final = ("own-csv", "own-xlsx", "own-parquet")
OF_LEARNERS: Final = (SAME, "oneroster-1.1", "sds-v1", "sds-v2", "sds-v2.1", "clever", "csdl-hoc-sinh", *OWN)
VNEDU: Final = "vnedu-so-diem-tong-ket"
OF_CARDS: Final = (SAME, LOWER, "oneroster-1.1", "csdl-primary-results", VNEDU, "sqlite", "postgresql", *OWN)
PACKS: Final = {"learner": ("core", "vn", "enrolment"), "report_card": ("core", "vn")}
BY_DESIGN: Final = {("oneroster-1.1", "conformant:learners")}
"""A learner of 1.1 is the user's own row: what is wrong with one is wrong with both. Either way the record is short."""

PLAN: Final = """\
[audit]
name = "One school"
as_of = 2026-06-30
period = {{ from = 2025-09-01, to = 2026-05-31 }}
timezone = "Asia/Ho_Chi_Minh"
unit = {{ education = "{unit}" }}
[register]
source = "Department"
date = 2025-10-01
facilities = "facilities.csv"
subject_plan = "vn"
[suites]
education = {packs}
"""

Counts = tuple[int, ...]


def school_of(form: str) -> str:
    """The code of the school that hands in this format."""
    return f"660{(*OF_LEARNERS, *OF_CARDS).index(form):05}"


@dataclass(frozen=True, slots=True)
class Audited:
    result: Result
    unit: str

    def counts(self, form: str) -> Mapping[str, Counts]:
        """Rule -> met, unmet, excused, not applicable, not assessable."""
        (one,) = (each for each in self.result["facilities"] if each["id"] == school_of(form))
        return {rule: tuple(counts[word] for word in WORDS) for rule, counts in one["rules"].items()}

    def lacking(self, form: str) -> set[str]:
        """ "table" and "table.column" that are said not to be looked at, of this source or of all."""
        said = {each["what"] for each in self.result["not_looked_at"]}
        return {what.removeprefix(f"{form}: ") for what in said if ": " not in what or what.startswith(f"{form}: ")}

    def blind(self, form: str) -> set[str]:
        """Rules that look at what is lacking."""
        lacking, found = self.lacking(form), {f"conformant:{table}" for table in self.lacking(form)}
        for rule, links in rules_of(self.unit):
            places = looked_at(rule, links)
            if any(table in lacking or f"{table}.{column}" in lacking for table, column in places):
                found.add(rule.id)
        return found


@cache
def rules_of(unit: str) -> tuple[tuple[Rule, Links], ...]:
    every = SECTOR.tables()
    links = suites.links("education", every, unit)
    names = suites.named("education", tuple(f"education/{pack}" for pack in PACKS[unit]), links.tables)
    return tuple((rule, links) for suite in suites.load(names, every, Path(), links) for rule in suite.rules)


def audited(root: Path, unit: str, files: Mapping[str, in_formats.Files | str]) -> Audited:
    """``files``: of each format, or how its database is asked."""
    plan, facilities = PLAN.format(unit=unit, packs=json.dumps(PACKS[unit])), "id,name,sector\n"
    for form, content in files.items():
        plan += f'[[source]]\nname = "{form}"\nsector = "education"\n'
        facilities += f"{school_of(form)},Trường,education\n"
        if isinstance(content, str):
            plan += f"{content}\n"
            continue
        plan += f'paths = ["{form}"]\nfacility = ["school.identifier", "school", "folder"]\n'
        if not form.startswith("oneroster"):
            mapping = "own.json" if form in OWN else form
            plan += f'format = "mapping"\nmapping = "{mapping}"\nnamespace = "folder"\n'
        folder = root / form / school_of(form)
        folder.mkdir(parents=True)
        for name, one in content.items():
            (folder / name).write_bytes(one)
    tables = in_formats.tables_of("", cards=unit == "report_card")
    (root / "own.json").write_text(json.dumps(in_formats.own_mapping(tables)), encoding="utf-8")
    (root / "facilities.csv").write_text(facilities, encoding="utf-8")
    (root / "recaudit.toml").write_text(plan, encoding="utf-8")
    return Audited(check(root, workers=1), unit)


def of_tables(*, cards: bool) -> dict[str, in_formats.Files]:
    """The formats that are tables as OneRoster has them."""
    own = {"own-csv": in_formats.own_csv, "own-xlsx": in_formats.own_xlsx, "own-parquet": in_formats.own_parquet}
    made = {
        form: write(in_formats.tables_of(school_of(form), cards=cards))
        for form, write in own.items()
        if form in (OF_CARDS if cards else OF_LEARNERS)
    }
    for edition in ("1.2", "1.1"):
        form = f"oneroster-{edition}"
        made[form] = in_formats.oneroster(in_formats.tables_of(school_of(form), cards=cards), edition)
    return made


@pytest.fixture(scope="module")
def learners(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    files = of_tables(cards=False) | {
        "sds-v1": in_formats.sds_v1(school_of("sds-v1")),
        "sds-v2": in_formats.sds_v2(school_of("sds-v2")),
        "sds-v2.1": in_formats.sds_v2_1(school_of("sds-v2.1")),
        "clever": in_formats.clever(school_of("clever")),
        "csdl-hoc-sinh": in_formats.csdl_students(),
    }
    return audited(tmp_path_factory.mktemp("learners"), "learner", files)


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Without PostgreSQL where there is none."""
    root = tmp_path_factory.mktemp("cards")
    files: dict[str, in_formats.Files | str] = {**of_tables(cards=True)}
    files["csdl-primary-results"] = in_formats.csdl_results()
    files[LOWER] = in_formats.oneroster(in_formats.tables_of(school_of(LOWER), cards=True, grade="6"))
    files[VNEDU] = in_formats.vnedu()
    tables = in_formats.tables_of(school_of("sqlite"), cards=True)
    with sqlite3.connect(root / "school.db") as database:
        in_formats.into_database(database, tables)
    database.close()
    files["sqlite"] = f'url = "sqlite:///school.db"\n{in_formats.as_queries(tables)}'
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres.started())
        except postgres.AbsentError:
            return audited(root, "report_card", files)
        import psycopg

        with psycopg.connect(url) as connection:
            in_formats.into_database(connection, in_formats.tables_of(school_of("postgresql"), cards=True))
        files["postgresql"] = f'url = "{url}"\n{in_formats.as_queries(tables)}'
        return audited(root, "report_card", files)


def compared(audit: Audited, form: str) -> None:
    """Raises where a rule gives other numbers than the package's in silence, and where one that is said to be blind is
    met or unmet."""
    if form == "postgresql" and not any(one["id"] == school_of(form) for one in audit.result["facilities"]):
        pytest.skip("PostgreSQL is not installed")
    same, counts, blind = audit.counts(LOWER if form == VNEDU else SAME), audit.counts(form), audit.blind(form)
    assert counts.keys() == same.keys()
    differing = {rule for rule in same if counts[rule] != same[rule] and (form, rule) not in BY_DESIGN}
    assert differing <= blind
    for rule in differing:
        met, unmet, excused, _, _ = counts[rule]
        assert met == unmet == excused == 0, rule
    assert "received" in same.keys() - differing


@pytest.mark.parametrize("form", OF_LEARNERS)
def test_a_learner_is_judged_alike_in_every_format(learners: Audited, form: str) -> None:
    compared(learners, form)


@pytest.mark.parametrize("form", [form for form in OF_CARDS if form != LOWER])
def test_a_card_is_judged_alike_in_every_format(cards: Audited, form: str) -> None:
    compared(cards, form)


def test_the_school_misses_what_was_planted_and_every_format_that_carries_it_says_so(learners: Audited) -> None:
    planted = {
        "req-01-birth-date": "csdl-hoc-sinh", "req-01-family-name": "sds-v2", "req-01-sex": "sds-v1",
        "req-02-national-id": "own-xlsx", "idn-06-national-id": "csdl-hoc-sinh", "idn-10-temporary-id": "clever",
        "dat-04-begin-end": "own-parquet", "req-08-begin-date": "own-csv", "req-03-guardian": "sds-v2.1",
        "idn-04-birth-year": "csdl-hoc-sinh",
    }  # fmt: skip
    for rule, form in planted.items():
        assert learners.counts(SAME)[rule][1] > 0, rule
        assert learners.counts(form)[rule] == learners.counts(SAME)[rule], rule


def test_what_each_format_of_learners_carries_is_known(learners: Audited) -> None:
    """So that no format gets out of the comparison by being blind to everything."""
    carried = {
        form: sum(sum(learners.counts(form)[rule][:4]) > 0 for rule in learners.counts(form)) for form in OF_LEARNERS
    }
    assert carried == {
        SAME: 32, "oneroster-1.1": 32, "sds-v1": 21, "sds-v2": 16, "sds-v2.1": 20, "clever": 21, "csdl-hoc-sinh": 26,
        **dict.fromkeys(OWN, 32),
    }  # fmt: skip


def test_every_row_of_every_format_was_read(learners: Audited, cards: Audited) -> None:
    for result in (learners.result, cards.result):
        exports = [one for one in result["inputs"] if one["role"] == "export"]
        assert all(one["to_the_end"] and not one["unreadable"] for one in exports)
        unfit = {found_at(each) for one in exports for each in one["findings"] if each["kind"] == "not conformant"}
        assert unfit == {"users.familyName: empty"}


def test_what_one_source_lacks_and_another_has_is_said_with_its_name(learners: Audited) -> None:
    assert {"users.userMasterIdentifier", "enrollments.beginDate"} <= learners.lacking("sds-v1")
    assert "demographics" in learners.lacking("sds-v2")
    assert "demographics" not in learners.lacking("sds-v2.1")
    assert "enrollments.metadata.rc.entryRecordedAt" in learners.lacking(SAME)  # of all: said once, without a name
    assert not any(each["what"].startswith(f"{SAME}: ") for each in learners.result["not_looked_at"])


def test_a_school_is_told_why_its_rules_are_not_assessable_and_nothing_of_other_schools(
    learners: Audited, cards: Audited
) -> None:
    for audit in (learners, cards):
        for each in audit.result["not_looked_at"]:
            form, _, what = each["what"].rpartition(": ")
            assert ("facilities" in each) == bool(form), what
            assert each.get("facilities", []) == ([school_of(form)] if form else []), what
        for school in audit.result["facilities"]:
            wanted = {
                rule for rule, counts in school["rules"].items() if counts["not_assessable"] == sum_of(counts) > 0
            }
            told = [set(each["rules"]) for each in blind.of_facility(audit.result, school)]
            assert wanted <= set().union(*told), school["id"]


def sum_of(counts: FacilityRule) -> int:
    return sum(counts[word] for word in STATES)


def test_what_each_format_of_cards_carries_is_known(cards: Audited) -> None:
    carried = {
        form: sum(sum(cards.counts(form)[rule][:4]) > 0 for rule in cards.counts(form))
        for form in OF_CARDS
        if form != "postgresql"  # where it is there, as SQLite: the test above
    }
    assert carried == {
        SAME: 65, LOWER: 65, "oneroster-1.1": 65, "sqlite": 65, "csdl-primary-results": 37, VNEDU: 42,
        **dict.fromkeys(OWN, 55),
    }  # fmt: skip


def test_a_result_that_is_not_there_is_missed_in_each_format_of_cards(cards: Audited) -> None:
    """Of one learner the mark of mathematics in the first term."""
    for form in OF_CARDS:
        if form != "postgresql":
            results = (12 * 3 if form in (LOWER, VNEDU) else 8 * 2) * len(in_formats.PUPILS)
            assert cards.counts(form)["grd-03-period"] == (results - 1, 1, 0, 0, 0), form
