"""Suites: what is shipped is genuine, and what is not understood is refused whole."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import suites
from recaudit.asks import fingerprint
from recaudit.engine.cells import COMPILED
from recaudit.engine.examples import failures
from recaudit.errors import SuiteError
from recaudit.health.cells import shipped_views
from recaudit.links import LinkedColumn
from recaudit.model import STATES, Rule
from recaudit.reports.suites import one
from recaudit.shipped import expectations
from recaudit.suites.linking import read_links
from recaudit.suites.patterns import why_not_common

TABLES: Mapping[str, Mapping[str, str]] = {view.table: view.kinds for view in shipped_views().values()}
HEALTH = suites.shipped("health")


def a_rule(**changes: object) -> dict[str, Any]:
    """A rule that loads; ``changes`` replace keys of its meta, or of the rule where these are GX's own."""
    rule: dict[str, Any] = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "gender"},
        "severity": "critical",
        "meta": {
            "rule": "own-gender",
            "rung": "complete",
            "required": True,
            "title": {"en": "Gender is recorded", "vi": "Có giới tính"},
            "why": "It is asked for.",
            "fix": {"en": "Enter it.", "vi": "Hãy nhập."},
            "source": "this test",
            "examples": {"met": ["male"], "unmet": [None]},
        },
    }
    for key, value in changes.items():
        (rule if key in rule else rule["meta"])[key] = value
    return rule


def a_suite(*rules: Mapping[str, Any], table: str = "patient") -> dict[str, Any]:
    meta = {"version": "1", "table": table, "sector": "health"}
    return {"name": f"own/{table}", "expectations": list(rules), "meta": {"recaudit": meta}}


def written(folder: Path, suite: object, name: str = "own.json") -> str:
    (folder / name).write_text(json.dumps(suite), encoding="utf-8")
    return name


def loaded(folder: Path, suite: object) -> Rule:
    return suites.load([written(folder, suite)], TABLES, folder)[0].rules[0]


def refused(folder: Path, *suite: object) -> str:
    """The message that loading these suites ends with."""
    names = [written(folder, one, f"own{at}.json") for at, one in enumerate(suite)]
    with pytest.raises(SuiteError) as caught:
        suites.load(names, TABLES, folder)
    for problem in caught.value.problems:
        assert str(problem.what)
        assert str(problem.where)
        assert str(problem.fix)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------ what is shipped
def test_all_shipped_suites_of_a_sector_load_together(tmp_path: Path) -> None:
    shipped = suites.load(HEALTH, TABLES, tmp_path)
    assert {suite.name: len(suite.rules) for suite in shipped} == {
        "health/composition": 6,
        "health/condition": 7,
        "health/encounter": 16,
        "health/medication_request": 4,
        "health/observation": 6,
        "health/patient": 8,
        "health/procedure": 4,
    }
    assert [suite.name for suite in shipped] == list(HEALTH)
    assert all(len(suite.sha256) == 64 and suite.version == "2026.1" for suite in shipped)


def test_every_shipped_rule_shows_what_excuses_or_leaves_it_open_where_that_can_happen(tmp_path: Path) -> None:
    for suite in suites.load(HEALTH, TABLES, tmp_path):
        for rule in suite.rules:
            assert set(rule.examples) <= set(STATES)
            linked = {"found", "count", "days"} & {
                suites.frame_kinds(suite.rules[0].table, TABLES, suites.links("health", TABLES))[column]
                for column in rule.columns
            }
            if rule.presence and not linked:
                assert {"excused", "not_applicable"} <= set(rule.examples), rule.id
            if linked or "greater_than" in rule.type:
                assert "not_assessable" in rule.examples, rule.id


