"""The work list of one facility: a page by record, lines for a pipe, a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports.csvtables import defused
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import known, own, speaking, told, told_n
from recaudit.reports.look import hanging, heading, warning
from recaudit.result import FacilityEntry, RuleEntry
from recaudit.said import mark, say_n
from recaudit.worklist import Place, Repair, State, WorkList

_STATES: Final[Mapping[State, str]] = {
    "unmet": mark("not met"),
    "excused": mark("not met, with a reason"),
    "missing": mark("not received"),
}

Rules = Mapping[str, RuleEntry]
"""The rules of the facility's sector, by id."""


# -------------------------------------------------------------- for a person
def page(facility: FacilityEntry, found: WorkList, rules: Rules) -> Group:
    """Record by record what it misses and where that stands, then how each rule is repaired."""
    parts: list[RenderableType] = [
        Text.assemble(inert(facility["id"], "bold"), "  ", inert(facility["name"])),
        hanging(Text(_in_short(facility, found)), 0),
    ]
    for (record, at), missed in groupby(found.repairs, key=lambda one: (one.record, one.at)):
        parts.append(Text())
        parts.append(hanging(Text.assemble(inert(record, "bold"), "  ", inert(place(at), "muted")), 4))
        parts += [hanging(_repair(one), 4) for one in missed]
    parts += [warning(note) for note in notes(found)]
    if found.repairs:
        parts += [heading(told("How to repair")), Text()]
        for rule in dict.fromkeys(one.rule for one in found.repairs):
            number = sum(one.rule == rule for one in found.repairs)
            told_how = Text.assemble("  ", inert(rule, "bold"), f" ({number})  ", inert(_fix(rules, rule)))
            parts.append(hanging(told_how, 4))
    return Group(*parts)


def _in_short(facility: FacilityEntry, found: WorkList) -> str:
    if found.repairs:
        return told_n(
            "{n} record to repair, {repairs}",
            "{n} records to repair, {repairs}",
            n=found.records,
            repairs=told_n(
                "{n} miss of {rules}",
                "{n} misses of {rules}",
                n=len(found.repairs),
                rules=say_n("{n} rule", "{n} rules", n=len({one.rule for one in found.repairs})),
            ),
        )
    if not facility["read"]:
        return told("Nothing was received of this facility, so there is no record to repair.")
    return told("No record that was kept of this facility misses a rule.")


def notes(found: WorkList) -> Iterator[str]:
    """What no list of records can hold."""
    if found.nameless:
        yield told_n(
            "{n} more record is missing, and nobody knows its key",
            "{n} more records are missing, and nobody knows their keys",
            n=found.nameless,
        )
    if found.doubtful:
        yield told_n(
            "{n} key of the roster was not handed in; rows could not be placed, so it may be missing or not",
            "{n} keys of the roster were not handed in; rows could not be placed, so nobody knows which are missing",
            n=found.doubtful,
        )


def _repair(one: Repair) -> Text:
    looked = told("looks at {places}", places=", ".join(one.looks_at)) if one.looks_at else ""
    state = f"  {told(_STATES[one.state])}  "
    return Text.assemble("    ", inert(one.rule, "short"), state, inert(looked, "muted"))


def place(at: Place | None) -> str:
    """``health/Encounter.ndjson:4``, as an editor opens it; "" for a record that was not received."""
    if at is None:
        return ""
    if at.line is not None:
        return f"{at.file}:{at.line}"
    return at.file if at.byte is None else told("{file}, byte {byte}", file=at.file, byte=str(at.byte))


def _fix(rules: Rules, rule: str) -> str:
    return own(rules[rule]["fix"]) if rule in rules else ""


# -------------------------------------------------------------- for programs
def lines(facility: FacilityEntry, found: WorkList, rules: Rules) -> Iterator[str]:
    """One line a rule that a record misses, in English whatever is spoken; last how many there were."""
    for one in found.repairs:
        rule = rules.get(one.rule)
        fields = {
            "state": one.state,
            "rung": rule["rung"] if rule else "",
            "required": ("no", "yes")[rule["required"]] if rule else "",
            "looks_at": ",".join(one.looks_at),
            **_where(one.at),
            "fix": rule["fix"].get("en", "") if rule else "",
        }
        named = (f"{key}={visible(str(value)) or '?'}" for key, value in fields.items())
        yield "\t".join(["row", visible(facility["id"]), visible(one.record), visible(one.rule), *named])
    counts = f"records={found.records}\trepairs={len(found.repairs)}\trules={len({one.rule for one in found.repairs})}"
    yield f"rows\t{visible(facility['id'])}\t{counts}\tdoubtful={found.doubtful}\tnameless={found.nameless}"


def _where(at: Place | None) -> dict[str, object]:
    """Where the record stands, as far as that can be said; what a rule looks at may stand elsewhere."""
    said: dict[str, object] = (
        {} if at is None else {"record_file": at.file, "record_line": at.line, "record_byte": at.byte}
    )
    return {key: value for key, value in said.items() if value is not None}


# -------------------------------------------------------------- for a spreadsheet
def headings() -> tuple[str, ...]:
    return (
        told("Record"),
        told("Rule"),
        told("What it asks"),
        told("State"),
        told("Required"),
        told("Looks at"),
        told("File of the record"),
        told("Line of the record"),
        told("How to repair"),
    )


def table(found: WorkList, rules: Rules) -> Iterator[tuple[str, ...]]:
    """One row a rule that a record misses; nothing in it can be taken for a formula."""
    for one in found.repairs:
        rule = rules.get(one.rule)
        at = one.at or Place("")
        cells = (
            one.record,
            one.rule,
            own(rule["title"]) if rule else "",
            told(_STATES[one.state]),
            "" if rule is None else told("yes") if rule["required"] else told("no"),
            ", ".join(one.looks_at),
            at.file,
            "" if at.line is None else str(at.line),
            _fix(rules, one.rule),
        )
        yield tuple(map(defused, cells))


def as_csv(found: WorkList, rules: Rules) -> bytes:
    """UTF-8 with its mark, by which spreadsheets know it, and CRLF (RFC 4180)."""
    return _csv([headings(), *table(found, rules)])


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def ours(head: bytes) -> bool:
    """Is this the beginning of a work list that recaudit wrote, in any language?"""
    for language in known():
        with speaking(language):
            if head.startswith(_csv([headings()])):
                return True
    return False
