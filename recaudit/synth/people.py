"""Names, places, codes and drugs to draw from. All people and facilities are made up."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Coded(NamedTuple):
    """A code with the words that go with it."""

    code: str
    display: str


class Measured(NamedTuple):
    """A kind of result: its LOINC code, its unit, and the range values are drawn from, in tenths of the unit."""

    code: str
    display: str
    unit: str
    low: int
    high: int
    category: str = "laboratory"


ICD10 = "http://hl7.org/fhir/sid/icd-10"
LOCAL_DIAGNOSES = "http://example.org/fhir/CodeSystem/local-diagnosis"
LOINC = "http://loinc.org"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
PERSONAL_ID = "http://fhir.hl7.org.vn/core/sid/cccd"
EPISODE_ID = "http://fhir.hl7.org.vn/core/sid/ma-lk"
FACILITY_ID = "http://fhir.hl7.org.vn/core/sid/ma-cskcb"
LICENCE = "http://example.org/fhir/sid/practice-licence"

PROVINCE = ("66", "Đắk Lắk", "Dak Lak")
COMMUNES = (
    ("24133", "Phường Buôn Ma Thuột", "Buon Ma Thuot Ward", "ward", "12.7089", "108.028"),
    ("24305", "Phường Buôn Hồ", "Buon Ho Ward", "ward", "12.8944", "108.251"),
    ("24328", "Xã Ea Drông", "Ea Drong Commune", "commune", "12.8663", "108.321"),
    ("24211", "Xã Ea Súp", "Ea Sup Commune", "commune", "13.0356", "107.877"),
    ("24235", "Xã Buôn Đôn", "Buon Don Commune", "commune", "12.9312", "107.679"),
    ("24310", "Xã Krông Búk", "Krong Buk Commune", "commune", "13.0549", "108.24"),
    ("24490", "Xã Krông Pắc", "Krong Pac Commune", "commune", "12.7028", "108.301"),
    ("24412", "Xã M’Drắk", "M'Drak Commune", "commune", "12.7953", "108.721"),
)
VENDORS = ("HIS Cao Nguyên", "Medisoft Buôn", "Y Tế Số A")

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Y", "H’", "Niê", "Mlô", "Carter", "Nguyen-Smith")
MIDDLE = ("Văn", "Thị", "Minh", "Ngọc", "Quốc", "Thu", "Bích", "Anne", "Lee")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Hà", "Hương", "Khánh", "Lan", "Nam", "Phúc", "Quỳnh", "Sơn", "Trang", "Grace")
STREETS = ("Lê Duẩn", "Phan Chu Trinh", "Nguyễn Tất Thành", "Hùng Vương", "Y Ngông", "Trần Phú")

DIAGNOSES = (
    Coded("J18.9", "Viêm phổi"),
    Coded("I10", "Tăng huyết áp vô căn"),
    Coded("E11.9", "Đái tháo đường típ 2"),
    Coded("A90", "Sốt dengue"),
    Coded("K29.7", "Viêm dạ dày"),
    Coded("J06.9", "Nhiễm trùng hô hấp trên cấp"),
    Coded("O80", "Đẻ thường"),
    Coded("S52.5", "Gãy đầu dưới xương quay"),
)
RESULTS = (
    Measured("2345-7", "Glucose", "mmol/L", 39, 110),
    Measured("718-7", "Hemoglobin", "g/dL", 98, 165),
    Measured("2160-0", "Creatinine", "umol/L", 510, 1200),
    Measured("8310-5", "Body temperature", "Cel", 361, 397, "vital-signs"),
    Measured("29463-7", "Body weight", "kg", 312, 845, "vital-signs"),
)
WORDS = (
    Coded("5778-6", "Color of Urine"),
    Coded("600-7", "Bacteria identified in Blood by Culture"),
)
WORD_VALUES = ("Vàng trong", "Escherichia coli", "Yellow, clear")
DRUGS = (
    Coded("J01CA04", "Amoxicillin 500 mg"),
    Coded("N02BE01", "Paracetamol 500 mg"),
    Coded("C09AA02", "Enalapril 5 mg"),
    Coded("A10BA02", "Metformin 850 mg"),
)
DOSAGES = ("Uống ngày 2 lần, mỗi lần 1 viên", "Uống ngày 3 lần sau ăn", "One tablet twice a day")
PROCEDURES = (
    Coded("02.1898.1897", "Siêu âm ổ bụng"),
    Coded("18.0119.0028", "Chụp X quang ngực thẳng"),
    Coded("03.2387.0212", "Tiêm bắp"),
)
VISIT_TYPES = {"AMB": Coded("01", "Khám bệnh"), "IMP": Coded("03", "Điều trị nội trú")}
DISCHARGES = (Coded("home", "Home"), Coded("other-hcf", "Other healthcare facility"))
RECORD_TYPE = Coded("34133-9", "Summary of episode note")


def full_name(rng: Random) -> str:
    return f"{rng.choice(FAMILY)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)}"


def personal_id(rng: Random, *, year: int, female: bool) -> str:
    """Twelve digits: birth province, century and sex, year of birth, six without meaning."""
    century = 2 * (year // 100 - 19) + int(female)
    return f"066{century}{year % 100:02d}{rng.randrange(100_000, 999_999)}"


def phone(rng: Random) -> str:
    return f"09{rng.randrange(13_000_000, 97_000_000)}"


def address(rng: Random, commune: str) -> str:
    """``commune`` is a code of ``COMMUNES``."""
    name = next(name for code, name, *_ in COMMUNES if code == commune)
    return f"{rng.randrange(2, 240)} {rng.choice(STREETS)}, {name}, {PROVINCE[1]}"


def place(commune: str) -> str:
    """The name of a commune without its kind. ``commune`` is a code of ``COMMUNES``."""
    return next(name for code, name, *_ in COMMUNES if code == commune).split(" ", 1)[1]