def test_the_rules_that_decide_completion_are_the_agreed_ones(tmp_path: Path) -> None:
    required = [
        rule.id
        for suite in suites.load(HEALTH, TABLES, tmp_path)
        for rule in suite.rules
        if rule.required and rule.rung == "complete"
    ]
    assert required == [
        *("comp-type", "comp-date", "comp-author"),
        *("cond-code", "cond-clinical-status", "cond-subject"),
        *("enc-class", "enc-type", "enc-subject", "enc-start", "enc-end", "enc-participant", "enc-discharge"),
        "enc-has-condition",
        *("med-medication", "med-authored", "med-requester", "med-dosage"),
        *("obs-code", "obs-value", "obs-effective", "obs-unit"),
        *("pat-identifier", "pat-name", "pat-gender", "pat-birth-date"),
        *("proc-code", "proc-performed"),
    ]


def test_a_rule_looks_at_the_columns_of_its_condition_too(tmp_path: Path) -> None:
    (suite,) = suites.load(["health/observation"], TABLES, tmp_path)
    value = next(rule for rule in suite.rules if rule.id == "obs-value")
    assert value.columns == ("value", "component", "member_ref")
    assert (value.accepts, value.exempts) == (("as-text",), ("not-performed",))


def test_great_expectations_holds_every_shipped_rule(tmp_path: Path) -> None:
    for suite in suites.load(HEALTH, TABLES, tmp_path):
        assert suites.hold_in_gx(suites.find(suite.name, tmp_path), suite) == len(suite.rules)


def test_the_suites_load_without_great_expectations() -> None:
    program = (
        "import json, sys; from pathlib import Path; from recaudit import suites;"
        "suites.load(suites.shipped('health'), json.loads(sys.argv[1]), Path());"
        "print(sorted({'great_expectations', 'pandas', 'duckdb', 'polars', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(TABLES)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_what_may_be_written_is_what_the_engine_compiles() -> None:
    assert set(suites.SUPPORTED) == COMPILED


def test_the_engine_agrees_with_every_shipped_example(tmp_path: Path) -> None:
    links = suites.links("health", TABLES)
    kinds = {table: suites.frame_kinds(table, TABLES, links) for table in TABLES}
    assert failures([rule for suite in suites.load(HEALTH, TABLES, tmp_path) for rule in suite.rules], kinds) == []


# ------------------------------------------------------------------------------------------------ nothing
def test_no_name_is_no_suite(tmp_path: Path) -> None:
    assert suites.load([], TABLES, tmp_path) == ()
    assert suites.shipped("no such sector") == ()


def test_a_suite_without_a_rule_is_refused(tmp_path: Path) -> None:
    assert "holds no rule" in refused(tmp_path, a_suite())


def test_an_unknown_suite_is_told_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="write 'health/encounter'"):
        suites.load(["health/encounters"], TABLES, tmp_path)


def test_a_file_that_is_no_suite_is_refused(tmp_path: Path) -> None:
    for content, reason in ((b"{", "no JSON"), (b"[]", "no JSON object"), (b"\xff{}", "not UTF-8"), (b"{}", "lacks")):
        (tmp_path / "own.json").write_bytes(content)
        with pytest.raises(SuiteError, match=reason):
            suites.load(["own.json"], TABLES, tmp_path)


# ------------------------------------------------------------------------------------------------ what is refused
def test_a_rule_of_ones_own_loads_from_a_path(tmp_path: Path) -> None:
    (suite,) = suites.load([written(tmp_path, a_suite(a_rule()))], TABLES, tmp_path)
    assert (suite.name, [rule.id for rule in suite.rules]) == ("own/patient", ["own-gender"])


def comparison(operator: str, parameter: object, column: str = "gender") -> dict[str, Any]:
    return {"type": "comparison", "column": {"name": column}, "operator": operator, "parameter": parameter}


