"""Plantings that want a report card of their own: what is absent, what hangs on it wrongly, two learners in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from recaudit.synth.cells import NULL, Cell, placeholder, value
from recaudit.synth.education.cards import key
from recaudit.synth.education.plant_cards import APPROVALS, HAS_CARDS, RESULTS, WHOLE, set_cells
from recaudit.synth.education.tables import OF_LEARNERS, UNIT
from recaudit.synth.planting import (
    Change,
    Fits,
    Planting,
    Spot,
    all_lines,
    copy_of,
    in_shared_files,
    on_record,
    put,
    read_whole,
    whole_record,
)
from recaudit.synth.world import Record, Row, Site, World

SOME_COMPULSORY = ("TOAN", "NV", "KHTN", "LANG", "MATH", "SCI")
ELECTIVES = ("MUS", "DRA", "GAR")


# ------------------------------------------------------------------------------------------------ what is absent
def without(table: str, column: str = "", text: str = "") -> Change:
    """No row of a hanging table, or none that has this text in a column."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        record.hanging = [r for r in record.hanging if r.table != table or (column and r[column].text != text)]
        return (record.own,)

    return change


def _unsigned(step: str) -> Change:
    return without(APPROVALS, "step", step)


def without_subject(codes: tuple[str, ...]) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        code = next(row["subjectCode"].text for row in record.of(RESULTS) if row["subjectCode"].text in codes)
        return without(RESULTS, "subjectCode", code)(site, record)

    return change


def _without_result(site: Site, record: Record) -> tuple[Row, ...]:
    record.hanging.remove(record.of(RESULTS)[1])
    return (record.own,)


def without_named(table: str) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        site.others[table].remove(record.names(table))
        return (record.own,)

    return change


def without_org(site: Site, record: Record) -> tuple[Row, ...]:
    site.others["orgs"].clear()
    return ()


def district(site: Site, record: Record) -> tuple[Row, ...]:
    org = site.others["orgs"][0]
    org.cells["type"] = value("district")
    return (org,)


def nameless(site: Site, record: Record) -> tuple[Row, ...]:
    org = site.others["orgs"][0]
    org.cells["name"] = NULL
    return (org,)


def _folder(site: Site, record: Record) -> bool:
    """What is wrong with the school is wrong with each of its cards: one such thing is enough."""
    orgs = [(row["type"].text, row["name"].filled) for row in site.others["orgs"]]
    return site.layout == "folder" and UNIT not in site.cut and orgs == [("school", True)]


# ------------------------------------------------------------------------------------------------ what hangs on it
def _of_no_card(table: str, place: int) -> Change:
    """A row of the record says no longer where it belongs."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        row = record.of(table)[place]
        row.cells["reportCardId"] = NULL
        return (row,)

    return change


def _further_result(site: Site, record: Record) -> tuple[Row, ...]:
    row = copy_of(record.of(RESULTS)[0], reportCardId=value(f"hb-{site.id}-never"))
    site.loose.append(row)
    return (row,)


def _twice(site: Site, record: Record) -> tuple[Row, ...]:
    first = record.of(RESULTS)[0]
    second = copy_of(first)
    record.hanging.insert(0, second)
    return second, first


def _twice_blank(site: Site, record: Record) -> tuple[Row, ...]:
    """A second result of one subject and period, which says nothing."""
    first = record.of(RESULTS)[0]
    second = copy_of(first)
    put(second, {"score": NULL, "level": NULL, "comment": NULL})
    record.hanging.insert(0, second)
    return second, first


def _of_nothing(site: Site, record: Record) -> tuple[Row, ...]:
    row = record.of(RESULTS)[0]
    put(row, {"subjectCode": placeholder("N/A")})
    return (row,)


def _no_step(site: Site, record: Record) -> tuple[Row, ...]:
    row = record.of(APPROVALS)[0]
    row.cells["step"] = NULL
    return (row,)


def refused(table: str, column: str, text: str) -> Change:
    """A text that the standard does not allow, in a column that no rule asks about."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        row = next(row for row in record.rows if row.table == table)
        row.cells[column] = Cell("value", text, fits=False)
        return (row,)

    return change


# ------------------------------------------------------------------------------------------------ two learners
def _pair(
    name: str, note: str, change: Callable[[Site, Record, Record], tuple[Row, ...]], *, fits: Fits, two_sites: bool
) -> Planting:
    def plant(world: World, rng: Random) -> Spot | None:
        first = whole_record(world, rng, fits)
        if first is None:
            return None
        site, one = first
        second = whole_record(world, rng, lambda s, r: fits(s, r) and (s is not site) == two_sites)
        if second is None:
            one.taken = False
            return None
        return site.id, change(second[0], one, second[1])

    return Planting(name, note, plant)


def _same_number(site: Site, one: Record, other: Record) -> tuple[Row, ...]:
    first, second = one.names("users"), other.names("users")
    for column in ("userMasterIdentifier", "idBirthYear", "idSex"):
        second.cells[column] = first[column]
    return first, second


