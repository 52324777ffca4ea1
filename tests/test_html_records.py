"""The pages about records in a real browser: search without marks, files, a silent facility, nothing at all, paper."""

import copy
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.province import province
from recaudit.model import STATES
from recaudit.reports.html.linking import APP, STYLES, modules
from recaudit.reports.html.page import html, one_facility
from recaudit.result import Result
from tests.browser import Tab, chromium
from tests.test_machine_formats import csv_table
from tests.test_silence import after_the_deadline

MARKED = "Trạm y tế Đắk Ơn"
FORMULA = "=1+1"
OURS = (
    *("brief", "claim", "claim_areas", "claim_ledger", "claim_recounts", "counts", "csv", "facilities", "facility"),
    *("facility_expected", "facility_rest", "facility_rules", "facility_trend", "funnel", "gates_card", "links"),
    *("listing", "marks", "methods", "printing", "provenance", "reconciled", "rule", "rules", "scope", "seek"),
    *("sheets", "signals_card", "slip", "terms"),
)


def made() -> Any:  # noqa: ANN401 - JSON
    """A province of sixty facilities; one has a name with marks, one a name that a spreadsheet would compute."""
    result: Any = copy.deepcopy(province(60, 6, 3))
    result["facilities"][0]["name"] = MARKED
    result["facilities"][1]["name"] = FORMULA
    idle = result["rules"][-1]  # applies to no row
    for counts in [idle["totals"], *(one["rules"].get(idle["id"]) for one in result["facilities"])]:
        if counts is not None:
            rows = sum(counts[state] for state in STATES)
            counts |= dict.fromkeys(counts, 0) | {"not_applicable": rows}
    idle["facilities_failing"] = 0
    return result