def with_condition(condition: object) -> dict[str, Any]:
    return a_rule(
        kwargs={"column": "name", "row_condition": condition},
        examples={"met": [{"name": "Na", "gender": "male"}], "unmet": [{"name": None, "gender": "male"}]},
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (a_rule(type="expect_column_values_to_not_be_nul"), "write 'expect_column_values_to_not_be_null'"),
        (a_rule(kwargs={"column": "gendre"}), "write 'gender'"),
        (a_rule(kwargs={"column": "gender", "mostly": 0.9}), "threshold"),
        (a_rule(kwargs={"column": "gender", "condition_parser": "pandas"}), "unknown key 'condition_parser'"),
        (a_rule(kwargs={}), "lacks column"),
        (a_rule(severity="warning"), "is required and has severity 'warning'"),
        (a_rule(severity="nonsense"), "severity 'nonsense'"),
        (a_rule(required=False), "is advisory and has severity 'critical'"),
        (a_rule(rung="completed"), "write 'complete'"),
        (a_rule(rung="received"), "rung is not as it must be"),
        (a_rule(rule="Own Gender"), "rule is not as it must be"),
        (a_rule(title={"en": "Gender"}), "both languages"),
        (a_rule(accepts=["nil-known"]), "accepts is not as it must be"),
        (a_rule(accept=["nilknown"]), "write 'accepts'"),
        (a_rule(absence_means="yes"), "absence_means has no effect"),
        (a_rule(examples={"met": ["male"]}), "no example of unmet"),
        (a_rule(examples={"met": ["male"], "unmet": [None], "excuse": [None]}), "write 'excused'"),
        (a_rule(examples={"met": [{"gender": "male"}], "unmet": [None]}), "example 1 of met"),
        (a_rule(examples={"met": [1], "unmet": [None]}), "example 1 of met"),
        (with_condition("gender == 'male'"), "shape that is not compiled"),
        (with_condition({"type": "or", "conditions": []}), "shape that is not compiled (or)"),
        (with_condition({"type": "and", "conditions": []}), "at least two"),
        (with_condition(comparison("IN", "male")), "cannot compare"),
        (with_condition(comparison("<", "male")), "is not compared by '<'"),
        (with_condition(comparison("==", "x", "sex")), "unknown column 'sex'"),
        (with_condition(comparison("==", "1990", "birth_date")), "may be partial"),
        (
            a_rule(type="expect_column_values_to_be_between", kwargs={"column": "gender", "min_value": 1}),
            "asks expect_column_values_to_be_between of code",
        ),
        (
            a_rule(type="expect_column_values_to_be_in_set", kwargs={"column": "gender", "value_set": [1, 2]}),
            "a list of texts",
        ),
        (
            a_rule(type="expect_column_values_to_match_regex", kwargs={"column": "gender", "regex": "^(?!x)"}),
            "look-ahead: RE2 has none",
        ),
        (
            a_rule(
                type="expect_column_pair_values_to_be_equal",
                kwargs={"column_A": "gender", "column_B": "name", "ignore_row_if": "neither"},
                examples={
                    "met": [{"gender": "x1", "name": "x1"}],
                    "unmet": [{"gender": "x1", "name": "x2"}],
                },
            ),
            "a value without its partner",
        ),
    ],
)
def test_what_is_not_understood_is_refused_with_a_hint(tmp_path: Path, rule: dict[str, Any], said: str) -> None:
    assert said in refused(tmp_path, a_suite(rule))


@pytest.mark.parametrize("key", ["why", "source"])
def test_a_reason_and_a_source_are_said_in_both_languages_or_in_plain_english(tmp_path: Path, key: str) -> None:
    both = {"en": "It is asked for.", "vi": "Có yêu cầu."}
    plain, told = (loaded(tmp_path, a_suite(a_rule(**{key: said}))) for said in (both["en"], both))
    assert (getattr(plain, key), getattr(told, key)) == ({"en": both["en"]}, both)
    assert fingerprint(plain) == fingerprint(told)
    wrongs: list[object] = [{"en": "x"}, {"en": "x", "vi": " "}, {"vi": "x"}, "", [], None]
    for wrong in wrongs:
        assert f"rule own-gender: {key} is not as it must be" in refused(tmp_path, a_suite(a_rule(**{key: wrong})))


