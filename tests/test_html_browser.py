"""The page of a result in a real browser: every view opened, read, sorted, printed; by keyboard; on a phone."""

import copy
import csv
import importlib.util
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from benchmarks.province import province
from recaudit.audit import Outcome
from recaudit.reports.formats import FORMATS
from recaudit.reports.html.page import html
from recaudit.reports.wish import Wish
from recaudit.result import Result
from tests.browser import Tab, chromium
from tests.vietnamese import english_in

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
HOSTILE = (
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "Trạm \u202egpj.exe",
    '=HYPERLINK("x")',
    "<img src=x onerror=alert(1)>",
)
KINDS: dict[str, Callable[[Any], object]] = {
    "claims": lambda one: (one["verdict"], one["level"]),
    "rules": lambda one: (one["sector"], one["rung"], one["required"], one["facilities_failing"] > 0),
    "signals": lambda one: (one["id"], one["flagged"]),
    "inputs": lambda one: (one["role"], one["format"], *(each["kind"] for each in one["findings"])),
    "tables": lambda one: (one["sector"], one["read"] > 0, one["unlinked"] > 0),
    "suites": lambda one: one["file"] == "",
    "catalogues": lambda one: one["name"].split("/")[0],
}
_SPEC = importlib.util.spec_from_file_location("screenshots", SAMPLE.parent / "docs" / "screenshots.py")
assert _SPEC is not None
assert _SPEC.loader is not None
screenshots: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(screenshots)
WHOLE_STANDARD = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""In the dark nothing but colours differs."""


@pytest.fixture(scope="module")
def whole(audited_sample: tuple[Outcome, Path]) -> Result:
    """The audit of the sample, without what differs from run to run: what docs/screenshots.py draws."""
    return cast(Result, screenshots.without_run(audited_sample[0].result))


@pytest.fixture(scope="module")
def sample(whole: Result) -> Result:
    """The audit of the sample with one claim, rule, signal and input of each kind: pages of the same parts, read
    sooner. A rule is left out of every facility, so that the sums still hold."""
    result: Any = copy.deepcopy(whole)
    for part, kind in KINDS.items():
        result[part] = list({kind(one): one for one in reversed(result[part])}.values())[::-1]
    kept = {(one["sector"], one["id"]) for one in result["rules"]}
    for one in result["facilities"]:
        one["rules"] = {rule: cell for rule, cell in one["rules"].items() if (one["sector"], rule) in kept}
    return cast(Result, result)


def before(result: Any) -> Any:  # noqa: ANN401 - JSON
    """The same audit a year earlier, when one more record was not known to be complete."""
    old = copy.deepcopy(result)
    old["as_of"] = "2020-01-01"
    old["period"] = {**old["period"], "from": "2019-01-01", "to": "2019-12-31"}
    return old


def made() -> Result:
    """A province of seventy facilities with names that want to be more than names."""
    result: Any = copy.deepcopy(province(70, 6, 3))
    for name, one in zip(HOSTILE, result["facilities"], strict=False):
        one["name"] = one["vendor"] = name
    for name, area in zip(HOSTILE, result["areas"], strict=False):
        area["name"] = name
    for name, rule in zip(HOSTILE, result["rules"], strict=False):
        rule["title"] = rule["fix"] = {"en": name, "vi": name}
    result["claims"][0]["statement"] = {"en": HOSTILE[0], "vi": HOSTILE[0]}
    result["plan"]["name"] = "".join(HOSTILE)
    return cast(Result, result)


def addresses(result: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Every kind of page; of facilities, rules and claims those that differ most."""
    silent = next(one for one in result["facilities"] if one["status"] == "silent")
    worst = max(result["facilities"], key=lambda one: sum(cell["unmet"] for cell in one["rules"].values()))
    rule = max(result["rules"], key=lambda one: one["totals"]["unmet"])
    claims = {claim["verdict"]: claim["id"] for claim in result["claims"]}
    return [
        "#/",
        "#/areas",
        f"#/area/{worst['area']}",
        "#/facilities",
        *(f"#/facility/{one['sector']}/{one['id']}" for one in (worst, silent)),
        "#/rules",
        f"#/rule/{rule['sector']}/{rule['id']}",
        *(f"#/claim/{claim}" for claim in claims.values()),
        "#/trend",
        "#/methods",
        f"#/print?q={worst['id']}",
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, sample: Result) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(html(sample, language="vi", root=SAMPLE, older=[before(sample)]))
    return path


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "hostile.html"
    path.write_bytes(html(made()))
    return path


@pytest.fixture(scope="module")
def opened(browser: Any, file: Path) -> Iterator[Tab]:  # noqa: ANN401
    """The page of the sample, in Vietnamese; tests leave it as they like."""
    with Tab.opened(browser, file) as tab:
        yield tab


