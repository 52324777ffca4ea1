"""What machines read: one result in every format, with the same verdicts, counts and exit code in each."""

from __future__ import annotations

import copy
import csv
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from junitparser.xunit2 import TestCase as XunitCase
from lxml import etree
from markdown_it import MarkdownIt

from benchmarks.province import province as benchmarked_province
from recaudit import cli
from recaudit.exits import exit_code
from recaudit.reports import deciding, terminal
from recaudit.reports.csvtables import NAMES, csv_files
from recaudit.reports.formats import FORMATS, made, output, outputs
from recaudit.reports.github import SHOWN, summary
from recaudit.reports.hiding import hiding
from recaudit.reports.html.page import html
from recaudit.reports.identities import broken
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking
from recaudit.reports.ours import is_ours
from recaudit.reports.wish import Wish
from recaudit.reports.workbook import facility_workbook
from recaudit.result import Result
from recaudit.resultcounts import eligible, missed
from tests import tiny_audit
from tests.golden.captures import screen
from tests.golden.province import province

ROOT = Path(__file__).parents[1]
PROVINCE = province()  # changed by no test
SCHEMAS = Path(__file__).parent / "published"
COMPARED = ("junit", "sarif", "github", "csv", "xlsx", "md")
HOSTILE = (
    "</script>", "{{7*7}}", "a\u202eb", '=HYPERLINK("x")', "]]>", "a\n::error::b", "a\x00b", "🏥", "##[error]x",
    "[a](javascript:b)", "| `x` | @you #1", "+1", "-1", "@x", "\t=1", "<img src=x onerror=y>",
)  # fmt: skip
Json = dict[str, Any]


def wished(result: Result, **more: Any) -> Wish:  # noqa: ANN401
    return Wish(*exit_code(result), **more)


def written(result: Result, name: str, **more: Any) -> bytes:  # noqa: ANN401
    return FORMATS[name].make(result, wished(result, **more))


def changed(**changes: Any) -> Result:  # noqa: ANN401
    return cast(Result, {**PROVINCE, **changes})


def without_claims() -> Result:
    """Exports alone: nobody said what to expect, and the rules are the gate."""
    facilities = [
        {**one, "expected": None, "basis": "none", "missing": 0, "over_reported": False}
        for one in cast(Any, PROVINCE["facilities"])
    ]
    return changed(claims=[], register=None, facilities=facilities)


def empty() -> Result:
    """Nothing was handed in."""
    return changed(
        claims=[], gates=[], register=None, inputs=[], facilities=[], areas=[], rules=[], suites=[], totals={},
        tables=[], unattributed={}, evidence={}, not_looked_at=[], notes=[],
    )  # fmt: skip


RESULTS = {"province": lambda: PROVINCE, "export only": without_claims, "empty": empty}
result_kinds = pytest.mark.parametrize("kind", RESULTS)


# ------------------------------------------------------------------------------------------------ read back
def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """Sheet -> rows, read from the parts of the file."""
    spaces = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        strings = etree.fromstring(archive.read("xl/sharedStrings.xml"))
        shared = ["".join(map(str, one.itertext())) for one in strings.findall("x:si", spaces)]
        names = [one.get("name") for one in etree.fromstring(archive.read("xl/workbook.xml")).iter("{*}sheet")]
        found = {}
        for number, name in enumerate(names, 1):
            rows = []
            for row in etree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml")).iter("{*}row"):
                cells = []
                for cell in row.findall("x:c", spaces):
                    assert cell.find("x:f", spaces) is None
                    value = cell.findtext("x:v", "", spaces)
                    cells.append(shared[int(value)] if cell.get("t") == "s" else float(value))
                rows.append(cells)
            found[str(name)] = rows
    return found


def records(rows: list[list[Any]]) -> list[Json]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def csv_table(result: Result, name: str, **more: Any) -> list[dict[str, str]]:  # noqa: ANN401
    content = csv_files(result, wished(result, **more))[f"{name}.csv"]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def cases(content: bytes) -> Iterator[tuple[str, XunitCase]]:
    for suite in JUnitXml.fromstring(content):
        for case in suite:
            yield suite.name, XunitCase.fromelem(case._elem)  # type: ignore[no-untyped-call]


def properties(case: XunitCase) -> dict[str, str]:
    return {one.name: one.value for one in case.properties()}  # type: ignore[no-untyped-call]


