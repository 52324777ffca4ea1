"""A small province, written by hand: seven facilities in three communes, one of everything a page has to show.

Only the sums are computed, from the facilities below; every other number stands here as it is.
"""

from __future__ import annotations

from typing import Any, cast

from recaudit.model import RUNGS
from recaudit.result import Result
from recaudit.resultfile import sealed
from recaudit.said import Said, as_entry, say, say_n
from recaudit.terms import expected_units, named, unit_in_words, wording

Json = dict[str, Any]
HOSTILE = "[red]Trạm\x1b[31m y tế \u202eXuân"

# id, name, kind, area, vendor, status, basis, over, expected,
#   (matched, duplicate, conflicting, unexpected, out of scope, unreadable, missing), reached and short at the six rungs
FACILITIES: list[tuple[Any, ...]] = [
    ("KCB66001", "Bệnh viện đa khoa vùng Tây Nguyên", "hospital", "24133", "Sao Mai", "ok", "roster", False, 900,
     (880, 6, 1, 14, 120, 0, 20), (880, 874, 640, 622, 588, 570), (20, 26, 260, 278, 312, 330)),
    ("KCB66017", "Trung tâm y tế Krông Pắc", "hospital", "24490", "Sao Mai", "partial", "roster", False, 420,
     (402, 4, 0, 3, 60, 8, 10), (402, 402, 391, 380, 377, 370), (10, 10, 21, 32, 35, 42)),
    ("KCB66042", "Trạm y tế Ea Kar", "station", "24373", "Hồng Hà", "silent", "roster", False, 240,
     (0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)),
    ("KCB66058", "Phòng khám đa khoa Thiện Hạnh", "clinic", "24133", "Hồng Hà", "ok", "count", True, 130,
     (130, 0, 0, 0, 11, 0, 0), (130, 130, 129, 129, 120, 118), (0, 0, 1, 1, 10, 12)),
    ("KCB66077", "Trạm y tế Cư M'gar", "station", "24490", "", "ok", "none", False, None,
     (75, 1, 1, 0, 2, 0, 0), (75, 75, 60, 60, 60, 60), (0, 0, 15, 15, 15, 15)),
    ("KCB66103", HOSTILE, "station", "24373", "Hồng Hà", "ok", "roster", False, 113,
     (113, 2, 0, 0, 5, 0, 0), (113, 113, 113, 113, 113, 113), (0, 0, 0, 0, 0, 0)),
    ("KCB66110", "Nhà hộ sinh Buôn Hồ", "clinic", "24373", "Hồng Hà", "ok", "roster", False, 0,
     (0, 0, 0, 0, 4, 0, 0), (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)),
]  # fmt: skip

# rule -> facility -> met, unmet, excused, not applicable, not assessable, solo
COUNTS: dict[str, dict[str, tuple[int, int, int, int, int, int]]] = {
    "received": {
        "KCB66001": (880, 20, 0, 0, 0, 0), "KCB66017": (402, 10, 0, 0, 8, 0), "KCB66042": (0, 0, 0, 0, 240, 0),
        "KCB66058": (130, 0, 0, 0, 0, 0), "KCB66077": (75, 0, 0, 0, 0, 0), "KCB66103": (113, 0, 0, 0, 0, 0),
    },
    "conformant:encounter": {
        "KCB66001": (894, 6, 0, 0, 0, 5), "KCB66017": (409, 0, 0, 0, 0, 0), "KCB66058": (130, 0, 0, 0, 0, 0),
        "KCB66077": (76, 0, 0, 0, 0, 0), "KCB66103": (115, 0, 0, 0, 0, 0),
    },
    "enc-has-condition": {
        "KCB66001": (662, 238, 0, 0, 0, 196), "KCB66017": (398, 11, 0, 0, 0, 9), "KCB66058": (129, 1, 0, 0, 0, 1),
        "KCB66077": (61, 15, 0, 0, 0, 15), "KCB66103": (115, 0, 0, 0, 0, 0),
    },
    "enc-discharge": {
        "KCB66001": (310, 38, 3, 549, 0, 12), "KCB66017": (205, 0, 1, 203, 0, 0), "KCB66103": (9, 0, 0, 106, 0, 0),
    },
    "comp-attester": {
        "KCB66001": (588, 52, 0, 0, 0, 34), "KCB66017": (377, 3, 0, 0, 22, 3), "KCB66058": (120, 10, 0, 0, 0, 9),
    },
    "pat-telecom": {"KCB66001": (610, 270, 0, 0, 0, 0), "KCB66103": (113, 0, 0, 0, 0, 0)},
}  # fmt: skip

