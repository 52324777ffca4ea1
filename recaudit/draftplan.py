"""The text of a drafted plan. Its comments are in the language being spoken; keys and codes are nobody's language."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from recaudit.model import Input, Period
from recaudit.plan import Plan, Source
from recaudit.reports.inert import visible
from recaudit.reports.languages import spoken, told
from recaudit.said import Value, few, say_n

LISTED: Final = 12  # names of files and facilities that a comment has, and paths before patterns take their place
_WIDTH: Final = 118


def toml(text: str) -> str:
    """A TOML basic string: JSON's, but that DEL is spelt out too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def comment(text: str) -> str:
    """Whole lines of a comment."""
    return "\n".join(textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False))


def head(
    folder: Path,
    today: date,
    period: Period,
    ends: Period | None,
    timezone: str,
    plan: Plan,
    *,
    register: tuple[str, str],
    whole: bool,
) -> str:
    """All but sources and claims. ``ends``: of the first and the last finished record; None where no row says when.
    ``register``: the files of facilities and of expected numbers. ``whole``: whether it can be checked at once."""
    facilities, expected = register
    name = told("Exports of {folder}", folder=folder.absolute().name)
    return f"""\
{_drafted(whole)}

[audit]
name = {toml(name)}
as_of = {today}
period = {{ from = {period.first}, to = {period.last} }}  # {_days(ends)}
timezone = {toml(timezone)}  # {told("whose days these are: {names}, ...", names="Asia/Ho_Chi_Minh, UTC")}
# silence = "missing"  # {told("after a legal deadline: what was not sent is missing, not unknown")}
{_units(plan)}
[register]  # {told("what should exist, from other sources than the exports")}
# source = "..."  # {told("who keeps the register, and")}
# date = {today}  # {told("of which day it is: without both nothing is confirmed")}
facilities = "{facilities}"
expected = "{expected}"  # {told("how many records each facility should have; a blank number: nobody said")}
# areas = "register/areas.csv"  # code, name, name_en, kind, parent
# rosters = "register/rosters.csv"  # facility, period, id, source: {told("which records; only a roster confirms")}
{_subject_plan(plan)}"""


def _drafted(whole: bool) -> str:
    first = told(
        "Drafted by {command} from the exports in this folder. Correct it, fill in what you know and remove the # "
        "before it.",
        command="'recaudit init'",
    )
    if whole:
        then = told("{command} on this folder works at every step.", command="'recaudit check'")
    else:
        then = told("{command} on this folder says what is still to be filled in.", command="'recaudit check'")
    return comment(f"{first} {then}")


def _days(ends: Period | None) -> str:
    if ends is None:
        return told("both days included; no row says when it ended: correct it")
    return told("both days included; finished records end from {first} to {last}", first=ends.first, last=ends.last)


def _units(plan: Plan) -> str:
    """What one record is, where it is not what a sector's records usually are."""
    units = ", ".join(f"{sector} = {toml(unit)}" for sector, unit in plan.units.items())
    return f"unit = {{ {units} }}  # {told('what one record is: no report card was found')}\n" if units else ""


def _subject_plan(plan: Plan) -> str:
    read = any(source.sector == "education" for source in plan.sources)
    if not read or plan.unit("education") != "report_card":
        return ""
    due = told("what is due in each grade; {name}: Viet Nam's programme of 2018", name=toml("vn"))
    rules = told("the rules of Viet Nam's report card and personal id beside those of any country")
    return f"""\
# subject_plan = "register/subject_plan.csv"  # {due}

# [suites]
# education = ["core", "vn"]  # {rules}
"""


# -------------------------------------------------------------- a source
def source(
    one: Source,
    exports: Sequence[Input],
    paths: Sequence[str],
    where: str,
    rows: Mapping[str, int],
    unsaid: Sequence[str],
) -> str:
    """One ``[[source]]``. ``exports``: what was read of it. ``where``: the line that says where a facility is found.
    ``rows``: facility -> records, of the sector. ``unsaid``: parameters of its mapping that no file says."""
    listing = toml(paths[0]) if len(paths) == 1 else "".join(f"\n    {toml(path)}," for path in paths) + "\n"
    lines = [
        *([comment(told("found: {formats}", formats=counted(each.format for each in exports)))] if exports else []),
        *map(comment, _headers(exports)),
        *map(comment, _rows(rows)),
        "[[source]]",
        f"name = {toml(one.name)}",
        f"sector = {toml(one.sector)}",
        f"paths = [{listing}]",
        *_release(one, exports),
        *_mapping(one, unsaid),
        where,
    ]
    return "\n".join(lines) + "\n"


def _release(one: Source, exports: Sequence[Input]) -> Iterable[str]:
    releases = [each.release for each in exports if each.release]
    if releases and one.sector == "health":
        yield f"# release = {toml(min(releases))}  # {told('found: {formats}', formats=counted(releases))}"


def _mapping(one: Source, unsaid: Sequence[str]) -> Iterable[str]:
    by = told("where an id is unique: {names}", names="source, file, folder, facility")
    if one.format != "mapping":
        yield f'# namespace = "source"  # {by}'
        return
    yield 'format = "mapping"'
    yield f"mapping = {toml(one.mapping)}  # {told('which column is which: {file}', file='docs/education-formats.md')}"
    yield f"namespace = {toml(one.namespace)}  # {by}"
    if unsaid:
        listed = ", ".join(f'{name} = "..."' for name in unsaid)
        yield f"# parameters = {{ {listed} }}  # {told('not said by every file: fill it in')}"


def _headers(exports: Iterable[Input]) -> Iterable[str]:
    """Which files have another header than their format says."""
    usual = ("column not in the mapping", "optional column missing")  # of a format that is read through a mapping
    odd: list[Value] = [
        visible(one.path)
        for one in exports
        if any("column" in found.kind and found.kind not in usual for found in one.findings)
    ]
    if odd:
        yield told("headers that differ from the format: {files}", files=few(odd, LISTED))


def _rows(rows: Mapping[str, int]) -> Iterable[str]:
    """How many records each facility sent, most first. No expected number: that has to come from somebody else."""
    named: list[Value] = [f"{visible(key)} {number}" for key, number in rows.items()]
    if named:
        yield told("records read: {facilities}", facilities=few(named, LISTED))


def counted(formats: Iterable[str]) -> list[Value]:
    """How many files are of each, most first."""
    return [
        say_n("{format} in {n} file", "{format} in {n} files", n=number, format=name)
        for name, number in Counter(formats).most_common()
    ]


def claim(sector: str) -> str:
    sentence = f"{spoken().name} = {toml(told('100 % of the records are complete'))}"
    return f"""\
# [[claim]]  # {told("a sentence with numbers, to be judged; it needs expected numbers")}
# id = "complete-100"
# sector = "{sector}"
# rung = "complete"  # {told("one of {names}", names="received, conformant, complete, consistent, attested, timely")}
# target = "100 %"
# statement = {{ {sentence} }}
# by = {toml(told("who says so"))}
"""