def log(result: Result) -> Json:
    return cast(Json, json.loads(written(result, "sarif"))["runs"][0])


# ------------------------------------------------------------------------------------------------ they agree
def of_json(result: Result) -> tuple[int, dict[str, str], dict[str, str]]:
    """Exit code; claim -> verdict; facility -> its records at complete."""
    again = cast(Result, json.loads(written(result, "json")))
    verdicts = {claim["id"]: claim["verdict"] for claim in again["claims"]}
    return exit_code(again)[0], cast(Any, verdicts), {one["id"]: said(one) for one in again["facilities"]}


def said(facility: Any) -> str:  # noqa: ANN401
    at = facility["rungs"]["complete"]
    expected = "-" if facility["expected"] is None else facility["expected"]
    return f"{expected}: reached={at['reached']} short={at['short']} unknown={at['unknown']}"


def of_junit(result: Result) -> tuple[int, dict[str, str], dict[str, str]]:
    verdicts, standing, code = {}, {}, -1
    for suite in JUnitXml.fromstring(written(result, "junit")):
        facts = {one.name: one.value for one in suite.properties()}  # type: ignore[no-untyped-call]
        if suite.name == "audit":
            code = int(facts["exit_code"])
        elif "/" in suite.name:
            standing[suite.name.partition("/")[2]] = f"{facts['expected']}: {facts['complete']}"
    for suite_name, case in cases(written(result, "junit")):
        if suite_name == "claims":
            verdicts[str(case.name)] = properties(case)["verdict"]
    return code, verdicts, standing


def of_sarif(result: Result) -> tuple[int, dict[str, str], dict[str, str] | None]:
    run = log(result)
    verdicts = {
        one["ruleId"].removeprefix("claim/"): one["properties"]["verdict"]
        for one in run["results"]
        if one["ruleId"].startswith("claim/")
    }
    assert run["properties"]["totals"] == result["totals"]
    return run["invocations"][0]["exitCode"], verdicts, None  # counts stand by rule, not by facility


def of_csv(result: Result) -> tuple[int, dict[str, str], dict[str, str]]:
    audit = {row["key"]: row["value"] for row in csv_table(result, "audit")}
    standing = {
        row["id"]: f"{row['expected'] or '-'}: "
        + " ".join(f"{name}={row[f'complete_{name}']}" for name in ("reached", "short", "unknown"))
        for row in csv_table(result, "facilities")
    }
    verdicts = {row["id"]: row["verdict"] for row in csv_table(result, "claims")}
    return int(audit["exit_code"]), verdicts, standing


def of_xlsx(result: Result) -> tuple[int, dict[str, str], dict[str, str]]:
    book = sheets(written(result, "xlsx"))
    code = next(row["Value"] for row in records(book["Provenance"]) if row["What"] == "exit code")
    standing = {}
    for row in records(book["Facilities"]):
        reached, short, unknown = (int(row[f"Complete: {name}"]) for name in ("reached", "known short", "unknown"))
        expected = "-" if row["Expected"] == "—" else int(row["Expected"])
        standing[row["Identifier"]] = f"{expected}: reached={reached} short={short} unknown={unknown}"
    return int(code), {row["Claim"]: row["Verdict"] for row in records(book["Claims"])}, standing


def of_md(result: Result) -> tuple[int, dict[str, str], None]:
    page = written(result, "md").decode()
    verdicts = dict(re.findall(r"^\| `([^`]+)` .*? \| [✓✗?] \*\*(\w+)\*\*", page, re.MULTILINE))
    found = re.search(r"\*\*Exit code (\d)", page)
    assert found
    return int(found[1]), verdicts, None


def test_the_name_of_exports_without_a_plan_is_said_in_the_language() -> None:
    plan = {"name": "exports without a plan", "file": "", "facility": "", "sha256": ""}
    result = changed(plan=plan)
    assert "# Dữ liệu xuất không có kế hoạch" in written(result, "md", language="vi").decode().splitlines()
    assert (
        written(result, "github", language="vi").decode().splitlines()[0].endswith(": Dữ liệu xuất không có kế hoạch")
    )
    with speaking("vi"):
        head = screen(lambda sheet: terminal.overview(result, sheet), 100).splitlines()[0]
    assert head.startswith("recaudit 0.1.0 · Dữ liệu xuất không có kế hoạch · ")
    about = sheets(facility_workbook(result, "health", "KCB66001", language="vi"))
    assert "Dữ liệu xuất không có kế hoạch" in str(about)
    result.pop("digest", None)
    assert "<title>Dữ liệu xuất không có kế hoạch · recaudit</title>" in html(result, language="vi").decode()


