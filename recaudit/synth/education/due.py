"""Results that are due and may not be there: what the audit makes of a subject plan and a card, and its rules."""

from __future__ import annotations

from collections.abc import Iterator

from recaudit.synth.cells import NULL, UNKNOWN, Cell, value
from recaudit.synth.education.states import CORE, DUE
from recaudit.synth.education.subjects import Plan, Subject
from recaudit.synth.questions import agree, pair, present
from recaudit.synth.sector import Received, States
from recaudit.synth.world import Row

RULES = tuple(rule for rule, of in CORE.items() if of.table == DUE)
YES = value("yes")


def due(card: Row, record: Received, plan: Plan) -> list[States]:
    """The states of every result that is due of one card; one row that nobody can judge where its grade has no plan."""
    grade = card["gradeLevel"]
    if not grade.filled or grade.text not in plan:
        return [dict.fromkeys(RULES, "not_assessable")]
    return list(_due(card, record, plan[grade.text]))


def _due(card: Row, record: Received, subjects: tuple[Subject, ...]) -> Iterator[States]:
    rows = record.on[card]["rc_subject_results"]
    whole = record.seen["rc_subject_results"].whole
    # what is not found: a result that does not say what it is of may be any
    lost = NULL if whole and all(row["subjectCode"].filled for row in rows) else UNKNOWN
    lost_period = lost if all(row["periodCode"].filled for row in rows) else UNKNOWN
    results: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        if not (row["subjectCode"].filled and row["periodCode"].filled):
            yield dict.fromkeys(RULES, "not_assessable")
        if row["subjectCode"].filled:
            of_subject = results.setdefault(row["subjectCode"].text, {})
            if row["periodCode"].filled:
                of_subject.setdefault(row["periodCode"].text, []).append(row)
    slots: dict[str, int] = {}
    for subject in subjects:
        of_subject = results.get(subject.code, {})
        if subject.requirement == "compulsory" or subject.code in results:
            for period in subject.due:
                known = YES if subject.code in results else lost
                held: list[Row | None] = [*of_subject.get(period, [])]
                for result in held or [None]:
                    yield _row(subject, period, known, result, lost_period)
        if subject.group:
            slots[subject.group] = subject.choose
    for group, choose in slots.items():
        taken = sum(subject.code in results for subject in subjects if subject.group == group)
        for number in range(1, choose + 1):
            yield _slot(YES if taken >= number else lost)


def _row(subject: Subject, period: str, of_subject: Cell, result: Row | None, lost: Cell) -> States:
    found = YES if result else lost

    def of_result(column: str, asked: bool) -> States:
        """A presence rule that asks only where the result was found."""
        name = f"grd-06-{column}"
        if not asked or (not found.filled and found.state != "unknown"):
            return {name: "not_applicable"}
        return {name: present(result[column]) if result else "not_assessable"}

    kind = result["assessmentType"] if result else lost
    return {
        "grd-01-subject": present(of_subject) if subject.requirement == "compulsory" else "not_applicable",
        "grd-02-electives": "not_applicable",
        "grd-03-period": "not_applicable"
        if of_subject is NULL
        else present(found)
        if of_subject.filled
        else "not_assessable",
        **of_result("score", period in subject.score_due),
        **of_result("level", subject.assessment in ("level", "pass_fail")),
        **of_result("comment", subject.assessment == "comment"),
        "grd-05-type": pair(kind, holds=lambda: agree(kind.text == subject.assessment)),
    }


def _slot(filled: Cell) -> States:
    """One of the electives that are to be chosen."""
    states: States = dict.fromkeys(RULES, "not_applicable")
    return states | {"grd-02-electives": present(filled)}