def alike(rows: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    """Rows with the names of their columns, in an order of their own."""
    return sorted([*row.items()] for row in rows)


def nothing() -> Result:
    """A result of no file, no facility, no rule and no claim."""
    result = made()
    for name, part in result.items():
        if isinstance(part, list):
            result[name] = []
    result |= {"totals": {}, "unattributed": {}, "evidence": {}, "register": None, "as_of": None}
    result["period"] = {"from": None, "to": None, "timezone": "UTC"}
    result["plan"] = {"name": "", "file": "", "facility": "", "sha256": ""}
    result.pop("digest", None)
    return result  # type: ignore[no-any-return]


def exports_alone() -> Result:
    """Exports without a plan: nobody said what to expect; of each facility one more row was read, without its key."""
    result: Any = copy.deepcopy(province(4, 3, 3))
    for name in ("areas", "claims"):
        result[name] = []
    result |= {"register": None, "as_of": None, "evidence": {}}
    result["period"] = {"from": None, "to": None, "timezone": "UTC"}
    result["plan"] = {"name": "exports without a plan", "file": "", "facility": "", "sha256": ""}
    for one in result["facilities"]:
        one |= {"expected": None, "basis": "none", "missing": 0, "area": "", "unreadable": 1, "read": one["read"] + 1}
        lost = {"received": 1}
        one["rungs"] = {
            rung: {
                "reached": one["matched"] if rung in lost else 0,
                "short": 0,
                "unknown": 1 if rung in lost else one["matched"] + 1,
            }
            for rung in one["rungs"]
        }
    for sector, total in result["totals"].items():
        own = [one for one in result["facilities"] if one["sector"] == sector]
        total |= {"expected": None, "no_expected": len(own), "read": sum(one["read"] for one in own)}
        total["rungs"] = {
            rung: {part: sum(one["rungs"][rung][part] for one in own) for part in at}
            for rung, at in total["rungs"].items()
        }
    result.pop("digest", None)
    return result  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def opened(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:  # noqa: ANN401
    file = tmp_path_factory.mktemp("records") / "report.html"
    file.write_bytes(html(made()))
    with Tab.opened(browser, file) as tab:
        yield tab


@pytest.fixture
def tab(opened: Tab) -> Iterator[Tab]:
    yield from opened.uncomplaining()


def test_modules_are_short_and_say_what_they_are_for() -> None:
    for name in OURS:
        text = modules()[f"{name}.js"]
        assert len(text.splitlines()) < 300, name
        assert text.startswith("// "), name
    assert {path.name for path in APP.glob("*.css")} == {*STYLES}
    for name in STYLES:
        text = (APP / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) < 350, name
        assert text.startswith("/* "), name


def test_a_name_is_found_without_its_marks(tab: Tab) -> None:
    page = tab.go("#/facilities?q=tram%20y%20te%20dak%20on")
    assert page.locator("tbody tr").count() == 1
    assert MARKED in page.locator("tbody").inner_text()
    assert "1 of 60 facilities shown" in page.locator(".count").inner_text()
    page.get_by_role("searchbox").fill("")
    assert "60 of 60 facilities shown" in page.locator(".count").inner_text()
    assert "60 of 60" in page.locator("#announced").inner_text()


def test_a_file_has_every_row_that_was_sought_not_only_the_page(tab: Tab) -> None:
    page = tab.go("#/facilities")
    assert page.locator("tbody tr").count() == 50
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as CSV").click()
    text = Path(saving.value.path()).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert len(rows) == 60
    assert f"'{FORMULA}" in {row["name"] for row in rows}
    assert alike(rows) == alike(csv_table(made(), "facilities"))
    for row in rows:
        if row["expected"]:
            assert int(row["expected"]) == sum(int(row[f"complete_{part}"]) for part in ("reached", "short", "unknown"))


def test_a_file_of_areas_is_the_one_that_the_command_writes(tab: Tab) -> None:
    page = tab.go("#/areas")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as CSV").first.click()
    saved = list(csv.DictReader(io.StringIO(Path(saving.value.path()).read_text(encoding="utf-8-sig"))))
    assert saved
    written = [row for row in csv_table(made(), "areas") if row["sector"] == saved[0]["sector"]]
    assert alike(saved) == alike(written)


def test_a_silent_facility_is_not_said_to_have_0_percent(tab: Tab) -> None:
    silent = next(one for one in made()["facilities"] if one["status"] == "silent" and one["expected"])
    page = tab.go(f"#/facility/{silent['sector']}/{silent['id']}")
    text = page.locator("main").inner_text()
    assert "This facility sent nothing" in text
    assert "not submitted" in text
    shares = page.locator("td .share, .big .share").all_inner_texts()
    assert not [share for share in shares if share.replace("\u00a0", " ") == "0 %"]


def test_what_the_plan_made_of_silence_is_said(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    late = after_the_deadline(made())
    silent = next(one for one in late["facilities"] if one["status"] == "silent" and one["expected"])
    (tmp_path / "late.html").write_bytes(one_facility(late, silent["sector"], silent["id"]))
    tab = Tab(browser, tmp_path / "late.html")
    address = f"#/facility/{silent['sector']}/{silent['id']}"
    text = tab.open(address).locator("main").inner_text()
    assert "By the plan, what was not submitted is missing" in text
    assert "counted as unknown" not in text
    assert "not submitted" in text
    assert not any(tab.page.locator("main span.share").all_inner_texts())  # those of rules are folded
    slip = tab.go("#/print").locator(".slip")
    assert "By the plan, what was not submitted is missing" in slip.inner_text()
    assert not slip.locator("span.share").all_inner_texts()
    tab.context.close()
    assert tab.complaints == []


def test_sums_are_made_again_on_the_page(tab: Tab) -> None:
    text = tab.go("#/methods").locator("main").inner_text()
    assert text.count("made again on this page, are these totals") == len(made()["totals"])
    assert "do not sum to these totals" not in text


def test_facilities_of_a_rule_sum_to_it(tab: Tab) -> None:
    rule = made()["rules"][0]
    text = tab.go(f"#/rule/{rule['sector']}/{rule['id']}").locator("main").inner_text()
    assert "are the same in every state" in text


def test_a_rule_that_judged_no_row_is_not_praised(tab: Tab) -> None:
    rule = made()["rules"][-1]
    text = tab.go(f"#/rule/{rule['sector']}/{rule['id']}").locator("main").inner_text()
    assert text.count("No row was eligible") == 2
    assert "No facility misses it" not in text


def test_the_overview_begins_with_one_sentence(tab: Tab) -> None:
    (lead,) = tab.go("#/").locator(".lead").all_inner_texts()
    assert "examined" in lead
    assert lead.count(". ") + lead.endswith(".") == 1


def test_no_threshold_stands_in_the_overview_that_nobody_promised(tab: Tab) -> None:
    figures = tab.go("#/").locator(".sector-figures").all_inner_texts()
    assert figures
    assert not re.findall(r"\d+ %[\w ]* or more", " ".join(figures))


def test_areas_of_a_claim_sum_to_it(tab: Tab) -> None:
    text = tab.go(f"#/claim/{made()['claims'][0]['id']}").locator("main").inner_text()
    assert "The areas sum to the claim" in text


def test_a_slip_stands_on_a_page_of_its_own(tab: Tab) -> None:
    page = tab.go("#/print?status=silent")
    slips = page.locator(".slip").count()
    assert slips == sum(one["status"] == "silent" for one in made()["facilities"])
    assert page.locator(".slip .sign-here").count() == 3 * slips
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1 + slips


def test_of_exports_alone_every_number_is_of_received_records_and_says_so(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    result = exports_alone()
    file = tmp_path / "alone.html"
    file.write_bytes(html(result))
    tab = Tab(browser, file)
    tab.open()
    first = next(one for one in result["facilities"] if one["sector"] == "health")
    received = result["totals"]["health"]["rungs"]["received"]
    whole = received["reached"] + received["unknown"]
    said = {
        "#/": (f"{received['reached']:,} / {whole:,}\nread with their key", f"0 / {whole:,}\ncomplete, of received"),
        "#/methods": ("every sum is of received records",),
        "#/print": (f"{whole:,} {received['reached']:,} read with their key",),
        "#/areas": ("There is no register",),
        "#/rule/health/received": ("none is known to be missing",),
        f"#/facility/health/{first['id']}": ("1 record could not be read", "From received to timely"),
    }
    untrue = ("not received", "in no sum", "in none", "From expected", "handed in is missing", "not submitted\n")
    for address, words in said.items():
        text = tab.go(address).locator("main").inner_text().replace("\u00a0", " ")
        assert [one for one in words if one not in text] == [], (address, text)
        assert [one for one in untrue if one in text] == [], address
        title = tab.page.title()
        assert title.endswith("Exports without a plan · recaudit"), title
        assert title.count("Exports without a plan") == 1
        assert address != "#/" or " 0 %" not in text.partition("Facilities by share")[0]  # nothing is known of complete
    assert tab.complaints == []
    tab.context.close()


def test_nothing_is_nowhere_a_success(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    file = tmp_path / "nothing.html"
    file.write_bytes(html(nothing()))
    tab = Tab(browser, file)
    page = tab.open("#/facilities")
    said = {
        "#/facilities": "nothing was judged of any",
        "#/rules": "No rule was applied: nothing was judged",
        "#/methods": "No file was read: nothing was judged",
        "#/print": "nothing can be said",
        "#/claim/x": "No claim was judged",
        "#/facility/health/x": "There is no such facility",
        "#/rule/health/x": "There is no such rule",
    }
    for address, words in said.items():
        text = tab.go(address).locator("main").inner_text()
        assert words in text, address
        assert "Every required rule" not in text, address
        assert address in ("#/methods", "#/print") or "100" not in text, address
        assert "every rate is" not in text or address == "#/methods", address
    assert page.locator(".share").count() == 0
    assert tab.complaints == []
    tab.context.close()


def test_a_key_shows_the_mark_of_a_claim_only_where_its_bar_has_it(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    result: Any = made()
    claims = {one["level"]: one for one in result["claims"]}
    claim = claims["records"] | {"low": None, "high": None, "verdict": "unverifiable"}
    claim["by_rung"] = {
        rung: one | {"low": None, "high": None, "verdict": "unverifiable"} for rung, one in claim["by_rung"].items()
    }
    result["claims"] = [claim]
    file = tmp_path / "unmarked.html"
    file.write_bytes(html(result))
    tab = Tab(browser, file)
    for address in ("#/", f"#/claim/{claim['id']}"):
        page = tab.open(address)
        assert page.locator("svg.bounds .claimed, svg.bounds .mark").count() == 0
        assert "claimed level" not in page.locator(".key").all_inner_texts()[0], address
    assert tab.complaints == []
    tab.context.close()