def test_files_with_lines_that_nobody_could_read_are_named_with_what_is_wrong() -> None:
    inputs = copy.deepcopy(cast(Any, PROVINCE["inputs"]))
    inputs[0] |= {"unreadable": 8, "findings": [{"kind": "not UTF-8", "count": 8, "where": "", "lines": [2, 3]}]}
    page = written(changed(inputs=inputs), "md").decode()
    line = next(one for one in page.splitlines() if one.startswith(f"- `{inputs[0]['path']}`: "))
    assert "8 of them could not be read" in line
    assert "8 of them are not UTF-8: export the file anew as UTF-8" in line
    whole = [{**one, "unreadable": 0, "to_the_end": True} for one in inputs]
    assert "Files not read whole" in page
    assert "Files not read whole" not in written(changed(inputs=whole), "md").decode()


def test_an_annotation_names_first_the_rules_up_to_the_rung_that_it_speaks_of() -> None:
    result = copy.deepcopy(cast(Any, without_claims()))
    most = next(rule for rule in result["rules"] if rule["id"] == "enc-has-condition")
    assert missed_first(result) == "enc-has-condition"
    most["rung"] = "attested"
    assert missed_first(result) == "enc-discharge"


def missed_first(result: Result) -> str:
    """The rule that the annotation of the first facility names first."""
    lines = written(result, "github").decode().splitlines()
    line = next(one for one in lines if "title=Facility KCB66001" in one)
    return line.partition("misses ")[2].partition(",")[0]


@result_kinds
def test_the_same_verdicts_counts_and_exit_code_in_six_formats(kind: str) -> None:
    result = RESULTS[kind]()
    code, verdicts, standing = of_json(result)
    for read in (of_junit, of_csv, of_xlsx):
        assert read(result) == (code, verdicts, standing)
    for short in (of_sarif, of_md):
        assert short(result) == (code, verdicts, None)
    lines = written(result, "github").decode().splitlines()
    assert lines[-1].startswith(f"Exit code {code}")
    assert any(line.startswith("::error ") for line in lines) is (code != 0)


def test_counts_of_rules_are_those_of_the_result() -> None:
    result = PROVINCE
    totals: dict[str, Json] = {rule["id"]: cast(Any, {**rule["totals"]}) for rule in result["rules"]}
    states = ("met", "unmet", "excused", "not_applicable", "not_assessable")
    in_csv = {row["id"]: {state: int(row[state]) for state in states} for row in csv_table(result, "rules")}
    in_sarif = {
        rule["id"].removeprefix("health/"): rule["properties"]["totals"]
        for rule in log(result)["tool"]["driver"]["rules"]
        if rule["id"].startswith("health/")
    }
    assert in_csv == in_sarif == totals
    cells = csv_table(result, "facility_rules")
    assert len(cells) == sum(len(one["rules"]) for one in result["facilities"])
    assert sum(int(row["unmet"]) for row in cells) == sum(total["unmet"] for total in totals.values())
    unmet = sum(one["properties"].get("unmet", 0) for one in log(result)["results"])
    assert unmet == sum(total["unmet"] for total in totals.values())


@pytest.mark.parametrize("language", ["en", "vi"])
@result_kinds
def test_a_second_build_is_the_same_bytes(kind: str, language: str) -> None:
    result = RESULTS[kind]()
    for name in COMPARED:
        assert written(result, name, language=language) == written(RESULTS[kind](), name, language=language)


# ------------------------------------------------------------------------------------------------ red where the code is
def judged(word: str) -> Json:
    return {**cast(Any, PROVINCE["claims"][0]), "verdict": word, "wording": word}


CELLS = {
    "met": (2, 0, 0, 0),
    "unmet": (1, 1, 0, 0),
    "excused": (1, 0, 1, 0),
    "blind": (1, 0, 0, 1),
    "nothing": (0, 0, 0, 0),
}  # met, unmet, excused, not assessable


def cell(name: str) -> Json:
    met, unmet, excused, blind = CELLS[name]
    counts = {"met": met, "unmet": unmet, "excused": excused, "not_applicable": 0, "not_assessable": blind}
    return {**counts, "solo": 0}