def test_another_wording_is_the_same_rule(tmp_path: Path) -> None:
    rule = loaded(tmp_path, a_suite(a_rule()))
    other = {"en": "Said in other words.", "vi": "Nói cách khác."}
    assert fingerprint(replace(rule, title=other, why=other, fix=other, source=other)) == fingerprint(rule)
    assert fingerprint(replace(rule, required=False)) != fingerprint(rule)


def english_alone(said: object, place: str = "") -> Iterator[str]:
    """Places of texts for people that a file has in English, and not in Vietnamese."""
    match said:
        case {"en": english, **others}:
            if not str(others.get("vi") or "").strip() or others.get("vi") == english:
                yield place
        case dict():
            for key, value in said.items():
                if key == "why" and isinstance(value, str):
                    yield f"{place} {key}"
                yield from english_alone(value, f"{place} {key}")
        case list():
            for number, value in enumerate(said, start=1):
                yield from english_alone(value, f"{place} {number}")


def test_no_text_travels_in_english_alone() -> None:
    files = [path for path in expectations().rglob("*.json") if "formats" not in path.parts]  # whose notes are for us
    assert len(files) > 70
    assert [place for path in files for place in english_alone(json.loads(path.read_bytes()), path.name)] == []
    planted = {"meta": {"title": {"en": "x"}, "why": "y", "fix": [{"en": "x", "vi": ""}, {"en": "x", "vi": "y"}]}}
    assert [*english_alone(planted)] == [" meta title", " meta why", " meta fix 1"]


def test_all_missing_keys_are_told_at_once(tmp_path: Path) -> None:
    rule = a_rule()
    for key in ("why", "source", "examples"):
        del rule["meta"][key]
    assert "rule own-gender lacks why, source, examples" in refused(tmp_path, a_suite(rule))


def test_everything_wrong_in_all_suites_is_told_in_one_pass(tmp_path: Path) -> None:
    said = refused(tmp_path, a_suite(a_rule(severity="info"), a_rule(rung="x")), a_suite(a_rule(), table="patients"))
    assert said.count("error: ") == 3
    assert "own0.json, expectation 1" in said
    assert "own0.json, expectation 2" in said
    assert "write 'patient'" in said


def test_two_rules_of_one_name_are_refused_across_suites(tmp_path: Path) -> None:
    said = refused(tmp_path, a_suite(a_rule()), a_suite(a_rule()) | {"name": "other/patient"})
    assert "rule own-gender stands 2 times" in said
    assert "own/patient, other/patient" in said


PLACES = [
    "type",
    "kwargs",
    "severity",
    "meta",
    "rule",
    "rung",
    "required",
    "title",
    "fix",
    "source",
    "examples",
    "accepts",
]
SHAPES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda parts: st.lists(parts, max_size=2))


@settings(deadline=None)  # links.json is read each time, on whatever disk
@given(st.sampled_from(PLACES), SHAPES | st.dictionaries(st.sampled_from(["column", "met", "en", "x"]), SHAPES))
def test_a_part_of_any_shape_loads_or_is_refused_and_never_crashes(place: str, value: object) -> None:
    with TemporaryDirectory() as folder:
        name = written(Path(folder), a_suite(a_rule(**{place: value})))
        with contextlib.suppress(SuiteError):
            suites.load([name], TABLES, Path(folder))


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["and", "nullity", "comparison", 1])},
        optional={
            "column": SHAPES | st.just({"name": "gender"}),
            "operator": SHAPES,
            "parameter": SHAPES,
            "conditions": SHAPES,
        },
    )
)
def test_a_condition_of_any_shape_loads_or_is_refused_and_never_crashes(condition: object) -> None:
    with TemporaryDirectory() as folder:
        name = written(Path(folder), a_suite(with_condition(condition)))
        with contextlib.suppress(SuiteError):
            suites.load([name], TABLES, Path(folder))


