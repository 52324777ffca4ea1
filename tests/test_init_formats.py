"""``recaudit init`` on files of schools: formats that mappings know become plans that run, and of unknown headers a
mapping is drafted that says what was not recognised."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from recaudit import audit, cli, draft, exports, plan
from recaudit.education.mapping.drafting import as_text
from recaudit.education.mapping.drafting import drafted as kinds_of
from recaudit.education.mapping.loading import load
from recaudit.education.mapping.titles import may_be_name
from recaudit.errors import PlanError, SourceError, SuiteError
from recaudit.reports.languages import speaking
from tests import in_formats
from tests.english import in_english
from tests.mapped import workbook
from tests.one_school import put
from tests.vietnamese import english_in

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def drafted(folder: Path) -> draft.Draft:
    found = draft.draft(folder, today=date(2026, 4, 1), workers=1, progress=lambda path, done, total: None)
    draft.write(folder, found)
    return found


def lay(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    return put(folder, {name: one if isinstance(one, bytes) else one.encode() for name, one in files.items()})


def sources(folder: Path) -> list[tuple[str, str]]:
    """Format and mapping of what is recognised without a plan."""
    return [(one.format, one.mapping) for one in exports.recognised([folder]).plan.sources]


# ------------------------------------------------------------------------------------------------ what is recognised
@pytest.mark.parametrize(
    ("files", "mapping"),
    [
        (in_formats.sds_v1("1"), "sds-v1"),
        (in_formats.sds_v2("1"), "sds-v2"),
        (in_formats.sds_v2_1("1"), "sds-v2.1"),
        (in_formats.clever("1"), "clever"),
        (in_formats.csdl_students(), "csdl-hoc-sinh"),
        (in_formats.csdl_results(), "csdl-primary-results"),
        (in_formats.oneroster(in_formats.tables_of("1")), ""),
        (in_formats.oneroster(in_formats.tables_of("1", cards=True), "1.1"), ""),
        ({"users.csv": in_formats.sds_v2_1("1")["users.csv"]}, "sds-v2.1"),
        ({"orgs.csv": in_formats.sds_v2("1")["orgs.csv"]}, ""),  # of all that have such a file
    ],
)
def test_a_format_is_told_by_the_headers_of_a_folder(tmp_path: Path, files: in_formats.Files, mapping: str) -> None:
    lay(tmp_path, files)
    assert sources(tmp_path) == [("mapping", mapping) if mapping else ("oneroster", "")]


def test_results_beside_a_list_of_learners_are_no_list_of_learners(tmp_path: Path) -> None:
    """As a school takes them from the sector database: results name the learners of a class, as the list does."""
    folder = lay(tmp_path / "66001234", in_formats.csdl_students() | in_formats.csdl_results())
    found = exports.recognised([tmp_path]).plan
    assert {one.mapping: len(one.paths) for one in found.sources} == {"csdl-hoc-sinh": 1, "csdl-primary-results": 2}
    assert found.unit("education") == "report_card"
    (folder / "C1-HocSinh.xlsx").unlink()
    assert sources(tmp_path) == [("mapping", "csdl-primary-results")]


def test_folders_are_told_apart_and_a_manifest_says_what_its_package_is(tmp_path: Path) -> None:
    lay(tmp_path / "a", in_formats.sds_v2("1"))
    lay(tmp_path / "b", in_formats.oneroster(in_formats.tables_of("1")))
    assert sources(tmp_path) == [("oneroster", ""), ("mapping", "sds-v2")]
    lay(tmp_path / "a", {"manifest.csv": "propertyName,value\noneroster.version,1.2\n"})
    assert sources(tmp_path) == [("oneroster", "")]


def test_a_package_of_the_standard_with_a_column_less_stays_one(tmp_path: Path) -> None:
    files = in_formats.oneroster(in_formats.tables_of("1"), "1.1")
    users = files["users.csv"].decode().replace("enabledUser", "enabled")
    lay(tmp_path, {**files, "users.csv": users})
    assert sources(tmp_path) == [("oneroster", "")]


def test_what_lies_in_one_archive_is_of_one_format(tmp_path: Path) -> None:
    folder = lay(tmp_path / "in", in_formats.sds_v2("1"))
    shutil.make_archive(str(tmp_path / "exports" / "school"), "zip", folder)
    assert sources(tmp_path / "exports") == [("mapping", "sds-v2")]
    lay(folder, {"rc_approvals.csv": "reportCardId,step\n"})
    shutil.make_archive(str(tmp_path / "exports" / "school"), "zip", folder)
    assert sources(tmp_path / "exports") == [("oneroster", "")]


@pytest.mark.parametrize(
    "content",
    ["", "a", "\n\n", "sourcedId\n", '"', "Mã học sinh;Họ và tên\n1;2\n", "\ufeffx,y\n"],
)
def test_what_fits_no_format_is_none(tmp_path: Path, content: str) -> None:
    lay(tmp_path, {"any.csv": content, "none.xlsx": content, "no.parquet": content})
    assert sources(tmp_path) == []


# ------------------------------------------------------------------------------------------------ what is drafted
def test_a_draft_of_a_known_format_is_checked_without_an_edit(tmp_path: Path) -> None:
    folder = lay(tmp_path / "66001", in_formats.sds_v2_1("66001"))
    lay(folder, {"userFlags.csv": "userSourcedId,flag\n1,iep\n"})
    found = drafted(folder)
    assert found.whole
    (source,) = plan.load(folder).sources
    assert (source.format, source.mapping, source.namespace) == ("mapping", "sds-v2.1", "folder")
    assert plan.load(folder).unit("education") == "learner"
    assert "not recognised, and not in the plan: userFlags.csv" in in_english(found.told)
    result = audit.check(folder, workers=1).result
    assert [(one["id"], one["matched"]) for one in result["facilities"]] == [("66001", len(in_formats.PUPILS))]
    assert {one["format"] for one in result["inputs"] if one["role"] == "export"} == {"sds-v2.1"}


def test_what_the_files_do_not_say_is_to_be_filled_in(tmp_path: Path) -> None:
    book = in_formats.csdl_results()["ket_qua_Y.xlsx"]
    lay(tmp_path, {"a/ket_qua.xlsx": book, "b/x.xlsx": _without_titles()})
    found = drafted(tmp_path)
    said = "recaudit.toml, source csdl-primary-results: files do not say periodCode and schoolYear."
    assert any(line.startswith(said) for line in in_english(found.told))
    assert '\n# parameters = { periodCode = "...", schoolYear = "..." }' in found.files["recaudit.toml"]
    assert plan.load(tmp_path).unit("education") == "report_card"


def _without_titles() -> bytes:
    head = ("Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh", *in_formats.SUBJECT_TITLES.values())
    return workbook({"Sheet1": [head, ("1A", "1", "Lê An", "01/02/2019", *("T" for _ in in_formats.SUBJECT_TITLES))]})


STUDENTS = "Mã HS;Họ và tên;Ngày sinh;Giới tính;Dân tộc\n1;Lê An;03/09/2014;Nữ;Kinh\n"


def test_titles_of_a_list_of_learners_are_recognised_and_the_others_are_named(tmp_path: Path) -> None:
    folder = lay(tmp_path / "66001", {"export.csv": STUDENTS})
    found = drafted(folder)
    assert found.whole
    assert "export was taken for a list of learners. Not recognised of its columns: Dân tộc" in in_english(found.told)
    form = load("mapping.json", folder)
    assert {target.table for target in form.shapes[0].targets} == {"orgs", "users", "demographics", "roles"}
    assert form.shapes[0].columns["ngay_sinh"].kind == "date"
    assert found.files["register/facilities.csv"].splitlines()[1:] == ["66001,66001,education,,,"]
    assert "dan_toc" in json.loads(found.files["mapping.json"])["shapes"][0]["columns"]


def test_a_file_that_is_no_list_of_learners_is_to_be_filled_in_by_a_person(tmp_path: Path) -> None:
    marks = "id,student_id,section_id,mark\nm1,st1,s1,9\n"
    lay(tmp_path, {"students.csv": "student_id,First Name,Last Name\nst1,An,Le\n", "marks.csv": marks})
    found = drafted(tmp_path)
    assert not found.whole
    told = in_english(found.told)
    assert "students was taken for a list of learners; every column was recognised" in told
    assert any(
        line.startswith("marks is not recognised: fill in its rows, or leave it out. Its columns: id, ")
        for line in told
    )
    with pytest.raises(SuiteError) as refused:
        audit.check(tmp_path, workers=1)
    (problem,) = refused.value.problems
    assert str(problem.where) == "mapping.json: shape marks, rows"
    assert "says what is still to be filled in" in found.files["recaudit.toml"].replace("\n# ", " ")


@pytest.mark.parametrize("first", ["1,Lê An,066319000101", "a@b.vn,An,Le", "03/09/2014,An,Le"])
def test_a_record_is_never_taken_for_a_header(tmp_path: Path, first: str) -> None:
    lay(tmp_path, {"students.csv": f"{first}\n"})
    with pytest.raises(SourceError) as refused:
        drafted(tmp_path)
    assert "An" not in str(refused.value.problems[0])
    fix = "no header with known titles was found in students.csv: write a mapping that says which column is which"
    assert str(refused.value.problems[0].fix).startswith(fix)


NOBODY = "Bí Mật"  # a name that no file of a draft and no line of output may have
LISTS = {  # files that have a name where titles would be
    "no header": "Trần Bí Mật;Nam;Kinh\nLê An;Nữ;Kinh\nNguyễn Chi;Nữ;Tày\n",
    "one row": "Trần Bí Mật,Nam,Kinh,Lớp 5A\n",
    "names alone": "Trần Bí Mật\nLê An\n",
    "a title among values": "Trần Bí Mật,Lớp,Kinh\nLê An,Lớp,Kinh\n",
    "values of race": "Bí Mật,White,Asian\n",
    "a form": "Họ và tên;Trần Bí Mật;Giới tính;Nam\nDân tộc;Kinh;Lớp;Một\n",
    "a form of one line": "Họ và tên;Trần Bí Mật;Giới tính;Nam\n\nMôn;Điểm\nToán;9\n",
    "a form without spaces": "username;Bí Mật\nfamilyName;Mật\n",
    "half a form": "Họ và tên;Giới tính;Trần Bí Mật\nNgày sinh;Lớp;Kinh\n",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_no_value_of_a_record_is_told_or_drafted(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    lay(
        tmp_path, {"students.csv": text, "hocsinh.xlsx": workbook({NOBODY: [line.split(";") for line in text.split()]})}
    )
    lay(tmp_path, {"marks.csv": "id,student_id,mark\nm1,st1,9\n"})  # so that there is a draft
    assert cli.run(["init", str(tmp_path)]) == 0
    told = "".join(capsys.readouterr())
    written = [each.read_text(encoding="utf-8") for each in tmp_path.rglob("*") if each.suffix in (".toml", ".json")]
    assert len(written) == 2
    for said in (told, *written):
        assert not {"Trần", "Mật", "tran_bi", "bi_mat", "Kinh", "White"} & set(re.findall(r"[\w]+", said))
    assert "no header with known titles was found in hocsinh.xlsx and students.csv" in told


def test_titles_that_may_be_names_are_counted_and_not_written(tmp_path: Path) -> None:
    head = "STT;Mã HS;Họ và tên;Trần Bí Mật;An;Dân tộc thiểu số;trần bí mật;阮文安;Hộ nghèo"
    lay(tmp_path, {"export.csv": f"{head}\n1;2;Lê An;x;;Hộ nghèo;;;Hộ nghèo\n"})
    assert not may_be_name("Hộ nghèo")  # but for what stands again below it
    (kind,) = kinds_of(draft._mappable(tmp_path)).kinds
    assert (kind.kept_back, kind.titles) == (5, ("STT", "Mã HS", "Họ và tên", "Dân tộc thiểu số"))
    said = "export: 5 more columns, whose titles are not written down, as they may be names"
    found = drafted(tmp_path)
    assert said in in_english(found.told)
    assert NOBODY not in found.files["mapping.json"]


NAMES = (
    *(
        "hoa mai",
        "lan",
        "john smith",
        "y bhăm êban",
        "h'hen niê",
        "Grace Ward",
        "Day Nguyen",
        "thái bình",
        "Bảo Trường",
    ),
    *("mã quốc bình", "hoa_mai", "hoaMai", "an_school", "hoa.le", "Hoa-Mai", "mẹ lan", "hs An", "student an", "Иван"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_among_titles_is_not_written_in_any_spelling(tmp_path: Path, name: str) -> None:
    """As where a child is a column, or where all lines are of children and some cells are words that titles are."""
    as_column = f"Môn;Lớp;Mã HS;Họ và tên;{name}\nToán;1A;1;x;9\n"
    lay(tmp_path, {"column.csv": as_column, "lines.csv": f"name,class,{name}\nname,class,mai\n"})
    found = kinds_of(draft._mappable(tmp_path))
    assert [kind.kept_back for kind in found.kinds] == [1, 1]
    assert f'"{name}"' not in as_text(found.mapping(name="own", about="", evidence="", source=""))


GIVEN = [
    name
    for line in (
        "alpha an binh bình bích bảo chase chi chính con công danh day days diện do dân dũng ell giang grace grad",
        "hiếu hiệu hoa huy huệ hà hân hình hùng hạnh học khang kiên kiệt kỳ lan last linh liên low lâm lý lạc lễ",
        "lộc mai mark max may minh nam native ngân ngọc nhân như năm per phong phát phú phúc phố phụng quang quán",
        "quân quý quận quốc race rose sinh street sách sĩ sơn the theo thiện thoại thu thành thái thôn thông",
        "thương thường thảo thủ thức tiên tiến to toàn trang trung trí trường trọng tuấn tài tâm tân tín tính tôn",
        "tùng tú tượng tế unique uyên vi vinh việt vy vân văn ward will xuân y yến ánh ân ý đoàn đạt định đối đội",
        "đức ưu",
    )
    for name in line.split()
]
"""Names of children, some of which stand in titles too."""


@pytest.mark.parametrize(
    "beside", ["hs {}", "{} gv", "mẹ {}", "GV {}", "điểm {}", "Student {}", "teacher_{}", "lớp, {}"]
)
def test_a_name_beside_a_word_of_titles_is_a_name(beside: str) -> None:
    spelled = {spell(name) for name in GIVEN for spell in (str.lower, str.upper, str.capitalize)}
    assert [name for name in sorted(spelled) if not may_be_name(beside.format(name))] == []
    two = ["thái bình", "Quốc Bảo", "minh thành", "HẠNH LÝ", "bảo, hiểm", "thành trung bình"]
    assert [names for names in two if not may_be_name(beside.format(names))] == []


def test_titles_that_no_format_has_are_written_where_their_words_are_those_of_titles() -> None:
    titles = (
        *("Dân tộc thiểu số", "Số điện thoại mẹ", "Tên cơ sở trường", "Room Number", "credits_earned", "ELLStatus"),
        *("Lý do nghỉ học", "Điểm trung bình học kỳ 1", "Địa chỉ thường trú", "Ward Code", "total_days_absent", "b 2"),
    )
    assert not any(map(may_be_name, titles))


def test_a_sheet_that_may_be_called_after_a_person_is_told_by_its_titles(tmp_path: Path) -> None:
    head = ["Mã HS", "Họ và tên", "Ngày sinh"]
    marks = ["Mã HS", "Mã lớp", "Xếp loại"]
    book = workbook({f"Trần {NOBODY}": [head, ["1", "Lê An", "13/09/2014"]], "B": [marks, ["1", "1A", "T"]]})
    lay(tmp_path / "66001", {"hocsinh.xlsx": book})
    found = drafted(tmp_path / "66001")
    assert NOBODY not in found.files["mapping.json"] + found.files["recaudit.toml"]
    assert NOBODY not in " ".join(in_english(found.told))
    of_learners, of_marks = (kind["columns"] for kind in json.loads(found.files["mapping.json"])["shapes"])
    assert all(column["required"] for column in (*of_learners.values(), *of_marks.values()))


def test_titles_below_other_lines_are_found(tmp_path: Path) -> None:
    lay(tmp_path / "66001", {"title.csv": f"Danh sách lớp 3A\nTrường X\n\n{STUDENTS}"})
    found = drafted(tmp_path / "66001")
    assert json.loads(found.files["mapping.json"])["shapes"][0]["header"] == {"within": 20}
    assert "3A" not in found.files["mapping.json"] + " ".join(in_english(found.told))
    (school,) = audit.check(tmp_path / "66001", workers=1).result["facilities"]
    assert (school["id"], school["matched"]) == ("66001", 1)


@pytest.mark.parametrize("title", ["school", "Trường", "Mã trường", "School Code"])
def test_the_school_of_a_row_is_read_where_a_column_names_it(tmp_path: Path, title: str) -> None:
    rows = f"id,first name,last name,gender,{title}\n1,An,Le,F,S1\n2,Ha,Le,F,S2\n"
    found = drafted(lay(tmp_path / "d", {"students.csv": rows}))
    assert [line.split(",")[0] for line in found.files["register/facilities.csv"].splitlines()[1:]] == ["S1", "S2"]


def test_where_the_folder_stands_for_the_school_that_is_said(tmp_path: Path) -> None:
    found = drafted(lay(tmp_path / "66001", {"export.csv": STUDENTS}))
    assert any(
        line.startswith("export: no column was taken for the school, so all rows of a file count for the name of its")
        for line in in_english(found.told)
    )
    assert "# export: no column was taken for the school" in found.files["recaudit.toml"]


@pytest.mark.parametrize("title", ["home school", "Tên cơ sở trường", "campus"])
def test_a_column_that_may_be_the_school_is_asked_for_and_nothing_is_counted_before(tmp_path: Path, title: str) -> None:
    folder = lay(tmp_path / "d", {"students.csv": f"id,first name,last name,{title},schoolYear\n1,An,Le,S1,2026\n"})
    found = drafted(folder)
    assert not found.whole
    said = f"students may be a list of learners, but nobody knows which column names their school: {title}. "
    assert f"{said}Fill in its rows" in in_english(found.told)
    with pytest.raises(SuiteError):
        audit.check(folder, workers=1)


def test_that_folders_stand_for_facilities_is_said_once(tmp_path: Path) -> None:
    lay(tmp_path / "x", {"hocsinh.csv": STUDENTS})  # a name that stands for nothing
    told = in_english(drafted(tmp_path).told)
    assert sum("names a facility" in line for line in told) == 1
    assert not any("names no facility" in line for line in told)


def test_no_two_columns_of_a_draft_have_one_name(tmp_path: Path) -> None:
    folder = lay(tmp_path / "d", {"students.csv": "id,first name,a 5,a,a!,a-5\n1,An,,,,\n"})
    columns = json.loads(drafted(folder).files["mapping.json"])["shapes"][0]["columns"]
    assert [one["titles"] for one in columns.values()] == [["id"], ["first name"], ["a 5"], ["a"], ["a!"], ["a-5"]]


def test_a_mapping_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    lay(tmp_path, {"export.csv": STUDENTS, "mapping.json": "mine"})
    with pytest.raises(PlanError, match=r"mapping\.json is there already"):
        drafted(tmp_path)
    assert (tmp_path / "mapping.json").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "recaudit.toml").exists()


# ------------------------------------------------------------------------------------------------ languages
IDENTIFIERS = (
    r"csdl-primary-results|sds-v2|mapping\b|\brecaudit\b|\binit\b|\bcheck\b|docs/\S+|\"vn\"|Việt Nam|Asia/\w+|UTC"
    r"|source, file, folder, facility|received, conformant, complete, consistent, attested, timely|register/\S+"
    r"|facility, period, id, source|code, name, name_en, kind, parent|export:|mapping.json"
)


def comments(text: str) -> list[str]:
    """What a draft says to people: comments, less what is a key that is not in use yet."""
    found = []
    for line in text.splitlines():
        commented = re.fullmatch(r"# [\w.]+ = .*?(?:  # (.*))?|# \[.*?\](?:  # (.*))?", line)
        if commented:
            found.append(next(filter(None, commented.groups()), ""))
        elif "# " in line:
            found.append(line.partition("# ")[2])
    return [each for each in found if each]


@pytest.mark.parametrize("files", [{"export.csv": STUDENTS}, in_formats.csdl_results(), in_formats.sds_v2("66001")])
def test_no_english_comment_stands_in_a_vietnamese_draft(tmp_path: Path, files: Mapping[str, bytes | str]) -> None:
    lay(tmp_path / "66001", files)
    with speaking("vi"):
        found = drafted(tmp_path / "66001")
    text = found.files["recaudit.toml"]
    said = comments(text)
    assert len(said) > 12
    nothing: dict[str, object] = {"areas": [], "evidence": {}, "facilities": []}
    assert english_in([re.sub(IDENTIFIERS, " ", each) for each in said], nothing) == {}
    statement = next(line for line in text.splitlines() if line.startswith("# statement"))
    assert statement == '# statement = { vi = "100 % hồ sơ đầy đủ" }'


def test_the_draft_of_an_example_is_vietnamese_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(tmp_path, {"export.csv": STUDENTS})
    assert cli.run(["init", str(tmp_path), "--lang", "vi"]) == 0
    assert "được coi là danh sách học sinh" in capsys.readouterr().out
    assert "Chỉ dựa vào tiêu đề cột" in (tmp_path / "mapping.json").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ samples of others
@pytest.mark.skipif(not (SHARED / "sds").is_dir(), reason="../shared/data/sds is not here")
def test_every_sample_of_school_data_sync_is_recognised() -> None:
    known = {"SDS_v2": "sds-v2", "SDS_v2.1": "sds-v2.1"}
    for folder in (each for each in (SHARED / "sds").iterdir() if each.is_dir()):
        assert sources(folder) == [("mapping", known.get(folder.name, "sds-v1"))], folder.name


@pytest.mark.skipif(not (SHARED / "contoso-sis").is_dir(), reason="../shared/data/contoso-sis is not here")
def test_of_contoso_the_list_of_students_is_recognised_and_all_else_is_to_be_filled_in(tmp_path: Path) -> None:
    for file in (SHARED / "contoso-sis").glob("*.csv"):
        shutil.copy(file, tmp_path)
    found = kinds_of(draft._mappable(tmp_path))
    known = {kind.name.rpartition("_")[2]: len(kind.known) for kind in found.kinds}
    assert known == {
        "studentattendance": 0,
        "studentdemographics": 0,
        "studentsectionmark": 0,
        "part1": 12,
    }