def _same_card(site: Site, one: Record, other: Record) -> tuple[Row, ...]:
    """The cards of two learners, and all that hangs on them, have one id."""
    name = one.own["reportCardId"]
    for row in (other.own, *other.of(RESULTS), *other.of(APPROVALS)):
        row.cells["reportCardId"] = name
    return one.own, other.own


def _has_number(site: Site, record: Record) -> bool:
    return record.names("users")["userMasterIdentifier"].filled


def _same_learner(site: Site, one: Record, other: Record) -> tuple[Row, ...]:
    """The second card is of the first learner, who moved from one school to the other."""
    for row in other.named:
        site.others[row.table].remove(row)
    other.named = one.named
    student = one.own["studentSourcedId"]
    other.own.cells["studentSourcedId"] = student
    other.own.id = key(student.text)
    for row in other.hanging:
        if row.table in OF_LEARNERS:
            row.cells[OF_LEARNERS[row.table]] = student
    return one.own, other.own


def taking(codes: tuple[str, ...]) -> Fits:
    return lambda site, record: (
        _HAS_RESULTS(site, record) and any(row["subjectCode"].text in codes for row in record.of(RESULTS))
    )


def _numbered(site: Site, record: Record) -> bool:
    return _HAS_USERS(site, record) and _has_number(site, record)


def _known_users(site: Site, record: Record) -> bool:
    return _HAS_USERS(site, record) and all_lines("users")(site)


_HAS_RESULTS, _HAS_APPROVALS = read_whole(UNIT, RESULTS), read_whole(UNIT, APPROVALS)
_HAS_USERS = read_whole(UNIT, "users", "demographics")

ABSENT = (
    on_record("grade/unknown", "a grade that the plan does not have", set_cells(gradeLevel=value("13")), HAS_CARDS),
    on_record("absent/results", "no subject result at all", without(RESULTS), _HAS_RESULTS),
    on_record(
        "absent/subject",
        "no result of a compulsory subject",
        without_subject(SOME_COMPULSORY),
        taking(SOME_COMPULSORY),
    ),
    on_record("absent/period", "one result of a subject is not there", _without_result, _HAS_RESULTS),
    on_record("absent/homeroom", "not signed by the homeroom teacher", _unsigned("homeroom"), _HAS_APPROVALS),
    on_record("absent/principal", "not signed by the principal", _unsigned("principal"), _HAS_APPROVALS),
    on_record("absent/seal", "without the school's seal", _unsigned("institution_seal"), _HAS_APPROVALS, flavour="vn"),
    on_record(
        "absent/elective", "one elective too few", without_subject(ELECTIVES), taking(ELECTIVES), flavour="generic"
    ),
    on_record("absent/user", "the learner is not in the users file", without_named("users"), _known_users),
    on_record("absent/demographics", "no demographics", without_named("demographics"), _HAS_USERS),
    on_record("absent/class", "a class that is in no file", set_cells(classSourcedId=value("c-gone")), HAS_CARDS),
    on_record("absent/enrollment", "not enrolled anywhere", without("enrollments"), HAS_CARDS),
    on_record("absent/org", "the school is not in the orgs file", without_org, _folder),
    on_record("ref-04-school-type/district", "the school is called a district", district, _folder),
    on_record("refused/org", "a school without a name", nameless, _folder),
    on_record("result/no-card", "a subject result that names no card", _of_no_card(RESULTS, 0), _HAS_RESULTS),
    on_record("result/unlinked", "a subject result of a card that was never sent", _further_result, _HAS_RESULTS),
    on_record("result/twice", "a subject result twice", _twice, WHOLE),
    on_record("approval/no-card", "the principal's approval names no card", _of_no_card(APPROVALS, 1), _HAS_APPROVALS),
    on_record("approval/no-step", "the homeroom teacher's approval does not say its step", _no_step, _HAS_APPROVALS),
    on_record("refused/user", "a learner the standard refuses", refused("users", "enabledUser", "có"), _HAS_USERS),
    on_record(
        "refused/demographics", "demographics the standard refuses", refused("demographics", "asian", "có"), _HAS_USERS
    ),
    on_record(
        "refused/approval",
        "an approval the standard refuses",
        refused(APPROVALS, "verification", "ký"),
        _HAS_APPROVALS,
    ),
    on_record(
        "refused/enrollment",
        "an enrolment the standard refuses",
        refused("enrollments", "primary", "chính"),
        HAS_CARDS,
    ),
    on_record("refused/card", "a card the standard refuses", refused(UNIT, "documentFormat", "docx"), HAS_CARDS),
    _pair("learner/same-number", "two learners with one national id", _same_number, fits=_numbered, two_sites=False),
    _pair("learner/two-schools", "one learner of two schools", _same_learner, fits=in_shared_files, two_sites=True),
    *(
        replace(one, asked=True)
        for one in (
            on_record("result/twice-blank", "a second subject result that says nothing", _twice_blank, WHOLE),
            on_record("result/no-subject", "a subject result without its subject", _of_nothing, _HAS_RESULTS),
            _pair("card/same-id", "the cards of two learners with one id", _same_card, fits=WHOLE, two_sites=False),
        )
    ),
)
