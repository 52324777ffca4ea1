"""What comes first is decided once: every format, and the page in the browser, lists facilities in the same order."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.province import province
from recaudit.reports import lines, parts
from recaudit.reports.formats import FORMATS
from recaudit.reports.html import linking
from recaudit.reports.names import order
from recaudit.reports.wish import Wish
from tests.browser import chromium
from tests.golden.province import province as golden

NAMES = [
    *(
        "Trạm y tế Đắk Lắk",
        "Trạm y tế Dak Lak",
        "Trạm Y tế Đắk Lắk",
        "TRẠM Y TẾ ĐẮK LẮK",
        "Trạm 9",
        "Trạm 10",
        "Trạm 010",
    ),
    *("Trạm", "Trạm ", "Tràm", "Trảm", "Trãm", "Trám", "Trăm", "Trâm", "Trưa", "Trua", "Trửa", "Hòa-Bình", "Hoà Bình"),
    *(
        "",
        "(1)",
        "#2",
        "ñ",
        "ß",
        "Ёж",
        "学校",
        "😀",
        "Số 2.",
        "Số 2",
        "Hòa\u0301",
        "z",
        "j",
        "f",
        "W",
        "A_b",
        "A–b",
        "A b",
    ),
]
PROBE = """import { compareNames } from "./names.js";
import { byGap, firstByGap, uncountedPlaces } from "./seek.js";
import { rulesMissed } from "./leading.js";
globalThis.ranking = { compareNames, byGap, firstByGap, uncountedPlaces, rulesMissed };
"""
ORDERS = """({ names, columns, rules }) => {
  const { compareNames, byGap, firstByGap, uncountedPlaces, rulesMissed } = globalThis.ranking;
  const count = columns.id.length;
  const audit = { count, column: (name) => columns[name], areas: new Map(), rules };
  const said = (places) => places.map((at) => `${columns.sector[at]}/${columns.id[at]}`);
  return {
    names: names.toSorted(compareNames),
    all: said(byGap(audit, [...columns.id.keys()])),
    first: said(firstByGap(audit, 7)),
    apart: said(uncountedPlaces(audit)),
    rules: rulesMissed(audit).map((rule) => `${rule.sector}/${rule.id}`),
  };
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with chromium() as browser:
        shown = browser.new_page()
        shown.evaluate(linking.linked({**linking.modules(), "probe.js": PROBE}, "probe.js"))
        yield shown


def small() -> Any:  # noqa: ANN401 - JSON
    return copy.deepcopy(golden())


def made(*, counted: bool = True) -> Any:  # noqa: ANN401 - JSON
    """Many of one gap, of one name, and some of which nobody said what to expect."""
    result: Any = province(200, 4, 7)
    pick = random.Random(5)
    for one in result["facilities"]:
        one["name"] = pick.choice(NAMES)
        if not counted or pick.random() < 0.2:
            one["expected"] = None
        elif pick.random() < 0.5:
            short = pick.randrange(3)
            one["rungs"]["complete"] = {"reached": 1, "short": short, "unknown": 2}
            one["expected"] = 3 + short
    return result


def ids(facilities: list[Any]) -> list[str]:
    return [f"{one['sector']}/{one['id']}" for one in facilities]


def in_columns(result: Any) -> dict[str, list[object]]:  # noqa: ANN401 - JSON
    columns: dict[str, list[object]] = {
        name: [one[name] for one in result["facilities"]] for name in ("id", "name", "sector", "area", "vendor")
    }
    columns["expected"] = [-1 if one["expected"] is None else one["expected"] for one in result["facilities"]]
    for state in ("reached", "short", "unknown"):
        columns[f"complete.{state}"] = [one["rungs"].get("complete", {}).get(state, 0) for one in result["facilities"]]
    return columns


@pytest.mark.parametrize("result", [small(), made(), made(counted=False)], ids=["a province", "made", "exports alone"])
def test_the_page_ranks_as_every_other_report(page: Any, result: Any) -> None:  # noqa: ANN401
    random.Random(3).shuffle(result["facilities"])
    found = page.evaluate(ORDERS, {"names": NAMES, "columns": in_columns(result), "rules": result["rules"]})
    of_received = parts.export_only(result)
    ranked = parts.by_gap(result["facilities"], of_received=of_received)
    uncounted = [one for one in ranked if parts.gap(one, of_received=of_received) is None]
    assert found["names"] == sorted(NAMES, key=order)
    assert found["all"] == ids(ranked)
    assert found["first"] == ids(parts.first(result["facilities"], of_received=of_received))[:7]
    assert found["apart"] == ids(uncounted)
    assert found["rules"] == ids([*parts.most_missed(result["rules"])])


def test_who_was_expected_to_send_nothing_known_has_no_gap_in_any_format() -> None:
    result = small()
    of_nobody = next(one["id"] for one in result["facilities"] if one["expected"] is None and one["read"])
    assert of_nobody not in ids(parts.first(result["facilities"], of_received=False))
    piped = {line.split("\t")[1]: line for line in lines.overview(result) if line.startswith("facility\t")}
    assert "\tgap=-\t" in piped[of_nobody]
    brief = FORMATS["md"].make(result, Wish(0, "")).decode()
    first = ids(parts.first(result["facilities"], of_received=False))[:10]
    places = [brief.index(f"`{one.split('/')[1]}`") for one in first]
    assert places == sorted(places)


def test_where_nobody_said_what_to_expect_the_gap_is_of_what_was_received() -> None:
    result = copy.deepcopy(small())
    for one in result["facilities"]:
        one["expected"] = None
    assert all(parts.gap(one, of_received=True) == parts.wanting(one) for one in result["facilities"])
    assert parts.first(result["facilities"], of_received=parts.export_only(result))
    assert parts.first([], of_received=True) == []
