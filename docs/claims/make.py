"""Writes the five audits of docs/claims.md below the folder it is run in, the same bytes every time.

``census`` three schools whose learners are all complete; ``one`` the same of 100 000 learners, with one placeholder;
``silent`` six schools, three of which sent nothing; ``by-count`` schools of which only numbers are known; ``adoption``
a register of 315 health facilities without any number. Every school and person is invented.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

FORMAT: Final = Path(__file__).resolve().parents[2] / "expectations" / "education" / "formats" / "oneroster-1.2.json"
FAMILIES: Final = ("Nguyễn", "Niê", "Trần", "Êban", "Lê", "Mlô", "Phạm", "Ayun", "Hoàng", "Kbuôr")
GIVEN: Final = ("Minh An", "H'Linh", "Thu Hà", "Y Khoa", "Quốc Bảo", "H'Yến", "Gia Hân", "Y Thiên", "Anh Thư")

SCHOOLS: Final = """[audit]
name = "{name}"
as_of = 2026-06-15
period = {{ from = 2025-09-01, to = 2026-05-31 }}
timezone = "Asia/Ho_Chi_Minh"
unit = {{ education = "learner" }}

[register]
source = "List of licensed schools, department of education"
date = 2025-09-05
facilities = "register/facilities.csv"
{expected}

[suites]
education = ["users"]

[[source]]
name = "sis"
sector = "education"
paths = ["export"]

[[claim]]
id = "students-100"
sector = "education"
rung = "complete"
target = "100 %"
statement = "100 % of digital student records are complete"
by = "Announcement of the department, 2026-06-01"
"""
HOSPITALS: Final = """[audit]
name = "Electronic medical records of a province"
as_of = 2025-10-15
period = { from = 2025-09-01, to = 2025-09-30 }
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Health facilities of the province, health department"
date = 2025-09-27
facilities = "register/facilities.csv"

[[source]]
name = "emr"
sector = "health"
paths = ["export"]

[suites]
health = ["encounter", "patient", "condition"]

[[claim]]
id = "eligible-adopted"
sector = "health"
rung = "received"
target = "100 %"
level = "facilities"
each = "any"
scope = { kind = ["hospital", "medical centre"] }
statement = "36 of 36 eligible facilities have electronic records"

[[claim]]
id = "all-adopted"
sector = "health"
rung = "received"
target = "100 %"
level = "facilities"
each = "any"
statement = "Every facility of the province has electronic records"

