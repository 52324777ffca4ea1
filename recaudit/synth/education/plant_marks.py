"""The pack of the gradebook: line items and marks of every class, and marks that belong elsewhere.

Marks hang on the cards of their learner in the school of their class: their own class, else that of their line item.
What a reader has to look up for that stands in cells of the mark that are not exported.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL, UNKNOWN, Cell, day, value
from recaudit.synth.education.cards import YEAR, school_id
from recaudit.synth.education.part import Part
from recaudit.synth.education.tables import UNIT
from recaudit.synth.plant_files import line, whole_file, withheld
from recaudit.synth.planting import Change, Fits, Planting, copy_of, on_record, read_whole
from recaudit.synth.questions import value_of
from recaudit.synth.sector import Received, States, rules
from recaudit.synth.world import Record, Row, Site

MARKS, ITEMS, CATEGORIES, ENROLMENTS = "results", "lineItems", "categories", "enrollments"
CLASS, SCHOOL, SESSION = "class", "schoolSourcedId", "type of session"  # cells that are not exported
TERMS = (("hk1", date(2025, 12, 15)), ("hk2", date(2026, 4, 20)))
_STATUS = "sourcedId status dateLastModified"
COLUMNS = {
    CATEGORIES: tuple(f"{_STATUS} title weight".split()),
    ITEMS: tuple(
        f"{_STATUS} title description assignDate dueDate classSourcedId categorySourcedId academicSessionSourcedId"
        " resultValueMin resultValueMax schoolSourcedId".split()
    ),
    MARKS: tuple(
        f"{_STATUS} lineItemSourcedId studentSourcedId scoreStatus score scoreDate comment textScore classSourcedId"
        " inProgress incomplete late missing".split()
    ),
}


# ------------------------------------------------------------------------------------------------ clean classes
def fill(site: Site, rng: Random) -> None:
    """A test in each term of each class, and everybody's mark in it."""
    category = Row(CATEGORIES, f"cat-{site.id}", {"title": value("Kiểm tra"), "weight": value("1")})
    items = {
        (of_class.id, term): _item(site, of_class.id or "", term, on)
        for of_class in site.others["classes"]
        for term, on in TERMS
    }
    site.others[CATEGORIES], site.others[ITEMS] = [category], list(items.values())
    for record in site.records:
        student = record.own["studentSourcedId"]
        for term, _ in TERMS:
            item = items[record.own["classSourcedId"].text, term]
            mark = Row(
                MARKS,
                f"m-{student.text}-{term}",
                {
                    "lineItemSourcedId": value(item.id or ""),
                    "studentSourcedId": student,
                    "scoreStatus": value("fully graded"),
                    "score": value(f"{rng.randrange(40, 101) / 10:g}"),
                    "scoreDate": item["dueDate"],
                    "classSourcedId": item["classSourcedId"] if term == "hk2" else NULL,  # hk1: the line item says it
                    CLASS: item["classSourcedId"],
                    SCHOOL: item[SCHOOL],
                    SESSION: value("term"),
                },
            )
            record.hanging.append(mark)


def _item(site: Site, of_class: str, term: str, on: date) -> Row:
    cells = {
        "title": value("Kiểm tra giữa kỳ"),
        "assignDate": day(on),
        "dueDate": day(on),
        "classSourcedId": value(of_class),
        "categorySourcedId": value(f"cat-{site.id}"),
        "academicSessionSourcedId": value(f"{term}-{YEAR}-{site.id}"),
        "resultValueMin": value("0"),
        "resultValueMax": value("10"),
        SCHOOL: value(school_id(site)),
    }
    return Row(ITEMS, f"li-{of_class}-{term}", cells)


# ------------------------------------------------------------------------------------------------ one mark
def mark(row: Row, record: Received) -> States:
    return {
        "ref-02-enrolled": _enrolled(row, record),
        "ref-03-session": value_of(row[SESSION], row[SESSION].text != "schoolYear"),
    }


def _enrolled(row: Row, record: Received) -> State:
    """The learner's enrolments are looked for wherever the record lies, in any school."""
    there = any(
        (one["userSourcedId"], one["classSourcedId"]) == (row["studentSourcedId"], row[CLASS])
        for (space, table, _), rows in record.by_id.items()
        if (space, table) == (record.key[0], ENROLMENTS)
        for one in rows
    )
    if there:
        return "met"
    return "unmet" if all(record.seen[ENROLMENTS]) else "not_assessable"


# ------------------------------------------------------------------------------------------------ what is planted
_READ = read_whole(UNIT, MARKS, ENROLMENTS)


