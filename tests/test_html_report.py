"""The page of a result, before any browser opens it: nothing is lost in packing, nothing in it is markup, nobody else
stands on a facility's page."""

import base64
import copy
import hashlib
import io
import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from babel.messages.extract import extract
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.province import province
from recaudit.errors import ResultError
from recaudit.model import RUNGS, STATES
from recaudit.reports.alone import alone, asked, facility_files
from recaudit.reports.formats import FORMATS
from recaudit.reports.html import linking
from recaudit.reports.html.packing import packed, unpacked
from recaudit.reports.html.page import columns, html
from recaudit.reports.html.streams import Reader, put, signed, unsigned
from recaudit.reports.html.summary import summary
from recaudit.reports.identities import broken
from recaudit.reports.languages import known
from recaudit.reports.wish import Wish
from recaudit.result import Result
from recaudit.said import as_entry, say

HOSTILE = "</script><script>alert(1)</script> {{7*7}} \u202e =HYPERLINK(\u2028"


@cache
def _province() -> Result:
    return province(30, 12, 5)


def small() -> Any:  # noqa: ANN401 - JSON that tests change
    return copy.deepcopy(_province())


def island(page: bytes, name: str) -> bytes:
    """What stands in an island of the page, inflated."""
    found = re.search(rf'id="{name}">([^<]*)</script>', page.decode())
    assert found
    return zlib.decompress(base64.b64decode(found[1]))


