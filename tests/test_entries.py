"""What was counted and judged comes into the result unchanged; and the exit code follows from the result alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from recaudit import entries
from recaudit.counted import Counted, RuleCount, TableCount, Tally
from recaudit.exits import exit_code
from recaudit.model import RUNGS, Area, Claim, Finding, Input, Rule, Scope, Suite
from recaudit.reports.identities import broken
from recaudit.result import Result
from recaudit.said import as_entry, english
from recaudit.statistics import exact
from recaudit.verdicts import Evidence
from tests.golden.province import province
from tests.small_worlds import Row, Site, World, evidence

RULE = Rule(
    id="enc-class",
    sector="health",
    table="encounter",
    rung="complete",
    required=True,
    type="expect_column_values_to_not_be_null",
    kwargs={"column": "class"},
    columns=("class",),
    title={"en": "The class is filled"},
    why={"en": "why"},
    fix={"en": "Fill it."},
)
CLAIM = Claim("c", "health", "complete", Fraction(39, 40), {"en": "all"}, said_by="they")
AREAS = (Area("p", "Province"), Area("A", "Ward A", parent="p"), Area("B", "Ward B", parent="p"), Area("C", "empty"))
PARENTS = {area.code: area.parent for area in AREAS}

GOOD, SHORT, BROKEN = Row("0", "mmm"), Row("1", "mum"), Row(None)
TOWN = World(
    (
        Site("roster", 3, (GOOD, SHORT, GOOD)),
        Site("count", 2, (GOOD, BROKEN), area="B"),
        Site("roster", 4, area="B"),
        Site("none", 0, (GOOD, SHORT)),
    ),
    unattributed=2,
)


def counts(seat_number: int) -> dict[str, RuleCount]:
    return {
        "conformant:encounter": RuleCount(met=seat_number),
        "enc-class": RuleCount(met=1, unmet=seat_number, excused=1, not_applicable=2, not_assessable=3, solo=1),
    }


def town() -> Evidence:
    """The world of this file with rule counts: facility n has n rows unmet."""
    known = evidence(TOWN)
    seats = (replace(seat, tally=replace(seat.tally, rules=counts(number))) for number, seat in enumerate(known.seats))
    return replace(known, seats=tuple(seats), parents=PARENTS)


def of_town(known: Evidence) -> Result:
    """The parts of a result that entries make, in the place of those of a whole one."""
    places = entries.ladders(known)
    read = sum(seat.tally.read for seat, _ in places)
    counted = Counted((), (), (), {"no facility named": 2}, 2, 0, read + 2, {})
    claim, _ = entries.claim_entry(CLAIM, known, "encounter")
    return {
        **province(),
        "areas": entries.area_entries(AREAS, {"health": places}, PARENTS),
        "facilities": [entries.facility_entry(seat, ladder) for seat, ladder in places],
        "unattributed": dict(counted.unattributed),
        "claims": [claim],
        "rules": entries.rule_entries("health", "encounter", ["encounter"], [RULE], places),
        "totals": {"health": entries.total_entry(places, counted)},
    }


# -------------------------------------------------------------- entries
def test_entries_of_one_audit_keep_every_identity() -> None:
    assert broken(of_town(town())) == []


def test_the_identities_are_not_kept_by_chance() -> None:
    result = of_town(town())
    result["facilities"][0]["rungs"]["complete"]["reached"] += 1
    assert len(broken(result)) >= 3  # the facility, its areas, the total


def test_an_area_sums_all_below_it_and_one_without_facilities_has_no_sums() -> None:
    areas = {entry["code"]: entry["sectors"] for entry in of_town(town())["areas"]}
    assert areas["p"]["health"]["expected"] == 9
    assert (areas["A"]["health"]["expected"], areas["B"]["health"]["expected"]) == (3, 6)
    assert areas["C"] == {}
    assert list(areas) == sorted(areas)


def test_a_facility_without_an_expected_number_is_counted_and_in_no_sum() -> None:
    total = of_town(town())["totals"]["health"]
    assert (total["facilities"], total["no_expected"], total["silent"], total["expected"]) == (4, 1, 1, 9)
    assert total["rungs"]["received"] == {"reached": 3, "short": 1, "unknown": 5}
    assert (total["read"], total["unattributed"]) == (9, 2)


def test_where_no_facility_has_an_expected_number_the_sums_are_of_what_was_received() -> None:
    only = evidence(World((Site("none", 0, (GOOD, SHORT)),)))
    whole = entries.sum_entry(entries.ladders(only), of_received=True)
    assert whole["expected"] is None
    assert whole["rungs"]["complete"] == {"reached": 1, "short": 1, "unknown": 0}


def test_sums_of_nothing_are_zero() -> None:
    whole = entries.sum_entry([], of_received=True)
    assert (whole["facilities"], whole["expected"]) == (0, None)
    assert set(whole["rungs"]) == set(RUNGS)


def test_a_facility_carries_its_row_states_and_its_ladder() -> None:
    first, second, silent, last = of_town(town())["facilities"]
    assert [first[key] for key in ("read", "matched", "duplicate", "missing")] == [3, 2, 1, 1]
    assert (second["basis"], second["unreadable"], second["status"], second["over_reported"]) == (
        "count",
        1,
        "partial",
        False,
    )
    assert (silent["status"], silent["expected"], silent["rungs"]["complete"]["unknown"]) == ("silent", 4, 4)
    assert (last["expected"], last["basis"]) == (None, "none")


def test_every_facility_has_the_rule_received() -> None:
    received = [facility["rules"]["received"] for facility in of_town(town())["facilities"]]
    assert [rule["unmet"] for rule in received] == [1, 0, 0, 0]
    assert [rule["not_assessable"] for rule in received] == [0, 1, 4, 0]
    assert [rule["met"] for rule in received] == [2, 1, 0, 2]
    assert {rule["solo"] for rule in received} == {0}


def test_rules_sum_their_facilities_and_excused_fails_a_facility_too() -> None:
    rules = {rule["id"]: rule for rule in of_town(town())["rules"]}
    assert list(rules) == ["received", "conformant:encounter", "enc-class"]
    own = rules["enc-class"]
    assert own["totals"] == {"met": 4, "unmet": 6, "excused": 4, "not_applicable": 8, "not_assessable": 12}
    assert own["facilities_failing"] == 4  # the first one has nothing unmet, but something excused
    assert (own["table"], own["rung"], own["required"], own["why"]) == ("encounter", "complete", True, {"en": "why"})
    assert rules["received"]["facilities_failing"] == 1


def test_built_in_rules_name_their_table_in_every_language() -> None:
    built_in = entries.rule_entries("health", "encounter", ["condition"], [], [])[1]
    assert (built_in["id"], built_in["table"], built_in["rung"]) == ("conformant:condition", "condition", "conformant")
    assert {text.split(":")[0] for text in built_in["title"].values()} == {"condition"}
    assert built_in["why"]
    assert {"en", "vi"} <= set(built_in["fix"])


def test_a_rule_that_no_facility_counted_has_zeros() -> None:
    places = entries.ladders(evidence(TOWN))
    assert set(entries.rule_entries("health", "encounter", [], [RULE], places)[1]["totals"].values()) == {0}


def test_a_claim_carries_its_words_bounds_and_every_rung() -> None:
    known = town()
    claim = replace(CLAIM, scope=Scope(areas=("A",), facilities=("0",)))
    entry, verdict = entries.claim_entry(claim, known, "encounter")
    assert (entry["target"], entry["each"], entry["said_by"], entry["unit"]) == ("0.975", "1", "they", "encounter")
    assert entry["scope"] == {"areas": ["A"], "kinds": [], "vendors": [], "facilities": ["0"]}
    assert (entry["verdict"], entry["low"], entry["high"]) == ("refuted", [1, 3], [2, 3])
    assert entry["standing"]["complete"] == {"reached": 1, "short": 2, "unknown": 0, "missing": 1}
    assert entry["open"] == {"returned": 1, "holes": 0, "spoiled": 0, "rescued": 0}
    assert set(entry["by_rung"]) == set(RUNGS)
    assert entry["by_rung"]["complete"] == {"verdict": "refuted", "low": [1, 3], "high": [2, 3]}
    assert (entry["wording"], tuple(entry["reasons"])) == (verdict.wording, tuple(map(as_entry, verdict.reasons)))
    assert english(entry["sentence"]).startswith("refuted: ")


def test_what_has_no_bound_is_null() -> None:
    entry, _ = entries.claim_entry(replace(CLAIM, level="records"), town(), "encounter")
    assert (entry["low"], entry["high"]) == (None, None)


def test_any_stays_a_word() -> None:
    entry, _ = entries.claim_entry(replace(CLAIM, level="facilities", each="any"), town(), "encounter")
    assert entry["each"] == "any"


@pytest.mark.parametrize(
    ("share", "text"), [(Fraction(1), "1"), (Fraction(1, 2), "0.5"), (Fraction(9999, 10000), "0.9999")]
)
def test_a_share_reads_as_it_was_written(share: Fraction, text: str) -> None:
    assert exact(share) == text


def test_a_very_fine_share_is_not_rounded() -> None:
    assert Fraction(exact(Fraction("0.123456789012345678901234567891"))) == Fraction("0.123456789012345678901234567891")


def test_inputs_suites_and_tables_carry_counts_and_no_values() -> None:
    read = Input(
        src=0,
        path="a/Encounter.ndjson",
        sector="health",
        format="fhir-ndjson",
        source="his",
        namespace="his",
        bytes=10,
        sha256="0" * 64,
        read=3,
        unreadable=1,
        to_the_end=False,
        findings=(Finding("broken line", 1, lines=(2,)),),
    )
    entry = entries.input_entry(read)
    assert (entry["path"], entry["read"], entry["unreadable"], entry["to_the_end"]) == (
        "a/Encounter.ndjson",
        3,
        1,
        False,
    )
    assert entry["findings"] == [{"kind": "broken line", "count": 1, "where": "", "lines": [2]}]
    assert entries.suite_entry(Suite("health/encounter", "1", "0" * 64, (RULE, RULE)))["rules"] == 2
    table = TableCount("health", "encounter", read=5, unreadable=1, unlinked=2, duplicate=1, conflicting=1)
    counted = Counted((Tally("a"),), (), (table,), {}, 0, 0, 5, {})
    assert entries.table_entries(counted) == [
        {
            "sector": "health",
            "name": "encounter",
            "read": 5,
            "unreadable": 1,
            "unlinked": 2,
            "duplicate": 1,
            "conflicting": 1,
        }
    ]


# -------------------------------------------------------------- the exit code
def whole(change: Callable[[Result], Any], *verdicts: str) -> Result:
    """A result that holds together and has nothing wrong: claims with these verdicts, one change."""
    made = province()
    claims = made["claims"]
    made["claims"] = [{**claims[0], "verdict": word} for word in verdicts]  # type: ignore[typeddict-item]
    for entry in made["inputs"]:
        entry["unreadable"], entry["to_the_end"] = 0, True
    for table in made["tables"]:
        table["unreadable"] = 0
    made["unattributed"] = {}
    for facility in made["facilities"]:
        facility["read"] = max(facility["read"], 1)
    for rule in made["rules"]:
        rule["totals"] = {**rule["totals"], "unmet": 0, "excused": 0, "not_assessable": 0}
    change(made)
    return made


def nothing_wrong(result: Result) -> None: ...


def no_file(result: Result) -> None:
    result["inputs"] = [entry for entry in result["inputs"] if entry["role"] != "export"]


def no_row(result: Result) -> None:
    for total in result["totals"].values():
        total["read"] = 0


def no_rule(result: Result) -> None:
    result["suites"] = []


def no_register(result: Result) -> None:
    result["register"] = None


def unread_input(result: Result) -> None:
    result["inputs"][0]["unreadable"] = 1


def cut_off_input(result: Result) -> None:
    result["inputs"][0]["to_the_end"] = False


def a_rule(state: str, *, required: bool = True) -> Callable[[Result], None]:
    """One row more in this state, of the first rule of the suites that is required, or advisory."""

    def change(result: Result) -> None:
        chosen = next(rule for rule in result["rules"] if rule["required"] == required and rule["id"] != "received")
        chosen["totals"][state] = 1  # type: ignore[literal-required]

    return change


def some_missing(result: Result) -> None:
    next(rule for rule in result["rules"] if rule["id"] == "received")["totals"]["unmet"] = 1


def some_unattributed(result: Result) -> None:
    result["unattributed"] = {"no facility named": 1}


def one_quiet(result: Result) -> None:
    one = result["facilities"][0]
    one["expected"], one["read"] = None, 0


def unread_rows(result: Result) -> None:
    result["tables"][0]["unreadable"] = 1


def both(*changes: Callable[[Result], None]) -> Callable[[Result], None]:
    def change(result: Result) -> None:
        for one in changes:
            one(result)

    return change


ExitCode = tuple[str, int, tuple[str, ...], Callable[[Result], None]]
"""What is so, the code, the verdicts of the claims, and what makes a result so."""

EXIT_CODES: list[ExitCode] = [
    ("every claim confirmed", 0, ("confirmed", "confirmed"), nothing_wrong),
    ("with claims, unread input acts only through the bounds", 0, ("confirmed",), both(unread_input, cut_off_input)),
    ("with claims, unmet rules act only through the bounds", 0, ("confirmed",), a_rule("unmet")),
    ("a claim refuted", 1, ("confirmed", "refuted"), nothing_wrong),
    ("refuted beats unverifiable", 1, ("unverifiable", "refuted"), nothing_wrong),
    ("an unverifiable claim", 3, ("confirmed", "unverifiable"), nothing_wrong),
    ("no file", 3, ("confirmed",), no_file),
    ("no row of the unit", 3, ("confirmed",), no_row),
    ("no rule", 3, ("confirmed",), no_rule),
    ("a claim without a register", 3, ("confirmed",), no_register),
    ("refuted by a silence that is missing, without a row", 1, ("refuted",), no_row),
    ("export only: no required rule unmet", 0, (), nothing_wrong),
    ("export only: a required rule unmet", 1, (), a_rule("unmet")),
    ("export only: excused counts as unmet", 1, (), a_rule("excused")),
    ("export only: an advisory rule unmet", 0, (), a_rule("unmet", required=False)),
    ("export only: a record of the register is missing", 1, (), some_missing),
    ("export only: rows of no known facility", 3, (), some_unattributed),
    ("export only: a facility that nobody heard of", 3, (), one_quiet),
    ("export only: rows without key, status or link", 3, (), unread_rows),
    ("export only: unreadable lines", 3, (), unread_input),
    ("export only: a file that was cut off", 3, (), cut_off_input),
    ("export only: unmet beats unread", 1, (), both(unread_input, a_rule("unmet"))),
    ("export only: a required rule that could not be judged", 3, (), a_rule("not_assessable")),
    ("export only: an advisory rule that could not be judged", 0, (), a_rule("not_assessable", required=False)),
    ("export only: no file", 3, (), no_file),
    ("export only: no row of the unit", 3, (), no_row),
    ("export only: no rule", 3, (), no_rule),
]


@pytest.mark.parametrize(
    ("code", "verdicts", "change"), [row[1:] for row in EXIT_CODES], ids=[row[0] for row in EXIT_CODES]
)
def test_the_exit_code_table(code: int, verdicts: tuple[str, ...], change: Callable[[Result], None]) -> None:
    found, why = exit_code(whole(change, *verdicts))
    assert found == code
    assert why


def test_both_are_named_where_refuted_beats_unverifiable() -> None:
    code, why = exit_code(whole(nothing_wrong, "refuted", "unverifiable", "unverifiable"))
    assert (code, str(why)) == (1, "1 claim is refuted; 2 claims are unverifiable")