# ------------------------------------------------------------------------------------------------ Great Expectations
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "expect_column_values_to_not_be_nul"}, "own-gender"),
        ({"severity": "nonsense"}, "own-gender"),
        ({"kwargs": {"colum": "gender"}}, "own-gender"),
    ],
)
def test_what_great_expectations_drops_in_silence_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    broken = a_rule() | change
    name = written(tmp_path, a_suite(a_rule(rule="own-good"), broken))
    with pytest.raises(SuiteError) as caught:
        suites.hold_in_gx(tmp_path / name)
    assert said in str(caught.value)
    assert "own-good" not in str(caught.value)


def test_an_empty_suite_does_not_pass_great_expectations(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="holds no expectation"):
        suites.hold_in_gx(tmp_path / written(tmp_path, a_suite()))


# ------------------------------------------------------------------------------------------------ patterns
@pytest.mark.parametrize(
    "pattern",
    [
        "^(?:19|20)[0-9]{2}(?:-|$)",
        r"^[A-Z][0-9]{2}(?:\.[0-9A-Z]{1,4})?$",
        r"^\(\?=\\x\)$",
        "a{2,}?",
        r"[^\]\[]+",
        "Ngày",
    ],
)
def test_the_common_syntax_is_taken(pattern: str) -> None:
    assert why_not_common(pattern) == ()


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)", "look-ahead"),
        ("(?!a)", "look-ahead"),
        ("(?<=a)b", "look-behind"),
        ("(?<!a)b", "look-behind"),
        (r"(a)\1", "back-reference"),
        ("(?P<n>a)(?P=n)", "back-reference"),
        ("(?P<n>a)", "named group"),
        ("(?>a)", "atomic"),
        ("(?i)a", "flags"),
        ("a++", "possessive"),
        ("a{2}+", "possessive"),
        ("a{,3}", "lower number"),
        ("a{1001}", "1000 repeats"),
        (r"\d", "[0-9]"),
        (r"[\w]", "[0-9A-Za-z_]"),
        (r"\bx", "not read alike"),
        ("[[a]", "class inside a class"),
        ("[a&&b]", "class inside a class"),
        ("[]a]", "empty or begins with ]"),
        ("a{", "brace"),
        ("(", "no regular expression"),
    ],
)
def test_what_the_engines_read_differently_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    assert any(reason in str(said) for said in why_not_common(pattern))


PIECES = [
    r"a",
    r"b",
    r"0",
    r"-",
    r"(",
    r")",
    r"(?:",
    r"|",
    r"^",
    r"$",
    r".",
    r"[ab]",
    r"[^a]",
    r"[a-b0-]",
    r"[\]{]",
    r"\.",
    r"\(",
    r"\{",
    r"*",
    r"+",
    r"?",
    r"+?",
    r"*+",
    r"{2}",
    r"{1,2}",
    r"{,2}",
    r"{",
    r"}",
    r"[",
    r"]",
    r"\1",
    r"(?=",
]


@settings(deadline=None)  # the first query starts DuckDB
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_a_pattern_that_is_taken_is_read_alike_by_re2(pattern: str) -> None:
    if why_not_common(pattern):
        return
    for text in ("", "a", "ab", "a-b", "00", "a{b", "(a)", "]", "aa.0"):
        found = duckdb.execute("select regexp_matches(?, ?)", [text, pattern]).fetchone()
        assert found == (re.search(pattern, text) is not None,)


# ------------------------------------------------------------------------------------------------ links
def test_the_links_of_health_hold_together() -> None:
    links = suites.links("health", TABLES)
    assert links.unit == "encounter"
    core = {"condition", "observation", "medication_request", "procedure", "composition"}
    assert set(links.hanging) - set(links.further) == core
    assert links.referenced["patient"] == "subject_ref"
    assert (
        LinkedColumn("days_after_end", "days", start="encounter.period_end", end="date") in links.columns["composition"]
    )
    assert LinkedColumn("conditions", "count", table="condition") in links.columns["encounter"]
    assert not set(links.finished) & set(links.open)