def small(verdict: str, on: str, source: str, cells: tuple[str, str], *, whole: bool, there: bool) -> Result:
    """One facility, a required rule and an advisory one, one claim or none."""
    rules = [
        {**cast(Any, PROVINCE["rules"][place]), "required": place == 0, "totals": cell(name)}
        for place, name in enumerate(cells)
    ]
    one = {**cast(Any, PROVINCE["facilities"][0]), "rules": {rule["id"]: rule["totals"] for rule in rules}}
    kept = [{**cast(Any, entry), "unreadable": 0, "to_the_end": whole} for entry in PROVINCE["inputs"]]
    return changed(
        claims=[judged(verdict)] if verdict else [],
        fail_on={"on": on, "reason": "", "from": source},
        facilities=[one],
        rules=rules,
        inputs=kept if there else [],
        unattributed={},
        tables=[],
    )


def test_a_report_is_red_exactly_where_the_exit_code_is_not_0() -> None:
    """Every combination is judged; of each kind of outcome one is written and read back."""
    seen = set()
    for verdict, on, source, required, advisory, whole, there in itertools.product(
        ("", "confirmed", "refuted", "unverifiable"),
        ("advisory", "required", "never"),
        ("default", "command"),
        CELLS,
        CELLS,
        (True, False),
        (True, False),
    ):
        result = small(verdict, on, source, (required, advisory), whole=whole, there=there)
        code, _ = exit_code(result)
        parts = {deciding.of_rule(result, rule, rule["totals"]) for rule in result["rules"]}
        parts |= {deciding.of_claim(claim) for claim in result["claims"]}
        parts |= {deciding.of_input(result, entry) for entry in result["inputs"]}
        assert ("failed" in parts) == (code == 1)
        assert ("open" in parts) <= (code in (1, 3))
        assert not (code == 0 and there) or parts & {"passed", "aside"}
        if (kind := (code, frozenset(parts))) not in seen:
            seen.add(kind)
            found = [type(one) for _, case in cases(written(result, "junit")) for one in case.result]
            assert (Failure in found) == (code == 1)
            assert (Failure in found or Error in found) == (code != 0)
            assert (b"::error " in written(result, "github")) == (code != 0)
            levels = {(one["kind"], one["level"]) for one in log(result)["results"]}
            assert (("fail", "error") in levels) == (code == 1)
    assert {code for code, _ in seen} == {0, 1, 3}


def test_a_rule_decides_nothing_beside_a_claim_and_is_never_a_failure_there() -> None:
    kinds = {
        (suite.partition("/")[0], type(found))
        for suite, case in cases(written(PROVINCE, "junit"))
        for found in case.result
    }
    assert ("health", Skipped) in kinds
    assert ("rules", Skipped) in kinds
    assert {("health", Failure), ("rules", Failure)}.isdisjoint(kinds)
    assert ("claims", Failure) in kinds
    asked = changed(fail_on={"on": "required", "reason": "", "from": "command"})
    by_name = {(suite, case.name): case for suite, case in cases(written(asked, "junit"))}
    assert isinstance(by_name["health/KCB66001", "enc-has-condition"].result[0], Failure)
    assert isinstance(by_name["health/KCB66042", "received"].result[0], Error)
    advisory = by_name["rules", "pat-telecom"]
    assert not advisory.result
    assert properties(advisory)["advisory"] == "unmet"
    assert "pat-telecom=" in properties(by_name["health/KCB66001", "all other rules"])["aside"]


def test_a_case_stands_for_each_rule_and_for_each_pair_that_is_red() -> None:
    """Every count of a rule is read back, and every row that misses a rule in a facility, red or aside."""
    for result in (PROVINCE, changed(fail_on={"on": "required", "reason": "", "from": "command"})):
        found = [(suite, case) for suite, case in cases(written(result, "junit"))]
        counts = {str(case.name): properties(case).get("counts") for suite, case in found if suite == "rules"}
        assert list(counts) == [rule["id"] for rule in result["rules"]]
        for rule in result["rules"]:
            said = " ".join(f"{state}={count}" for state, count in rule["totals"].items())
            assert counts[rule["id"]] == (said if eligible(rule["totals"]) else None)
        for one in result["facilities"]:
            own = {str(case.name): case for suite, case in found if suite == f"{one['sector']}/{one['id']}"}
            others = own.pop("all other rules", None)
            aside = properties(others).get("aside", "") if others is not None else ""
            due = {rule: cell for rule, cell in one["rules"].items() if eligible(cell)}
            rows = sum(
                int(case._elem.get("assertions") or 0) for case in [*own.values(), *([others] if others else [])]
            )
            assert rows == sum(map(eligible, due.values()))
            wrong = {rule for rule, cell in due.items() if missed(cell) or cell["not_assessable"]}
            said_aside = {rule.partition("=")[0] for rule in aside.split()}
            assert said_aside | (own.keys() if due else set()) == wrong


