"""What a person sees: numbers that never flatter, bars that never look full, names that cannot steer a terminal."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.console import RenderableType

from recaudit.errors import ResultError
from recaudit.model import RUNGS
from recaudit.reports import judgements, lines, places, terminal
from recaudit.reports.bars import COMPLETE, MARK, SHORT, UNKNOWN, bounds_bar, columns, mark_at, plain_bar
from recaudit.reports.inert import visible
from recaudit.reports.look import Column, Sheet, console, number, table
from recaudit.reports.narrow import plain
from recaudit.reports.numbers import percent, promised
from recaudit.result import Result
from recaudit.said import say
from tests.golden.captures import ENDING, FOLDER, captures, screen
from tests.golden.province import province

CAPTURES = captures(province())


@pytest.mark.parametrize("name", CAPTURES)
def test_the_province_reads_as_it_did(name: str) -> None:
    assert CAPTURES[name] == (FOLDER / name).read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ numbers
COUNTS = st.one_of(st.integers(0, 40), st.integers(0, 10**7))


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    total = draw(COUNTS)
    near = st.one_of(st.integers(0, total), st.sampled_from([0, total, max(total - 1, 0), min(1, total)]))
    return draw(near), total


@given(shares())
def test_only_everything_is_100_per_cent(share: tuple[int, int]) -> None:
    n, total = share
    for up in (False, True):
        assert (percent(n, total, up=up) == "100 %") == (n == total != 0)
        assert (percent(n, total, up=up) == "—") == (total == 0)


@given(shares())
def test_a_share_is_never_printed_better_than_it_is(share: tuple[int, int]) -> None:
    n, total = share
    assume(total)
    printed = Fraction(percent(n, total).removesuffix(" %")) / 100
    assert printed <= Fraction(n, total) < printed + Fraction(1, 10_000)


@given(shares())
def test_the_highest_possible_share_is_rounded_up(share: tuple[int, int]) -> None:
    n, total = share
    assume(total)
    text = percent(n, total, up=True)
    if text == "< 100 %":
        assert Fraction(9999, 10_000) < Fraction(n, total) < 1
    else:
        printed = Fraction(text.removesuffix(" %")) / 100
        assert printed - Fraction(1, 10_000) < Fraction(n, total) <= printed


@given(shares())
def test_lowest_is_printed_no_higher_than_highest(share: tuple[int, int]) -> None:
    n, total = share
    assume(total)
    low, high = percent(n, total), percent(n, total, up=True)
    assert high == "< 100 %" or Fraction(low.removesuffix(" %")) <= Fraction(high.removesuffix(" %"))


def test_a_target_is_printed_exactly_as_promised() -> None:
    assert [promised(share) for share in ("1", "0.5", "0.999", "0.00001")] == ["100 %", "50 %", "99.9 %", "0.001 %"]


def test_every_percentage_stands_beside_its_numbers() -> None:
    for name in ("check_80.txt", "check_120.txt", "facility_80.txt", "claim_80.txt", "rule_80.txt"):
        for line in CAPTURES[name].splitlines():
            if re.search(r"\d %", line) and "claimed" not in line and "“" not in line and "target" not in line:
                assert re.search(r"\d(?: / | – [\d,]+ of )\d", line), line


# ------------------------------------------------------------------------------------------------ bars
parts = st.tuples(COUNTS, COUNTS, COUNTS)


@given(parts, st.integers(3, 60))
def test_a_part_that_is_there_is_seen_and_one_that_is_not_is_not(counts: tuple[int, int, int], width: int) -> None:
    shown = columns(*counts, width)
    assert sum(shown) == (width if sum(counts) else 0)
    assert [bool(column) for column in shown] == [bool(count) for count in counts]


@given(parts, st.integers(3, 60), st.fractions(Fraction(1, 1000), 1, max_denominator=1000))
def test_the_mark_lies_in_the_part_that_decides(counts: tuple[int, int, int], width: int, target: Fraction) -> None:
    reached, unknown, short = counts
    assume(sum(counts))
    bar = bounds_bar(reached, unknown, short, width, target).plain
    left = bar[: bar.index(MARK)]
    assert len(bar) == width + 1
    assert bar.count(MARK) == 1
    if reached >= target * sum(counts):
        assert set(left) <= {COMPLETE}
    elif reached + unknown < target * sum(counts):
        assert left.endswith(SHORT)
    else:
        assert left.endswith(UNKNOWN)


def test_nothing_expected_draws_no_bar() -> None:
    assert bounds_bar(0, 0, 0, 20, Fraction(1)).plain == ""


def test_the_mark_of_a_claim_one_record_short_stands_behind_a_short_column() -> None:
    assert mark_at(Fraction(1), Fraction(999, 1000), Fraction(999, 1000), columns(999, 0, 1, 10)) == 10
    assert bounds_bar(999, 0, 1, 10, Fraction(1)).plain == COMPLETE * 9 + SHORT + MARK


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 30))
def test_a_plain_bar_fits_and_shows_what_is_there(part: int, more: int, width: int) -> None:
    bar = plain_bar(part, part + more, width).plain
    assert len(bar) <= width
    assert bool(bar) == bool(part)


# ------------------------------------------------------------------------------------------------ inert
@given(st.text())
def test_no_name_carries_anything_unseen(text: str) -> None:
    for char in visible(text):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    visible(text).encode("utf-8")


@pytest.mark.parametrize("name", CAPTURES)
def test_hostile_names_are_inert_on_every_page(name: str) -> None:
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", CAPTURES[name].replace("\t", "")
    )


def test_a_hostile_name_is_shown_as_it_is() -> None:
    page = screen(lambda sheet: places.facility(province(), "KCB66103", sheet), 80)
    assert "[red]Trạm<U+001B>[31m y tế <U+202E>Xuân" in page


def everywhere(value: object, hostile: str) -> object:
    """The same result with every name and sentence in it followed by ``hostile``."""
    kept = {"schema", "target", "each", "verdict", "rung", "level", "status", "basis", "covers", "excused", "role"}
    if isinstance(value, dict):
        return {key: one if key in kept else everywhere(one, hostile) for key, one in value.items()}
    if isinstance(value, list):
        return [everywhere(one, hostile) for one in value]
    return value + hostile if isinstance(value, str) else value


@pytest.mark.parametrize("hostile", ["[/red][b]", "\x1b[31m", "\u202e", "\r", "\x9b2J", ":smile:", "[link=http://x]"])
def test_no_text_of_a_result_is_obeyed(hostile: str) -> None:
    result = cast(Result, everywhere(province(), hostile))
    first = result["facilities"][0]["id"]
    rule = result["rules"][2]["id"]
    pages: list[Callable[[Sheet], RenderableType]] = [
        lambda sheet: terminal.overview(result, sheet, ENDING),
        lambda sheet: places.facility(result, first, sheet),
        lambda sheet: places.area(result, result["areas"][0]["code"], sheet),
        lambda sheet: judgements.claim(result, result["claims"][0]["id"], sheet),
        lambda sheet: judgements.rule(result, rule, sheet),
    ]
    shown = visible(hostile)
    for page in pages:
        text = screen(page, 120)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
        assert shown in text
    for line in lines.overview(result):
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202e]", line)


@given(st.text(max_size=40))
def test_every_name_can_be_shown_on_a_stream_of_ascii(name: str) -> None:
    assert plain(visible(name)).isascii()


# ------------------------------------------------------------------------------------------------ layout
@pytest.mark.parametrize(("name", "width"), [("check_80.txt", 80), ("check_80_ascii.txt", 80), ("facility_80.txt", 80)])
def test_no_line_is_longer_than_the_terminal(name: str, width: int) -> None:
    for line in CAPTURES[name].splitlines():
        assert len(unicodedata.normalize("NFC", line)) <= width, line


def test_the_ascii_page_is_ascii_and_says_the_same() -> None:
    ascii_page, page = CAPTURES["check_80_ascii.txt"], CAPTURES["check_80.txt"]
    assert ascii_page.isascii()
    assert re.findall(r"[0-9,]+", ascii_page) == re.findall(r"[0-9,]+", page)


def test_a_code_is_never_cut_and_a_name_gives_way() -> None:
    code, name = "CODE-" + "7" * 40, "A name " * 20
    rows = [[visible(code), visible(name), "1,234"]]
    page = screen(lambda sheet: table([Column("Code"), Column("Name", gives=True), number("Gap")], rows, 80), 80)
    assert code in page
    assert "…" in page
    assert "1,234" in page


def test_a_code_too_long_for_any_line_is_folded_not_cut() -> None:
    code = "x" * 100
    page = screen(lambda sheet: table([Column("Code"), Column("Name", gives=True)], [[code, "name"]], 80), 80)
    assert page.count("x") == 100


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_bar_is_cut_however_large_the_counts(width: int) -> None:
    result = copy.deepcopy(province())
    sums = result["areas"][0]["sectors"]["health"]
    sums["expected"] = 98_765_432
    sums["rungs"] = {rung: {"reached": 90_000_000, "short": 1, "unknown": 8_765_431} for rung in RUNGS}
    page = screen(lambda sheet: places.area(result, "66", sheet), width).partition("facilities, largest gap")[0]
    for line in page.splitlines():
        assert (COMPLETE in line) == (UNKNOWN in line) == (SHORT in line), line


@given(st.integers(20, 130))
def test_a_table_without_room_leaves_out_its_bar_whole(width: int) -> None:
    columns_ = [Column("Code"), Column("Name", gives=True), Column(bar=True), number("Gap")]
    page = screen(lambda sheet: table(columns_, [["12345678", "a name of some length", "#" * 20, "99"]], width), width)
    assert page.count("#") in {0, 20}
    assert (page.count("#") == 20) == (width >= 1 + 8 + 8 + 20 + 3 + 3 * 3)


def test_sizes_of_every_terminal_work() -> None:
    for width in (20, 40, 79, 99, 100, 200):
        assert "REFUTED" in screen(lambda sheet: terminal.overview(province(), sheet, ENDING), width)


def test_colours_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured, bare = console(), console()
    bare.no_color = True
    pages = []
    for target in (coloured, bare):
        with target.capture() as captured:
            target.print(terminal.overview(province(), Sheet(80), ENDING))
        pages.append(captured.get())
    assert "\x1b[1;31m" in pages[0]
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", pages[1])


# ------------------------------------------------------------------------------------------------ what is said
def without_register() -> Result:
    result = cast(dict[str, Any], copy.deepcopy(province()))
    result.update(register=None, claims=[])
    for facility in result["facilities"]:
        facility.update(expected=None, basis="none", missing=0, status="ok", over_reported=False)
    for sums in (result["totals"]["health"], *(area["sectors"]["health"] for area in result["areas"])):
        sums.update(expected=None)
    return cast(Result, result)


def test_without_a_register_every_rate_is_of_received() -> None:
    result = without_register()
    page = screen(
        lambda sheet: terminal.overview(result, sheet, terminal.Ending(0, say("no required rule is unmet"))), 80
    )
    assert "Every rate below is of received records" in page
    assert "Complete of received" in page
    assert "expected" not in page.replace("unexpected", "")
    facility = screen(lambda sheet: places.facility(result, "KCB66001", sheet), 80)
    assert "of received" in facility


def test_at_most_five_inputs_that_are_not_whole_are_listed_and_the_others_counted() -> None:
    result = province()
    (cut,) = (one for one in result["inputs"] if not one["to_the_end"])
    result["inputs"] += [{**cut, "path": f"exports/{number}.json"} for number in range(7)]
    text = screen(lambda sheet: terminal.overview(result, sheet), 80)
    assert "\n8 inputs are not whole" in text
    assert "exports/3.json  cut off" in text
    assert "exports/4.json" not in text
    assert "  … and 3 more\n" in text


def test_a_facility_is_told_of_inputs_of_several_facilities_that_are_not_whole() -> None:
    result = province()
    other = {"kind": "fewer matches than the total says", "count": 1, "where": "", "lines": []}
    for one in cast(Any, result)["inputs"]:
        if one["facility"] is None:
            one.update(to_the_end=False, findings=[other])
    own = screen(lambda sheet: places.facility(result, "KCB66001", sheet), 80)
    assert "  exports/others.ndjson  fewer matches than the total says\n" in own
    assert "KCB66017/Encounter" not in own


def test_facilities_of_which_all_is_unknown_are_not_said_to_be_incomplete() -> None:
    result = province()
    for facility in cast(Any, result)["facilities"]:
        for at in facility["rungs"].values():
            at.update(short=0, unknown=at["unknown"] + at["short"])
    text = screen(lambda sheet: terminal.overview(result, sheet), 80)
    assert "to look at first: records expected, completeness unknown" in text
    assert "but not complete" not in text


def test_a_silent_facility_is_never_at_0_per_cent() -> None:
    page = CAPTURES["facility_silent_80.txt"]
    assert "0 %" not in page
    assert "SILENT" in page


def test_both_identities_are_printed() -> None:
    page = CAPTURES["check_120.txt"]
    assert "1,803 expected = 1,273 reached + 282 short + 248 unknown at complete" in page
    assert "1,871 read = 1,600 matched + 13 duplicate" in page


def test_the_exit_code_is_the_last_word() -> None:
    assert CAPTURES["check_80.txt"].splitlines()[-1] == f"Exit code 1: {ENDING.why}"
    assert CAPTURES["check_lines.txt"].splitlines()[-1] == f"exit\t1\twhy={ENDING.why}"


def test_a_claim_without_bounds_says_that_it_has_none() -> None:
    assert "no bounds: some expected numbers are unknown, or only a floor" in CAPTURES["check_80.txt"]


def test_the_legend_explains_no_mark_that_no_bar_has() -> None:
    result = copy.deepcopy(province())
    unmarked = [claim for claim in result["claims"] if not claim["low"] and claim["verdict"] != "refuted"][:1]
    legend = f"{MARK} claimed"
    assert legend in screen(lambda sheet: terminal.overview(result, sheet, ENDING), 100)
    assert unmarked
    result["claims"] = unmarked
    assert legend not in screen(lambda sheet: terminal.overview(result, sheet, ENDING), 100)


def test_a_floor_has_a_highest_share_only() -> None:
    result = copy.deepcopy(province())
    result["claims"][0]["low"] = None
    page = screen(lambda sheet: judgements.claim(result, "emr-100", sheet), 100)
    assert "— – 81.29 %" in page
    assert "1,073 / 1,320" in page


def test_the_next_commands_name_the_result_and_quote_what_a_shell_would_read() -> None:
    assert Sheet(80).show("rule", "a b;c") == "recaudit show rule 'a b;c'"
    assert Sheet(80, "x/r.json").show("rule", "r") == "recaudit show rule r --result x/r.json"


@pytest.mark.parametrize("page", [places.facility, places.area, judgements.claim, judgements.rule])
def test_an_unknown_key_is_answered_with_known_ones(page: Callable[[Result, str, Sheet], object]) -> None:
    with pytest.raises(ResultError, match=r"there is no .* KCB66\n"):
        page(province(), "KCB66", Sheet(80))


def test_every_line_has_its_kind_and_named_fields() -> None:
    for line in CAPTURES["check_lines.txt"].splitlines():
        kind, key, *rest = line.split("\t")
        assert re.fullmatch("[a-z_]+", kind)
        assert key
        fields = [field for field in rest if "=" in field]
        assert rest[len(rest) - len(fields) :] == fields, line
