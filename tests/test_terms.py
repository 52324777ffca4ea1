"""One name for one thing: what the Vietnamese titles call the rows of a table is what the core calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recaudit import suites
from tests.seams import TABLES

NAMES = {  # table -> its Vietnamese name in the core, and other names that had crept in
    "medication_request": ("Đơn thuốc", ("y lệnh thuốc",)),
    "procedure": ("Thủ thuật, phẫu thuật", ("dịch vụ kỹ thuật", "phẫu thuật, thủ thuật")),
    "observation": ("Kết quả", ("kết quả quan sát",)),
}


@pytest.mark.parametrize("table", NAMES)
def test_a_table_has_one_vietnamese_name(table: str) -> None:
    name, others = NAMES[table]
    loaded = suites.load([one for one in suites.every("health") if one.rpartition("/")[2] == table], TABLES, Path())
    titles = {rule.id: rule.title["vi"] for suite in loaded for rule in suite.rules}
    assert any(title.startswith(name) for title in titles.values())
    assert [rule for rule, title in titles.items() if any(other in title.lower() for other in others)] == []