def test_a_province_of_3000_facilities_is_a_small_file() -> None:
    """One facility is measured, and each more of its kind."""
    one, ten = (len(written(benchmarked_province(n, 60, 5), "junit")) for n in (10, 60))
    assert 3_000 * (ten - one) / 50 < 6_000_000


def test_nothing_is_never_a_pass() -> None:
    result = empty()
    found = dict(cases(written(result, "junit")))
    assert [(name, type(case.result[0])) for name, case in found.items()] == [("audit", Error)]
    assert b"No claim was judged" in written(result, "md")
    assert log(result)["invocations"][0]["executionSuccessful"] is False
    quiet = {**cast(Any, PROVINCE["facilities"][2]), "rules": {}, "expected": None, "read": 0}
    suites = {name: case for name, case in cases(written(changed(facilities=[quiet]), "junit")) if "/" in name}
    assert all(not case.is_passed for case in suites.values())
    assert suites


# ------------------------------------------------------------------------------------------------ schemas
@result_kinds
def test_junit_is_valid_by_its_own_schema(kind: str) -> None:
    schema = etree.XMLSchema(etree.parse(ROOT / "recaudit" / "reports" / "junit.xsd"))
    schema.assertValid(etree.fromstring(written(RESULTS[kind](), "junit")))
    planted = written(RESULTS[kind](), "junit").replace(b"<testcase ", b'<testcase colour="red" ')
    assert not schema.validate(etree.fromstring(planted))


