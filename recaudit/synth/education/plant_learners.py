"""What is planted in schools whose records are learners: who is on the roll, and what the roll leads to."""

from __future__ import annotations

from recaudit.synth.cells import NULL, Cell, day, unparseable, value
from recaudit.synth.education.plant_absent import district, nameless, refused, without, without_named, without_org
from recaudit.synth.education.plant_elements import ELEMENTS
from recaudit.synth.education.states import CORE, VIETNAM
from recaudit.synth.education.tables import LEARNERS
from recaudit.synth.plant_files import cut, line, whole_file, withheld
from recaudit.synth.planting import Change, all_lines, in_shared_files, on_record, on_roster, read_whole
from recaudit.synth.spec import PERIOD
from recaudit.synth.world import Record, Row, Site

ENROLLED = "enrollments"
_BYTES = "not UTF-8"
HAS_ROLES = read_whole(LEARNERS)
HAS_USERS = read_whole(LEARNERS, "users", "demographics")
HAS_CLASSES = read_whole(LEARNERS, ENROLLED)


# ------------------------------------------------------------------------------------------------ who is on the roll
def gone(site: Site, record: Record) -> tuple[Row, ...]:
    """The user stays in the package; the role was not handed over."""
    site.gone.append(record.own.id or "")
    site.records.remove(record)
    site.loose += record.hanging
    return ()


def _unexpected(site: Site, record: Record) -> tuple[Row, ...]:
    record.on_roster = False
    return (record.own,)


def _cells(**cells: Cell) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        record.own.cells |= cells
        return (record.own,)

    return change


def _keyless(site: Site, record: Record) -> tuple[Row, ...]:
    """The role does not say whose it is."""
    if record.on_roster and record.own.id:
        site.gone.append(record.own.id)
    record.own.cells["userSourcedId"] = NULL
    record.own.id = None
    return (record.own,)


def _of_school(school: str) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        record.own.cells["orgSourcedId"] = value(school) if school else NULL
        record.own.told = ""
        return (record.own,)

    return change


def _twice(site: Site, record: Record) -> tuple[Row, ...]:
    own = record.own
    copy = Row(own.table, own.id, dict(own.cells), told=own.told)
    record.copies.append(copy)
    return own, copy


def _listed(site: Site, record: Record) -> bool:
    return on_roster(site, record) and HAS_ROLES(site, record)


def _in_folder(site: Site, record: Record) -> bool:
    return site.layout == "folder" and HAS_ROLES(site, record)


def _one_school(site: Site, record: Record) -> bool:
    orgs = [(row["type"].text, row["name"].filled) for row in site.others["orgs"]]
    return _in_folder(site, record) and orgs == [("school", True)]


def _known_users(site: Site, record: Record) -> bool:
    return HAS_USERS(site, record) and all_lines("users")(site)


def _known_demographics(site: Site, record: Record) -> bool:
    return HAS_USERS(site, record) and all_lines("demographics")(site)


# ------------------------------------------------------------------------------------------------ all of them
_BEFORE = day(PERIOD.first.replace(month=5, day=31))
ROLL = (
    on_record("learner/missing", "on the roster, and on no roll", gone, _listed),
    on_record("learner/unexpected", "on the roll, and on no roster", _unexpected, _listed),
    on_record("learner/left", "left before the period", _cells(endDate=_BEFORE), HAS_ROLES),
    on_record("learner/left-in-period", "left on the last day", _cells(endDate=day(PERIOD.last)), HAS_ROLES),
    on_record("learner/no-day", "left on a day that is none", _cells(endDate=unparseable("31/09")), HAS_ROLES),
    on_record("learner/no-key", "a role of nobody", _keyless, HAS_ROLES),
    on_record("learner/no-school", "a role of no school", _of_school(""), in_shared_files),
    on_record("learner/unknown-school", "a school of no register", _of_school("s-gone"), in_shared_files),
    on_record("learner/twice", "a role twice", _twice, HAS_ROLES),
    on_record("req-01-learner-school/none", "a role of no school, in its folder", _of_school(""), _in_folder),
    on_record("ref-01-learner-school/gone", "a school in no file", _of_school("s-gone"), _in_folder),
    on_record("ref-01-learner-user/gone", "in no users file", without_named("users"), _known_users),
    on_record(
        "req-01-learner-demographics/gone", "no demographics", without_named("demographics"), _known_demographics
    ),
    on_record("cov-07-enrolled/nowhere", "enrolled nowhere", without(ENROLLED), HAS_CLASSES),
    on_record("absent/org", "the school is not in the orgs file", without_org, _one_school),
    on_record("ref-04-school-type/district", "the school is called a district", district, _one_school),
    on_record("refused/org", "a school without a name", nameless, _one_school),
    on_record("refused/role", "a role the standard refuses", refused(LEARNERS, "beginDate", "1/9"), HAS_ROLES),
    on_record("refused/user", "a learner the standard refuses", refused("users", "enabledUser", "có"), HAS_USERS),
)
_OF_PERSONS = ("users", "demographics", ENROLLED)
THEN = (*ROLL, *(one for one in ELEMENTS if (CORE | VIETNAM)[one.rule].table in _OF_PERSONS))
FILES = (
    whole_file("package/cut-roles", "the roles file (gzip) was cut off", LEARNERS, cut(LEARNERS), least=2, most=3),
    whole_file("package/cut-users", "the users file (gzip) was cut off", "users", cut("users"), least=2, most=3),
    whole_file("package/cut-enrollments", "the enrolments (gzip) were cut off", ENROLLED, cut(ENROLLED), most=3),
    whole_file("package/no-demographics", "no demographics", "demographics", withheld("demographics"), most=3),
    line("row/role-shared", "a broken line: nobody knows whose", LEARNERS, "shared", "cut short"),
    line("row/role-folder", "a line that is not UTF-8", LEARNERS, "folder", _BYTES),
    line("row/user-shared", "a broken line of the shared users", "users", "shared", "cut short"),
    line("row/enrollment-folder", "a broken line of the enrolments", ENROLLED, "folder", "cut short"),
)