# id, table, rung, required, type, title en, title vi, why, fix
RULES = [
    ("received", "encounter", "received", True, "received", "The record was received", "Đã nhận hồ sơ", "", ""),
    ("conformant:encounter", "encounter", "conformant", True, "conformant",
     "The encounter is valid FHIR", "Lượt khám đúng chuẩn FHIR", "", ""),
    ("enc-has-condition", "encounter", "complete", True, "expect_column_values_to_be_between",
     "A finished encounter has a diagnosis", "Lượt khám kết thúc có chẩn đoán",
     "Without a diagnosis a visit can neither be paid nor counted.",
     "Enter the main diagnosis before closing the visit."),
    ("enc-discharge", "encounter", "complete", True, "expect_column_values_to_not_be_null",
     "An inpatient stay says how it ended", "Đợt nội trú có kết quả ra viện",
     "Deaths and transfers cannot be told from recoveries.", "Choose how the stay ended when the patient leaves."),
    ("comp-attester", "composition", "attested", True, "expect_column_values_to_not_be_null",
     "The summary names who signed it", "Tóm tắt bệnh án có người ký",
     "An unsigned record has no author who answers for it.", "Sign the summary; check that the signature is exported."),
    ("pat-telecom", "patient", "complete", False, "expect_column_values_to_not_be_null",
     "The patient has a telephone number", "Người bệnh có số điện thoại", "Follow-up needs a way to call.", ""),
]  # fmt: skip


VIETNAMESE = {
    "100 % of electronic medical records are completed": "100 % hồ sơ bệnh án điện tử đã hoàn thành",
    "At least 95 % of records are signed": "Ít nhất 95 % hồ sơ đã được ký",
    "Every commune has sent records": "Xã, phường nào cũng đã gửi hồ sơ",
    "Enter the main diagnosis before closing the visit.": "Nhập chẩn đoán chính trước khi đóng lượt khám.",
    "Choose how the stay ended when the patient leaves.": "Chọn kết quả ra viện khi người bệnh ra viện.",
    "Sign the summary; check that the signature is exported.": "Ký tóm tắt bệnh án; kiểm tra chữ ký có được xuất ra.",
    "Without a diagnosis a visit can neither be paid nor counted.": "Thiếu chẩn đoán thì không thanh toán được.",
    "Deaths and transfers cannot be told from recoveries.": "Không phân biệt được tử vong, chuyển viện với khỏi bệnh.",
    "An unsigned record has no author who answers for it.": "Hồ sơ chưa ký thì không có ai chịu trách nhiệm.",
    "Follow-up needs a way to call.": "Cần có cách liên lạc để theo dõi.",
}  # of what a plan and a suite say


def province() -> Result:
    facilities = [_facility(*row) for row in FACILITIES]
    sector = {**_sums(facilities), "read": sum(f["read"] for f in facilities) + 31, "unattributed": 31}
    result: Json = {
        "schema": "recaudit.result/1",
        "tool": {"name": "recaudit", "version": "0.1.0"},
        "policy": {"version": "2026.1"},
        "plan": {"name": "dak-lak-2026-03", "file": "recaudit.toml", "facility": "", "sha256": "a" * 64},
        "as_of": "2026-04-15",
        "period": {"from": "2026-03-01", "to": "2026-03-31", "timezone": "Asia/Ho_Chi_Minh"},
        "register": {"source": "Department of Health", "date": "2026-01-01", "dated": True},
        "inputs": _inputs(),
        "tables": [
            {"sector": "health", "name": "encounter", "read": 1865, "unreadable": 8, "unlinked": 0, "duplicate": 13,
             "conflicting": 2},
            {"sector": "health", "name": "composition", "read": 1502, "unreadable": 4, "unlinked": 17, "duplicate": 0,
             "conflicting": 0},
        ],
        "suites": [
            {"name": f"health/{name}", "file": "", "version": "2026.1", "sha256": "b" * 64, "rules": rules}
            for name, rules in (("composition", 6), ("encounter", 16), ("patient", 8))
        ],
        "catalogues": [{"name": "values/any.json", "sha256": "d" * 64}],
        "areas": _areas(facilities),
        "facilities": facilities,
        "unattributed": {"no facility named": 24, "facility unknown to the register": 7},
        "claims": _claims(),
        "gates": [],
        "fail_on": {"on": "required", "reason": "", "from": "default"},
        "rules": [_rule(*row) for row in RULES],
        "signals": [],
        "not_looked_at": [
            {
                "what": "procedure",
                "why": as_entry(say("the table was not handed in: {rules} cannot be assessed", rules=["proc-code"])),
                "sector": "health",
            },
            {
                "what": "scan.pdf",
                "why": as_entry(say("neither name nor content is of a format that recaudit reads")),
                "sector": "health",
            },
        ],
        "notes": [
            as_entry(
                say_n(
                    "{n} row names two facilities of the register; the first in the plan's order counts",
                    "{n} rows name two facilities of the register; the first in the plan's order counts",
                    n=12,
                )
            )
        ],
        "totals": {"health": sector},
        "evidence": {
            "health": {"silence": "unknown", "unattributed": 30, "rung_of_table": {}, "holes": [], "facilities": {}}
        },
        "run": {"started": "2026-04-15T08:00:00+07:00", "seconds": 3.4, "command": "recaudit check"},
    }  # fmt: skip
    return sealed(cast(Result, result))