@pytest.fixture
def tab(opened: Tab) -> Iterator[Tab]:
    yield from opened.uncomplaining()


@pytest.fixture(scope="module")
def hostile(browser: Any, hostile_file: Path) -> Iterator[Tab]:  # noqa: ANN401
    with Tab.opened(browser, hostile_file) as tab:
        yield tab


def test_the_pictures_in_docs_are_of_this_page(whole: Result) -> None:
    """``python docs/screenshots.py`` draws them anew."""
    said = (screenshots.FOLDER / screenshots.MADE_FROM).read_text(encoding="utf-8")
    assert said == screenshots.made_from(screenshots.page(whole))


# -------------------------------------------------------------- every page
def test_every_page_opens_and_speaks_vietnamese_only(tab: Tab, sample: Result) -> None:
    english = {}
    for address in addresses(sample):
        page = tab.go(address)
        assert page.locator("h1").first.inner_text().strip(), address
        texts = page.evaluate(
            """() => {
                const found = [document.title], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                for (let node = walk.nextNode(); node; node = walk.nextNode()) {
                    if (!node.parentElement.closest("script, code, pre, [lang=en]")) found.push(node.data);
                }
                for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
                    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
                        if (one.hasAttribute(name)) found.push(one.getAttribute(name));
                    }
                }
                return found;
            }"""
        )
        english.update(english_in(texts, sample))
    assert english == {}


def test_a_link_says_where_it_leads_and_no_more(tab: Tab, sample: Result) -> None:
    """A facility has one address, wherever it is linked from; the same of a rule."""
    long = set()
    for address in addresses(sample):
        hrefs = tab.go(address).evaluate("() => [...document.links].map((one) => one.getAttribute('href'))")
        long |= {href for href in hrefs if href.startswith(("#/facility/", "#/rule/")) and "?" in href}
    assert long == set()


def test_every_page_keeps_wcag_in_light_and_dark(tab: Tab, sample: Result) -> None:
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
    page = tab.page
    source = Path(axe.AXE_FILE_PATH).read_text(encoding="utf-8")
    tab.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": source})  # past the policy of the page
    found = {}
    themes: dict[Literal["light", "dark"], object] = {"light": WHOLE_STANDARD, "dark": COLOURS}
    for theme, asked in themes.items():
        page.emulate_media(color_scheme=theme)
        for address in addresses(sample):
            tab.go(address)
            wrong = page.evaluate(
                """async (asked) => {
                    const how = { runOnly: asked, resultTypes: ["violations"], preload: false };
                    const said = await axe.run(document, how);
                    return said.violations.map((one) => [one.id, one.nodes[0].html, one.nodes[0].failureSummary]);
                }""",
                asked,
            )
            if wrong:
                found[f"{theme} {address}"] = wrong
    page.emulate_media(color_scheme="light")
    assert found == {}


def test_every_page_prints(tab: Tab, sample: Result) -> None:
    for address in addresses(sample):
        assert tab.go(address).pdf(format="A4")[:5] == b"%PDF-", address


def test_every_page_fits_a_phone(tab: Tab, sample: Result) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    wide = {}
    for address in addresses(sample):
        across = tab.go(address).evaluate("document.documentElement.scrollWidth")
        if across > 390:
            wide[address] = across
    tab.page.set_viewport_size({"width": 1280, "height": 860})
    assert wide == {}


# -------------------------------------------------------------- finding one's way
def test_a_link_that_was_sent_opens_its_page(tab: Tab, sample: Result) -> None:
    one = sample["facilities"][3]
    page = tab.open(f"#/facility/{one['sector']}/{one['id']}")
    assert page.locator("h1").first.inner_text() == one["name"]
    page = tab.open("#/facilities?q=buon")
    assert page.input_value("#asked-q") == "buon"
    tab.open("#/nowhere/at/all")
    assert "Không có trang này" in tab.page.locator("main").inner_text()


def test_the_back_button_leads_back_to_what_was_sought(tab: Tab, sample: Result) -> None:
    page = tab.go("#/facilities")
    page.fill("#asked-q", "buon")
    shown = page.locator("tbody tr").count()
    assert 0 < shown < len(sample["facilities"])
    page.locator("tbody tr a").first.click()
    assert "/facility/" in page.url
    page.go_back()
    assert page.input_value("#asked-q") == "buon"
    assert page.locator("tbody tr").count() == shown


def test_language_and_light_are_switched_in_the_page(tab: Tab) -> None:
    page = tab.go("#/rules")
    assert page.locator("html").get_attribute("lang") == "vi"
    page.click('[data-language="en"]')
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Rules" in page.locator("h1").first.inner_text()
    assert page.evaluate("document.activeElement.dataset.language") == "en"
    shades = [page.evaluate("getComputedStyle(document.body).backgroundColor")]
    page.click("button.theme")
    shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    page.click("button.theme")
    page.click('[data-language="vi"]')
    assert shades[0] != shades[1]