[[claim]]
id = "emr-100"
sector = "health"
rung = "complete"
target = "100 %"
statement = "100 % of electronic medical records are completed"
"""
ADOPTERS: Final = (("BV", 14, "hospital"), ("TT", 22, "medical centre"))
STATIONS: Final = ("TYT", 279, "station")


def main(root: Path) -> None:
    """Write every audit below ``root``."""
    three = {f"school-{number}": 4 for number in range(1, 4)}
    schools(root / "census", "Three schools", three)
    schools(root / "one", "A province", {f"school-{number:02}": 2000 for number in range(1, 51)}, spoilt=True)
    six = {f"school-{number}": 40 + number for number in range(1, 7)}
    schools(root / "silent", "Six schools", six, silent={"school-2", "school-4", "school-5"})
    schools(root / "by-count", "Three schools, by numbers", three, counts=True)
    adoption(root / "adoption")


# -------------------------------------------------------------- schools
def schools(
    root: Path,
    name: str,
    sizes: Mapping[str, int],
    *,
    spoilt: bool = False,
    silent: Iterable[str] = (),
    counts: bool = False,
) -> None:
    """One audit. ``sizes``: school -> its learners; ``silent``: schools that sent nothing; ``counts``: numbers instead
    of rosters; ``spoilt``: somebody wrote "chưa cập nhật" (not yet updated) for a name."""
    listed = [(school, f"{school}-{number:05}") for school, size in sizes.items() for number in range(size)]
    sent = [learner for learner in listed if learner[0] not in silent]
    said = 'expected = "register/expected.csv"' if counts else 'rosters = "register/rosters.csv"'
    _text(root / "recaudit.toml", SCHOOLS.format(name=name, expected=said))
    facilities = [{"id": school, "name": f"Trường {school}", "sector": "education"} for school in sizes]
    _table(root / "register" / "facilities.csv", ("id", "name", "sector"), facilities)
    whole, source = "2025-09-01/2026-05-31", "Admissions book"
    if counts:
        rows = [{"facility": school, "expected": str(size)} for school, size in sizes.items()]
    else:
        rows = [{"facility": school, "id": learner} for school, learner in listed]
    said_by = [{**row, "period": whole, "source": source} for row in rows]
    file = root / "register" / ("expected.csv" if counts else "rosters.csv")
    _table(file, ("facility", "period", "expected" if counts else "id", "source"), said_by)
    for stem, content in _package(sent, list(sizes), spoilt=spoilt):
        _table(root / "export" / f"{stem}.csv", _columns(f"{stem}.csv"), content)


def _package(
    learners: Sequence[tuple[str, str]], sites: Iterable[str], *, spoilt: bool
) -> Iterator[tuple[str, Iterable[Mapping[str, str]]]]:
    names = [(FAMILIES[at % 10], GIVEN[at % 9]) for at in range(len(learners))]
    if spoilt:
        names[len(names) // 2] = (names[0][0], "chưa cập nhật")
    yield (
        "orgs",
        ({"sourcedId": site, "name": f"Trường {site}", "type": "school", "identifier": site} for site in sites),
    )
    yield (
        "users",
        (
            {
                "sourcedId": learner,
                "enabledUser": "true",
                "username": learner,
                "familyName": family,
                "givenName": given,
                "identifier": learner,
                "userMasterIdentifier": f"0662{at:08}",
                "primaryOrgSourcedId": site,
            }
            for at, ((site, learner), (family, given)) in enumerate(zip(learners, names, strict=True))
        ),
    )
    yield (
        "roles",
        (
            {
                "sourcedId": f"r-{learner}",
                "userSourcedId": learner,
                "roleType": "primary",
                "role": "student",
                "orgSourcedId": site,
            }
            for site, learner in learners
        ),
    )


# -------------------------------------------------------------- health facilities
def adoption(root: Path) -> None:
    """36 facilities sent one visit each; 279 stations are in the register and sent nothing; no number is known."""
    _text(root / "recaudit.toml", HOSPITALS)
    adopters = [(f"{prefix}{n:02}", kind) for prefix, size, kind in ADOPTERS for n in range(1, size + 1)]
    prefix, size, kind = STATIONS
    every = [*adopters, *((f"{prefix}{n:03}", kind) for n in range(1, size + 1))]
    rows = [{"id": key, "name": f"{of} {key}", "sector": "health", "kind": of} for key, of in every]
    _table(root / "register" / "facilities.csv", ("id", "name", "sector", "kind"), rows)
    for stem in ("Encounter", "Patient", "Condition"):
        lines = (json.dumps(_resource(stem, key), ensure_ascii=False) for key, _ in adopters)
        _text(root / "export" / f"{stem}.ndjson", "".join(f"{line}\n" for line in lines))


def _resource(kind: str, facility: str) -> Mapping[str, object]:
    subject = {"reference": f"Patient/p-{facility}"}
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J00"}]}
    if kind == "Patient":
        return {
            "resourceType": kind,
            "id": f"p-{facility}",
            "identifier": [{"value": f"HS-{facility}"}],
            "name": [{"text": "Y Bhim Niê"}],
            "gender": "male",
            "birthDate": "1980-05-17",
        }
    if kind == "Condition":
        return {
            "resourceType": kind,
            "id": f"c-{facility}",
            "clinicalStatus": {"coding": [{"code": "resolved"}]},
            "code": code,
            "subject": subject,
            "encounter": {"reference": f"Encounter/e-{facility}"},
        }
    return {
        "resourceType": kind,
        "id": f"e-{facility}",
        "identifier": [{"value": f"LK-{facility}"}],
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [{"coding": [{"code": "01"}]}],
        "subject": subject,
        "participant": [{"individual": {"reference": "Practitioner/d1"}}],
        "period": {"start": "2025-09-03T08:00:00+07:00", "end": "2025-09-03T09:00:00+07:00"},
        "reasonCode": [code],
        "serviceProvider": {"reference": f"Organization/{facility}"},
    }


# -------------------------------------------------------------- files
def _columns(name: str) -> list[str]:
    specified = json.loads(FORMAT.read_text(encoding="utf-8"))["files"][name]
    return [column["name"] for column in specified["columns"] if "only" not in column]


def _text(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def _table(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path.cwd())