def test_a_linked_column_has_the_kind_of_what_it_repeats() -> None:
    links = suites.links("health", TABLES)
    assert suites.frame_kinds("encounter", TABLES, links)["patient.birth_date"] == "date"
    assert suites.frame_kinds("encounter", TABLES, links)["conditions"] == "count"
    assert suites.frame_kinds("composition", TABLES, links)["days_after_end"] == "days"


def test_a_sector_without_links_is_refused() -> None:
    with pytest.raises(SuiteError, match="cannot be read"):
        suites.links("no-such-sector", TABLES)


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda links: links.pop("hanging"), "lacks hanging"),
        (lambda links: links["unit"].update(end="period_ende"), "write 'period_end'"),
        (lambda links: links["unit"]["open"].append("finished"), "finished is finished and open"),
        (lambda links: links["hanging"].update(condition="code"), "not a reference"),
        (lambda links: links["hanging"].update(conditions="encounter_ref"), "write 'condition'"),
        (lambda links: links["columns"]["encounter"].append({"name": "class", "count": "condition"}), "already"),
        (lambda links: links["columns"]["encounter"].append({"name": "x", "sum": "condition"}), "none of count"),
        (lambda links: links["columns"]["encounter"].append({"name": "x", "count": "patient"}), "do not hang"),
        (
            lambda links: links["columns"]["encounter"].append({"name": "x", "found": "patient", "by": "class"}),
            "write 'subject_ref'",
        ),
        (
            lambda links: links["columns"]["condition"].append({"name": "x", "of": "patient", "column": "gender"}),
            "does not say which column names",
        ),
        (
            lambda links: links["columns"]["composition"].append({"name": "x", "days": {"from": "date", "to": "type"}}),
            "not a date",
        ),
        (lambda links: links.update(unit=[]), "unit is no object"),
    ],
)
def test_links_that_do_not_hold_together_are_refused(tmp_path: Path, change: Change, said: str) -> None:
    path = suites.find("health/encounter", tmp_path).with_name("links.json")
    links = json.loads(path.read_text(encoding="utf-8"))
    change(links)
    (tmp_path / "links.json").write_text(json.dumps(links), encoding="utf-8")
    with pytest.raises(SuiteError) as caught:
        read_links(tmp_path / "links.json", "links.json", TABLES)
    assert said in str(caught.value)


def test_a_group_stands_for_its_suites_of_every_sector() -> None:
    assert suites.meant(["health/core"]) == suites.shipped("health")
    for pack in ("further", "vn"):
        of_each = [suites.meant([f"{sector}/{pack}"]) for sector in ("health", "education")]
        assert all(of_each)
        assert set(suites.meant([pack])) >= {*of_each[0], *of_each[1]}
    assert suites.meant(["health/encounter", "x.json"]) == ("health/encounter", "x.json")
    assert suites.meant([]) == ()


def test_an_unknown_suite_is_answered_with_near_names_and_packs(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as raised:
        suites.find("health/furher", tmp_path)
    (problem,) = raised.value.problems
    assert str(problem.fix).startswith("write 'health/further'")
    assert "health/vn" in str(problem.fix)
    assert "health/further/immunization" not in str(problem.fix)


@pytest.mark.parametrize("key", ["gam-01-card-filler", "cov-01-silent-schools"])
def test_a_signal_is_told_from_a_rule(key: str) -> None:
    with pytest.raises(SuiteError) as refused:
        one((), key)
    (problem,) = refused.value.problems
    assert "is a signal, not a rule" in str(problem.what)
    assert "docs/signals.md" in str(problem.fix)
