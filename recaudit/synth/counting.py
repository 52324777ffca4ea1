"""Adds up what was planted, facility by facility. Reads no file and knows no engine: only planned rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from recaudit.model import RUNGS, STATES, Excused
from recaudit.synth.layout import File
from recaudit.synth.reading import Reading, differ, newest, out_of_scope, unreadable
from recaudit.synth.states import LOOKS_FOR, RULES, Record, States, states_of
from recaudit.synth.world import HANGING, TABLES, UNIT, Row, Site

FINISHED = ("finished", "completed")
OPEN = ("planned", "arrived", "triaged", "in-progress", "onleave", "on-hold", "discharged", "discontinued", "cancelled")
Stand = Literal["reached", "unknown", "short"]
STANDS: tuple[Stand, ...] = ("reached", "unknown", "short")  # best first
MODES: tuple[Excused, ...] = ("unmet", "accept")
Part = list[States]
"""What stands for one row of a record: its copies, of which the best counts."""


# ------------------------------------------------------------------------------------------------ one facility
@dataclass(slots=True)
class Tally:
    """What was read of one facility.

    ``stands``: for each way to take excused cells and each rung, where every matched record stands. ``lacking``: the
    short ones that would not be short if one hanging table had a row for them, by that table.
    """

    site: Site
    rows: Counter[str] = field(default_factory=Counter)
    conflicting: int = 0
    to_the_end: bool = True
    partial: bool = False
    stands: dict[tuple[Excused, int], Counter[Stand]] = field(default_factory=dict)
    lacking: dict[tuple[Excused, int], Counter[str]] = field(default_factory=dict)
    rules: dict[str, Counter[str]] = field(default_factory=lambda: {rule: Counter() for rule in RULES})

    @property
    def read(self) -> int:
        return sum(self.rows.values())


def tally(site: Site, rows: list[tuple[Row, File]], reading: Reading) -> Tally:
    """Sort the facility's own ``rows`` of the unit's table into their states, then count its rules and records."""
    result = Tally(site)
    own = [f for f in reading.files if f.facility == site.id]
    near = [f for f in reading.files if f.facility in (None, site.id) and f.only in (UNIT, None)]
    result.rows["unreadable"] = sum(f.broken for f in own if f.only in (UNIT, None))
    keys: dict[tuple[str, str], list[Row]] = {}
    for row, file in rows:
        if unreadable(row):
            result.rows["unreadable"] += 1
        else:
            keys.setdefault((file.namespace, row.id or ""), []).append(row)
    result.to_the_end = not any(f.cut for f in near)
    result.partial = not result.to_the_end or bool(result.rows["unreadable"]) or any(f.cut or f.broken for f in own)
    roster = frozenset(site.roster)
    seen = {namespace: reading.seen(namespace, site.id) for namespace, _ in keys}
    matched, unexpected = [], []
    for key, copies in keys.items():
        inside = [row for row in copies if not out_of_scope(row)]
        if all(row.version for row in copies) and all(out_of_scope(row) for row in newest(copies)):
            inside = []  # copies are compared before scope
        result.rows["out_of_scope"] += len(copies) - len(inside)
        if not inside:
            continue
        record = _record(Record(key, inside, seen=seen[key[0]]), reading)
        if site.basis == "roster" and key[1] not in roster:
            result.rows["unexpected"] += len(inside)
            unexpected.append(record)
        else:
            result.rows["matched"] += 1
            result.rows["duplicate"] += len(inside) - 1
            result.conflicting += differ(inside)
            matched.append(record)
    _count_rules(result, [*matched, *unexpected])
    _count_records(result, matched)
    return result


NAMED = {"subject_ref": "patient", "participant_ref": "practitioner", "service_provider": "organization"}


def _record(record: Record, reading: Reading) -> Record:
    """The record with everything that was read of it; its copies name the same patient."""
    namespace, name = record.key
    record.hanging = {table: reading.by_link.get((namespace, table, name), []) for table in HANGING}
    for row in record.copies:
        for column, table in NAMED.items():
            found = reading.by_id.get((namespace, table, row[column].text), []) if row[column].filled else []
            if found:
                record.named.add((table, row[column].text))
            if table == "patient":
                record.patients = found
    return record


def _count_rules(result: Tally, records: list[Record]) -> None:
    """Rows of in-scope records, every copy. A patient of several records counts once."""
    patients: set[Row] = set()
    for record in records:
        fresh = [row for row in record.patients if row not in patients]
        patients.update(fresh)
        for row in (*record.copies, *fresh, *(row for rows in record.hanging.values() for row in rows)):
            for rule, state in states_of(row, record).items():
                result.rules[rule][state] += 1
        for states in _without_rows(record):
            read = [states_of(row, record) for rows in record.hanging.values() for row in rows]
            for rule, state in states.items():
                if not any(other.get(rule) == "unmet" for other in read):  # already unmet: counted there
                    result.rules[rule][state] += 1


def _without_rows(record: Record) -> Iterable[States]:
    """What a record owes to tables, not to rows: not handed in, cut off, or the row it names not read."""
    if not record.patients:
        yield {rule: "not_assessable" for rule, of in RULES.items() if of.table == "patient"}
    for table in HANGING:
        seen = record.seen[table]
        if not (seen.handed_in and seen.to_the_end):
            rules = [rule for rule, of in RULES.items() if of.table == table]
            yield {rule: "not_assessable" for rule in rules if RULES[rule].required or not seen.handed_in}


def _count_records(result: Tally, records: list[Record]) -> None:
    for mode in MODES:
        for rung in range(1, len(RUNGS) + 1):
            result.stands[mode, rung], result.lacking[mode, rung] = Counter(), Counter()
    for record in records:
        parts = _parts(record)
        for mode in MODES:
            for rung in range(1, len(RUNGS) + 1):
                result.stands[mode, rung][stand(parts, rung, mode)] += 1
                if table := _lacks(parts, rung, mode):
                    result.lacking[mode, rung][table] += 1
        below = {rung for rung in range(2, len(RUNGS) + 1) if stand(parts, rung) != "reached"}
        for rule, of in RULES.items():
            if of.required and of.rung in below:
                result.rules[rule]["solo"] += stand(_repaired(parts, rule), of.rung) == "reached"


def _parts(record: Record) -> list[Part]:
    """Everything that decides where a record stands: itself, its patient, each hanging row, each table."""
    parts = [[states_of(row, record) for row in newest(record.copies)]]
    if record.patients:
        parts.append([states_of(row, record) for row in newest(record.patients)])
    for rows in record.hanging.values():
        by_id: dict[object, list[Row]] = {}
        for row in rows:
            by_id.setdefault(row if row.id is None else row.id, []).append(row)
        parts += [[states_of(row, record) for row in newest(copies)] for copies in by_id.values()]
    return [*parts, *([states] for states in _without_rows(record))]


def stand(parts: list[Part], rung: int, excused: Excused = "unmet") -> Stand:
    """The worst part decides, and of the copies of one part the best."""

    def of(states: States) -> Stand:
        seen = {state for rule, state in states.items() if RULES[rule].required and RULES[rule].rung <= rung}
        if "unmet" in seen or ("excused" in seen and excused == "unmet"):
            return "short"
        return "unknown" if "not_assessable" in seen else "reached"

    return max((min((of(states) for states in part), key=STANDS.index) for part in parts), key=STANDS.index)


def _repaired(parts: list[Part], rule: str) -> list[Part]:
    """The same record with this rule's gaps filled, in every copy."""
    return [[s | {rule: "met"} if s.get(rule) in ("unmet", "excused") else s for s in part] for part in parts]


