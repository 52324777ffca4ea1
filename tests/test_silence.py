"""A facility that sent nothing, where the plan says that what was not submitted is missing: every report says so, and
none gives it a share."""

from __future__ import annotations

from typing import Any

import pytest

from recaudit.reports import places, sentences
from recaudit.reports.brief import brief
from recaudit.reports.languages import speaking
from recaudit.reports.look import Sheet, console, rendered
from recaudit.reports.wish import Wish
from tests.golden.province import province
from tests.test_machine_formats import PROVINCE, csv_table, records, sheets, written

SILENT = "KCB66042"


def after_the_deadline(result: Any) -> Any:  # noqa: ANN401 - JSON
    """The result, its silent facilities counted as missing: known short at every rung."""
    for one in result["facilities"]:
        if one["status"] == "silent":
            one["missing"] = one["expected"]
            one["rungs"] = {rung: {"reached": 0, "short": one["expected"], "unknown": 0} for rung in one["rungs"]}
    for evidence in result["evidence"].values():
        evidence["silence"] = "missing"
    return result


@pytest.fixture(scope="module")
def late() -> Any:  # noqa: ANN401 - JSON
    return after_the_deadline(province())


def test_the_terminal_says_what_became_of_it(late: Any) -> None:  # noqa: ANN401
    page = " ".join(rendered(console(), places.facility(late, SILENT, Sheet(100))).replace("│", " ").split())
    assert "by the plan, what was not submitted is missing: 240 records, known short at every rung" in page
    assert "0 %" not in page
    before = " ".join(rendered(console(), places.facility(PROVINCE, SILENT, Sheet(100))).split())
    assert "missing:" not in before


def test_the_brief_and_the_sentence_say_it(late: Any) -> None:  # noqa: ANN401
    [row] = [line for line in brief(late, Wish(1, "")).decode().splitlines() if f"| `{SILENT}` |" in line]
    assert [cell.strip() for cell in row.split("|")[3:8]] == ["silent", "0 / 240", "240", "240", "0"]
    [silent] = [one for one in late["facilities"] if one["status"] == "silent"]
    assert sentences.facility(silent) == "sent nothing; 240 records expected, 240 missing by the plan"
    with speaking("vi"):
        assert "thiếu 240" in sentences.facility(silent)


def test_tables_have_its_counts_and_no_share(late: Any) -> None:  # noqa: ANN401
    [row] = [one for one in csv_table(late, "facilities") if one["id"] == SILENT]
    assert (row["missing"], row["complete_short"], row["complete_unknown"]) == ("240", "240", "0")
    book = sheets(written(late, "xlsx"))
    [line] = [one for one in records(book["Facilities"]) if one["Identifier"] == SILENT]
    assert line["Complete, per cent"] == "—"