def _facility(
    key: str, name: str, kind: str, area: str, vendor: str, status: str, basis: str, over: bool, expected: int | None,
    rows: tuple[int, ...], reached: tuple[int, ...], short: tuple[int, ...],
) -> Json:  # fmt: skip
    matched, duplicate, conflicting, unexpected, out_of_scope, unreadable, missing = rows
    whole = matched if expected is None else expected
    states = ("met", "unmet", "excused", "not_applicable", "not_assessable", "solo")
    return {
        "id": key, "name": name, "sector": "health", "kind": kind, "area": area, "vendor": vendor, "status": status,
        "basis": basis, "covers": "all", "over_reported": over, "expected": expected,
        "read": matched + duplicate + unexpected + out_of_scope + unreadable,
        "matched": matched, "duplicate": duplicate, "conflicting": conflicting, "unexpected": unexpected,
        "probable": None, "out_of_scope": out_of_scope, "unreadable": unreadable, "missing": missing,
        "rungs": {
            rung: {"reached": at, "short": lost, "unknown": whole - at - lost}
            for rung, at, lost in zip(RUNGS, reached, short, strict=True)
        },
        "rules": {
            rule: dict(zip(states, counts[key], strict=True)) for rule, counts in COUNTS.items() if key in counts
        },
    }  # fmt: skip


def _sums(facilities: list[Json]) -> Json:
    numbered = [facility for facility in facilities if facility["expected"] is not None]
    return {
        "facilities": len(facilities),
        "silent": sum(facility["status"] == "silent" for facility in facilities),
        "no_expected": len(facilities) - len(numbered),
        "expected": sum(facility["expected"] for facility in numbered) if numbered else None,
        "rungs": {
            rung: {
                part: sum(facility["rungs"][rung][part] for facility in numbered or facilities)
                for part in ("reached", "short", "unknown")
            }
            for rung in RUNGS
        },
    }


def _areas(facilities: list[Json]) -> list[Json]:
    names = {"24133": "Phường Buôn Ma Thuột", "24373": "Xã Ea Kar", "24490": "Xã Krông Pắc"}
    communes = [
        {"code": code, "name": name, "parent": "66",
         "sectors": {"health": _sums([facility for facility in facilities if facility["area"] == code])}}
        for code, name in names.items()
    ]  # fmt: skip
    return [{"code": "66", "name": "Đắk Lắk", "parent": "", "sectors": {"health": _sums(facilities)}}, *communes]


def _rule(
    key: str, table: str, rung: str, required: bool, kind: str, en: str, vi: str, why: str, fix: str
) -> Json:  # fmt: skip
    counts = COUNTS[key].values()
    states = ("met", "unmet", "excused", "not_applicable", "not_assessable")
    return {
        "id": key, "sha256": "", "sector": "health", "table": table, "rung": rung, "required": required, "type": kind,
        "title": {"en": en, "vi": vi}, "why": {"en": why, "vi": VIETNAMESE[why]} if why else {},
        "fix": {"en": fix, "vi": VIETNAMESE[fix]} if fix else {},
        "facilities_failing": sum(count[1] + count[2] > 0 for count in counts),
        "totals": {state: sum(count[place] for count in counts) for place, state in enumerate(states)},
    }  # fmt: skip


def _inputs() -> list[Json]:
    common = {"role": "export", "sector": "health", "format": "fhir", "namespace": "hospitals", "sha256": "c" * 64}
    cut = {"kind": "cut off", "count": 1, "where": "", "lines": []}
    lenient = {"kind": "lenient", "count": 12, "where": "Encounter.period", "lines": [3, 9, 14]}
    return [
        {**common, "path": "exports/KCB66001/Encounter.ndjson", "facility": "KCB66001", "bytes": 1_830_004,
         "read": 1020, "unreadable": 0, "to_the_end": True, "findings": [lenient]},
        {**common, "path": "exports/KCB66017/Encounter.ndjson.gz", "facility": "KCB66017", "bytes": 120_482,
         "read": 477, "unreadable": 8, "to_the_end": False, "findings": [cut]},
        {**common, "path": "exports/others.ndjson", "facility": None, "bytes": 2_700_120,
         "read": 2_944, "unreadable": 4, "to_the_end": True, "findings": []},
    ]  # fmt: skip


