"""Clean schools, and plantings that make one of them or its files special."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from recaudit.model import Facility
from recaudit.synth import people
from recaudit.synth.cells import UNKNOWN
from recaudit.synth.education import cards
from recaudit.synth.education.packs import parts
from recaudit.synth.education.subjects import plan_of
from recaudit.synth.education.tables import UNIT
from recaudit.synth.plant_facilities import (
    closed,
    count_exact,
    count_low,
    count_subset,
    expected_zero,
    handed_over,
    no_expected,
    opened,
    silent,
    special,
)
from recaudit.synth.plant_files import cut, line, torn, whole_file, withheld
from recaudit.synth.planting import Planting, Spot, left_alone
from recaudit.synth.spec import Spec
from recaudit.synth.world import Site, World

SIZES = (2.4, 1.4, 1.2)  # learners compared with the average facility: the larger ones share a package
VENDORS = ("Sổ Cao Nguyên", "Học Bạ Việt", "Trường Số B")
TITLES = {"vn": ("lower_secondary", "Trường THCS"), "generic": ("primary", "Primary School")}


def site(number: int, layout: str, spec: Spec, communes: Sequence[str]) -> Site:
    kind, title = TITLES[spec.flavour]
    commune = communes[(number * 5 + 1) % len(communes)]
    place = people.place(commune)
    name = f"{title} {place} {number + 1}" if spec.flavour == "vn" else f"{place} {title} {number + 1}"
    code = f"066{4001 + number}"
    facility = Facility(code, name, "education", kind, commune, VENDORS[(number + number // 3) % len(VENDORS)])
    return Site(facility, layout)


def size(number: int, spec: Spec) -> int:
    return max(1, round(spec.records * SIZES[number % len(SIZES)]))


def fill(site: Site, learners: int, spec: Spec) -> None:
    """Give a school its people and so many learners; what it had before is dropped."""
    rng = Random(f"{spec.seed}/{site.id}")
    plan = plan_of(spec)
    cards.equip(site, rng)
    for _ in range(learners):
        site.records.append(cards.record(site, plan, rng))
    for number, part in enumerate(parts(spec)):
        part.fill(site, Random(f"{spec.seed}/{site.id}/{number}"))
    if site.basis == "count":
        site.expected = learners


# ------------------------------------------------------------------------------------------------ special ones
def _closed(number: int, area: str) -> Facility:
    return Facility(f"066490{number}", f"Trường cũ {number}", "education", "lower_secondary", area)


def _small(site: Site) -> bool:
    """Left alone by all other plantings, so no large one."""
    return site.layout != "shared"


def _shared(site: Site) -> bool:
    return site.layout == "shared"


def special_ones(fill: Callable[[Site, int, Spec], None]) -> tuple[Planting, ...]:
    """Schools of which the register knows something else; ``fill`` gives them their learners."""
    return (
        closed("school/closed", "a school that closed before the period: not in scope", _closed),
        special("school/opened", "opened inside the period", opened(fill), _shared),
        special("school/silent", "on the roster, and sent nothing", silent(fill)),
        special("school/count-exact", "a count instead of a roster, and it is right", count_exact, _small, counts=True),
        special("school/count-low", "a count that is too low: over-reported", count_low, counts=True),
        special("school/count-subset", "a count that covers some of the learners only", count_subset, counts=True),
        special("school/no-expected", "nobody said how many learners to expect", no_expected, counts=True),
        special("school/expected-zero", "no learner is expected, and none was sent", expected_zero(fill), counts=True),
        handed_over("layout/zip", "one zip file", "zip"),
    )


SCHOOLS = special_ones(fill)


# ------------------------------------------------------------------------------------------------ files
def _no_column(table: str, column: str) -> Callable[[Site], None]:
    """The file does not have the column: of no row is it known. What is read off it is not known either."""
    hidden = {"userMasterIdentifier": ("idBirthYear", "idSex")}.get(column, ())

    def change(site: Site) -> None:
        for row in site.rows(table):
            row.cells.update(dict.fromkeys((column, *hidden), UNKNOWN))

    return change


def _no_year(world: World, rng: Random) -> Spot | None:
    """A zip file, and so a namespace of its own, that does not say when the school year ends."""
    for site in world.sites:
        if site.layout == "zip" and not left_alone(site):
            site.others["academicSessions"] = [
                row for row in site.others["academicSessions"] if row["type"].text != "schoolYear"
            ]
            for record in site.records:
                record.own.cells["yearEnd"] = UNKNOWN
            return site.id, ()
    return None


def _spoilt(
    name: str, note: str, table: str, change: Callable[[str], Callable[[Site], None]], *, least: int = 1
) -> Planting:
    return whole_file(f"package/{name}", note, table, change(table), least=least, most=3)


def _without(column: str) -> Callable[[str], Callable[[Site], None]]:
    return lambda table: _no_column(table, column)


def _linkless(table: str) -> Callable[[Site], None]:
    """No row says where it belongs: what else the file would hold is known as little as after a torn end."""

    def change(site: Site) -> None:
        _no_column(table, "reportCardId")(site)
        site.torn.add(table)

    return change


_RESULTS, _APPROVALS = "rc_subject_results", "rc_approvals"
_BYTES = "not UTF-8"

FILES = (
    _spoilt("cut-cards", "the report card file (gzip) was cut off", UNIT, cut, least=2),
    _spoilt("cut-results", "the subject result file (gzip) was cut off", _RESULTS, cut, least=2),
    _spoilt("cut-users", "the users file (gzip) was cut off", "users", cut, least=2),
    _spoilt("torn-approvals", "the approvals file ends inside its last line", _APPROVALS, torn),
    _spoilt("no-approvals", "no approvals file was handed in", _APPROVALS, withheld),
    _spoilt("no-demographics", "no demographics file was handed in", "demographics", withheld),
    _spoilt("no-comment-column", "the cards have no homeroomComment", UNIT, _without("homeroomComment")),
    _spoilt("no-decision-column", "the cards have no decision", UNIT, _without("decision")),
    _spoilt("no-number-column", "the users have no personal id", "users", _without("userMasterIdentifier")),
    _spoilt("no-score-column", "the results have no score", _RESULTS, _without("score")),
    _spoilt("no-period-column", "the results have no periodCode", _RESULTS, _without("periodCode")),
    _spoilt("no-subject-column", "the results have no subjectCode", _RESULTS, _without("subjectCode")),
    replace(_spoilt("no-card-column", "the approvals have no reportCardId", _APPROVALS, _linkless), asked=True),
    _spoilt("no-step-column", "the approvals have no step", _APPROVALS, _without("step")),
    Planting("package/no-year", "no academic session is the school year", _no_year, once=True),
    line("row/card-shared", "a broken line: nobody knows whose", UNIT, "shared", "cut short"),
    line("row/card-folder", "a line that is not UTF-8", UNIT, "folder", _BYTES),
    line("row/card-too-long", "a line with too many cells", UNIT, "folder", "too long"),
    line("row/result-shared", "a broken line of the shared results", _RESULTS, "shared", "cut short"),
    line("row/result-folder", "a line of the results that is not UTF-8", _RESULTS, "folder", _BYTES),
    line("row/approval-shared", "a line of the shared approvals that is not UTF-8", _APPROVALS, "shared", _BYTES),
    line("row/approval-folder", "a broken line of the approvals", _APPROVALS, "folder", "cut short"),
    line("row/user-shared", "a broken line of the shared users", "users", "shared", "cut short"),
    line("row/user-folder", "a line of the users that is not UTF-8", "users", "folder", _BYTES),
    line("row/enrollment-folder", "a broken line of the enrolments", "enrollments", "folder", "cut short"),
)