def test_a_keyboard_reaches_the_list_first_past_the_navigation(tab: Tab) -> None:
    page = tab.open("#/facilities")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "asked-q"
    page.locator('[data-focus="sort-name"]').focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"


# -------------------------------------------------------------- the list of facilities
def test_facilities_are_searched_filtered_and_sorted(hostile: Tab) -> None:
    everybody = [one["name"] for one in made()["facilities"]]
    page = hostile.go("#/facilities")
    assert page.locator("tbody tr").count() == 50
    page.locator('[data-focus="page-on"]').click()
    assert page.locator("tbody tr").count() == 20
    page.fill("#asked-q", "tram y te")  # without marks
    sought = [name for name in everybody if name.startswith("Trạm Y tế")]
    assert f"{len(sought)}" in page.locator("#announced").inner_text()
    page.fill("#asked-q", "")
    page.select_option("#asked-status", "silent")
    silent = [one["name"] for one in made()["facilities"] if one["status"] == "silent"]
    assert page.locator("tbody tr").count() == len(silent) > 0
    page.select_option("#asked-status", "")
    expected = sorted((one["expected"] or 0 for one in made()["facilities"]), reverse=True)
    page.locator('[data-focus="sort-expected"]').click()
    first = page.locator("tbody tr").first.locator("td").last.inner_text()
    assert first.replace(",", "") == str(expected[0])


def test_the_list_that_is_shown_is_saved_as_csv(hostile: Tab) -> None:
    page = hostile.go("#/facilities?q=hyperlink")
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.reader(io.StringIO(Path(saving.value.path()).read_text(encoding="utf-8-sig"))))
    assert len(rows) == 1 + page.locator("tbody tr").count()
    assert all("HYPERLINK" in " ".join(row) for row in rows[1:])
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


# -------------------------------------------------------------- nothing gets in or out
def test_names_from_data_do_nothing(hostile: Tab) -> None:
    hostile.complaints.clear()
    seen = ""
    for address in addresses(made()):
        page = hostile.go(address)
        seen += page.locator("body").inner_text()
        assert page.evaluate("[document.scripts.length, document.images.length]") == [2, 0], address
    assert hostile.complaints == []
    assert HOSTILE[0] in seen
    assert "{{7*7}}" in seen
    assert "<U+202E>" in seen
    assert "\u202e" not in seen


def test_the_page_cannot_be_made_to_run_or_fetch_anything(browser: Any, file: Path) -> None:  # noqa: ANN401
    tab = Tab(browser, file)
    tried = tab.open().evaluate(
        """async () => {
            const attempt = async (what) => {
                try { await what(); return "done"; } catch (error) { return error.name; }
            };
            const script = document.createElement("script");
            return [
                await attempt(() => { document.createElement("div").innerHTML = "<b>"; }),
                await attempt(() => { script.text = "1"; }),
                await attempt(() => fetch("https://localhost/")),
                await attempt(() => { window.trustedTypes.createPolicy("any", {}); }),
            ];
        }"""
    )
    tab.context.close()
    assert tried == ["TypeError"] * 4


def test_who_runs_no_scripts_reads_the_claims(browser: Any, file: Path, sample: Result) -> None:  # noqa: ANN401
    tab = Tab(browser, file, java_script_enabled=False)
    tab.page.goto(tab.address)
    text = tab.page.locator("main").inner_text()
    tab.context.close()
    for claim in sample["claims"]:
        assert claim["statement"]["vi"] in text
        assert claim["statement"]["en"] in text


def test_the_page_of_one_facility_knows_nobody_else(browser: Any, tmp_path: Path, sample: Result) -> None:  # noqa: ANN401
    own = sample["facilities"][0]
    others = [one for one in sample["facilities"] if one is not own]
    path = tmp_path / "one.html"
    path.write_bytes(FORMATS["html"].make(sample, Wish(0, "", facility=(own["sector"], own["id"]), language="vi")))
    tab = Tab(browser, path)
    tab.open()
    first = tab.page.locator("main").inner_text()
    seen = first
    for address in (
        "#/",
        "#/rules",
        f"#/rule/{own['sector']}/received",
        "#/methods",
        "#/print",
        "#/facilities",
        "#/areas",
    ):
        seen += tab.go(address).locator("body").inner_text()
    tab.context.close()
    assert own["name"] in first
    assert "Tuyên bố có liên quan đến cơ sở này" in first
    assert tab.complaints == []
    assert not [one["name"] for one in others if re.search(rf"{re.escape(one['name'])}(?!\d)", seen)]
    assert not [one["id"] for one in others if re.search(rf"\b{one['id']}\b", seen)]