def _claims() -> list[Json]:
    numbered = [row for row in FACILITIES if row[8] is not None]
    hospitals = [row for row in numbered if row[2] == "hospital"]
    by_rung = {
        "received": ("unverifiable", [1282, 1320], [1320, 1320]),
        "conformant": ("refuted", [1276, 1320], [1314, 1320]),
        "complete": ("refuted", [1027, 1320], [1073, 1320]),
        "consistent": ("refuted", [1002, 1320], [1044, 1320]),
        "attested": ("refuted", [961, 1320], [1012, 1320]),
        "timely": ("refuted", [936, 1320], [986, 1320]),
    }  # fmt: skip
    nobody: Json = {rung: ("refuted" if rung != "received" else "unverifiable", None, None) for rung in RUNGS}
    everywhere: Json = {rung: ("confirmed", [3, 3], [3, 3]) for rung in RUNGS}
    return [
        _claim("emr-100", "100 % of electronic medical records are completed", "records", "complete", "1", "1",
               hospitals, by_rung, "refuted", 235,
               [say_n("{n} record known to be short of {rung}, {missing} of them missing",
                      "{n} records known to be short of {rung}, {missing} of them missing",
                      n=246, rung=named("complete"), missing=19),
                say("{some} of them whatever the rows that are open turn out to be", some=235),
                say("if all that is open were good, {high} of {total} would reach it", high=1073, total=1320)],
               [say_n("at least {n} record of those that are short submitted or repaired",
                      "at least {n} records of those that are short submitted or repaired", n=247)],
               {"kinds": ["hospital"]}),
        _claim("signed-95", "At least 95 % of records are signed", "records", "attested", "0.95", "1",
               numbered, {**nobody, "attested": ("unverifiable", None, None)}, "unverifiable", 0,
               [say_n("{n} facility without an expected number: {names}",
                      "{n} facilities without an expected number: {names}", n=1, names=["KCB66077"])],
               [say("rosters of {names}", names=["KCB66077"])], {}),
        _claim("communes", "Every commune has sent records", "areas", "received", "1", "any",
               numbered, everywhere, "confirmed", 0, [], [], {}),
    ]  # fmt: skip


def _claim(
    key: str, said: str, level: str, rung: str, target: str, each: str, scope: list[tuple[Any, ...]],
    by_rung: dict[str, Any], verdict: str, counterexamples: int, reasons: list[Said], settle: list[Said], limits: Json,
) -> Json:  # fmt: skip
    total = by_rung[rung][1][1] if by_rung[rung][1] else 0
    values: dict[str, Any] = {"verdict": wording(verdict), "units": expected_units("encounter", total)}
    if by_rung[rung][1] is None:
        sentence = say("{verdict}: the number of expected records is not known", verdict=wording(verdict))
    elif each == "any":
        values["units"] = expected_units(level, total)
        sentence = say("{verdict}: {low} of {units} have at least one received {unit}", low=by_rung[rung][1][0],
                       unit=unit_in_words("encounter"), **values)  # fmt: skip
    else:
        sentence = say("{verdict}: between {low} and {high} of {units} reach {rung}", low=by_rung[rung][1][0],
                       high=by_rung[rung][2][0], rung=named(rung), **values)  # fmt: skip
    standing = {}
    for place, name in enumerate(RUNGS):
        reached, short = (sum(row[part][place] for row in scope) for part in (10, 11))
        whole = sum(row[8] for row in scope)
        standing[name] = {"reached": reached, "short": short, "unknown": whole - reached - short,
                          "missing": sum(row[9][6] for row in scope)}  # fmt: skip
    return {
        "id": key, "statement": {"en": said, "vi": VIETNAMESE[said]}, "sector": "health", "unit": "encounter",
        "rung": rung, "level": level,
        "target": target, "each": each,
        "scope": {"areas": [], "kinds": [], "vendors": [], "facilities": [], **limits},
        "excused": "unmet", "accept": "", "said_by": "Department of Health, 2026-04-02", "standing": standing,
        "verdict": verdict, "wording": verdict, "sentence": as_entry(sentence),
        "low": by_rung[rung][1], "high": by_rung[rung][2],
        "open": {"returned": 30, "holes": 4, "spoiled": 4, "rescued": 0} if key == "emr-100"
        else {"returned": 0, "holes": 0, "spoiled": 0, "rescued": 0},
        "reasons": [as_entry(one) for one in reasons], "counterexamples": counterexamples,
        "units": {"refuted": [], "unverifiable": []},
        "by_rung": {name: {"verdict": word, "low": low, "high": high} for name, (word, low, high) in by_rung.items()},
        "would_settle": [as_entry(one) for one in settle],
    }  # fmt: skip
