"""Adds up what was planted, facility by facility. Reads no file and knows no engine: only planned rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from recaudit.model import RUNGS, STATES, Excused
from recaudit.synth.files import File
from recaudit.synth.reading import Reading, newest
from recaudit.synth.sector import Received, Sector, States
from recaudit.synth.standing import Stand, Way, lacks, part, repaired, stand
from recaudit.synth.world import Row, Site

MODES: tuple[Excused, ...] = ("unmet", "accept")
OF_ROWS = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")


# ------------------------------------------------------------------------------------------------ one facility
@dataclass(slots=True)
class Tally:
    """What was read of one facility.

    ``stands``: for each way to take excused cells and each rung, where every matched record stands. ``lacking``: the
    short ones that would not be short if hanging tables had rows for them, by those tables.
    """

    site: Site
    sector: Sector
    rows: Counter[str] = field(default_factory=Counter)
    conflicting: int = 0
    to_the_end: bool = True
    partial: bool = False
    stands: dict[tuple[Excused, int], Counter[Stand]] = field(default_factory=dict)
    lacking: dict[tuple[Excused, int], Counter[frozenset[str]]] = field(default_factory=dict)
    rules: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return sum(self.rows.values())


def tally(site: Site, rows: list[tuple[Row, File]], reading: Reading) -> Tally:
    """Sort the facility's own ``rows`` of the unit's table into their states, then count its rules and records."""
    sector = reading.sector
    result = Tally(site, sector, rules={rule: Counter() for rule in sector.rules})
    own = [f for f in reading.files if f.facility == site.id]
    near = [f for f in reading.files if f.facility in (None, site.id) and f.only in (sector.unit, None)]
    result.rows["unreadable"] = sum(f.broken for f in own if f.only in (sector.unit, None))
    keys: dict[tuple[str, str], list[Row]] = {}
    for row, file in rows:
        if reading.unreadable(row):
            result.rows["unreadable"] += 1
        else:
            keys.setdefault((file.namespace, row.id or ""), []).append(row)
    result.to_the_end = not any(f.cut for f in near)
    result.partial = not result.to_the_end or bool(result.rows["unreadable"]) or any(f.cut or f.broken for f in own)
    roster = frozenset(site.roster)
    seen = {namespace: reading.seen(namespace, site.id) for namespace, _ in keys}
    matched, unexpected = [], []
    for key, copies in keys.items():
        inside = [row for row in copies if not reading.out_of_scope(row)]
        if all(row.version for row in copies) and all(reading.out_of_scope(row) for row in newest(copies)):
            inside = []  # copies are compared before scope
        result.rows["out_of_scope"] += len(copies) - len(inside)
        if not inside:
            continue
        record = _receive(Received(key, inside, seen=seen[key[0]]), reading)
        if site.basis == "roster" and key[1] not in roster:
            result.rows["unexpected"] += len(inside)
            unexpected.append(record)
        else:
            result.rows["matched"] += 1
            result.rows["duplicate"] += len(inside) - 1
            result.conflicting += reading.differ(inside)
            matched.append(record)
    _share(sector, [*matched, *unexpected])
    _count_rules(result, [*matched, *unexpected])
    _count_records(result, matched)
    return result


def _receive(record: Received, reading: Reading) -> Received:
    """The record with everything that was read of it."""
    namespace, sector = record.key[0], reading.sector
    record.by_id, record.repeats = reading.by_id, reading.repeats
    record.lost = reading.lost.get(namespace, ())
    for row in record.copies:
        record.on[row] = {}
        for table in sector.hanging:
            place = namespace, table, sector.anchor(row, table) or ""
            if len(reading.holders.get(place, ())) > 1:  # of neither record is it known what hangs on it
                record.on[row][table] = []
                record.seen = {**record.seen, table: record.seen[table]._replace(to_the_end=False)}
            else:
                record.on[row][table] = reading.by_link.get(place, [])
    for table, column in sector.named.items():
        ids = dict.fromkeys(row[column].text for row in record.copies if row[column].filled)
        record.named[table] = [row for name in ids for row in reading.by_id.get((namespace, table, name), ())]
    return record


def _share(sector: Sector, records: list[Received]) -> None:
    """What the records of one facility have to know of each other."""
    ids: dict[tuple[str, str], set[str | None]] = {}
    for record in records:
        record.facility_ids = ids
        for table, column in sector.unique_inside.items():
            for row in record.named[table]:
                if row[column].filled:
                    ids.setdefault((table, row[column].text), set()).add(row.id)


def _states(row: Row, record: Received, sector: Sector) -> States:
    if row not in record.known:
        record.known[row] = sector.states(row, record)
    return record.known[row]


def _count_rules(result: Tally, records: list[Received]) -> None:
    """Rows of in-scope records, every copy. A row that several records name counts once."""
    sector = result.sector
    counted: set[Row] = set()
    for record in records:
        named = [row for rows in record.named.values() for row in rows]
        hung = [row for table in sector.hanging for row in record.hanging(table)]
        for row in (*record.copies, *named, *hung):
            if row not in counted:
                counted.add(row)
                _add(result, _states(row, record, sector))
        for copy in record.copies:
            for states in sector.due(copy, record):
                _add(result, states)
        for states in _without_rows(record, sector):
            read = [_states(row, record, sector) for row in hung]
            unmet = {rule for other in read for rule in states if other.get(rule) == "unmet"}  # counted there
            _add(result, {rule: state for rule, state in states.items() if rule not in unmet})


def _add(result: Tally, states: States) -> None:
    for rule, state in states.items():
        result.rules[rule][state] += 1


def _without_rows(record: Received, sector: Sector) -> Iterator[States]:
    """What a record owes to tables, not to rows: not handed in, cut off, or the row it names not read."""
    for table, rows in record.named.items():
        if not rows:
            yield {rule: "not_assessable" for rule, of in sector.rules.items() if of.table == table}
    for table in sector.hanging:
        seen = record.seen[table]
        if not seen.whole:
            rules = [rule for rule, of in sector.rules.items() if of.table == table]
            yield {rule: "not_assessable" for rule in rules if sector.rules[rule].required or not seen.handed_in}


def _count_records(result: Tally, records: list[Received]) -> None:
    sector, rules = result.sector, result.sector.rules
    rungs = range(1, len(RUNGS) + 1)
    for mode in MODES:
        for rung in rungs:
            result.stands[mode, rung], result.lacking[mode, rung] = Counter(), Counter()
    for record in records:
        ways = [_way(copy, record, sector) for copy in newest(record.copies)]
        for mode in MODES:
            for rung in rungs:
                result.stands[mode, rung][stand(ways, rules, rung, mode)] += 1
                if tables := lacks(ways, rules, sector.looks_for, rung, mode):
                    result.lacking[mode, rung][tables] += 1
        below = {rung for rung in rungs if rung > 1 and stand(ways, rules, rung) != "reached"}
        failed = {rule for way in ways for copies in way for gaps in copies for rule in gaps}
        for rule in failed:
            if rules[rule].rung in below:
                mended = repaired(ways, {rule})
                result.rules[rule]["solo"] += stand(mended, rules, rules[rule].rung) == "reached"


def _way(copy: Row, record: Received, sector: Sector) -> Way:
    """Everything that decides where a copy stands: itself, what it names, each row that hangs on it, each table."""
    rows = [row for rows in (*record.named.values(), *record.on[copy].values()) for row in rows]
    by_id: dict[object, list[Row]] = {}
    for row in rows:
        by_id.setdefault(row if row.id is None else (row.table, row.id), []).append(row)
    parts = [part([_states(copy, record, sector)], sector.rules)]
    parts += [part((_states(row, record, sector) for row in newest(rows)), sector.rules) for rows in by_id.values()]
    parts += [part([states], sector.rules) for states in sector.due(copy, record)]
    parts += [part([states], sector.rules) for states in _without_rows(record, sector)]
    return [gaps for gaps in parts if gaps]


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
        **{state: tally.rows[state] for state in OF_ROWS},
        "conflicting": tally.conflicting,
        "missing": ladder.missing,
        "rungs": {name: ladder.rung(number) for number, name in enumerate(RUNGS, 1)},
        "rules": {rule: {state: counts[state] for state in (*STATES, "solo")} for rule, counts in tally.rules.items()},
    }


# ------------------------------------------------------------------------------------------------ tables and strangers
def unattributed(rows: list[tuple[Row, File]], reading: Reading) -> dict[str, int]:
    """Rows and lines of the unit's table that belong to nobody, and how many of them may be records of the period."""
    unit = reading.sector.unit
    lines = sum(f.broken for f in reading.files if f.facility is None and f.only in (unit, None))
    inside = [row for row, _ in rows if reading.unreadable(row) or not reading.out_of_scope(row)]
    return {"rows": lines + len(rows), "may_be_in_scope": lines + len(inside)}


def table_truth(reading: Reading) -> dict[str, dict[str, int]]:
    sector = reading.sector
    anchors = {place for place, holders in reading.holders.items() if len(holders) == 1}  # held by two: by nobody
    copies: dict[str, list[list[Row]]] = {table: [] for table in sector.tables}
    for (_, table, _), rows in reading.by_id.items():
        copies[table].append(rows)
    found = {}
    for table in sector.tables:
        lines = sum(f.broken for f in reading.files if f.only == table or (table == sector.unit and f.only is None))
        read = reading.rows[table]
        links = [(file.namespace, table, sector.link(row)) for row, file in read if table in sector.hanging]
        found[table] = {
            "read": len(read) + lines,
            "unreadable": lines + sum(reading.unreadable(row) for row, _ in read),
            "unlinked": sum(link is not None and (space, table, link) not in anchors for space, table, link in links),
            "duplicate": sum(len(rows) - 1 for rows in copies[table]),
            "conflicting": sum(reading.differ(rows) for rows in copies[table]),
        }
    return found