def _lacks(parts: list[Part], rung: int, excused: Excused) -> str:
    """The one hanging table whose lack of a row makes the record short, and nothing else does; "" where there is none.

    Raises ``ValueError`` for a record that lacks rows of two tables: no planting makes one.
    """
    lacking = [rule for rule in LOOKS_FOR if RULES[rule].rung <= rung and parts[0][0][rule] == "unmet"]
    if len(lacking) > 1:
        raise ValueError("a record lacks rows of two tables")
    if not lacking or stand(_repaired(parts, lacking[0]), rung, excused) == "short":
        return ""
    return LOOKS_FOR[lacking[0]]


# ------------------------------------------------------------------------------------------------ the ladder
@dataclass(frozen=True, slots=True)
class Ladder:
    """One facility set against what was expected of it; ``expected`` is the denominator, None without a number."""

    tally: Tally
    expected: int | None
    missing: int
    not_received: int  # unknown, not known to be missing
    over_reported: bool
    floor: bool
    all_read: bool
    status: str

    def rung(self, rung: int, excused: Excused = "unmet") -> dict[str, int]:
        stands = self.tally.stands[excused, rung]
        return {
            "reached": stands["reached"],
            "short": stands["short"] + self.missing,
            "unknown": stands["unknown"] + self.not_received,
        }