def _with_marks(site: Site, record: Record) -> bool:
    return _READ(site, record) and len(record.of(MARKS)) == len(TERMS)


def _of_two_classes(site: Site, record: Record) -> bool:
    return _with_marks(site, record) and len(site.others["classes"]) > 1


def _elsewhere(term: int) -> Change:
    """The mark is of a class of the school in which its learner does not sit: the mark says so, or its line item."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        row = record.of(MARKS)[term]
        other = next(one for one in site.others[ITEMS] if one["classSourcedId"] != row[CLASS])
        row.cells[CLASS] = other["classSourcedId"]
        if row["classSourcedId"].filled:
            row.cells["classSourcedId"] = other["classSourcedId"]
        else:
            row.cells["lineItemSourcedId"] = value(other.id or "")
        return (row,)

    return change


def _in_session(session: str, kind: Cell) -> Change:
    """The mark is of a line item of its own, which hangs on this session: of such a kind, UNKNOWN for one that is in no
    file."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        row = record.of(MARKS)[0]
        first = next(one for one in site.others[ITEMS] if one.id == row["lineItemSourcedId"].text)
        item = copy_of(first, academicSessionSourcedId=value(f"{session}-{YEAR}-{site.id}"))
        item.id = f"{first.id}-{row['studentSourcedId'].text}"
        site.others[ITEMS].append(item)
        row.cells |= {"lineItemSourcedId": value(item.id), SESSION: kind}
        return (row,)

    return change


def _with_year(site: Site, record: Record) -> bool:
    return _with_marks(site, record) and any(
        session["type"].text == "schoolYear" for session in site.others["academicSessions"]
    )


def _of_no_item(site: Site, record: Record) -> tuple[Row, ...]:
    """The line item is in no file; the mark itself names its class."""
    row = record.of(MARKS)[1]
    row.cells |= {"lineItemSourcedId": value("li-gone"), SESSION: UNKNOWN}
    return (row,)


def _of_nowhere(site: Site, record: Record) -> tuple[Row, ...]:
    """Nor does the mark name a class: whose it is, and what else hangs on whom, is known as little as after a torn
    end."""
    row = record.of(MARKS)[0]
    row.cells |= {"lineItemSourcedId": value("li-gone"), SESSION: UNKNOWN, CLASS: UNKNOWN, SCHOOL: UNKNOWN}
    site.torn.add(MARKS)
    return (row,)


def _in_own_file(site: Site, record: Record) -> bool:
    return _with_marks(site, record) and site.layout != "shared"


def _unmarked(site: Site, record: Record) -> tuple[Row, ...]:
    """A mark without its learner belongs to nobody."""
    row = record.of(MARKS)[0]
    row.cells["studentSourcedId"] = NULL
    return (row,)


def _gap(name: str, note: str, change: Change, fits: Fits = _with_marks, state: State = "unmet") -> Planting:
    return replace(on_record(name, note, change, fits), rule=name.partition("/")[0], state=state)


PLANTINGS = (
    _gap("ref-02-enrolled/own-class", "a mark that names another class", _elsewhere(1), _of_two_classes),
    _gap("ref-02-enrolled/line-item", "a mark in the test of another class", _elsewhere(0), _of_two_classes),
    _gap("ref-03-session/year", "a test of the whole school year", _in_session("ay", value("schoolYear")), _with_year),
    _gap(
        "ref-03-session/no-session",
        "a test of a session that is in no file",
        _in_session("gone", UNKNOWN),
        state="not_assessable",
    ),
    _gap("ref-03-session/no-item", "a mark of a test that is in no file", _of_no_item, state="not_assessable"),
    on_record("mark/no-class", "a mark of which nobody knows the class", _of_nowhere, _in_own_file),
    on_record("mark/no-learner", "a mark without its learner", _unmarked, _with_marks),
    whole_file("package/no-marks", "no results file was handed in", MARKS, withheld(MARKS), most=3),
    line("row/mark-shared", "a broken line of the shared marks", MARKS, "shared", "cut short"),
    line("row/mark-folder", "a line of the marks that is not UTF-8", MARKS, "folder", "not UTF-8"),
)
GRADEBOOK = Part(
    rules=rules(MARKS, "consistent", True, "ref-02-enrolled ref-03-session"),
    states={MARKS: mark},
    fill=fill,
    plantings=PLANTINGS,
    columns=COLUMNS,
    hanging=(MARKS,),
    demanded={MARKS: ("lineItemSourcedId", "studentSourcedId", "scoreStatus", "scoreDate")},
)
