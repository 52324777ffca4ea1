"""Mapped formats: headers by folded text, dates never guessed, tables that repeat, files that are not what they say."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import values
from recaudit.education.mapping.loading import load, shipped
from recaudit.education.mapping.text import cell_text, day, fold, orders_of, told
from recaudit.errors import PlanError, SourceError, SuiteError
from recaudit.plan import load as load_plan
from tests.mapped import cells, findings, minimal, old_workbook, read, workbook

HEAD = ("Mã học sinh", "Họ và tên", "Ngày sinh", "Điểm")


def csv(*rows: tuple[object, ...], between: str = ",") -> str:
    return "".join(between.join(map(str, row)) + "\n" for row in rows)


# ------------------------------------------------------------------------------------------------ texts
def test_titles_are_the_same_whatever_their_marks_case_and_line_breaks() -> None:
    assert fold("MÃ ĐỊNH\nDANH *") == fold("mã  định danh") == fold("Ma dinh danh") == "ma dinh danh"
    assert fold("Ðạo đức") == "dao duc"  # the Icelandic letter, as some keyboards write it


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_a_day_is_read_back_in_the_order_that_it_was_written_in(when: date) -> None:
    assert day(f"{when:%d/%m/%Y}", "dmy") == day(f"{when:%m/%d/%Y}", "mdy") == day(f"{when}", "iso") == f"{when}"
    assert ("dmy" in orders_of(f"{when:%d/%m/%Y}")) == (when.day != when.month)


@given(st.lists(st.dates(date(1950, 1, 1), date(2049, 12, 31))))
def test_an_order_is_told_only_where_no_other_would_do(days: list[date]) -> None:
    order, _ = told([f"{each:%d/%m/%Y}" for each in days])
    if order == "dmy":
        assert any(each.day > 12 for each in days)
    elif order == "iso":
        assert all(each.day == each.month for each in days)
    else:
        assert order == ""
        assert all(each.day <= 12 for each in days)


@given(st.decimals(0, 10, places=2))
def test_a_number_of_a_workbook_is_the_number_that_was_written(number: Any) -> None:  # noqa: ANN401
    assert float(cell_text(float(number))) == float(number)
    assert len(cell_text(float(number))) <= 5


# ------------------------------------------------------------------------------------------------ dates
def test_a_column_that_fits_both_orders_is_not_guessed(tmp_path: Path) -> None:
    inputs, rows = read(
        tmp_path, {"a.csv": csv(HEAD, ("1", "An", "01/02/2014", 7), ("2", "Hà", "03/04/2014", 8))}, minimal()
    )
    assert findings(inputs["a.csv"])["order of dates"] == (
        "learners.born: day first or month first: the column fits both"
    )
    assert [row["birthDate__s"] for row in rows["demographics"]] == [values.NOT_KNOWN] * 2
    assert ("demographics", "birthDate") in inputs["a.csv"].lacks


def test_a_column_that_fits_one_order_says_so(tmp_path: Path) -> None:
    inputs, rows = read(
        tmp_path, {"a.csv": csv(HEAD, ("1", "An", "01/02/2014", 7), ("2", "Hà", "25/04/2014", 8))}, minimal()
    )
    assert findings(inputs["a.csv"])["order of dates"] == "learners.born: day first, as the column shows"
    assert cells(rows, "demographics", "birthDate") == ["2014-02-01", "2014-04-25"]


def test_a_declared_order_holds_and_what_speaks_against_it_is_told(tmp_path: Path) -> None:
    file = csv(HEAD, ("1", "An", "01/02/2014", 7), ("2", "Hà", "02/25/2014", 8))
    inputs, rows = read(tmp_path, {"a.csv": file}, minimal(dates="dmy"))
    assert findings(inputs["a.csv"])["date in another order"] == "learners.born: month first, not day first"
    assert [row["birthDate__s"] for row in rows["demographics"]] == [values.VALUE, values.UNPARSEABLE]


def test_the_plan_says_the_order_of_a_column_that_fits_both(tmp_path: Path) -> None:
    _, rows = read(tmp_path, {"a.csv": csv(HEAD, ("1", "An", "01/02/2014", 7))}, minimal(), parameters={"dates": "mdy"})
    assert cells(rows, "demographics", "birthDate") == ["2014-01-02"]


@pytest.mark.parametrize("serial", [True, False])
def test_numbers_of_days_are_reported_and_read_only_where_the_mapping_says_so(tmp_path: Path, serial: bool) -> None:
    mapping = minimal(dates="dmy")
    mapping["shapes"][0]["columns"]["born"]["serial"] = serial
    inputs, rows = read(tmp_path, {"a.xlsx": workbook({"A": [HEAD, ("1", "An", 44096, 7)]})}, mapping)
    assert findings(inputs["a.xlsx"])["serial dates"].endswith("read as the mapping says" if serial else "not read")
    assert (rows["demographics"][0]["birthDate__s"] == values.VALUE) is serial
    assert cells(rows, "demographics", "birthDate") == ["2020-09-22" if serial else None]


# ------------------------------------------------------------------------------------------------ cells
def test_a_decimal_comma_is_one_where_the_mapping_says_so(tmp_path: Path) -> None:
    file = csv(HEAD, ("1", "An", "", '"8,25"'), ("2", "Hà", "", "8.25"))
    _, rows = read(tmp_path, {"a.csv": file}, minimal(decimal=","))
    assert cells(rows, "rc_subject_results", "score") == ["8.25", "8.25"]


def test_without_it_the_cell_is_no_number(tmp_path: Path) -> None:
    _, rows = read(tmp_path, {"a.csv": csv(HEAD, ("1", "An", "", '"8,25"'))}, minimal())
    assert [row["score__s"] for row in rows["rc_subject_results"]] == [values.UNPARSEABLE]


def test_cells_of_a_workbook_are_the_text_that_they_show(tmp_path: Path) -> None:
    book = workbook({"A": [HEAD, (362140012345, "An", date(2014, 9, 7), 8.25), ("0012", "Hà", "", 8.300000000000001)]})
    _, rows = read(tmp_path, {"a.xlsx": book}, minimal())
    assert cells(rows, "users", "identifier") == ["362140012345", "0012"]
    assert cells(rows, "demographics", "birthDate") == ["2014-09-07", None]
    assert cells(rows, "rc_subject_results", "score") == ["8.25", "8.3"]


def test_marks_for_nothing_are_nothing(tmp_path: Path) -> None:
    _, rows = read(tmp_path, {"a.csv": csv(HEAD, ("1", "-", "", "–"))}, minimal(empty=["-", "–"]))
    assert rows["users"][0]["givenName__s"] == values.BLANK
    assert rows["rc_subject_results"][0]["score__s"] == values.BLANK


# ------------------------------------------------------------------------------------------------ headers
def test_columns_are_found_by_title_not_by_place(tmp_path: Path) -> None:
    book = workbook({"A": [("Trường", None), (), ("điểm", "x", "HỌ VÀ\nTÊN", "Ma hoc sinh *"), (7, "", "An", "1")]})
    inputs, rows = read(tmp_path, {"a.xlsx": book}, minimal())
    assert cells(rows, "users", "identifier") == ["1"]
    assert findings(inputs["a.xlsx"])["column not in the mapping"] == "learners"
    assert findings(inputs["a.xlsx"])["optional column missing"] == "learners.born"


def test_header_rows_repeat_and_columns_may_move(tmp_path: Path) -> None:
    rows_ = [
        ("Lớp 6A",), HEAD, ("1", "An", "", 7), ("Tổng số: 1",), ("Lê Thị Hà",), (),
        ("Lớp 6B",), ("Điểm", *HEAD[:2]), (8, "2", "Hà"), HEAD, ("3", "Hoa", "", 9),
    ]  # fmt: skip
    mapping = minimal(parameters={"class": [{"of": "title", "match": "lop ([0-9A-Z]+)"}]})
    mapping["shapes"][0]["rows"][0]["columns"]["grades"] = {"parameter": "class"}
    inputs, rows = read(tmp_path, {"a.xlsx": workbook({"A": rows_})}, mapping)
    assert cells(rows, "users", "identifier") == ["1", "2", "3"]
    assert cells(rows, "users", "grades") == ["6A", "6B", "6B"]
    assert cells(rows, "rc_subject_results", "score") == ["7", "8", "9"]
    assert findings(inputs["a.xlsx"])["line outside a table"] == "learners"
    assert not inputs["a.xlsx"].unreadable


def merged_titles(name: str, book: Any, sheet: Any) -> None:  # noqa: ANN401  # xlsxwriter's
    sheet.merge_range(0, 0, 2, 0, "Mã học sinh")
    sheet.merge_range(0, 1, 0, 3, "Môn học")
    sheet.merge_range(1, 1, 1, 2, "Toán")
    sheet.write(1, 3, "Văn")


def test_a_title_over_several_columns_is_a_title_of_each(tmp_path: Path) -> None:
    mapping = minimal()
    mapping["shapes"][0]["columns"]["mark"]["titles"] = ["Toán/điểm"]
    mapping["shapes"][0]["header"]["lines"] = 3
    book = workbook({"A": [("",) * 4, ("",) * 4, ("", "mức", "điểm", "điểm"), ("1", "T", 9, 5)]}, also=merged_titles)
    _, rows = read(tmp_path, {"a.xlsx": book}, mapping)
    assert cells(rows, "rc_subject_results", "score") == ["9"]


def test_a_cell_merged_downwards_holds_for_each_row(tmp_path: Path) -> None:
    book = workbook(
        {"A": [HEAD, ("1", None, "", 7), ("2", None, "", 8), ("3", "Hoa", "", 9)]},
        also=lambda name, whole, sheet: sheet.merge_range(1, 1, 2, 1, "An"),
    )
    _, rows = read(tmp_path, {"a.xlsx": book}, minimal())
    assert cells(rows, "users", "givenName") == ["An", "An", "Hoa"]


def test_a_row_without_its_key_cannot_be_read_and_is_counted(tmp_path: Path) -> None:
    inputs, rows = read(
        tmp_path, {"a.xlsx": workbook({"A": [HEAD, (None, "An", "", 7), ("2", "Hà", "", 8)]})}, minimal()
    )
    assert inputs["a.xlsx"].unreadable == 1
    assert "row without a key" in findings(inputs["a.xlsx"])
    assert len(rows["users"]) == 1


def test_a_line_that_numbers_the_columns_is_no_row(tmp_path: Path) -> None:
    _, rows = read(tmp_path, {"a.csv": csv(HEAD, ("(1)", "(2)", "(3)", "(4)"), ("1", "An", "", 7))}, minimal())
    assert cells(rows, "users", "identifier") == ["1"]


# ------------------------------------------------------------------------------------------------ files
def test_hidden_sheets_are_told_and_not_read(tmp_path: Path) -> None:
    sheets = {"A": [HEAD, ("1", "An", "", 7)], "B": [HEAD, ("2", "Hà", "", 7)]}
    book = workbook(sheets, hidden=["B"])
    inputs, rows = read(tmp_path, {"a.xlsx": book}, minimal())
    assert findings(inputs["a.xlsx"])["hidden sheet"] == "sheet 2: not read"
    assert len(rows["users"]) == 1
    assert not inputs["a.xlsx"].to_the_end  # there are learners whom nobody looked at
    (tmp_path / "codes").mkdir()
    codes = workbook({"A": [HEAD, ("1", "An", "", 7)], "DM": [("Mã", "Tên"), ("01", "Nam")]}, hidden=["DM"])
    inputs, _ = read(tmp_path / "codes", {"a.xlsx": codes}, minimal())
    assert (len(inputs["a.xlsx"].findings) > 0, inputs["a.xlsx"].to_the_end) == (True, True)
    (tmp_path / "again").mkdir()
    _, rows = read(tmp_path / "again", {"a.xlsx": book}, minimal(hidden="read"))
    assert len(rows["users"]) == 2


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.xls", "<html><table><tr><td>Mã học sinh</td></tr></table></html>", "could not be read"),
        ("a.xls", csv(HEAD, ("1", "An", "", 7)), "could not be read"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "could not be read"),
        ("a.xlsx", b"", "could not be read"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "could not be read"),
        ("a.xlsx", workbook({"A": []}), "empty sheet"),
        ("a.xlsx", workbook({"A": [("Một bảng khác", "khác")]}), "no header"),
        ("a.xlsx", workbook({"A": [HEAD]}), "empty file"),
        ("a.csv", "", "empty sheet"),
        ("a.parquet", b"PAR1 and then nothing", "broken file"),
        ("a.csv.gz", b"no gzip", "could not be opened"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_a_finding_and_never_a_success(
    tmp_path: Path, name: str, content: bytes | str, kind: str
) -> None:
    inputs, rows = read(tmp_path, {name: content}, minimal())
    assert kind in findings(inputs[name])
    assert not rows
    assert not inputs[name].to_the_end or inputs[name].empty == ("users", "demographics", "rc_subject_results")


def test_a_workbook_under_a_password_says_so(tmp_path: Path) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    inputs, _ = read(tmp_path, {"a.xlsx": locked}, minimal())
    assert findings(inputs["a.xlsx"])["could not be read"] == "locked with a password"


def test_a_damaged_workbook_is_no_traceback(tmp_path: Path) -> None:
    whole = workbook({"A": [HEAD, ("1", "An", "", 7)]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:200] if "sheet1" in name else old.read(name))
    inputs, _ = read(tmp_path, {"a.xlsx": out.getvalue()}, minimal())
    assert not inputs["a.xlsx"].to_the_end


def test_a_cell_in_the_last_corner_takes_no_more_than_its_workbook(tmp_path: Path) -> None:
    far = workbook({"A": [HEAD]}, also=lambda name, book, sheet: sheet.write(1_048_575, 16_383, "x"))
    inputs, rows = read(tmp_path, {"a.xlsx": far, "b.xlsx": workbook({"A": [HEAD, ("1", "An", "", 7)]})}, minimal())
    assert not inputs["a.xlsx"].to_the_end
    assert cells(rows, "users", "identifier") == ["1"]


def test_a_workbook_of_the_old_kind_is_read_too(tmp_path: Path) -> None:
    _, rows = read(
        tmp_path, {"a.xls": old_workbook([HEAD, (362140012345, "Đông", "07/09/2014", 8.25)])}, minimal(dates="dmy")
    )
    assert cells(rows, "users", "identifier") == ["362140012345"]
    assert cells(rows, "users", "givenName") == ["Đông"]
    assert cells(rows, "demographics", "birthDate") == ["2014-09-07"]
    assert cells(rows, "rc_subject_results", "score") == ["8.25"]


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path: Path, between: str) -> None:
    _, rows = read(tmp_path, {"a.csv": csv(HEAD, ("1", "An", "", "7.5"), between=between)}, minimal())
    assert cells(rows, "rc_subject_results", "score") == ["7.5"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "UTF-16"), ("cp1258", "windows-1258")],
)
def test_encodings_are_found_and_told(tmp_path: Path, encoding: str, said: str | None) -> None:
    head = HEAD if encoding != "cp1258" else ("Ma hoc sinh", "Ho va ten", "Ngay sinh", "Diem")
    file = csv(head, ("1", "Đông", "", "7.5")).encode(encoding)
    mapping = minimal(csv={"encodings": ["utf-8", "windows-1258"]})
    inputs, rows = read(tmp_path, {"a.csv": file}, mapping)
    assert cells(rows, "users", "givenName") == ["Đông"]
    assert findings(inputs["a.csv"]).get("encoding detected") == said


def test_lines_that_do_not_fit_the_header_are_counted(tmp_path: Path) -> None:
    file = csv(HEAD, ("1", "An"), ("2", "Hà", "", 7), ("3", "Hoa", "", 8, 9))
    inputs, rows = read(tmp_path, {"a.csv": file}, minimal())
    assert (inputs["a.csv"].read, inputs["a.csv"].unreadable) == (3, 2)
    assert cells(rows, "users", "identifier") == ["2"]


def test_an_open_quote_costs_its_own_line(tmp_path: Path) -> None:
    file = csv(HEAD, ("1", "An", "", 7)) + '2,"Hà,,8\n3,Hoa,,9\n4,"Na\nHoa",,9\n'
    inputs, rows = read(tmp_path, {"a.csv": file}, minimal())
    assert (inputs["a.csv"].read, inputs["a.csv"].unreadable) == (4, 1)
    assert cells(rows, "users", "identifier") == ["1", "3", "4"]


@pytest.mark.parametrize("end", ["3,Ho", '3,"Ho'])
def test_a_file_that_ends_inside_a_line_is_cut_off(tmp_path: Path, end: str) -> None:
    inputs, _ = read(tmp_path, {"a.csv": csv(HEAD, ("1", "An", "", 7)) + end}, minimal())
    assert inputs["a.csv"].unreadable == 1
    assert not inputs["a.csv"].to_the_end


def test_a_sum_between_learners_ends_nothing(tmp_path: Path) -> None:
    file = csv(HEAD, ("1", "An", "", 7), ("Tổng số: 1", "", "", ""), ("2", "Hà", "", 8), ("3", "Tổng Số", "", ""))
    inputs, rows = read(tmp_path, {"a.csv": file}, minimal())
    assert cells(rows, "users", "identifier") == ["1", "2", "3"]
    assert findings(inputs["a.csv"])["line outside a table"] == "learners"
    assert inputs["a.csv"].to_the_end


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        (("2", "Hà", "", ""), False),
        (("", "Lê Thị Hà", "", ""), True),
        (("Ngày 20 tháng 5", "Hiệu trưởng", "", ""), True),
    ],
)
def test_what_may_be_a_learner_below_the_sum_leaves_open_what_else_there_is(
    tmp_path: Path, line: tuple[str, ...], whole: bool
) -> None:
    file = csv(HEAD, ("1", "An", "", 7), ("Tổng số: 1", "", "", ""), line)
    inputs, _ = read(tmp_path, {"a.csv": file}, minimal())
    assert inputs["a.csv"].to_the_end == whole


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    out = io.BytesIO()
    columns = {"Mã học sinh": ["01", "02"], "Ngày sinh": [date(2014, 9, 7), None], "Điểm": [8.25, 9.0]}
    pq.write_table(pa.table(columns), out)
    _, rows = read(tmp_path, {"a.parquet": out.getvalue()}, minimal())
    assert cells(rows, "users", "identifier") == ["01", "02"]
    assert cells(rows, "demographics", "birthDate") == ["2014-09-07", None]
    assert cells(rows, "rc_subject_results", "score") == ["8.25", "9"]


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    inputs, rows = read(tmp_path, {"a.csv": csv(HEAD, ("1", "An", "", 7), ("1", "Hà", "", 7))}, minimal())
    assert findings(inputs["a.csv"])["key twice"] in ("users.sourcedId", "demographics.sourcedId")
    assert len(rows["users"]) == 2


# ------------------------------------------------------------------------------------------------ parameters
def test_what_the_plan_and_the_file_say_otherwise_is_told(tmp_path: Path) -> None:
    mapping = minimal(parameters={"year": [{"of": "title", "match": "nam ([0-9]{4})"}, {"of": "plan"}]})
    mapping["shapes"][0]["rows"][0]["columns"]["grades"] = {"parameter": "year"}
    book = workbook({"A": [("Năm 2026",), HEAD, ("1", "An", "", 7)], "B": [HEAD, ("2", "Hà", "", 7)]})
    inputs, rows = read(tmp_path, {"a.xlsx": book}, mapping, parameters={"year": "2025"})
    assert cells(rows, "users", "grades") == ["2026", "2025"]
    assert findings(inputs["a.xlsx"])["differs from the plan"] == "year: sheet 1"


def test_a_parameter_that_nobody_asks_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="parameter school is not known"):
        read(tmp_path, {"a.csv": csv(HEAD)}, minimal(), parameters={"school": "66"})


# ------------------------------------------------------------------------------------------------ definitions
@pytest.mark.parametrize("name", shipped())
def test_shipped_mappings_are_whole_and_say_how_they_are_known(name: str, tmp_path: Path) -> None:
    form = load(name, tmp_path)
    assert all((form.evidence, form.source, form.about))
    assert form.targets()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"shape": []}, "key shape is not known"),
        ({"dates": "ymd"}, "is not known"),
        ({"parameters": {"x": [{"of": "title", "match": "("}]}}, "is no pattern"),
        ({"version": {"parameter": "x"}}, "no such parameter"),
        ({"lookups": {"x": {"shape": "nobody", "key": "code", "answer": "code"}}}, "shape or column is not there"),
    ],
)
def test_a_broken_mapping_is_refused_with_its_place(tmp_path: Path, change: dict[str, object], what: str) -> None:
    with pytest.raises(SuiteError, match=what):
        read(tmp_path, {"a.csv": csv(HEAD)}, minimal(**change))


@pytest.mark.parametrize(
    ("column", "place", "what"),
    [
        ("sourcedID", "code", "users has no column sourcedID"),
        ("sourcedId", "cod", "cod is not there"),
        ("sourcedId", {"column": "code", "value": "x"}, "not exactly one origin"),
        ("sourcedId", {"column": "code", "codes": "sexes"}, "codes sexes are not there"),
    ],
)
def test_a_place_that_leads_nowhere_is_refused(tmp_path: Path, column: str, place: object, what: str) -> None:
    mapping = minimal()
    mapping["shapes"][0]["rows"][0]["columns"] = {column: place}
    with pytest.raises(SuiteError, match=what):
        read(tmp_path, {"a.csv": csv(HEAD)}, mapping)


PLAN = """
[audit]
name = "t"
as_of = 2026-06-30
period = { from = 2025-09-01, to = 2026-05-31 }
timezone = "UTC"
[[source]]
name = "s"
sector = "education"
paths = ["in"]
"""


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ('format = "mapping"', "nobody says which"),
        ('format = "mapping"\nmapping = "vnedu"', "mapping vnedu is not there"),
        ('mapping = "sds-v2"', "belongs to another format"),
        ('format = "mapping"\nmapping = "sds-v2"\nparameters = { school = [1] }', "is no text"),
    ],
)
def test_a_plan_that_names_no_mapping_is_refused(tmp_path: Path, lines: str, what: str) -> None:
    (tmp_path / "recaudit.toml").write_text(PLAN + lines, encoding="utf-8")
    with pytest.raises(PlanError, match=what):
        load_plan(tmp_path)


def test_a_number_in_a_plan_is_as_good_as_its_text(tmp_path: Path) -> None:
    lines = 'format = "mapping"\nmapping = "vnedu-so-diem-tong-ket"\nparameters = { schoolYear = 2026 }'
    (tmp_path / "recaudit.toml").write_text(PLAN + lines, encoding="utf-8")
    assert load_plan(tmp_path).sources[0].parameters == {"schoolYear": "2026"}


# ------------------------------------------------------------------------------------------------ shipped formats
def test_the_list_of_students_of_the_sector_database(tmp_path: Path) -> None:
    head = (
        "STT",
        "Mã lớp*",
        "Mã học sinh*",
        "Họ tên*",
        "Ngày sinh",
        "Giới\ntính",
        "Trạng thái HS",
        "Số định danh cá nhân",
    )
    rows_ = [
        ("Danh sách học sinh",), (), head,
        (1, "6A1", "2112345670", "Nguyễn Thị Na", "07/09/2014", "Nữ", "Đang học", "066314001234"),
        (2, "6A1", "2112345671", "Lê Văn Đông", 44096, "01", "Chuyển đi kỳ 1", ""), head,
        (3, "6A2", "2112345672", "H'Bia", date(2014, 1, 30), "02", "", "066314001235"), ("Tổng số: 3",),
    ]  # fmt: skip
    book = workbook({"Sheet1": rows_, "DM_GioiTinh": [("Mã", "Tên"), ("01", "Nam")]})
    inputs, rows = read(tmp_path, {"66001234/C1-HocSinh.xlsx": book}, "csdl-hoc-sinh")
    assert cells(rows, "learners", "learner") == [f"211234567{number}@66001234" for number in range(3)]
    assert cells(rows, "learners", "liveStatus") == ["active", "tobedeleted", "active"]
    assert cells(rows, "demographics", "birthDate") == ["2014-09-07", "2020-09-22", "2014-01-30"]
    assert cells(rows, "demographics", "sex") == ["female", "male", "female"]
    assert cells(rows, "users", "familyName") == ["Nguyễn", "Lê", None]
    assert cells(rows, "users", "middleName")[0] == "Thị"
    assert len(rows["classes"]) == 2
    found = inputs["66001234/C1-HocSinh.xlsx"]
    assert {"sheet not looked at", "serial dates", "line outside a table"} <= set(findings(found))
    assert (found.read, found.unreadable, found.to_the_end) == (3, 0, True)


def primary_titles(name: str, book: Any, sheet: Any) -> None:  # noqa: ANN401  # xlsxwriter's
    for place, title in enumerate(("STT", "Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh")):
        sheet.merge_range(0, place, 2, place, title)
    sheet.merge_range(0, 5, 0, 8, "Môn học và hoạt động giáo dục")
    sheet.merge_range(1, 5, 1, 6, "Toán")
    sheet.merge_range(1, 7, 2, 7, "Đạo đức")
    sheet.merge_range(1, 8, 2, 8, "Mĩ thuật")
    sheet.merge_range(0, 9, 2, 9, "Lên lớp (x)")
    sheet.write(2, 5, "Mức")
    sheet.write(2, 6, "Điểm")


def test_the_results_of_primary_school_of_the_sector_database(tmp_path: Path) -> None:
    rows_ = [(), (), (), (1, "2A", "2112345670", "Nguyễn Thị Na", "07/09/2018", "T", "9,5", "Đ", "", "x")]
    book = workbook({"Sheet1": rows_}, also=primary_titles)
    parameters = {"school": "66001234", "schoolYear": "2025-2026", "periodCode": "Y"}
    _, rows = read(tmp_path, {"a.xlsx": book}, "csdl-primary-results", parameters=parameters)
    assert [(row["id"], row["gradeLevel"], row["decision"]) for row in rows["rc_report_cards"]] == [
        ("2112345670/2026", "2", "promoted")
    ]
    results = [(row["subjectCode"], row["level"], row["score"]) for row in rows["rc_subject_results"]]
    assert results == [("TOAN", "T", "9.5"), ("DD", "Đ", None)]


def test_without_a_period_nobody_knows_what_the_rows_are(tmp_path: Path) -> None:
    rows_ = [(), (), (), (1, "2A", "2112345670", "Nguyễn Thị Na", "07/09/2018", "T", "9,5", "Đ", "", "x")]
    book = workbook({"Sheet1": rows_}, also=primary_titles)
    inputs, rows = read(tmp_path, {"a.xlsx": book}, "csdl-primary-results", parameters={"schoolYear": "2026"})
    assert not rows
    assert inputs["a.xlsx"].unreadable == 1
    assert ("nobody says", "periodCode") in [(one.kind, one.where) for one in inputs["a.xlsx"].findings]