def ladder(tally: Tally, silence: str) -> Ladder:
    site = tally.site
    perhaps = tally.rows["unreadable"] if silence == "unknown" else 0  # unreadable rows that may be records
    received = tally.rows["matched"]
    number = len(site.roster) if site.basis == "roster" else site.expected
    least = number or 0
    expected = least if site.basis == "roster" else max(least, received + perhaps)
    all_read = tally.to_the_end and tally.read > 0
    gap = expected - received
    not_received = 0 if silence == "missing" else min(perhaps, gap) if all_read else gap
    over = site.basis == "count" and received + perhaps > least
    status = "silent" if not tally.read and expected else "partial" if tally.partial else "ok"
    return Ladder(
        tally,
        None if site.basis == "none" else expected,
        gap - not_received,
        not_received,
        over,
        site.basis == "count" and (over or site.covers == "subset"),
        all_read,
        status,
    )


def facility_truth(ladder: Ladder) -> dict[str, object]:
    tally = ladder.tally
    tally.rules["received"].update(met=tally.rows["matched"], unmet=ladder.missing, not_assessable=ladder.not_received)
    return {
        "basis": tally.site.basis,
        "expected": ladder.expected,
        "status": ladder.status,
        "over_reported": ladder.over_reported,
        "read": tally.read,
        **{state: tally.rows[state] for state in ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")},
        "conflicting": tally.conflicting,
        "missing": ladder.missing,
        "rungs": {name: ladder.rung(number) for number, name in enumerate(RUNGS, 1)},
        "rules": {rule: {state: counts[state] for state in (*STATES, "solo")} for rule, counts in tally.rules.items()},
    }


# ------------------------------------------------------------------------------------------------ tables and strangers
def unattributed(rows: list[tuple[Row, File]], reading: Reading) -> dict[str, int]:
    """Rows and lines of the unit's table that belong to nobody, and how many of them may be records of the period."""
    lines = sum(f.broken for f in reading.files if f.facility is None and f.only in (UNIT, None))
    inside = [row for row, _ in rows if unreadable(row) or not out_of_scope(row)]
    return {"rows": lines + len(rows), "may_be_in_scope": lines + len(inside)}


def table_truth(reading: Reading) -> dict[str, dict[str, int]]:
    units = {(file.namespace, row.id) for row, file in reading.rows[UNIT] if not unreadable(row)}
    found = {}
    for table in TABLES:
        lines = sum(f.broken for f in reading.files if f.only == table or (table == UNIT and f.only is None))
        rows = reading.rows[table]
        copies = [c for (_, of, _), c in reading.by_id.items() if of == table]
        found[table] = {
            "read": len(rows) + lines,
            "unreadable": lines + sum(unreadable(row) for row, _ in rows),
            "unlinked": sum(
                (file.namespace, row["encounter_ref"].text) not in units
                for row, file in rows
                if table in HANGING and not unreadable(row)
            ),
            "duplicate": sum(len(c) - 1 for c in copies),
            "conflicting": sum(differ(c) for c in copies),
        }
    return found