@result_kinds
def test_sarif_is_valid_by_the_published_schema(kind: str) -> None:
    from jsonschema import Draft4Validator

    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    whole = json.loads(written(RESULTS[kind](), "sarif"))
    assert not [error.message for error in Draft4Validator(schema).iter_errors(whole)]
    for one in whole["runs"][0]["results"]:
        assert one["kind"] == "fail" or one["level"] == "none"
        assert whole["runs"][0]["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
    whole["runs"][0]["results"] = "none"
    assert list(Draft4Validator(schema).iter_errors(whole))


def test_a_finding_of_sarif_has_its_file_and_line_and_an_identity_of_its_own() -> None:
    found = log(PROVINCE)["results"]
    lenient = next(one for one in found if one["ruleId"] == "input/lenient")
    place = lenient["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "exports/KCB66001/Encounter.ndjson"}, "region": {"startLine": 3}}
    prints = [one["partialFingerprints"]["recaudit/v1"] for one in found]
    assert len(prints) == len(set(prints))
    as_it_was = {one["partialFingerprints"]["recaudit/v1"] for one in log(changed(as_of="2026-05-01"))["results"]}
    assert set(prints) == as_it_was


# ------------------------------------------------------------------------------------------------ names are inert
def hostile(text: str) -> Result:
    result = cast(Any, json.loads(json.dumps(PROVINCE)))
    result["plan"]["name"] = text
    for one in result["facilities"][:2]:
        one |= {"name": text, "vendor": text, "area": text, "id": f"{text}{one['id']}"}
    result["areas"][0]["name"] = text
    result["claims"][0] |= {"id": text, "statement": {"en": text}, "said_by": text, "reasons": [text]}
    result["rules"][1] |= {"title": {"en": text}, "fix": {"en": text}, "why": text}
    result["inputs"][0] |= {"path": f"exports/{text}"}
    result["inputs"][0]["findings"][0] |= {"where": text}
    result["not_looked_at"][0]["what"] = text
    return cast(Result, result)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_nothing_but_a_name(text: str) -> None:
    result = hostile(text)
    for name in COMPARED:
        if name not in ("csv", "xlsx"):
            page = written(result, name).decode()
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", page)
    etree.fromstring(written(result, "junit"))
    assert log(result)["results"]
    for line in written(result, "github").decode().splitlines():
        assert "##[" not in line
        assert not line.lstrip().startswith("::") or re.match(r"::(error|warning) \w+=|::(end)?group::", line)
    starts = tuple("=+-@\t\r")
    for name in NAMES:
        for row in csv_table(result, name):
            assert not any(value.startswith(starts) for value in row.values())
    for rows in sheets(written(result, "xlsx")).values():
        assert not any(isinstance(cell, str) and cell.startswith(starts) for row in rows for cell in row)
    shown = etree.HTML(MarkdownIt("commonmark").enable("table").render(written(result, "md").decode()))
    assert not shown.xpath("//script | //a | //img | //@onclick")
    assert {len(row) for row in shown.iter("tr")} == {5, 7, 4}
    outside_code = list(map(str, cast(Any, shown.xpath("//text()[not(ancestor::code)]"))))
    assert not re.search(r"[@#]you|www\.", "\n".join(outside_code))
    assert visible(text).strip() in "".join(outside_code)
    messages = [one["message"]["text"] for one in log(result)["results"]]
    for message in messages:  # neither a link nor a place for an argument
        assert not re.search(r"[\[\]{}]", re.sub(r"\\.|\{\{|\}\}", "", message))
    read = re.sub(r"\\(.)", r"\1", messages[0].replace("{{", "{").replace("}}", "}"))
    assert read.startswith(f"{visible(text)}: ")


def test_only_so_many_annotations_as_are_shown() -> None:
    facilities = [{**cast(Any, PROVINCE["facilities"][0]), "id": f"F{place}"} for place in range(30)]
    lines = written(changed(facilities=facilities), "github").decode().splitlines()
    for level in ("error", "warning"):
        assert sum(line.startswith(f"::{level} ") for line in lines) <= SHOWN
    assert sum(line.startswith("::group::") for line in lines) == sum(line == "::endgroup::" for line in lines) == 30


# ------------------------------------------------------------------------------------------------ hidden, alone, ours
def test_hidden_counts_are_in_no_format_that_hides_them() -> None:
    result = PROVINCE
    hidden = hiding(result, 200)
    gone = {one["id"] for one in hidden.unseen(result["facilities"])}
    assert {"KCB66058", "KCB66103"} <= gone
    rows = {row["id"]: row for row in csv_table(result, "facilities", hidden=hidden)}
    assert {key for key, row in rows.items() if row["read"] == "hidden"} == gone
    assert not gone & {row["facility"] for row in csv_table(result, "facility_rules", hidden=hidden)}
    book = records(sheets(written(result, "xlsx", hidden=hidden))["Facilities"])
    assert {row["Identifier"] for row in book if row["Gap"] == "not shown"} == gone
    for name in ("md", "github"):
        lines = written(result, name, hidden=hidden).decode().splitlines()
        assert not [line for line in lines for key in gone if key in line and re.search(r"\d+ / \d|\d of \d", line)]


def test_a_facility_gets_nothing_of_its_neighbours() -> None:
    result = PROVINCE
    content = facility_workbook(result, "health", "KCB66017")
    said = json.dumps(sheets(content), ensure_ascii=False)
    assert "Trung tâm y tế Krông Pắc" in said
    for other in result["facilities"]:
        if other["id"] != "KCB66017":
            assert other["id"] not in said
    assert "1803" not in said
    assert "1,803" not in said
    assert content == FORMATS["xlsx"].make(result, wished(result, facility=("health", "KCB66017")))


def test_the_sums_of_one_facility_alone_hold() -> None:
    from recaudit.reports.alone import alone

    for one in PROVINCE["facilities"]:
        assert broken(alone(PROVINCE, "health", one["id"])) == []


def test_a_report_of_our_own_may_be_written_again_and_nothing_else(tmp_path: Path) -> None:
    result, file = PROVINCE, tmp_path / "report"
    for name in (*COMPARED, "json", "text"):
        file.write_bytes(written(result, name))
        assert is_ours(file), name
    for content in csv_files(result, wished(result)).values():
        file.write_bytes(content)
        assert is_ours(file)
    theirs = written(result, "xlsx")
    with zipfile.ZipFile(file, "w") as archive:  # somebody worked in it
        for entry in zipfile.ZipFile(io.BytesIO(theirs)).infolist():
            part = zipfile.ZipFile(io.BytesIO(theirs)).read(entry)
            archive.writestr(
                entry, part.replace(b"1980-01-01T00:00:00Z</dcterms:mod", b"2026-01-01T00:00:00Z</dcterms:mod")
            )
    assert not is_ours(file)
    for foreign in (
        b"PK\x03\x04",
        b"sourcedId,status\r\n",
        b"<?xml version='1.0'?>",
        b"# Notes\n",
        b"<!doctype html><p>",
        b"<",
        b"{",
        b"r",
        b"\xef\xbb",
    ):
        file.write_bytes(foreign)
        assert not is_ours(file)


# ------------------------------------------------------------------------------------------------ the command
def test_several_formats_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_audit.write(tmp_path / "audit")
    step = tmp_path / "summary.md"
    step.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    out = tmp_path / "out"
    out.mkdir()
    wanted = {"junit": "out.xml", "sarif": "out.sarif", "md": "brief.md", "xlsx": "out.xlsx", "csv": "tables/"}
    options = [part for name, file in wanted.items() for part in ("-f", f"{name}:{out}/{file}")]
    options += ["-f", f"github:{out}/log.txt"]
    assert cli.run(["check", str(root), "--workers", "1", "--quiet", *options]) == 0
    assert {path.name for path in (out / "tables").iterdir()} == {f"{name}.csv" for name in NAMES}
    assert JUnitXml.fromstring((out / "out.xml").read_bytes()).failures == 0
    assert step.read_text("utf-8").startswith("before\n# Two stations\n")
    assert tiny_audit.MARK not in "".join(path.read_text("utf-8") for path in out.glob("*.*") if path.suffix != ".xlsx")
    (out / "brief.md").write_text("# my own notes\n")
    assert cli.run(["check", str(root), "--workers", "1", "--quiet", *options]) == 2  # before anything is judged
    assert "would be overwritten" in capsys.readouterr().err


def test_two_outputs_never_go_to_one_place() -> None:
    with pytest.raises(ValueError, match="stdout"):
        outputs(["md", "junit"])
    with pytest.raises(ValueError, match="facilities"):
        outputs(["csv:tables/", "md:tables/facilities.csv"])


def test_the_summary_of_a_step_is_never_longer_than_a_step_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recaudit.reports.github.SUMMARY", 700)
    content = summary(PROVINCE, wished(PROVINCE))
    assert len(content) < 900
    assert content.decode().endswith("The summary is cut off here: a step may show no more.\n")


def test_files_of_a_folder_are_named_before_they_are_made(tmp_path: Path) -> None:
    wanted = output(f"csv:{tmp_path}/tables/")
    assert sorted(wanted.files) == sorted(path for path, _ in made(PROVINCE, wanted, wished(PROVINCE)) if path)


# ------------------------------------------------------------------------------------------------ gates
def gated(*, met: bool) -> Result:
    unit = {"unit": "health", "low": [1273, 1803], "met": met, "why": ""}
    gate = {
        "rung": "complete", "at_least": "0.95", "sector": "health", "per": "sector", "reason": "agreed in May",
        "scope": {"areas": [], "kinds": [], "vendors": [], "facilities": []}, "from": "plan", "of": "expected",
        "units": 1, "missed": int(not met), "met": met, "why": "", "worst": [unit],
    }  # fmt: skip
    return changed(claims=[], gates=[gate], fail_on={"on": "never", "reason": "", "from": "plan"})


@pytest.mark.parametrize("met", [True, False])
def test_a_gate_is_kept_or_missed_in_every_format(met: bool) -> None:
    result = gated(met=met)
    gates = [case for suite, case in cases(written(result, "junit")) if suite == "gates"]
    assert [case.is_passed for case in gates] == [met]
    found = [one for one in log(result)["results"] if one["ruleId"].startswith("gate/")]
    assert [(one["level"], one["properties"]["met"]) for one in found] == [("none" if met else "error", met)]
    assert [row["outcome"] for row in csv_table(result, "gates")] == ["met" if met else "missed"]
    assert records(sheets(written(result, "xlsx"))["Gates"])[0]["Outcome"] == ("met" if met else "missed")
    said = "complete: at least 95 % of expected records of health; at least 70.60 %, 1,273 of 1,803"
    assert f"{'✓ **met**' if met else '✗ **missed**'} {said}" in written(result, "md").decode()  # the outcome once
    assert ("title=Gate complete" in written(result, "github").decode()) is not met
    hidden = written(result, "md", hidden=hiding(result, 10_000)).decode()
    assert "1,273" not in hidden
    assert "counts are not shown" in hidden
