"""Gates: every unit has to reach its threshold, by what is known at least; nothing is never a success."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import cli, gates, gatewords
from recaudit.contradictions import contradictions
from recaudit.counted import Holes
from recaudit.entries import scope_entry
from recaudit.exits import exit_code
from recaudit.model import Gate, Per, Scope
from recaudit.plan import load
from recaudit.reports import lines, sentences, terminal
from recaudit.reports.formats import FORMATS
from recaudit.reports.html.page import gate_said
from recaudit.reports.look import Sheet, console, rendered
from recaudit.reports.wish import Wish
from recaudit.result import Result
from recaudit.resultfile import load as load_result
from recaudit.said import as_entry, english
from recaudit.verdicts import Evidence, standing
from tests import tiny_audit
from tests.english import in_english
from tests.golden.province import province
from tests.small_worlds import Site, World, evidence
from tests.test_entries import EXIT_CODES, ExitCode, a_rule, both, no_row, unread_input, whole
from tests.test_plan import AUDIT, CLAIM, SOURCE, folder, plan, refusal, refusals
from tests.test_verdicts import claimed, count, roster, rows, subset

__all__ = ["folder"]
NINE = Fraction(9, 10)


def gate(at_least: Fraction = NINE, per: Per = "sector", **more: Any) -> Gate:  # noqa: ANN401
    return Gate("complete", at_least, "health", per, **{"reason": "why", **more})


def units(*sites: Site, of: Gate | None = None, received: bool = False, unattributed: int = 0) -> list[gates.Unit]:
    return gates.units(of or gate(), evidence(World(sites, unattributed)), of_received=received)


# -------------------------------------------------------------- against what is expected
def test_a_gate_is_met_at_its_threshold_and_missed_below() -> None:
    assert units(roster(10, *rows(9, 1))) == [gates.Unit("health", (9, 10), True)]
    assert units(roster(10, *rows(8, 2))) == [gates.Unit("health", (8, 10), False)]


def test_what_may_be_there_is_not_known_to_be() -> None:
    [one] = units(roster(10, *rows(8, 0, 2)))
    assert (one.low, one.met) == ((8, 10), False)


def test_a_silent_facility_stays_in_the_sum_and_misses_alone() -> None:
    assert units(roster(9, *rows(9)), roster(9)) == [gates.Unit("health", (9, 18), False)]
    silent, good = units(roster(9, *rows(9)), roster(9), of=gate(per="facility"))
    assert (silent.low, silent.met, good.met) == ((0, 9), False, True)


def test_a_count_is_good_enough_and_a_floor_is_not() -> None:
    assert [one.met for one in units(count(2, *rows(2)))] == [True]
    [floor] = units(subset(2, *rows(2)))
    assert (floor.low, floor.met, str(floor.why)) == (None, False, "its expected number is only a floor")
    [over] = units(count(2, *rows(3)))
    assert (over.low, over.met) == (None, False)


def test_without_an_expected_number_nothing_is_known_of_the_share() -> None:
    nobody = Site("none", 0, rows(3))
    [one] = units(nobody)
    assert (one.low, one.met, str(one.why)) == (None, False, "no expected number")
    [both_] = units(nobody, roster(1, *rows(1)))
    assert str(both_.why) == "no expected number, of 1 of 2 facilities"


def test_where_nothing_is_expected_and_nothing_received_there_is_no_unit() -> None:
    assert units(roster(0), of=gate(per="facility")) == []
    assert [one.met for one in units(roster(0), roster(1, *rows(1)), of=gate(per="facility"))] == [True]


def test_a_nothing_that_another_source_disputes_is_a_unit_of_which_nothing_is_known() -> None:
    whole, disputed = Site("roster", 0), Site("count", 0, beside=(5,))
    (one,) = units(whole, disputed, of=gate(per="facility"))
    assert (one.name, one.low, one.met) == ("1", None, False)
    assert str(one.why) == "nothing was expected by the source that decides, and another one expects more"


def test_of_a_number_that_another_source_disputes_no_lowest_is_known() -> None:
    [one] = units(Site("count", 2, rows(2), beside=(500,)))
    assert (one.low, one.met) == (None, False)
    assert str(one.why) == "another source expects more than the one that decides"


def test_each_area_is_judged_by_its_facilities_and_no_area_is_one_too() -> None:
    found = units(
        roster(2, *rows(2)), roster(2, *rows(1, 1), area="B"), roster(1, *rows(1), area=""), of=gate(per="area")
    )
    assert [(one.name, one.low, one.met) for one in found] == [
        ("B", (1, 2), False),
        ("", (1, 1), True),
        ("A", (2, 2), True),
    ]


def test_a_gate_over_nobody_is_missed() -> None:
    for of in (gate(scope=Scope(areas=("elsewhere",))), gate(per="facility", scope=Scope(facilities=("x",)))):
        entry = gates.gate_entry(of, evidence(World((roster(1, *rows(1)),))), of_received=False)
        assert (entry["units"], entry["met"], entry["why"]) == (0, False, as_entry(gates.NO_UNIT))
    assert not gates.gate_entry(gate(), Evidence(()), of_received=True)["met"]
    assert not gates.gate_entries([gate()], {}, of_received=False)[0]["met"]


def test_a_rung_at_which_nobody_asked_anything_is_missed() -> None:
    known = replace(evidence(World((roster(1, *rows(1)),))), ruled=frozenset({"received"}))
    [one] = gates.units(gate(), known, of_received=False)
    assert (one.low, one.met, one.why) == (None, False, gates.NOT_RULED)


def test_a_hole_that_may_spoil_a_record_lowers_what_is_known() -> None:
    known = evidence(World((roster(10, *rows(9, 1)),)))
    holes = (Holes("his", frozenset({"condition"}), None, 1),)
    seats = tuple(
        replace(s, tally=replace(s.tally, reached_in={"unmet": {"complete": {"his": 9}}})) for s in known.seats
    )
    holed = replace(known, seats=seats, holes=holes, rung_of_table={"condition": "conformant"})
    [one] = gates.units(gate(), holed, of_received=False)
    assert (one.low, one.met) == ((8, 10), False)


# -------------------------------------------------------------- against what was received
def test_of_received_a_row_that_nobody_could_read_is_one_of_them() -> None:
    nobody = Site("none", 0, rows(9, 0, 0, 1))
    assert units(nobody, received=True) == [gates.Unit("health", (9, 10), True)]
    assert units(nobody, received=True, unattributed=1) == [gates.Unit("health", (9, 11), False)]


def test_of_nothing_received_there_is_no_unit() -> None:
    assert units(Site("none", 0, ()), received=True) == []


# -------------------------------------------------------------- laws
@st.composite
def sites(draw: st.DrawFn) -> Site:
    sent = rows(draw(st.integers(0, 3)), draw(st.integers(0, 2)), draw(st.integers(0, 1)))
    number = len(sent) + draw(st.integers(0, 2))
    make = draw(st.sampled_from([roster, count]))
    return replace_area(make(number, *sent), draw(st.sampled_from("AB")))


def replace_area(site: Site, area: str) -> Site:
    return site._replace(area=area)


@given(st.lists(sites(), max_size=4), st.sampled_from([Fraction(1, 2), NINE, Fraction(1)]))
def test_where_each_facility_keeps_a_gate_each_area_and_all_together_do(of: list[Site], at_least: Fraction) -> None:
    each, areas, whole_ = (
        units(*of, of=gate(at_least, per)) for per in cast(tuple[Per, ...], ("facility", "area", "sector"))
    )
    if each and all(one.met for one in each):
        assert whole_
        assert all(one.met for one in (*areas, *whole_))
    known = [one.low for one in each if one.low]
    assert sum(n for n, _ in known) == sum(one.low[0] for one in whole_ if one.low)


@given(st.lists(sites(), min_size=1, max_size=4))
def test_a_gate_never_knows_more_than_what_stands_on_the_rung(of: list[Site]) -> None:
    known = evidence(World(tuple(of)))
    at, _ = standing(claimed(), known)["complete"]
    for one in gates.units(gate(), known, of_received=False):
        assert one.low is None or (one.low[0] <= at.reached and one.low[1] == at.total)


# -------------------------------------------------------------- the plan
GATE = '[[gate]]\nrung = "complete"\nat_least = "95 %"\nreason = "the contract of 2026"\n'


def test_a_gate_of_the_plan_is_read_exactly(folder: Path) -> None:
    planned = plan(
        folder, AUDIT, SOURCE, GATE, GATE + 'sector = "health"\nper = "area"\nscope = { kind = ["hospital"] }\n'
    )
    first = Gate("complete", Fraction(19, 20), reason="the contract of 2026")
    assert planned.gates == (first, replace(first, sector="health", per="area", scope=Scope(kinds=("hospital",))))
    assert plan(folder, AUDIT, SOURCE).gates == ()


def test_a_threshold_that_nobody_explains_is_refused(folder: Path) -> None:
    found = refusal(folder, AUDIT, SOURCE, GATE.replace("the contract of 2026", " "))
    assert str(found.where) == "recaudit.toml [[gate]] 1, reason"
    assert str(refusal(folder, AUDIT, SOURCE, '[[gate]]\nrung = "complete"\nat_least = 1\n').what) == "no reason"


def test_all_that_is_wrong_with_a_gate_is_said_at_once(folder: Path) -> None:
    wrong = '[[gate]]\nrung = "complet"\nat_least = "0 %"\nper = "school"\nsector = "education"\nwhy = "x"\n'
    found = {str(one.where).rpartition(" ")[2] for one in refusals(folder, AUDIT, SOURCE, wrong)}
    assert found == {"rung", "at_least", "per", "sector", "why", "reason"}


def test_other_rules_that_fail_need_a_reason(folder: Path) -> None:
    said = AUDIT + 'fail_on = "never"\n'
    assert str(refusal(folder, said, SOURCE).what) == "no fail_on_reason"
    read = plan(folder, said + 'fail_on_reason = "rules are tried out"\n', SOURCE).fail_on
    assert (read.on, read.reason, read.origin) == ("never", "rules are tried out", "plan")
    assert plan(folder, AUDIT + 'fail_on = "required"\n', SOURCE, CLAIM).fail_on.origin == "plan"
    assert str(refusal(folder, AUDIT + 'fail_on_reason = "x"\n', SOURCE).what) == "a reason for nothing"


# -------------------------------------------------------------- the option
@pytest.mark.parametrize(
    ("text", "sector", "at_least"),
    [("complete=95", "", "19/20"), ("education:complete=97.5%", "education", "39/40"), ("complete= 1 %", "", "1/100")],
)
def test_the_option_says_per_cent(text: str, sector: str, at_least: str) -> None:
    assert gates.from_option(text, "area") == Gate("complete", Fraction(at_least), sector, "area", origin="command")


@pytest.mark.parametrize("text", ["complete", "done=95", "complete=0.95", "complete=1", "complete=0%", "complete=101"])
def test_what_is_no_threshold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"RUNG=PCT|write|percentage"):
        gates.from_option(text)


# -------------------------------------------------------------- the exit code
def gated(met: bool) -> Callable[[Result], None]:
    def change(result: Result) -> None:
        known = evidence(World((roster(10, *rows(9 if met else 8)),)))
        result["gates"] = [gates.gate_entry(gate(), known, of_received=False)]

    return change


def failing_on(on: Any) -> Callable[[Result], None]:  # noqa: ANN401
    def change(result: Result) -> None:
        result["fail_on"] = {"on": on, "reason": "", "from": "command"}

    return change


ADVISORY = a_rule("unmet", required=False)
GATED: list[ExitCode] = [
    ("a gate missed", 1, ("confirmed",), gated(False)),
    ("a gate met", 0, ("confirmed",), gated(True)),
    ("a missed gate beats unverifiable", 1, ("unverifiable",), gated(False)),
    ("a met gate confirms nothing", 3, ("unverifiable",), gated(True)),
    ("a missed gate beats nothing to judge", 1, (), both(no_row, gated(False))),
    ("nothing to judge beside a met gate", 3, (), both(no_row, gated(True))),
    ("export only: a gate missed", 1, (), gated(False)),
    ("export only: a met gate excuses no rule", 1, (), both(gated(True), a_rule("unmet"))),
    ("export only, never: a required rule unmet", 0, (), both(failing_on("never"), a_rule("unmet"))),
    ("export only, never: a gate still fails", 1, (), both(failing_on("never"), gated(False))),
    ("export only, never: what could not be judged", 3, (), both(failing_on("never"), a_rule("not_assessable"))),
    ("export only, never: unreadable lines", 3, (), both(failing_on("never"), unread_input)),
    ("export only, advisory: an advisory rule unmet", 1, (), both(failing_on("advisory"), ADVISORY)),
    ("export only, advisory: a required rule unmet", 1, (), both(failing_on("advisory"), a_rule("unmet"))),
    ("export only, advisory: nothing unmet", 0, (), failing_on("advisory")),
    (
        "export only, advisory: an advisory rule that could not be judged",
        3,
        (),
        both(failing_on("advisory"), a_rule("not_assessable", required=False)),
    ),
    ("with claims, required: a required rule unmet", 1, ("confirmed",), both(failing_on("required"), a_rule("unmet"))),
    ("with claims, required: an advisory rule unmet", 0, ("confirmed",), both(failing_on("required"), ADVISORY)),
    ("with claims, advisory: an advisory rule unmet", 1, ("confirmed",), both(failing_on("advisory"), ADVISORY)),
    ("with claims, never: rules decide nothing", 0, ("confirmed",), both(failing_on("never"), unread_input)),
    ("with claims, never: refuted is refuted", 1, ("refuted",), failing_on("never")),
]


@pytest.mark.parametrize(("code", "verdicts", "change"), [row[1:] for row in GATED], ids=[row[0] for row in GATED])
def test_the_exit_codes_of_gates(code: int, verdicts: tuple[str, ...], change: Callable[[Result], None]) -> None:
    found, why = exit_code(whole(change, *verdicts))
    assert (found, bool(why)) == (code, True)


def test_the_reason_names_the_gate() -> None:
    code, why = exit_code(whole(gated(False), "refuted"))
    assert (code, str(why)) == (
        1,
        "1 claim is refuted; 1 gate is missed (complete: at least 90 % of expected records of health)",
    )
    code, why = exit_code(whole(gated(True), "confirmed"))
    assert (code, str(why)) == (0, "every claim is confirmed; every gate is met")
    assert {row[0] for row in EXIT_CODES}.isdisjoint(row[0] for row in GATED)


# -------------------------------------------------------------- the result and its pages
def pages(result: Result) -> Iterator[str]:
    for width in (80, 120):
        screen = console()
        screen.width = width
        yield rendered(screen, terminal.overview(result, Sheet(width)))


def test_the_overview_says_who_misses_a_gate() -> None:
    known = evidence(World((roster(10, *rows(9)), roster(10, *rows(3)))))
    result = province()
    result["gates"] = [
        gates.gate_entry(of, known, of_received=False) for of in (gate(), gate(per="facility", reason="the contract"))
    ]
    for page in pages(result):
        flat = " ".join(page.split())
        assert (
            "✗ MISSED complete: at least 90 % of expected records of health: at least 60.00 %, 12 of 20 · why" in flat
        )
        assert "each facility of health: 1 of 2 facilities misses it · the contract" in flat
        assert max(map(len, page.splitlines())) <= 120
    found = [line for line in lines.overview(result) if line.startswith("gate")]
    assert found[1] == "gate_unit\tcomplete\thealth\tlow=12/20\twhy=-"
    assert found[2].startswith("gate\tcomplete\tmissed\tat_least=0.9\tsector=health\tper=facility\tof=expected\t")
    assert len(found) == 4  # the facility that keeps it has no line


@pytest.mark.parametrize("per", ["sector", "area", "facility"])
def test_a_gate_is_asked_and_counted_in_the_same_words_by_every_report(per: Per) -> None:
    known = evidence(World((roster(10, *rows(9)), roster(10, *rows(3)))))
    result = province()
    area = result["areas"][0]
    of = replace(gate(per=per), scope=Scope(areas=(area["code"],), vendors=("HIS A",)))
    entry = gates.gate_entry(replace(of, scope=Scope()), known, of_received=False)
    result["gates"] = [{**entry, "scope": scope_entry(of.scope)}]
    asked = str(gatewords.asked(result["gates"][0], result["areas"]))
    kept = str(gatewords.kept(result["gates"][0]))
    assert asked.endswith(f", only areas {area['code']} {area['name']} and vendors HIS A")
    wish = Wish(*exit_code(result))
    assert wish.code == 1
    assert asked in str(wish.why)
    everywhere = [" ".join(page.split()) for page in pages(result)]
    everywhere.append(sentences.gate(result["gates"][0], result["areas"]))
    for name in ("junit", "sarif", "md", "github"):
        everywhere.append(FORMATS[name].make(result, wish).decode().replace("%25", "%"))
    for text in everywhere:
        assert asked in text
        assert kept in text
    said = gate_said(result["gates"][0], result)
    assert (english(said["asked"]), english(said["kept"])) == (asked, kept)


@pytest.fixture(scope="module")
def gated_audit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The tiny audit with a gate of its plan that is met, and one of the command that is missed by hand: 3 of 4."""
    root = tiny_audit.write(tmp_path_factory.mktemp("gated"))
    text = (root / "recaudit.toml").read_text(encoding="utf-8")
    (root / "recaudit.toml").write_text(text + GATE, encoding="utf-8")
    export = root / "export" / "Encounter.ndjson"
    export.write_bytes(b"".join(export.read_bytes().splitlines(keepends=True)[:3]))
    code = cli.run(["check", str(root), "--workers", "1", "--quiet", "--fail-under", "received=75%"])
    return root, code


