"""The pages about places: bars and tiles held against their twins and laws, the map of the plan, the distribution."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from benchmarks.province import province
from recaudit.reports import blind, vocabulary
from recaudit.reports.bars import columns, mark_at
from recaudit.reports.html import linking
from recaudit.reports.html.messages import catalogues
from recaudit.reports.html.page import html
from recaudit.reports.languages import speaking
from recaudit.reports.parts import claim_counts
from recaudit.said import as_entry, say
from recaudit.terms import WORDS
from tests.browser import Tab, chromium

PROBE = """import { barParts, claimedLevel, markAt } from "./bars.js";
import { tileGrid } from "./tilegrid.js";
import { bandOf, shortShare } from "./places.js";
import { catalogued, moment, speak } from "./say.js";
import { placeOf, roleWord, statusWord, verdictWord, verdictsCounted } from "./terms.js";
import { countsOfClaim } from "./claim.js";
import { canBeDrawn } from "./outlinemap.js";
import { facilitiesSaid } from "./placescard.js";
import { pointsOf } from "./charts.js";
import { concerning, ofFacility } from "./blind.js";
const words = { placeOf, roleWord, statusWord, verdictWord, verdictsCounted, countsOfClaim, moment, catalogued, speak };
globalThis.probe = { barParts, claimedLevel, markAt, tileGrid, bandOf, shortShare, ...words };
Object.assign(globalThis.probe, { canBeDrawn, facilitiesSaid, pointsOf, concerning, ofFacility });
"""


# ------------------------------------------------------------------------------------------------ colours
def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


TEXTS = [
    *((ink, ground) for ink in ("ink", "muted", "link") for ground in ("ground", "paper", "soft")),
    ("on-accent", "accent"),
    *((verdict, f"{verdict}-ground") for verdict in ("confirmed", "refuted", "unverifiable")),
    *((f"on-band-{band}", f"band-{band}") for band in range(5)),
]
SHAPES = [(shape, "paper") for shape in ("reached", "short", "unknown", "edge", "focus", "accent")]


def test_text_keeps_four_and_a_half_to_one_and_shapes_three_in_light_and_dark() -> None:
    sheet = (linking.APP / "tokens.css").read_text(encoding="utf-8")
    light, *dark = (colours(block) for block in re.findall(r"\{([^{}]*)\}", sheet) if "--ground" in block)
    assert len(dark) == 2
    assert dark[0] == dark[1]  # asked for by the reader, or by the computer
    for theme in (light, {**light, **dark[0]}):
        assert [pair for pair in TEXTS if contrast(theme[pair[0]], theme[pair[1]]) < 4.5] == []
        assert [pair for pair in SHAPES if contrast(theme[pair[0]], theme[pair[1]]) < 3] == []


# ------------------------------------------------------------------------------------------------ drawing
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def probe(browser: Any) -> Any:  # noqa: ANN401 - a page
    page = browser.new_page()
    page.evaluate(linking.linked({**linking.modules(), "probe.js": PROBE}, "probe.js"))
    return page


def drawn_cases() -> list[tuple[int, int, int, str]]:
    pick = random.Random(7)
    sizes = (0, 0, 1, 2, 9, 500, 10**6)
    targets = ("1", "0.97", "0.5", "0.333", "0.9995")
    return [
        (
            pick.choice(sizes),
            pick.choice(sizes),
            pick.choice(sizes),
            pick.choice(targets),
        )
        for _ in range(300)
    ]


def test_bars_and_marks_stand_as_in_the_terminal(probe: Any) -> None:  # noqa: ANN401
    cases = [case for case in drawn_cases() if sum(case[:3])]
    found = probe.evaluate(
        """(cases) => cases.map(([reached, unknown, short, target]) => {
            const parts = probe.barParts({ reached, unknown, short }, 200);
            const whole = reached + unknown + short;
            return [parts, probe.markAt(target, [reached, whole], [reached + unknown, whole], parts)];
        })""",
        cases,
    )
    for (reached, unknown, short, target), (parts, mark) in zip(cases, found, strict=True):
        due = columns(reached, unknown, short, 200)
        whole = reached + unknown + short
        assert tuple(parts) == due
        assert mark == mark_at(Fraction(target), Fraction(reached, whole), Fraction(reached + unknown, whole), due)


def test_nothing_is_drawn_of_nothing(probe: Any) -> None:  # noqa: ANN401
    assert probe.evaluate("probe.barParts({ reached: 0, unknown: 0, short: 0 }, 200)") == [0, 0, 0]
    assert probe.evaluate("probe.bandOf(null)") == "none"
    assert probe.evaluate("probe.tileGrid([])") is None


@pytest.mark.parametrize(
    ("low", "verdict", "marked"),
    [(None, "unverifiable", None), (None, "refuted", "0.9"), ([1, 2], "unverifiable", "0.9")],
)
def test_no_mark_looks_like_a_verdict_that_nobody_gave(
    probe: Any,  # noqa: ANN401
    low: list[int] | None,
    verdict: str,
    marked: str | None,
) -> None:
    claim = {"low": low, "high": low, "verdict": verdict, "target": "0.9"}
    assert probe.evaluate("(claim) => probe.claimedLevel(claim)", claim) == marked


@pytest.mark.parametrize(
    ("standing", "band", "share"),
    [
        ((0, 0, 7), "unknown", "—"),  # not submitted is never 0 %
        ((0, 7, 0), "0", "0"),
        ((499, 501, 0), "0", "49.9"),
        ((500, 0, 500), "1", "50.0"),
        ((9_499_999, 500_001, 0), "3", "94.9"),
        ((99_999, 1, 0), "4", "99.9"),
        ((3, 0, 0), "4", "100"),
    ],
)
def test_a_tile_is_coloured_by_what_is_known_to_be_reached(
    probe: Any,  # noqa: ANN401
    standing: tuple[int, int, int],
    band: str,
    share: str,
) -> None:
    reached, short, unknown = standing
    counts = {"standing": {"reached": reached, "short": short, "unknown": unknown}, "whole": sum(standing)}
    assert probe.evaluate("(counts) => [probe.bandOf(counts), probe.shortShare(counts)]", counts) == [band, share]


def test_the_page_has_the_words_of_the_other_reports(probe: Any) -> None:  # noqa: ANN401
    """In Vietnamese: codes, places of findings, counts of claims, the time of the run."""
    places: list[Any] = [
        {"where": "Patient"},
        {"where": ""},
        {"where": "f.x", "what": as_entry(say("none of {names}", names=["a"]))},
    ]
    places += [
        {"where": "", "what": as_entry(say("sheet {n}: not read", n=2))},
        {"where": "a", "what": {"text": "empty"}},
    ]
    probe.evaluate("(given) => { probe.catalogued(given); probe.speak('vi'); }", catalogues(linking.script(), places))
    standing = {"reached": 41, "short": 29, "unknown": 36}
    counted = {"received": {"reached": 79, "short": 20, "unknown": 7}, "complete": standing}
    claims: list[Any] = [
        {"level": "records", "rung": rung, "low": low, "high": None, "standing": counted}
        for rung, low in (("complete", None), ("complete", [41, 106]), ("received", [79, 106]))
    ] + [{"level": "facilities", "rung": "complete", "low": [0, 1], "high": [1, 1], "standing": {}}]
    wordings = [*WORDS["verdict"], "supported (≥ 97.5 % at 95 %)", "later"]
    with speaking("vi"):
        asked: list[tuple[str, list[Any], Callable[[Any], str]]] = [
            ("statusWord", [*WORDS["status"], "later"], vocabulary.status),
            ("verdictWord", wordings, vocabulary.verdict),
            ("roleWord", [*WORDS["role"], "later"], lambda role: vocabulary.word_of("role", role)),
            ("placeOf", places, vocabulary.place),
            ("countsOfClaim", claims, claim_counts),
        ]
        for name, codes, word in asked:
            found = probe.evaluate("([name, codes]) => codes.map((code) => probe[name](code))", [name, codes])
            assert found == [word(code) for code in codes], name
    run = probe.evaluate("['2026-11-26T06:18:06+00:00', '2026-11-26T06:18:06.25+07:00', 'soon'].map(probe.moment)")
    assert run == ["06:18:06 ngày 26/11/2026 (UTC)", "06:18:06 ngày 26/11/2026 (UTC+07:00)", "soon"]
    claims = [{"verdict": "confirmed", "wording": "confirmed by count"}, {"verdict": "refuted", "wording": "refuted"}]
    assert probe.evaluate("(claims) => probe.verdictsCounted(claims)", claims) == [
        "1 bị bác bỏ",
        "1 được xác nhận theo số đếm",
    ]
    probe.evaluate("probe.speak('en')")


def test_the_page_says_why_rules_are_not_assessable_as_the_terminal_does(probe: Any) -> None:  # noqa: ANN401
    def lacking(what: str, **more: object) -> dict[str, object]:
        return {"what": what, "why": as_entry(say("why")), "sector": "education", **more}

    result: Any = {
        "not_looked_at": [
            lacking("demographics", rules=["sex", "name"]),
            lacking("one: users", rules=["phone"], facilities=["a", "b"]),
            lacking("two: users.phone", rules=["phone", "sex"], facilities=["b"]),
            lacking("none: users", rules=["phone"], facilities=[]),
            lacking("patients", rules=["sex"], sector="health"),
            lacking("roles"),
            {"what": "a.txt", "why": as_entry(say("no format"))},
        ]
    }
    for facility in ("a", "b", "c"):
        for rules in ({"sex"}, {"phone"}, {"phone", "name"}, {"other"}, set[str]()):
            counts = {rule: {"not_assessable": 1} for rule in rules} | {"met": {"not_assessable": 0}}
            entry: Any = {"id": facility, "sector": "education", "rules": counts}
            given = [result, entry, [{"id": rule} for rule in rules]]
            found = probe.evaluate("([result, entry, rules]) => probe.ofFacility(result, entry, rules)", given)
            assert found == blind.of_facility(result, entry)
            of_rules = "([result, entry, rules]) => probe.concerning(result, entry.sector, rules)"
            assert probe.evaluate(of_rules, given) == blind.concerning(result, "education", rules)


def test_every_area_has_a_tile_of_its_own_near_its_neighbours(probe: Any) -> None:  # noqa: ANN401
    pick = random.Random(11)
    places = [{"lat": pick.uniform(12.2, 13.6), "lon": pick.gauss(108.3, 0.4)} for _ in range(102)]
    grid = probe.evaluate("(places) => probe.tileGrid(places)", places)
    assert grid == probe.evaluate("(places) => probe.tileGrid(places)", places)
    at = [tuple(one) for one in grid["at"]]
    assert len(set(at)) == 102
    assert min(row for row, _ in at) == min(column for _, column in at) == 0
    assert grid["columns"] <= 16
    near = 0
    for place, one in enumerate(places):
        others = sorted(
            (math.hypot(one["lat"] - other["lat"], one["lon"] - other["lon"]), number)
            for number, other in enumerate(places)
            if number != place
        )
        closest = others[0][1]
        near += max(abs(at[place][0] - at[closest][0]), abs(at[place][1] - at[closest][1])) <= 2
    assert near >= 80
    north, south = (end(range(102), key=lambda place: places[place]["lat"]) for end in (max, min))
    west, east = (end(range(102), key=lambda place: places[place]["lon"]) for end in (min, max))
    assert at[north][0] < at[south][0]
    assert at[west][1] < at[east][1]


def test_areas_in_one_place_still_have_a_tile_each(probe: Any) -> None:  # noqa: ANN401
    grid = probe.evaluate("probe.tileGrid([1, 2, 3].map(() => ({ lat: 12, lon: 108 })))")
    assert len({tuple(one) for one in grid["at"]}) == 3


@pytest.mark.parametrize(
    ("path", "drawn"),
    [
        ("M0 0l10 0 0 10z", True),
        ("M5 5l0 0zM0 0l10 0 -3 10z", True),
        ("M5 5l0 0z", False),  # a speck
        ("M5 5l10 10 -4 -4z", False),  # a line, there and back
        ("", False),
        (None, False),
    ],
)
def test_an_outline_that_encloses_nothing_is_none(probe: Any, path: str | None, *, drawn: bool) -> None:  # noqa: ANN401
    assert probe.evaluate("(path) => probe.canBeDrawn(path ?? undefined)", path) is drawn


def test_two_results_of_one_period_have_labels_that_differ(probe: Any) -> None:  # noqa: ANN401
    quarter = {"from": "2026-07-01", "to": "2026-09-30"}
    older = [
        {"as_of": "2026-07-20", "period": {"from": "2026-04-01", "to": "2026-06-30"}},
        {"as_of": "2026-10-02", "period": quarter},
    ]
    points = probe.evaluate(
        "(audit) => probe.pointsOf(audit, () => ({ low: [1, 2], high: [2, 2] }))",
        {"older": older, "result": {"as_of": "2026-10-20", "period": quarter}},
    )
    assert [point["name"] for point in points] == ["Q2/2026", "Q3/2026, as of 2026-10-02", "Q3/2026, as of 2026-10-20"]
    assert [point["under"] for point in points] == ["", "2026-10-02", "2026-10-20"]


def test_of_a_facility_without_an_expected_number_nobody_says_that_it_submitted(probe: Any) -> None:  # noqa: ANN401
    said = [
        probe.evaluate(
            "(counts) => probe.facilitiesSaid(counts)", {"facilities": n, "silent": 1, "uncounted": uncounted}
        )
        for n, uncounted in ((1, 0), (3, 0), (3, 1))
    ]
    assert said == ["0 of 1 facility submitted", "2 of 3 facilities submitted", "3 facilities, 1 silent"]


# ------------------------------------------------------------------------------------------------ the pages
@pytest.fixture(scope="module")
def tab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Tab:  # noqa: ANN401
    """A province whose areas have coordinates, but one; and a map that lacks two of them and has a third as a point."""
    root = tmp_path_factory.mktemp("places")
    result: Any = copy.deepcopy(province(70, 4, 3))
    leaves = [area for area in result["areas"] if area["parent"]]
    squares = []
    for place, area in enumerate(leaves[1:]):
        x, y = 108 + place % 12 / 10, 13 - place // 12 / 10
        area["lat"], area["lon"] = f"{y:.2f}", f"{x:.2f}"
        ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]] if place != 5 else [[x, y]] * 4
        geometry = {"type": "Polygon", "coordinates": [ring]}
        squares.append({"type": "Feature", "properties": {"code": area["code"]}, "geometry": geometry})
    content = json.dumps({"type": "FeatureCollection", "features": squares[1:]}).encode()
    (root / "map.geojson").write_bytes(content)
    result["register"]["map"] = {"file": "map.geojson", "key": "code", "areas": len(squares) - 1}
    listed = {
        **result["inputs"][0],
        "path": "map.geojson",
        "role": "map",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    result["inputs"].append(listed)
    file = root / "page.html"
    file.write_bytes(html(result, root=root))
    tab = Tab(browser, file)
    tab.open()
    return tab


def test_an_area_without_an_outline_or_a_place_does_not_vanish(tab: Tab) -> None:
    page = tab.go("#/areas")
    of_all = page.locator(".outlines a").count() + page.locator(".rest + .tiles a").count()
    assert (page.locator(".outlines a").count(), of_all) == (67, 70)
    page.locator('[data-choice="view-tiles"]').click()
    assert (page.locator(".tiles.placed a").count(), page.locator(".rest + .tiles a").count()) == (69, 1)
    page.locator('[data-choice="view-ranked"]').click()
    assert page.locator(".tiles a").count() == 70
    assert tab.complaints == []


def test_what_is_chosen_stands_in_the_address(tab: Tab) -> None:
    page = tab.go("#/areas?view=tiles")
    page.locator('[data-choice="rung"]').select_option("received")
    assert page.evaluate("location.hash") == "#/areas?view=tiles&rung=received"
    assert page.evaluate("document.activeElement.dataset.choice") == "rung"
    page = tab.open("#/areas?view=tiles&rung=received")
    assert page.locator('[data-choice="rung"]').input_value() == "received"


def test_arrows_move_between_tiles_and_one_tab_stop_holds_them(tab: Tab) -> None:
    page = tab.go("#/areas?view=tiles&sector=health")
    tiles = page.locator(".tiles.placed a")
    tiles.first.focus()
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") != first
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.getAttribute('href')") == first
    assert page.locator('.tiles.placed a[tabindex="0"]').count() == 1
    assert page.locator(".readout b").first.inner_text() != ""


def test_every_facility_stands_in_one_row_of_the_distribution(tab: Tab) -> None:
    page = tab.go("#/")
    shown = page.locator(".distribution > :not(.column):not(.label)").all_inner_texts()
    assert sum(int(text) for text in shown if text.strip()) == 70


def test_an_area_says_what_its_records_add_up_to(tab: Tab) -> None:
    page = tab.go("#/areas?view=ranked")
    page.locator(".tiles a").first.click()
    assert re.search(r"expected = .* reached \+ .* unknown \+ .* known short", page.locator("main").inner_text())
    assert tab.complaints == []


def test_every_column_has_a_name_and_a_bar_beside_its_numbers_is_not_read_out(browser: Any, tmp_path: Any) -> None:  # noqa: ANN401
    file = tmp_path / "report.html"
    file.write_bytes(html(province(40, 3, 7)))
    tab = Tab(browser, file)
    page = tab.open("#/facilities")
    for address in ("#/facilities", "#/areas", "#/rules", "#/print"):
        tab.go(address)
        heads = page.locator("#main thead th").evaluate_all("(all) => all.map((one) => one.textContent.trim())")
        assert heads
        assert "" not in heads
    tab.go("#/facilities")
    assert page.locator("#main td.bar svg").count()
    assert page.locator('#main td.bar [role="img"]').count() == 0
    tab.context.close()