def head(page: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(island(page, "result"))


# -------------------------------------------------------------- packing
counts = st.integers(0, 300) | st.integers(0, 2**40)
words = st.sampled_from(["", "a", "Ấp 3", "\u202e"])
cells = st.fixed_dictionaries(dict.fromkeys((*STATES, "solo"), counts))
standing = st.fixed_dictionaries(dict.fromkeys(("reached", "short", "unknown"), counts))
standings = st.fixed_dictionaries(dict.fromkeys(RUNGS, standing))
RULES = [("health", "a", "t"), ("education", "a", "t"), ("health", "b", "t"), ("health", "c", "u")]


@st.composite
def facilities(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Any counts at all: packing holds no law."""
    found = []
    for at in range(draw(st.integers(0, 4))):
        sector = draw(st.sampled_from(["health", "education", "other"]))
        one: dict[str, Any] = {"id": str(at), "name": draw(words), "sector": sector}
        one |= {name: draw(words) for name in ("kind", "area", "vendor", "status", "basis", "covers")}
        one |= {name: draw(counts) for name in ("read", "matched", "duplicate", "conflicting", "unexpected")}
        one |= {name: draw(counts) for name in ("out_of_scope", "unreadable", "missing")}
        one |= {name: draw(st.none() | counts) for name in ("expected", "probable")}
        one["over_reported"] = draw(st.booleans())
        one["rungs"] = draw(standings | st.just({}))
        own = [rule for of, rule, _ in RULES if of == sector]
        one["rules"] = {rule: draw(cells) for rule in own if draw(st.booleans())}
        if draw(st.booleans()):
            one["moved"] = draw(counts)
        found.append(one)
    return found


@settings(max_examples=30)
@given(facilities())
def test_what_is_packed_unpacks_to_the_same(made: list[dict[str, Any]]) -> None:
    totals = dict.fromkeys(STATES, 0)
    rules = [{"sector": of, "id": rule, "table": table, "totals": totals} for of, rule, table in RULES]
    result = cast(Result, {"facilities": made, "rules": rules})
    assert unpacked(packed(result), result["rules"]) == made
    without = [{**one, "rules": {}} for one in made]
    assert unpacked(packed(result, cells=False), result["rules"]) == without


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**60)), st.integers(-(2**60), 2**60))
def test_numbers_come_back_from_bytes(numbers: list[int], any_number: int) -> None:
    out = bytearray()
    for number in numbers:
        put(out, number)
    assert Reader(bytes(out)).many(len(numbers)) == numbers
    assert unsigned(signed(any_number)) == any_number


def test_a_number_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        put(bytearray(), -1)


@settings(max_examples=30)
@given(st.lists(st.fixed_dictionaries({"a": st.integers(0, 2), "b": st.none() | words})))
def test_rows_stand_as_columns_and_come_back(rows: list[dict[str, Any]]) -> None:
    table = columns(rows)
    back: list[dict[str, Any]] = [{} for _ in range(table["count"])]
    for name, column in table["columns"].items():
        values = column if isinstance(column, list) else [column["of"][at] for at in column["at"]]
        for row, value in zip(back, values, strict=True):
            row[name] = value
    assert back == rows


# -------------------------------------------------------------- the page
def test_the_same_result_makes_the_same_page() -> None:
    assert html(small()) == html(small())


def test_a_result_whose_sums_do_not_hold_is_refused() -> None:
    result = small()
    result["totals"]["health"]["expected"] += 1
    with pytest.raises(ResultError, match="sums of the result do not hold: total of health") as caught:
        html(result)
    assert caught.value.problems[0].where
    assert caught.value.problems[0].fix


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no catalogue"):
        html(small(), language="xx")


def test_a_result_of_nothing_has_a_page_too() -> None:
    nothing: Any = {**small(), "facilities": [], "areas": [], "rules": [], "totals": {}, "claims": []}
    page = html(nothing)
    assert head(page)["facilities"]["count"] == 0
    assert "No claim was judged." in page.decode()


def test_no_count_of_a_facility_and_rule_is_left_out() -> None:
    result = small()
    assert unpacked(packed(result), result["rules"]) == result["facilities"]
    assert sum(len(one["rules"]) for one in result["facilities"]) == 30 * 12


def test_names_from_data_are_neither_markup_nor_invisible() -> None:
    result = small()
    for name in ("name", "vendor", "kind"):
        result["facilities"][0][name] = HOSTILE
    result["areas"][0]["name"] = result["plan"]["name"] = HOSTILE
    result["claims"][0]["statement"] = {"en": HOSTILE, "vi": HOSTILE}
    page = html(result).decode()
    for char in ("\u202e", "\u2028"):
        assert char not in page + json.dumps(head(page.encode()), ensure_ascii=False)
    assert "<script>alert" not in page
    assert page.count("<script") == 4  # three islands and the program
    assert "<U+202E>" in head(page.encode())["facilities"]["texts"]["name"][0]
    assert "<" not in island(page.encode(), "result").decode()


def test_only_the_program_and_the_sheet_of_the_page_are_allowed() -> None:
    page = html(small()).decode()
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    policy = found[1]
    assert policy.startswith("default-src 'none'; ")
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    for tag in ("script", "style"):
        text = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(text) == 1
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()}'" in policy
    assert " style=" not in page


def test_who_runs_no_scripts_reads_claims_and_areas_in_every_language() -> None:
    page = html(small(), language="vi").decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert [name for name in known() if f'<section lang="{name}">' in main] == list(known())
    assert main.index('lang="vi"') < main.index('lang="en"')
    for claim in small()["claims"]:
        assert claim["statement"]["en"] in main
        assert claim["statement"]["vi"] in main
    assert main.count("Xã 24000") == len(small()["areas"][0]["sectors"])


def test_every_message_of_the_program_is_found_in_its_text() -> None:
    """Which messages the page needs is asked by looking for them in the script."""
    script = linking.script()
    for module in linking.modules().values():
        for _, texts, _, _ in extract("javascript", io.BytesIO(module.encode()), keywords={"t": None, "tn": (1, 2)}):
            for text in [texts] if isinstance(texts, str) else texts:
                assert json.dumps(text, ensure_ascii=False) in script


# -------------------------------------------------------------- the linker
def test_modules_stand_in_the_order_of_their_imports() -> None:
    found = linking.linked(
        {
            "main.js": 'import { a } from "./a.js";\nimport { b } from "./b.js";\na(b);\n',
            "a.js": 'import {\n  b,\n} from "./b.js";\nexport function a() {}\n',
            "b.js": "export const b = 1;\n",
        }
    )
    assert found.index("const b") < found.index("function a") < found.index("a(b)")
    assert "import" not in found
    assert "export" not in found


@pytest.mark.parametrize(
    ("modules", "why"),
    [
        ({"main.js": 'import { a } from "./a.js";\n'}, "a.js, which is not there"),
        ({"main.js": 'import { a } from "./a.js";\n', "a.js": "export const b = 1;\n"}, "does not export"),
        ({"main.js": 'import { a as b } from "./a.js";\n', "a.js": "export const a = 1;\n"}, "does not export"),
        ({"main.js": 'import * as a from "./a.js";\n', "a.js": "export const a = 1;\n"}, "cannot be linked"),
        ({"main.js": "export default 1;\n"}, "cannot be linked"),
        ({"main.js": 'import { a } from "./a.js";\nlet a;\n', "a.js": "export const a = 1;\n"}, "both have a"),
        (
            {
                "main.js": 'import { a } from "./a.js";\n',
                "a.js": 'import { b } from "./b.js";\nexport const a = 1;\n',
                "b.js": 'import { a } from "./a.js";\nexport const b = 1;\n',
            },
            "circle",
        ),
    ],
)
def test_modules_that_do_not_make_one_script_are_refused(modules: dict[str, str], why: str) -> None:
    with pytest.raises(linking.LinkError, match=why):
        linking.linked(modules)


def test_the_program_closes_no_element_of_the_page() -> None:
    assert "</" not in linking.script()
    assert "<!--" not in linking.script()
    assert "</" not in linking.sheet()


# -------------------------------------------------------------- one facility
def test_nobody_else_stands_on_the_page_of_a_facility() -> None:
    result = small()
    for at, one in enumerate(result["facilities"]):
        one["id"], one["name"], one["read"], one["out_of_scope"] = f"own{at:02}", f"Trạm {at:02}!", 7000 + at, 0
        one["duplicate"] = one["read"] - one["matched"]
    for sector, total in result["totals"].items():
        total["read"] = sum(one["read"] for one in result["facilities"] if one["sector"] == sector)
    result["inputs"] = [
        {**result["inputs"][0], "facility": one["id"], "path": f"{one['id']}.csv", "sector": one["sector"]}
        for one in result["facilities"]
    ]
    result["claims"][0]["scope"]["facilities"] = [one["id"] for one in result["facilities"]]
    sums = {str(total[name]) for total in result["totals"].values() for name in ("read", "expected")}
    for name, sector, one in facility_files(result):
        page = FORMATS["html"].make(result, Wish(0, "", facility=(sector, one)))
        own = name.removesuffix(".html")[-2:]
        text = page.decode() + json.dumps(head(page), ensure_ascii=False)
        assert f"own{own}" in text
        assert set(re.findall(r"own(\d\d)", text)) == set(re.findall(r"Trạm (\d\d)!", text)) == {own}
        numbers = set(re.findall(r"\d+", re.sub(r"[\d.,]+", lambda found: re.sub(r"[.,]", "", found[0]), text)))
        assert not sums & numbers


def test_the_result_of_one_facility_keeps_its_sums() -> None:
    result = small()
    for one in result["facilities"]:
        narrowed = alone(result, one["sector"], one["id"])
        assert broken(narrowed) == []
        assert narrowed["facilities"] == [one]
        assert not narrowed["claims"]
        assert not narrowed["gates"]
        assert not narrowed["not_looked_at"]
        assert [rule["id"] for rule in narrowed["rules"]] == list(one["rules"])


def test_of_claims_a_facility_sees_what_they_promise_and_no_more() -> None:
    result = small()
    one = result["facilities"][0]
    (promise,) = asked(result, one["sector"], one["id"])
    assert promise["target"] == "1"
    assert not promise.keys() & {"verdict", "wording", "sentence", "low", "high", "standing", "scope", "reasons"}
    result["claims"][0]["scope"]["facilities"] = ["another"]
    assert asked(result, one["sector"], one["id"]) == []


def test_a_facility_that_is_not_there_is_refused() -> None:
    with pytest.raises(ResultError, match="no such facility"):
        FORMATS["html"].make(small(), Wish(0, "", facility=("health", "nowhere")))


def unscripted(page: bytes) -> str:
    """What a reader sees who runs no scripts."""
    return re.sub(r"<script.*?</script>|<style.*?</style>", "", page.decode(), flags=re.DOTALL)


def test_the_page_of_a_facility_says_what_claims_ask_and_that_verdicts_are_left_out() -> None:
    result = small()
    one = result["facilities"][0]
    wish = Wish(0, "", facility=(one["sector"], one["id"]), language="vi")
    page = FORMATS["html"].make(result, wish)
    assert head(page)["only"] == {"sector": one["sector"], "id": one["id"]}
    assert [each["id"] for each in head(page)["promises"]] == [result["claims"][0]["id"]]
    text = unscripted(page)
    assert f"<li>{result['claims'][0]['id']}: " in text
    assert "Verdicts are of several facilities together" in text
    assert "No claim" not in text
    assert "<table" not in text  # of claims and of areas
    result["claims"][0]["scope"]["facilities"] = ["another"]
    assert "No claim speaks of this facility." in unscripted(FORMATS["html"].make(result, wish))


def test_without_scripts_a_verdict_is_worded_in_full_and_once_and_a_day_as_people_write_it() -> None:
    result = small()
    result["period"] |= {"from": "2026-07-01", "to": "2026-09-30"}
    result["claims"][0]["sentence"] = as_entry(say("{verdict}: all", verdict=say("confirmed by count")))
    text = summary(result, "vi")
    assert "<td>confirmed by count: " in text
    assert "2026-07-01 to 2026-09-30" in text
    assert "01/07/2026 đến 30/09/2026" in text


@settings(max_examples=30)
@given(st.lists(st.text("aA/?\u202eđ", max_size=3), max_size=6, unique=True))
def test_names_of_files_are_safe_and_differ(ids: list[str]) -> None:
    result = cast(Result, {"facilities": [{"sector": "health", "id": one} for one in [*ids, "a", "A", "a/", "a?"]]})
    names = [name for name, _, _ in facility_files(result)]
    assert len({name.lower() for name in names}) == len(result["facilities"])
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in names)


# -------------------------------------------------------------- earlier results
def earlier(year: int) -> Any:  # noqa: ANN401 - JSON that tests change
    result = small()
    result["period"] = {**result["period"], "from": f"{year}-07-01", "to": f"{year}-09-30"}
    result["as_of"] = f"{year}-10-15"
    return result


def test_earlier_results_stand_oldest_first_with_every_facility() -> None:
    page = html(small(), older=[earlier(2025), earlier(2023)])
    found = head(page)["older"]
    assert [one["result"]["as_of"] for one in found] == ["2023-10-15", "2025-10-15"]
    assert [one["facilities"]["count"] for one in found] == [30, 30]
    assert found[0]["facilities"]["start"] < found[1]["facilities"]["start"] < len(island(page, "counts"))


def test_what_was_not_measured_alike_is_said() -> None:
    old = earlier(2025)
    rule = next(one for one in old["rules"] if one["required"] and one["rung"] != "received")
    rule["sha256"] = "another"
    old["inputs"] = old["inputs"][1:]
    new = small()
    sector = rule["sector"]
    changed = next(one for one in old["facilities"] if one["sector"] == sector and one["rungs"]["timely"]["reached"])
    ladder = changed["rungs"]["timely"]
    ladder["reached"], ladder["unknown"] = ladder["reached"] - 1, ladder["unknown"] + 1
    for sums in (old["totals"], *(area["sectors"] for area in old["areas"] if area["code"] in ("66", changed["area"]))):
        at = sums[sector]["rungs"]["timely"]
        at["reached"], at["unknown"] = at["reached"] - 1, at["unknown"] + 1
    (found,) = head(html(new, older=[old]))["older"]
    assert found["unlike"]["facilities"].keys() == {f"{sector}/{changed['id']}"}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"plan": {"name": "another", "file": "", "facility": "", "sha256": ""}}, "another plan"),
        ({"period": {"from": "2027-01-01", "to": "2027-03-31", "timezone": "UTC"}}, "later than the one shown"),
        ({}, "same day and period"),
    ],
)
def test_what_is_no_earlier_result_is_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ResultError, match=why):
        html(small(), older=[cast(Result, {**small(), **changed})])


def test_dark_is_the_same_whether_the_device_or_a_person_asks_for_it() -> None:
    """CSS has no one place for both that old browsers understand (``light-dark()`` is of 2024)."""
    sheet = (Path(linking.__file__).parent / "app" / "tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"color-scheme: dark;\n([^}]*)\}", sheet)
    assert len(blocks) == 2
    assert blocks[0] == blocks[1]
