"""The pages about records in a real browser: search without marks, files, a silent facility, nothing at all, paper."""

import copy
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.province import province
from recaudit.reports.html.linking import modules
from recaudit.reports.html.page import html
from recaudit.result import Result
from tests.browser import Tab, chromium

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
    return result


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
    tab = Tab(browser, file)
    tab.open()
    yield tab
    tab.context.close()


@pytest.fixture
def tab(opened: Tab) -> Iterator[Tab]:
    opened.complaints.clear()
    yield opened
    assert opened.complaints == []


def test_modules_are_short_and_say_what_they_are_for() -> None:
    for name in OURS:
        text = modules()[f"{name}.js"]
        assert len(text.splitlines()) < 300, name
        assert text.startswith("// "), name


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
    for row in rows:
        if row["expected"]:
            assert int(row["expected"]) == sum(int(row[f"complete_{part}"]) for part in ("reached", "short", "unknown"))


def test_a_silent_facility_is_not_said_to_have_0_percent(tab: Tab) -> None:
    silent = next(one for one in made()["facilities"] if one["status"] == "silent" and one["expected"])
    page = tab.go(f"#/facility/{silent['sector']}/{silent['id']}")
    text = page.locator("main").inner_text()
    assert "This facility sent nothing" in text
    assert "not submitted" in text
    shares = page.locator("td .share, .big .share").all_inner_texts()
    assert not [share for share in shares if share.replace("\u00a0", " ") == "0 %"]


def test_sums_are_made_again_on_the_page(tab: Tab) -> None:
    text = tab.go("#/methods").locator("main").inner_text()
    assert text.count("made again on this page, are these totals") == len(made()["totals"])
    assert "do not sum to these totals" not in text


def test_facilities_of_a_rule_sum_to_it(tab: Tab) -> None:
    rule = made()["rules"][0]
    text = tab.go(f"#/rule/{rule['sector']}/{rule['id']}").locator("main").inner_text()
    assert "are the same in every state" in text


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