def test_a_command_adds_its_gate_to_the_plans(gated_audit: tuple[Path, int]) -> None:
    root, code = gated_audit
    result = load_result(root / "recaudit-result.json")
    assert code == 1
    assert [(one["from"], one["rung"], one["met"]) for one in result["gates"]] == [
        ("plan", "complete", False),
        ("command", "received", True),
    ]
    assert gates.gate_of(result["gates"][0]) == replace(load(root).gates[0], sector="health")


def test_a_gate_that_was_turned_by_hand_contradicts_the_counts(gated_audit: tuple[Path, int]) -> None:
    result = load_result(gated_audit[0] / "recaudit-result.json")
    assert list(contradictions(result)) == []
    result["gates"][0]["met"] = True
    assert list(in_english(contradictions(result))) == ["gates/0/met: true in the result, false again"]


def test_verify_runs_the_gates_of_the_command_again(
    gated_audit: tuple[Path, int], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = gated_audit
    assert cli.run(["verify", str(root), "--inputs", str(root), "--workers", "1"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fail-under", "complete=0.9"], "write 90%"),
        (["--fail-under-per", "area"], "Who has to reach what?"),
        (["--fail-under", "attested=90"], "of which the suites have no required rule"),
        (["--fail-under", "education:complete=90"], "a gate is of sector 'education'"),
        (["--fail-on", "sometimes"], "sometimes"),
    ],
)
def test_an_option_that_can_mean_nothing_stops_the_audit(
    gated_audit: tuple[Path, int], options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(gated_audit[0]), "--workers", "1", *options]) == 2
    assert said in capsys.readouterr().err
